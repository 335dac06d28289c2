"""What people say that they cannot do, and what is drawn for them: nobody chooses an easy challenge (adr/0032)."""

from dataclasses import replace
from datetime import date

import pytest

from lifecert.domain.actor import User
from lifecert.domain.camera import Camera
from lifecert.domain.challenge import Ability, Excused, Step, excused_from, seed_of
from lifecert.domain.ledger import verify_chain
from lifecert.domain.policy import Decision, Outcome
from lifecert.domain.reasons import Reason
from lifecert.domain.review import Ground, ReviewKind, ReviewOutcome
from lifecert.domain.session import Session
from ops.recorded import Recorded
from tests.support.builders import CLERK, HELPER, NOW, a_policy, failed_evidence, good_evidence
from tests.support.verifying import VerifyWorld, review_decider
from tests.unit.certify.test_start_session import World, a_request

STIFF = (Ability.TURN_HEAD, Ability.OPEN_MOUTH)
ACCEPTED = Decision(Outcome.ACCEPTED)
TO_A_HUMAN = Decision(Outcome.REVIEW, Reason.CHALLENGE_NOT_POSSIBLE)


class Stiff(VerifyWorld):
    """A person, and an office that looks at what they say they cannot do."""

    def shows(self, cannot: tuple[Ability, ...] = STIFF) -> Session:
        return self.verify(self.session(cannot=cannot).session_id, HELPER)

    def decides(self, session: Session, outcome: ReviewOutcome, ground: Ground) -> None:
        store = self.store
        decide = review_decider(store, self.photos, self.clock)
        assert session.result
        named = session.session_id if outcome is ReviewOutcome.ACCEPT else None
        decide(str(session.result.review_id), outcome, ground, CLERK, named)


def decision_of(session: Session) -> Decision:
    assert session.result
    return session.result.decision


def recorded(world: VerifyWorld) -> list[str]:
    taken = Recorded()
    for entry in world.store.entries[world.id]:
        taken.take(entry)
    return taken.differences(world.beneficiary)


def test_what_somebody_says_they_cannot_do_sends_to_a_human_the_first_time() -> None:
    """`cannot: [turn_head, open_mouth]` gave the same two steps each time, without a look at how flat the head is."""
    world = Stiff()
    waits = world.shows()
    assert decision_of(waits) == TO_A_HUMAN
    assert world.last_entry()["cannot"] == "turn_head,open_mouth", "and it is on record"
    person = world.beneficiary
    assert person.camera.failures == (), "they did nothing wrong"
    assert [one.kind for one in person.open_cases] == [ReviewKind.VERIFICATION]
    assert not person.doubts, "nobody else is kept from certifying them by what somebody says of them"
    assert decision_of(world.shows(())) == ACCEPTED


def test_one_acceptance_lets_the_machine_decide_for_three_years() -> None:
    world = Stiff()
    world.decides(world.shows(), ReviewOutcome.ACCEPT, Ground.SAME_PERSON)
    assert world.beneficiary.excused == Excused(STIFF, date(2029, 3, 1))
    assert (world.last_entry()["cannot"], world.last_entry()["excused_until"]) == ("turn_head,open_mouth", "2029-03-01")
    world.clock.move(days=300)
    assert decision_of(world.shows()) == ACCEPTED
    assert world.last_entry()["cannot"] == "turn_head,open_mouth"
    world.clock.move(days=2)
    assert decision_of(world.shows((Ability.TURN_HEAD,))) == ACCEPTED, "less was accepted too"
    world.clock.move(days=2)
    assert decision_of(world.shows((*STIFF, Ability.SMILE))) == TO_A_HUMAN, "more was not"
    world.clock.time = NOW.replace(year=2029, month=3, day=2)
    assert decision_of(world.shows()) == TO_A_HUMAN
    assert verify_chain(world.store.entries[world.id]) == world.beneficiary.version


def test_a_refusal_excuses_nobody() -> None:
    world = Stiff()
    world.decides(world.shows(), ReviewOutcome.REFUSE, Ground.OTHER_PERSON)
    assert world.beneficiary.excused is None
    assert decision_of(world.shows()) == TO_A_HUMAN


def test_the_ledger_tells_what_was_accepted() -> None:
    world = Stiff(has_reference=False)
    world.decides(world.shows(), ReviewOutcome.ACCEPT, Ground.SAME_PERSON)
    assert "excused" not in recorded(world)
    store = world.store.beneficiaries
    store[world.id] = replace(world.beneficiary, excused=Excused((Ability.SMILE,), date(2029, 3, 1)))
    assert "excused" in recorded(world)


def test_a_29_february_ends_on_the_28th() -> None:
    assert excused_from(STIFF, date(2028, 2, 29)).until == date(2031, 2, 28)


def test_whoever_starts_again_is_asked_the_same_until_a_face_has_failed() -> None:
    """Sessions were started until an easy challenge came: 9 of 30 had no turn."""
    world = World()
    asked = {world.start(a_request(), User(f"user-{number % 3}")).session.challenge for number in range(12)}
    assert len(asked) == 1, "of whichever account, and however many phones died"
    person = next(iter(world.store.beneficiaries.values()))
    drawn = set()
    for number in range(40):
        failed = person.camera.failed(NOW, a_policy().attempts, "u", face=False)
        assert failed.faces_ever == person.camera.faces_ever, "pictures of nothing draw nothing anew"
        tried = failed.failed(NOW, a_policy().attempts, "u", face=True)
        person = replace(person, camera=Camera(faces_ever=tried.faces_ever))  # and no pause in the way
        world.store.beneficiaries[person.beneficiary_id] = person
        drawn.add(world.start(a_request(), User(f"another-{number}")).session.challenge)
    assert len(drawn) > 10
    before = world.start(a_request(), HELPER).session.challenge
    days = set()
    for _ in range(10):
        world.clock.move(days=1)
        days.add(world.start(a_request(), HELPER).session.challenge)
    assert days != {before}, "the next day it is another"


def test_nobody_can_draw_beforehand_without_what_the_register_keeps_to_itself() -> None:
    seeds = {seed_of(key, date(2026, 3, day), failed) for key in ("a", "b") for day in (1, 2) for failed in (0, 1)}
    assert len(seeds) == 8


@pytest.mark.parametrize("cannot", [(), STIFF, tuple(Ability)])
def test_a_session_keeps_what_was_said(cannot: tuple[Ability, ...]) -> None:
    world = World()
    session = world.start(a_request(cannot=frozenset(cannot)), HELPER).session
    assert session.cannot == cannot
    assert session.challenge[0] is Step.NEUTRAL


def test_tries_that_fail_still_count_whatever_is_said() -> None:
    world = Stiff()
    world.analyser.evidence = failed_evidence(Reason.NO_FACE)
    world.shows()
    assert len(world.beneficiary.camera.failures) == 1
    world.analyser.evidence = good_evidence(0.4)
    assert decision_of(world.shows()) == Decision(Outcome.REVIEW, Reason.MATCH_UNCERTAIN)
    assert world.beneficiary.doubts
