"""Proofs of life without a camera, bounded: one paper proves one day; lists and clerks are counted (adr/0066)."""

from dataclasses import replace
from datetime import timedelta

import pytest

from lifecert.application.office.clerk_volume import ClerkVolume
from lifecert.application.office.take_visit_list import LineResult, VisitLine, VisitOutcome
from lifecert.application.shared.reviewing import OpenReview
from lifecert.domain.actor import Actor, Role
from lifecert.domain.certificate import Certificate, Method, RevocationCause
from lifecert.domain.errors import (
    ActedInCase,
    LifeCertError,
    LimitReached,
    PaperUsedBefore,
    StoreUnavailable,
    VersionConflict,
)
from lifecert.domain.limits import MOST_LETTERS_DAY, MOST_SEEN_DAY, letters_day, seen_day
from lifecert.domain.review import Ground, Review, ReviewKind, ReviewOutcome
from lifecert.domain.sighting import Attestation, HomeVisit, PaperForm
from lifecert.domain.status import Standing, Status
from lifecert.ports.register import ChangingRegister
from tests.support.builders import CLERK, an_id, registration, start_limits
from tests.support.fakes.register import watched
from tests.support.open_cases import SECOND, THIRD, TODAY, Office, done_to_others
from tests.support.proofs_of_life import PAPERS, Round, sighting, state
from tests.unit.certify.test_invited import World


@pytest.mark.parametrize("method", PAPERS)
def test_one_paper_proves_one_day(method: Method) -> None:
    """A family goes on with the embassy's paper of last year, on which the day is another now."""
    office = Office(standing=Standing(Status.ACTIVE, TODAY + timedelta(days=20)))
    first = state(office, sighting(method, TODAY - timedelta(days=80)))
    waiting = state(office, sighting(method, TODAY - timedelta(days=2)), THIRD)
    assert isinstance(first, Review)
    assert isinstance(waiting, Review)
    office.confirm(first.review_id, SECOND, confirm=True)
    with pytest.raises(PaperUsedBefore):
        state(office, sighting(method, TODAY), CLERK, "key-2")
    with pytest.raises(PaperUsedBefore):
        office.confirm(waiting.review_id, SECOND, confirm=True)  # proposed before the other was confirmed
    assert office.beneficiary.certified_on == TODAY - timedelta(days=80)
    assert isinstance(state(office, sighting(method, TODAY - timedelta(days=80)), CLERK, "key-3"), Review), "the same"
    other = sighting(method, TODAY)
    assert isinstance(other, Attestation | PaperForm)
    newer = replace(other, scan="6" * 64)
    if isinstance(newer, Attestation):
        newer = replace(newer, paper="6" * 64)
    assert isinstance(state(office, newer, CLERK, "key-4"), Review)


@pytest.mark.parametrize(("cause", "may"), [(RevocationCause.ERROR, True), (RevocationCause.FRAUD, False)])
def test_a_paper_whose_day_was_mistyped_is_brought_again_once_that_is_revoked(
    cause: RevocationCause, may: bool
) -> None:
    office = Office()
    first = state(office, sighting(Method.ATTESTATION, TODAY - timedelta(days=80)))
    assert isinstance(first, Review)
    office.confirm(first.review_id, SECOND, confirm=True)
    revocation = office.propose.revocation(first.review_id, cause, an_id(), CLERK)
    office.confirm(revocation.review_id, SECOND, confirm=True)
    if may:
        again = state(office, sighting(Method.ATTESTATION, TODAY - timedelta(days=8)), CLERK, "key-2")
        assert isinstance(again, Review)
        office.confirm(again.review_id, SECOND, confirm=True)
        assert office.beneficiary.certified_on == TODAY - timedelta(days=8)
        return
    with pytest.raises(PaperUsedBefore):
        state(office, sighting(Method.ATTESTATION, TODAY - timedelta(days=8)), CLERK, "key-2")


def test_deaths_by_a_list_count_as_reports_by_hand_do_and_who_was_seen_does_not() -> None:
    """A stolen account of a clerk keeps a county from its cameras, fifty people a call."""
    tour = Round()
    others = [registration() for _ in range(3)]
    for one in others:
        tour.office.store.register.commit(one)
    ids = [tour.office.id, *(one.after.beneficiary_id for one in others)]
    lines = [VisitLine(number, one, VisitOutcome.DIED) for number, one in enumerate(ids, 1)]
    assert [one.result for one in tour.done(*lines)] == [LineResult.CASE_OPENED] * 3 + [LineResult.REFUSED]
    (limited,) = tour.done(lines[3])
    assert isinstance(limited.refused, LimitReached)
    with pytest.raises(LimitReached):
        replace(tour.office.report, start_limits=start_limits(by_user=3)).of_known(tour.office.id, None, CLERK)
    assert tour.done(VisitLine(1, lines[3].beneficiary_id, VisitOutcome.SEEN))[0].result is LineResult.CERTIFIED
    tour.office.clock.move(hours=1)
    assert tour.done(lines[3])[0].result is LineResult.CASE_OPENED


def test_more_people_than_a_clerk_sees_in_a_day_are_looked_at_and_nobody_is_refused() -> None:
    office = Office()
    volume = ClerkVolume(office.store.limits, OpenReview(office.store.register, office.clock), office.clock, seen_day)
    office.in_person = replace(office.in_person, saw_one_more=volume)
    for number in range(2 * MOST_SEEN_DAY):
        # On whatever day they are said to have been seen: what an account writes down counts on the day that it does.
        made = state(office, sighting(Method.HOME_VISIT, TODAY - timedelta(days=number % 7)), CLERK, f"key-{number}")
        assert isinstance(made, Certificate)
        done_to_others(office.store, office.id)
    state(office, sighting(Method.HOME_VISIT, TODAY - timedelta(days=1)), CLERK, "key-1")  # a repeat is no other
    found = [one for one in office.store.reviews.values() if one.kind is ReviewKind.UNUSUAL_VOLUME]
    assert [(one.opened_by, one.related_id) for one in found] == [(Actor(CLERK.user_id, Role.CLERK), CLERK.user_id)] * 2
    assert office.beneficiary.doubts == (), "whoever was seen waits for nobody"
    with pytest.raises(ActedInCase):
        office.decide(found[0].review_id, ReviewOutcome.ACCEPT, Ground.CONFIRMED, CLERK)
    office.decide(found[0].review_id, ReviewOutcome.ACCEPT, Ground.CONFIRMED, SECOND)
    state(office, sighting(Method.HOME_VISIT), SECOND)
    assert office.store.counted == {
        "seen#clerk-1#2026-03-01T00": 2 * MOST_SEEN_DAY,
        "seen#clerk-1#2026-03-01T00#200": 1,
        "seen#clerk-1#2026-03-01T00#400": 1,
        "seen#clerk-2#2026-03-01T00": 1,
    }


@pytest.mark.parametrize("error", [VersionConflict(), StoreUnavailable("down")])
def test_a_case_that_cannot_be_opened_comes_with_the_next_act_and_nobody_is_told_of_a_refusal(
    error: LifeCertError,
) -> None:
    """Who wrote to that record at the moment of the two hundredth had 399 certificates in a day, and no case."""
    office = Office()

    def volume(register: ChangingRegister) -> ClerkVolume:
        return ClerkVolume(office.store.limits, OpenReview(register, office.clock), office.clock, seen_day)

    def busy(_: int) -> None:
        raise error

    def see(numbers: range, register: ChangingRegister) -> None:
        office.in_person = replace(office.in_person, saw_one_more=volume(register))
        for number in numbers:
            visit = sighting(Method.HOME_VISIT, TODAY - timedelta(days=number % 7))
            assert isinstance(visit, HomeVisit)
            made = state(office, replace(visit, scan=f"{number:064}"), CLERK, f"key-{number}")
            assert isinstance(made, Certificate)
            done_to_others(office.store, office.id)

    see(range(MOST_SEEN_DAY + 3), watched(office.store.register, busy))
    assert not office.store.reviews
    see(range(MOST_SEEN_DAY + 3, 2 * MOST_SEEN_DAY - 1), office.store.register)
    (case,) = office.store.reviews.values()
    assert (case.kind, case.related_id) == (ReviewKind.UNUSUAL_VOLUME, CLERK.user_id)
    see(range(2 * MOST_SEEN_DAY - 1, 2 * MOST_SEEN_DAY + 1), office.store.register)
    assert len(office.store.reviews) == 2


def test_more_letters_than_a_clerk_makes_by_hand_in_a_day_are_looked_at() -> None:
    """A stolen account of a clerk would hold the codes of a county, and make useless those in people's hands."""
    world = World()
    opening = OpenReview(world.store.register, world.clock)
    volume = ClerkVolume(world.store.limits, opening, world.clock, letters_day)
    world.issuing = replace(world.issuing, issued_one_more=volume)
    for _ in range(MOST_LETTERS_DAY):
        assert not world.store.reviews
        world.issue()
        done_to_others(world.store, world.id)
    (case,) = world.store.reviews.values()
    assert (case.kind, case.opened_by.actor_id) == (ReviewKind.UNUSUAL_VOLUME, CLERK.user_id)
    world.issue()  # nobody is refused
