"""A verification is decided once: repeats, several at a time, and changes that come between."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date, timedelta

import pytest

from lifecert.domain.beneficiary import Change
from lifecert.domain.errors import (
    SessionBusy,
    VersionConflict,
)
from lifecert.domain.ledger import verify_chain
from lifecert.domain.status import Standing, Status
from tests.support.builders import HELPER, NOW, a_change, standing_of
from tests.support.fakes.register import MemoryRegister
from tests.support.verifying import VerifyWorld


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


def test_two_phones_with_two_sessions_both_count_but_versions_never_fork() -> None:
    world = VerifyWorld()
    sessions = [world.session().session_id for _ in range(4)]
    with ThreadPoolExecutor(4) as threads:
        list(threads.map(lambda session_id: world.verify(session_id, HELPER), sessions))
    assert verify_chain(world.store.ledger.entries(world.id)) == world.beneficiary.version
    assert world.beneficiary.valid_until == date(2027, 3, 1)


def test_while_claimed_it_is_busy_and_a_dead_claim_is_taken_over() -> None:
    world = VerifyWorld()
    session = world.session()
    world.store.sessions.claim(session.session_id, NOW, NOW + timedelta(seconds=40))
    with pytest.raises(SessionBusy):
        world.verify(session.session_id, HELPER)
    world.clock.move(seconds=41)
    result = world.verify(session.session_id, HELPER).result
    assert result
    assert result.certificate_id


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

    verify = replace(world.verify, register=SweepingRegister(world.store))
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
        replace(world.verify, register=CollidingRegister(world.store))(session.session_id, HELPER)
    stored = world.store.sessions.get(session.session_id)
    assert stored
    assert stored.result is None
