"""Devices of the office: registered, listed, revoked; by whom, where, and until when."""

from dataclasses import replace
from datetime import date

import pytest

from lifecert.application.office.keep_devices import ListDevices, NewDevice, RegisterDevice, RevokeDevice
from lifecert.domain.actor import Group, User
from lifecert.domain.device import DeviceProof, DeviceState, device_id_of
from lifecert.domain.errors import (
    DeviceEndUnsuitable,
    DeviceNotFound,
    DeviceRegisteredBefore,
    DistrictOutside,
    LimitReached,
    NotAllowed,
)
from lifecert.domain.limits import MOST_DEVICES_DAY
from lifecert.domain.proof_channel import ProofChannel
from lifecert.domain.scope import Scope
from tests.support.builders import CLERK, HELPER, NOW
from tests.support.devices import a_device
from tests.support.fakes.clock import FixedClock
from tests.support.fakes.store import MemoryStore

WISH = NewDevice(device_id_of("k" * 43, "110101"), ProofChannel.KIOSK, "Service hall", date(2027, 3, 1))
OF_ANOTHER = User("clerk-2", frozenset({Group.CLERK}), Scope.of(["22"]))
AUDITOR = User("auditor-1", frozenset({Group.AUDITOR}))


class Office:
    def __init__(self) -> None:
        self.store, self.clock = MemoryStore(), FixedClock(NOW)
        devices = self.store.devices_port
        self.register = RegisterDevice(devices, self.clock, self.store.limits)
        self.revoke = RevokeDevice(devices, self.clock)
        self.listed = ListDevices(devices)


def test_who_registered_what_and_when_is_kept_and_a_repeat_gives_it_again() -> None:
    office = Office()
    device = office.register(WISH, CLERK)
    assert (device.registered_by, device.registered_at, device.state) == (CLERK.user_id, NOW, DeviceState.REGISTERED)
    office.clock.move(days=1)
    assert office.register(WISH, CLERK) == device


@pytest.mark.parametrize(
    "other",
    [{"channel": ProofChannel.REGISTERED_DEVICE}, {"name": "Elsewhere"}, {"ends_on": date(2027, 3, 2)}],
    ids=str,
)
def test_what_a_key_is_registered_as_stays(other: dict[str, object]) -> None:
    office = Office()
    device = office.register(WISH, CLERK)
    with pytest.raises(DeviceRegisteredBefore):
        office.register(replace(WISH, **other), CLERK)  # type: ignore[arg-type]
    with pytest.raises(DeviceRegisteredBefore):
        office.register(WISH, replace(CLERK, user_id="another"))
    assert office.store.devices == {device.device_id: device}


def test_nobody_registers_one_again_that_was_revoked() -> None:
    office = Office()
    office.register(WISH, CLERK)
    revoked = office.revoke(WISH.device_id, CLERK)
    assert office.register(WISH, CLERK) == revoked
    with pytest.raises(DeviceRegisteredBefore):
        office.register(replace(WISH, ends_on=date(2027, 4, 1)), CLERK)
    assert office.store.devices[WISH.device_id].state is DeviceState.REVOKED


@pytest.mark.parametrize("ends_on", [date(2026, 3, 1), date(2026, 2, 1), date(2028, 3, 3)])
def test_its_end_lies_ahead_and_not_too_far(ends_on: date) -> None:
    office = Office()
    with pytest.raises(DeviceEndUnsuitable):
        office.register(replace(WISH, ends_on=ends_on), CLERK)
    assert not office.store.devices
    for good in (date(2026, 3, 2), date(2028, 3, 2)):
        office.register(replace(WISH, device_id=device_id_of(good.isoformat(), "110101"), ends_on=good), CLERK)


def test_only_clerks_of_its_district_register_and_revoke() -> None:
    office = Office()
    for user, error in ((HELPER, NotAllowed), (AUDITOR, NotAllowed), (OF_ANOTHER, DistrictOutside)):
        with pytest.raises(error):
            office.register(WISH, user)
    device = office.register(WISH, CLERK)
    for user in (HELPER, AUDITOR, OF_ANOTHER):
        with pytest.raises(DeviceNotFound):
            office.revoke(device.device_id, user)
    with pytest.raises(DeviceNotFound):
        office.revoke("unknown", CLERK)
    assert office.store.devices[device.device_id] == device


def test_it_is_revoked_once_and_a_repeat_gives_it_as_it_was_first() -> None:
    office = Office()
    office.register(WISH, CLERK)
    first = office.revoke(WISH.device_id, CLERK)
    assert (first.revoked_by, first.revoked_at, first.state) == (CLERK.user_id, NOW, DeviceState.REVOKED)
    office.clock.move(hours=1)
    assert office.revoke(WISH.device_id, replace(CLERK, user_id="another")) == first


def test_whoever_registers_anothers_kiosk_in_their_own_district_stands_in_nobodys_way() -> None:
    """Its number stands on its screen: registered there first it was theirs, and its own clerk could neither register
    nor revoke it."""
    office = Office()
    there = office.register(replace(WISH, device_id=device_id_of("k" * 43, "220101")), OF_ANOTHER)
    with pytest.raises(DistrictOutside):
        office.register(WISH, OF_ANOTHER)
    mine = office.register(WISH, CLERK)
    signing = DeviceProof(mine.device_id, mine.channel, "n" * 22, NOW.date(), NOW)
    assert office.store.devices_port.in_force(signing)
    office.revoke(there.device_id, OF_ANOTHER)
    assert office.store.devices_port.in_force(signing)
    office.revoke(mine.device_id, CLERK)
    assert not office.store.devices_port.in_force(signing)


def test_a_clerk_registers_so_many_in_a_day_and_colleagues_and_the_next_day_go_on() -> None:
    office = Office()

    def register(number: int, user: User = CLERK) -> None:
        office.register(replace(WISH, device_id=device_id_of(f"{number:043}", "110101")), user)

    for number in range(MOST_DEVICES_DAY):
        register(number)
        register(number)  # a repeat costs nothing
    with pytest.raises(LimitReached):
        register(MOST_DEVICES_DAY)
    register(0)
    register(MOST_DEVICES_DAY, replace(CLERK, user_id="another"))
    office.clock.move(days=1)
    register(MOST_DEVICES_DAY + 1)
    assert len(office.store.devices) == MOST_DEVICES_DAY + 2


def test_lists_are_of_ones_own_districts_and_an_auditors_of_all() -> None:
    office = Office()
    here, there = a_device(), a_device(district="220101")
    gone = a_device(revoked_at=NOW, revoked_by="clerk-1")
    for device in (here, there, gone):
        office.store.devices_port.register(device)
    registered, revoked = DeviceState.REGISTERED, DeviceState.REVOKED
    assert {*office.listed(registered, 10, AUDITOR).items} == {here, there}
    assert office.listed(registered, 10, OF_ANOTHER).items == (there,)
    assert office.listed(registered, 10, AUDITOR, "11").items == (here,)
    assert office.listed(revoked, 10, CLERK).items == (gone,)
    with pytest.raises(DistrictOutside):
        office.listed(registered, 10, OF_ANOTHER, "11")
