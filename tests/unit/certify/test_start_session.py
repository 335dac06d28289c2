"""Starting a session."""

import random
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from lifecert.application.certify.opening import SessionOpening
from lifecert.application.certify.start_session import StartRequest, StartSession
from lifecert.domain.actor import User
from lifecert.domain.category import Category
from lifecert.domain.challenge import Ability, Step
from lifecert.domain.errors import (
    BeneficiaryNotFound,
    CameraPaused,
    CameraUnavailable,
    ConsentMissing,
    ConsentWithdrawn,
    EntitlementEnded,
    IdempotencyKeyReused,
    LifeCertError,
    ReferenceMissing,
    SessionExpired,
)
from lifecert.domain.help_lines import HelpLines
from lifecert.domain.person import IdNumber, normalise_name
from lifecert.domain.session import Channel, ImageType
from lifecert.domain.status import Status
from tests.support.builders import HELPER, NOW, a_policy, paused, registration, start_limits
from tests.support.fakes.clock import FixedClock
from tests.support.fakes.keys import FakePersonKeys
from tests.support.fakes.photos import MemoryPhotos
from tests.support.fakes.store import MemoryStore

NAME, ID_NUMBER = "王小明", IdNumber.parse("11010519491231002X")
CHILD = IdNumber.parse("110105201901010016")
KEYS = FakePersonKeys()


class World:
    """A register with one person in it."""

    def __init__(self, id_number: IdNumber = ID_NUMBER, **beneficiary: Any) -> None:
        self.store, self.photos, self.clock = MemoryStore(), MemoryPhotos(), FixedClock(NOW)
        fields = {
            "person_key": KEYS.person_key(id_number.value),
            "name_key": KEYS.name_key(normalise_name(NAME)),
            "district": "330106",
            **beneficiary,
        }
        self.store.register.commit(registration(**fields))
        self.start = StartSession(
            self.store.register,
            KEYS,
            "2026-1",
            SessionOpening(
                self.store.sessions,
                self.photos,
                self.clock,
                random.Random,
                a_policy(),
                HelpLines("12333", {Category.RESIDENT_PENSION.scheme: {"3301": "0571-1"}}),
                self.store.limits,
                start_limits(),
            ),
        )


def a_request(**fields: object) -> StartRequest:
    request = StartRequest(NAME, ID_NUMBER, False, Channel.APP, "2026-1", False, frozenset(), ImageType.JPEG, None)
    return replace(request, **fields)  # type: ignore[arg-type]


def test_a_session_has_a_slot_for_every_step_until_its_deadline() -> None:
    world = World()
    started = world.start(a_request(), HELPER)
    session = started.session
    assert session.challenge[0] is Step.NEUTRAL
    assert len(session.challenge) == 3
    assert (session.deadline - NOW).total_seconds() == 600
    assert list(world.photos.slots) == [f"frames/{session.session_id}/{number}" for number in (1, 2, 3)]
    assert set(world.photos.slots.values()) == {(ImageType.JPEG, 8_000_000, 600)}
    assert world.store.sessions.get(session.session_id) == session


def test_consent_actor_and_whom_it_is_for_are_recorded() -> None:
    session = World().start(a_request(on_behalf=True), HELPER).session
    assert (session.user_id, session.on_behalf, session.consent.version) == (HELPER.user_id, True, "2026-1")
    assert session.consent.given_at == NOW


def test_unknown_person_and_wrong_name_cannot_be_told_apart() -> None:
    refusals = []
    for request in (a_request(id_number=CHILD, guardian_consent=True), a_request(name="王大明")):
        with pytest.raises(BeneficiaryNotFound) as refused:
            World().start(request, HELPER)
        refusals.append((str(refused.value), refused.value.help_line))
    assert refusals[0] == refusals[1] == ("", "12333")


def test_a_repeat_meets_its_session_although_the_hashes_were_brought_up_meanwhile() -> None:
    world, moving = World(), FakePersonKeys(secrets=("1", "2"), moving=True)
    world.start = replace(world.start, person_keys=moving)
    request = a_request(idempotency_key="one-and-the-same")
    first = world.start(request, HELPER)
    [before] = world.store.beneficiaries.values()
    person_key, name_key = moving.person_key(ID_NUMBER.value), moving.name_key(normalise_name(NAME))
    assert person_key != before.person_key
    world.store.beneficiaries[before.beneficiary_id] = replace(
        before, person_key=person_key, name_key=name_key, person_secret="2"
    )
    assert world.start(request, HELPER).session == first.session


def test_the_name_may_be_spelt_with_other_spaces_and_width() -> None:
    assert World().start(a_request(name=" 王 小明"), HELPER).session.beneficiary_id


@pytest.mark.parametrize("version", ["", "2025-1"])
def test_without_consent_to_the_current_text_nothing_starts(version: str) -> None:
    world = World()
    with pytest.raises(ConsentMissing):
        world.start(a_request(consent_version=version), HELPER)
    assert not world.store.sessions_by_id


def test_a_child_needs_the_guardians_consent() -> None:
    world = World(CHILD)
    with pytest.raises(ConsentMissing):
        world.start(a_request(id_number=CHILD), HELPER)
    assert world.start(a_request(id_number=CHILD, guardian_consent=True), HELPER).session.consent.guardian


@pytest.mark.parametrize(
    ("state", "error"),
    [
        ({"status": Status.TERMINATED}, EntitlementEnded),
        ({"has_reference": False}, ReferenceMissing),
        ({"consent_withdrawn_on": NOW.date()}, ConsentWithdrawn),
        ({"certified_by": (), "camera": paused(NOW + timedelta(minutes=20))}, CameraPaused),
    ],
    ids=["terminated", "no reference", "withdrawn", "paused"],
)
def test_who_cannot_use_the_camera_is_told_whom_to_call(state: dict[str, Any], error: type[LifeCertError]) -> None:
    world = World(**{"certified_by": (HELPER.user_id,), **state})
    with pytest.raises(error) as refused:
        world.start(a_request(), HELPER)
    assert refused.value.help_line == "0571-1"
    assert not world.store.sessions_by_id


def test_name_and_number_tell_nobody_how_the_person_stands() -> None:
    told = []
    states: list[dict[str, Any]] = [{"status": Status.TERMINATED}, {"has_reference": False}]
    for state in (*states, {"consent_withdrawn_on": NOW.date()}):
        world = World(**{"certified_by": ("daughter",), **state})
        with pytest.raises(CameraUnavailable) as refused:
            world.start(a_request(), HELPER)
        told.append(vars(refused.value))
        assert not world.store.sessions_by_id
        assert list(world.store.counted.values()) == [1]
    assert told == [{"help_line": "0571-1"}] * 3


@pytest.mark.parametrize("who", ["own_account", "withdrawn_by"])
def test_whose_account_it_is_and_who_took_the_consent_back_hear_why(who: str) -> None:
    state: dict[str, Any] = {who: HELPER.user_id, "consent_withdrawn_on": NOW.date()}
    world = World(**state)
    with pytest.raises(ConsentWithdrawn):
        world.start(a_request(), HELPER)


def test_a_lapsed_beneficiary_may_start() -> None:
    assert World(status=Status.LAPSED).start(a_request(), HELPER).session.beneficiary_id


def test_the_same_key_and_request_meet_the_same_session() -> None:
    world = World()
    first = world.start(a_request(idempotency_key="k1"), HELPER).session
    world.clock.move(minutes=4)
    again = world.start(a_request(idempotency_key="k1"), HELPER)
    assert again.session == first
    assert {seconds for _, _, seconds in world.photos.slots.values()} == {360}
    assert len(world.store.sessions_by_id) == 1


def test_the_same_key_with_another_request_is_refused() -> None:
    world = World()
    world.start(a_request(idempotency_key="k1"), HELPER)
    with pytest.raises(IdempotencyKeyReused):
        world.start(a_request(idempotency_key="k1", on_behalf=True), HELPER)


def test_keys_belong_to_their_user() -> None:
    world = World()
    first = world.start(a_request(idempotency_key="k1"), HELPER).session
    other = world.start(a_request(idempotency_key="k1"), User("helper-2")).session
    assert first.session_id != other.session_id


def test_a_repeat_after_the_deadline_is_too_late() -> None:
    world = World()
    world.start(a_request(idempotency_key="k1"), HELPER)
    world.clock.move(minutes=11)
    with pytest.raises(SessionExpired):
        world.start(a_request(idempotency_key="k1"), HELPER)


def test_without_a_key_every_request_opens_a_session() -> None:
    world = World()
    assert world.start(a_request(), HELPER).session.session_id != world.start(a_request(), HELPER).session.session_id


def test_abilities_are_honoured() -> None:
    cannot = frozenset({Ability.TURN_HEAD, Ability.CLOSE_EYES})
    challenge = World().start(a_request(cannot=cannot), HELPER).session.challenge
    assert set(challenge) == {Step.NEUTRAL, Step.OPEN_MOUTH, Step.SMILE}
