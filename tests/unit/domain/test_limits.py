"""How often somebody may start, and when a helper is looked at."""

from datetime import timedelta

import pytest

from lifecert.application.certify.helper_volume import HelperVolume
from lifecert.application.shared.reviewing import OpenReview
from lifecert.domain.actor import User
from lifecert.domain.errors import BeneficiaryNotFound, CameraUnavailable, LifeCertError, LimitReached
from lifecert.domain.ledger import LedgerEvent
from lifecert.domain.limits import StartLimits, helper_day
from lifecert.domain.person import IdNumber
from lifecert.domain.review import ReviewKind
from lifecert.domain.status import Status
from tests.support.builders import HELPER, NOW, a_session, helper_volume, registration
from tests.support.fakes.clock import FixedClock
from tests.support.fakes.store import MemoryStore
from tests.support.verifying import VerifyWorld, with_other
from tests.unit.certify.test_start_session import World, a_request

STRANGER = IdNumber.parse("330106195611192842")
OTHER = User("another")


def limited(by_user: int = 1000, unknown_by_user: int = 1000, for_person: int = 1000, **fields: object) -> World:
    world = World(**fields)  # type: ignore[arg-type]
    object.__setattr__(world.start.opening, "start_limits", StartLimits(by_user, unknown_by_user, for_person))
    return world


def refused(world: World, user: User = HELPER, **fields: object) -> LifeCertError:
    with pytest.raises(LifeCertError) as error:
        world.start(a_request(**fields), user)
    return error.value


def test_a_user_starts_so_many_in_an_hour_and_more_in_the_next() -> None:
    world = limited(by_user=2)
    world.start(a_request(), HELPER)
    world.start(a_request(), HELPER)
    over = refused(world)
    assert isinstance(over, LimitReached)
    assert over.until == NOW.replace(minute=0) + timedelta(hours=1)
    assert over.help_line == "12333"
    world.start(a_request(), OTHER)
    world.clock.time = over.until
    world.start(a_request(), HELPER)


def test_one_person_is_not_asked_for_without_end_by_however_many() -> None:
    world = limited(for_person=2)
    for number in range(2):
        world.start(a_request(), User(f"user {number}"))
    assert isinstance(refused(world, User("one more")), LimitReached)


def test_strangers_starts_do_not_stop_who_certified_the_person_before() -> None:
    """30 empty starts closed the hour for everybody, for ever."""
    world = limited(for_person=2, certified_by=(HELPER.user_id,))
    for number in range(2):
        world.start(a_request(), User(f"user {number}"))
    assert isinstance(refused(world, User("one more")), LimitReached)
    for _ in range(2):
        world.start(a_request(), HELPER)
    over = refused(world, HELPER)
    assert isinstance(over, LimitReached), "their own count is as strict"
    assert over.help_line == "12333"


def test_who_asks_for_too_many_unknown_people_hears_the_same_of_known_ones() -> None:
    world = limited(unknown_by_user=2)
    assert isinstance(refused(world, id_number=STRANGER), BeneficiaryNotFound)
    assert isinstance(refused(world, name="张三"), BeneficiaryNotFound)
    known, unknown, misnamed = (
        refused(world),
        refused(world, id_number=STRANGER),
        refused(world, name="张三"),
    )
    assert type(known) is type(unknown) is type(misnamed) is LimitReached
    assert vars(known) == vars(unknown) == vars(misnamed)
    assert not world.store.sessions_by_id
    world.start(a_request(), OTHER)


def test_an_ended_entitlement_cannot_be_found_out_over_the_limit_either() -> None:
    world = limited(unknown_by_user=1, status=Status.TERMINATED)
    assert isinstance(refused(world), CameraUnavailable)
    assert isinstance(refused(world, id_number=STRANGER), BeneficiaryNotFound)
    over, unknown = refused(world), refused(world, id_number=STRANGER)
    assert isinstance(over, LimitReached)
    assert vars(over) == vars(unknown)


def test_a_repeat_of_the_same_request_is_counted_once() -> None:
    world = limited(by_user=1)
    first = world.start(a_request(idempotency_key="the-same-key"), HELPER)
    assert world.start(a_request(idempotency_key="the-same-key"), HELPER).session == first.session


def test_unusual_volume_opens_one_review_and_stops_nobody() -> None:
    store, clock = MemoryStore(), FixedClock(NOW)
    volume = HelperVolume(store.limits, OpenReview(store.register, clock), clock, usual=3)
    people = [registration() for _ in range(7)]
    for change in people:
        store.register.commit(change)
        session = a_session(beneficiary_id=change.after.beneficiary_id)
        store.sessions_by_id[session.session_id] = session
        volume(session)
    reviews = list(store.reviews.values())
    assert [review.kind for review in reviews] == [ReviewKind.UNUSUAL_VOLUME] * 2
    assert [review.beneficiary_id for review in reviews] == [people[i].after.beneficiary_id for i in (2, 5)]
    assert {(review.related_id, review.opened_by.actor_id) for review in reviews} == {(HELPER.user_id, HELPER.user_id)}
    assert store.entries[people[2].after.beneficiary_id][-1].event is LedgerEvent.REVIEW_OPENED
    clock.move(days=1)
    volume(a_session(beneficiary_id=people[0].after.beneficiary_id))
    assert len(store.reviews) == 2


@pytest.mark.parametrize("on_behalf", [True, False])
@pytest.mark.parametrize("a_day", [1, 9])
def test_two_hundred_people_of_one_account_are_looked_at_whatever_it_says(on_behalf: bool, a_day: int) -> None:
    """`on_behalf: false` was never counted, nor a few people a day."""
    world, seen = VerifyWorld(), set()
    counting = helper_volume(world.store.limits, world.store.register, world.clock, 20)
    world.verify = with_other(world.verify, helper_volume=counting)
    for number in range(60):
        world.store.register.commit(person := registration(reference_ids=("reference-1",)))
        world.clock.move(days=number % a_day == 0)
        session = world.session(beneficiary_id=person.after.beneficiary_id, on_behalf=on_behalf)
        world.verify(session.session_id, HELPER)
        seen |= {one.session_id for one in world.store.reviews.values() if one.kind is ReviewKind.UNUSUAL_VOLUME}
    assert len(seen) == 3
    for review in world.store.reviews.values():
        assert review.related_id == HELPER.user_id


def test_who_certifies_the_same_people_every_year_is_one_of_the_day_s() -> None:
    world = VerifyWorld()
    for _ in range(3):
        world.verify(world.session(on_behalf=False).session_id, HELPER)
        world.clock.move(days=2)
    assert world.store.counted[f"people#{HELPER.user_id}"] == 1
    assert sum(name.startswith(f"helper#{HELPER.user_id}#") for name in world.store.counted) == 2


def test_a_helpers_day_is_the_deployments_and_not_utcs() -> None:
    """In Shanghai a day begins at 16:00 UTC: an evening and the next morning are two days, a morning and an evening
    are one, whatever UTC's date says."""
    shanghai = FixedClock()

    def name(hours: float) -> str:
        return helper_day("helper-1", (NOW + timedelta(hours=hours)).astimezone(shanghai.zone), 2).name

    morning, midday, evening, next_morning = (name(hours) for hours in (-1.5, 3, 14.9, 15.1))  # from 9:00 in Shanghai
    assert morning == midday == evening != next_morning
    until = helper_day("helper-1", NOW.astimezone(shanghai.zone), 2).until
    assert until == NOW.replace(hour=16, minute=0)


def test_a_helper_is_counted_in_the_deployments_day() -> None:
    store, clock = MemoryStore(), FixedClock()
    store.register.commit(change := registration())
    volume = HelperVolume(store.limits, OpenReview(store.register, clock), clock, usual=2)
    session = a_session(beneficiary_id=change.after.beneficiary_id)
    clock.time = NOW.replace(hour=15, minute=59)
    volume(session)
    clock.move(minutes=2)  # midnight in Shanghai
    volume(session)
    assert store.reviews == {}
    clock.time = NOW.replace(hour=15, minute=59) + timedelta(days=1)
    volume(session)
    assert [review.kind for review in store.reviews.values()] == [ReviewKind.UNUSUAL_VOLUME]
