"""A verification is decided once: repeats, several at a time, and changes that come between."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date, timedelta

import pytest

from lifecert.domain.change import Change
from lifecert.domain.errors import (
    SessionBusy,
    VersionConflict,
)
from lifecert.domain.ledger import LedgerEvent, verify_chain
from lifecert.domain.policy import Outcome
from lifecert.domain.published import published_events
from lifecert.domain.reasons import Reason
from lifecert.domain.status import Standing, Status
from tests.support.builders import HELPER, NOW, a_change, standing_of
from tests.support.fakes.register import MemoryRegister
from tests.support.verifying import VerifyWorld, with_other


def test_a_repeat_gets_the_same_answer_and_nothing_is_done_again() -> None:
    world = VerifyWorld()
    session_id = world.session().session_id
    first = world.verify(session_id, HELPER)
    version = world.beneficiary.version
    world.clock.move(days=2)
    assert world.verify(session_id, HELPER) == first
    assert world.beneficiary.version == version
    assert len(world.analyser.calls) == 1


def test_many_at_once_make_one_certification() -> None:
    world = VerifyWorld()
    session_id = world.session().session_id

    def attempt(_: int) -> str:
        try:
            result = world.verify(session_id, HELPER).result
        except SessionBusy:
            return "busy"
        return (result and result.certificate_id) or "none"

    with ThreadPoolExecutor(16) as threads:
        answers = set(threads.map(attempt, range(64)))
    assert len(world.store.certificates) == 1
    assert answers - {"busy"} == set(world.store.certificates)


def test_two_phones_with_two_sessions_have_one_certificate_and_versions_never_fork() -> None:
    world = VerifyWorld()
    sessions = [world.session().session_id for _ in range(4)]
    with ThreadPoolExecutor(4) as threads:
        results = [one.result for one in threads.map(lambda one: world.verify(one, HELPER), sessions)]
    assert verify_chain(world.store.ledger.entries(world.id)) == world.beneficiary.version
    assert world.beneficiary.valid_until == date(2027, 3, 1)
    [certificate_id] = world.store.certificates
    assert {(one.certificate_id, one.valid_until) for one in results if one} == {(certificate_id, date(2027, 3, 1))}
    events = [entry.event for entry in world.store.entries[world.id]]
    assert (events.count(LedgerEvent.CERTIFIED), events.count(LedgerEvent.ALREADY_CERTIFIED)) == (1, 3)


def test_the_second_session_of_a_day_is_recorded_with_who_acted_and_published_to_nobody() -> None:
    world = VerifyWorld()
    other = replace(HELPER, user_id="helper-2")
    world.verify(world.session().session_id, HELPER)
    before, session = world.beneficiary, world.session(user_id=other.user_id)
    world.verify(session.session_id, other)
    entry = world.store.entries[world.id][-1]
    assert (entry.actor.actor_id, entry.details["session_id"]) == ("helper-2", session.session_id)
    assert entry.details["certificate_id"] == before.certificate_id
    assert published_events(entry) == ()
    after = world.beneficiary
    assert after.certified_by == ("helper-1", "helper-2")
    assert (standing_of(after), after.certificate_id) == (standing_of(before), before.certificate_id)
    world.clock.move(days=1)
    world.verify(world.session().session_id, HELPER)
    assert len(world.store.certificates) == 2, "another day is another proof"


def test_once_the_days_certificate_does_not_count_any_more_the_next_session_has_its_own() -> None:
    world = VerifyWorld()
    world.verify(world.session().session_id, HELPER)
    revoked = {"certificate_id": None, "certified_on": None}
    world.store.register.commit(a_change(world.beneficiary, LedgerEvent.CERTIFICATE_REVOKED, changed=revoked))
    world.verify(world.session().session_id, HELPER)
    assert len(world.store.certificates) == 2


def test_while_claimed_it_is_busy_and_a_claim_that_died_counts_as_a_try() -> None:
    """Frames that ended the function are not handed to it again, or one upload would take it down for ten minutes."""
    world = VerifyWorld()
    session = world.session()
    seen = len(world.analyser.calls)
    world.store.sessions.claim(session.session_id, NOW, NOW + timedelta(seconds=40))
    with pytest.raises(SessionBusy):
        world.verify(session.session_id, HELPER)
    world.clock.move(seconds=41)
    result = world.verify(session.session_id, HELPER).result
    assert result
    assert (result.decision.outcome, result.decision.reason) == (Outcome.RETRY, Reason.FILE_DAMAGED)
    assert len(world.beneficiary.camera.failures) == 1
    assert len(world.analyser.calls) == seen
    again = world.verify(world.session().session_id, HELPER).result
    assert again
    assert again.certificate_id, "with other photos it goes on"


def test_the_answer_survives_somebody_else_changing_the_beneficiary() -> None:
    world = VerifyWorld(status=Status.ACTIVE, valid_until=date(2026, 2, 28))

    class SweepingRegister(MemoryRegister):
        swept = False

        def commit(self, change: Change) -> None:
            if not SweepingRegister.swept:
                SweepingRegister.swept = True
                lapsed = Standing(Status.LAPSED, date(2026, 2, 28))
                world.store.register.commit(a_change(world.beneficiary, changed={"standing": lapsed}))
            MemoryRegister.commit(self, change)

    verify = with_other(world.verify, register=SweepingRegister(world.store))
    verify(world.session().session_id, HELPER)
    assert world.last_entry()["status_before"] == "lapsed"
    assert standing_of(world.beneficiary) == Standing(Status.ACTIVE, date(2027, 3, 1))


def test_endless_collisions_end_in_a_conflict_and_not_in_a_decision() -> None:
    world = VerifyWorld()

    class CollidingRegister(MemoryRegister):
        def commit(self, change: Change) -> None:
            raise VersionConflict

    session = world.session()
    with pytest.raises(VersionConflict):
        with_other(world.verify, register=CollidingRegister(world.store))(session.session_id, HELPER)
    stored = world.store.sessions.get(session.session_id)
    assert stored
    assert stored.result is None
