"""What a clerk does: register, enrol; and who may look."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from lifecert.application.certify.get_status import GetBeneficiary, GetSession, SessionFound
from lifecert.application.feed.publish import Publish
from lifecert.application.office.register_beneficiary import Registration
from lifecert.domain.actor import Group, User
from lifecert.domain.errors import (
    AlreadyRegistered,
    BeneficiaryNotFound,
    DayImpossible,
    IdempotencyKeyReused,
    NotAllowed,
    SessionNotFound,
    StartUnlikely,
)
from lifecert.domain.ledger import verify_chain
from lifecert.domain.policy import Outcome
from lifecert.domain.reasons import Reason
from lifecert.domain.review import Ground, ReviewDecision, ReviewOutcome
from lifecert.domain.session import ImageType
from lifecert.domain.status import Standing, Status
from lifecert.domain.year import add_months
from lifecert.entry.http.bodies.sessions import SessionView
from lifecert.entry.http.texts import Language
from tests.support.builders import (
    CLERK,
    HELPER,
    NOW,
    a_beneficiary,
    a_review,
    a_session,
    an_id,
    decided,
    registration,
    standing_of,
)
from tests.support.enrolling import (
    CONSENT,
    PERSON,
    TAKEN,
    World,
)
from tests.support.entitled import Person
from tests.support.fakes.access import noting
from tests.support.fakes.clock import FixedClock
from tests.support.fakes.feed import MemoryBus, MemoryChanges, MemoryHeads
from tests.support.fakes.store import MemoryStore


def test_a_new_beneficiary_is_covered_for_twelve_months_from_the_benefits_start() -> None:
    world = World()
    beneficiary = world.register(PERSON, CLERK, an_id())
    assert standing_of(beneficiary) == Standing(Status.ACTIVE, date(2026, 6, 1))
    assert world.store.register.get(beneficiary.beneficiary_id) == beneficiary
    assert verify_chain(world.store.ledger.entries(beneficiary.beneficiary_id)) == 1


def test_neither_name_nor_id_number_is_stored() -> None:
    world = World()
    beneficiary = world.register(PERSON, CLERK, an_id())
    stored = repr(beneficiary) + repr(world.store.entries)
    assert PERSON.name not in stored
    assert PERSON.id_number.value not in stored
    assert beneficiary.masked_name == "王*明"
    assert not any(digits in stored for digits in ("110105", "19491231", "002X")), "nor a part of it"


def test_who_comes_with_a_year_already_over_is_lapsed_from_the_start() -> None:
    # The sweep reads days since its last run only; an active year that ended before would never be looked at.
    world = World()
    world.clock.move(days=200)
    assert world.register(PERSON, CLERK, an_id()).status is Status.LAPSED


def starting(start: date, *, checked: bool = False) -> Registration:
    return replace(PERSON, benefit=replace(PERSON.benefit, start=start, start_checked=checked))


def test_a_start_that_may_be_a_slip_of_the_hand_registers_nobody_until_somebody_looked_again() -> None:
    world = World()
    for start in (date(2062, 9, 1), date(1949, 12, 30)):
        for checked in (False, True):
            with pytest.raises(DayImpossible):
                world.register(starting(start, checked=checked), CLERK, an_id())
    far = starting(date(2026, 9, 1))
    with pytest.raises(StartUnlikely):
        world.register(far, CLERK, an_id())
    assert world.store.beneficiaries == {}
    assert world.register(starting(date(2026, 9, 1), checked=True), CLERK, an_id()).benefits[0].start == date(
        2026, 9, 1
    )


@pytest.mark.parametrize("ahead", [-400, -365, -100, 0, 1, 100, 364])
def test_nobody_is_covered_for_longer_than_12_months_from_when_somebody_looked(ahead: int) -> None:
    """Who was registered with a benefit of next year, and then with one of today, was paid it for two years unseen."""
    person = Person(ahead)
    today, until = person.clock.today(), person.now.valid_until
    assert until == add_months(today + timedelta(days=min(ahead, 0)), 12)
    person.also(-30)
    assert person.now.valid_until == until <= add_months(today, 12)


def test_nobody_is_registered_twice() -> None:
    world = World()
    world.register(PERSON, CLERK, an_id())
    with pytest.raises(AlreadyRegistered):
        world.register(PERSON, CLERK, an_id())
    assert len(world.store.beneficiaries) == 1


def test_a_registration_whose_answer_was_lost_is_answered_as_it_was_on_its_day() -> None:
    """The function died after the write. By the repeat the first year may be over, and the person elsewhere."""
    world = World()
    first = world.register(PERSON, CLERK, "key-000001")
    world.clock.move(days=200)
    again = world.register(PERSON, CLERK, "key-000001")
    assert (again.beneficiary_id, standing_of(again)) == (first.beneficiary_id, standing_of(first))
    assert len(world.store.entries[first.beneficiary_id]) == 1
    for user, key in ((CLERK, "key-000002"), (replace(CLERK, user_id="clerk-2"), "key-000001")):
        with pytest.raises(AlreadyRegistered):
            world.register(PERSON, user, key)
    with pytest.raises(IdempotencyKeyReused):
        world.register(replace(PERSON, benefit=replace(PERSON.benefit, district="110105")), CLERK, "key-000001")


@pytest.mark.parametrize("groups", [set(), {Group.AUDITOR}])
def test_only_clerks_register_and_enrol(groups: set[Group]) -> None:
    world, user = World(), User("someone", frozenset(groups))
    beneficiary = world.register(PERSON, CLERK, an_id())
    with pytest.raises(NotAllowed):
        world.register(PERSON, user, an_id())
    with pytest.raises(NotAllowed):
        world.begin(beneficiary.beneficiary_id, "office", TAKEN, ImageType.JPEG, user, CONSENT)
    with pytest.raises(NotAllowed):
        world.finish(beneficiary.beneficiary_id, "any", user)


def test_a_beneficiary_is_seen_by_staff_and_by_who_certified_them() -> None:
    store = MemoryStore()
    store.register.commit(registration(beneficiary_id="b", certified_by=(HELPER.user_id,)))
    look = GetBeneficiary(store.register, store.ledger, noting(store, FixedClock(NOW)), FixedClock(NOW))
    for user in (CLERK, User("auditor", frozenset({Group.AUDITOR})), HELPER):
        assert [entry.seq for entry in look("b", user).history] == [1]
    with pytest.raises(BeneficiaryNotFound):
        look("b", User("stranger"))


def test_a_session_is_seen_by_its_user_only() -> None:
    store, session = MemoryStore(), a_session()
    store.sessions.open(session)
    look = GetSession(store.sessions, store.reviews_port)
    assert look(session.session_id, HELPER) == SessionFound(session, None)
    for user in (CLERK, User("stranger")):
        with pytest.raises(SessionNotFound):
            look(session.session_id, user)


def test_how_the_review_of_a_session_ended_is_told_once_it_has() -> None:
    store, person = MemoryStore(), a_beneficiary()
    review = a_review(person)
    session = decided(a_session(), Outcome.REVIEW, Reason.MATCH_UNCERTAIN)
    assert session.result
    session = replace(session, result=replace(session.result, review_id=review.review_id))
    store.sessions.open(session)
    look = GetSession(store.sessions, store.reviews_port)
    store.reviews[review.review_id] = review
    assert look(session.session_id, HELPER).reviewed is None
    decision = ReviewDecision(ReviewOutcome.NEEDS_MORE, Ground.NOT_RECOGNISABLE, "clerk-1", NOW)
    store.reviews[review.review_id] = replace(review, decision=decision)
    assert look(session.session_id, HELPER).reviewed == decision


@pytest.mark.parametrize("ground", list(Ground))
def test_a_person_reads_why_a_review_ended_so_and_never_who_decided(ground: Ground) -> None:
    decision = ReviewDecision(ReviewOutcome.REFUSE, ground, "clerk-1", NOW)
    for language in Language:
        told = SessionView.of(decided(a_session(), Outcome.REVIEW), NOW, language, decision)
        assert told.reviewed
        assert told.reviewed.reason.code == ground
        assert len(told.reviewed.reason.instruction) > 5
        assert "clerk-1" not in told.model_dump_json()


def test_what_concerns_the_world_is_published() -> None:
    bus = MemoryBus()
    entry = registration(beneficiary_id="b").entry
    assert Publish(bus, MemoryChanges(), MemoryHeads(), FixedClock())(entry)
    [event] = bus.events
    assert event.event_id == "b:1:1"
    assert event.detail["beneficiary_id"] == "b"
