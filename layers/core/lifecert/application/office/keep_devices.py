"""Devices of the office: registered by a clerk, listed, revoked. What one proves is only through what a proof came."""

from dataclasses import dataclass, replace
from datetime import date

from lifecert.application.shared.scoping import asked_for
from lifecert.domain.actor import User
from lifecert.domain.device import LONGEST, Device, DeviceState, district_of
from lifecert.domain.errors import (
    DeviceEndUnsuitable,
    DeviceNotFound,
    DeviceRegisteredBefore,
    DistrictOutside,
    NotAllowed,
)
from lifecert.domain.limits import devices_day
from lifecert.domain.page import Page, Position
from lifecert.domain.proof_channel import ProofChannel
from lifecert.ports.clock import Clock
from lifecert.ports.devices import Devices
from lifecert.ports.sessions import Limits


@dataclass(frozen=True, slots=True)
class NewDevice:
    """What a clerk states of a device; `device_id` is what it shows of itself, the district included."""

    device_id: str
    channel: ProofChannel
    name: str
    ends_on: date

    @property
    def district(self) -> str:
        """Where the device signs to stand."""
        return district_of(self.device_id)


@dataclass(frozen=True, slots=True)
class RegisterDevice:
    """The use case."""

    devices: Devices
    clock: Clock
    limits: Limits

    def __call__(self, wish: NewDevice, user: User) -> Device:
        """Register a device until a day; the same again by the same clerk gives it again, whatever became of it.

        Raises NotAllowed, DistrictOutside, DeviceEndUnsuitable (today or before, or too far ahead), LimitReached (this
        clerk registered so many today) and DeviceRegisteredBefore: what a key was registered as it stays, and a device
        that is to be another makes a new one.
        """
        if not user.is_clerk:
            raise NotAllowed
        if not user.changes.covers(wish.district):
            raise DistrictOutside
        today = self.clock.today()
        device = Device(
            device_id=wish.device_id,
            channel=wish.channel,
            name=wish.name,
            district=wish.district,
            ends_on=wish.ends_on,
            registered_by=user.user_id,
            registered_at=self.clock.now(),
        )
        if not today < wish.ends_on <= today + LONGEST:
            raise DeviceEndUnsuitable
        kept = self.devices.get(device.device_id)
        if kept is None:
            # What is there already costs nobody one of a day's.
            self.limits.take((devices_day(user.user_id, self.clock.local()),))
            kept = self.devices.register(device)
        if not kept.says_as(device):
            raise DeviceRegisteredBefore
        return kept


@dataclass(frozen=True, slots=True)
class ListDevices:
    """The use case."""

    devices: Devices

    def __call__(
        self, state: DeviceState, limit: int, user: User, district: str | None = None, after: Position | None = None
    ) -> Page[Device, Position]:
        """Devices of a user's districts, or of the part of them that is asked for. Raises DistrictOutside when they
        have none of it."""
        return self.devices.listed(state, limit, after, asked_for(user.reads, district))


@dataclass(frozen=True, slots=True)
class RevokeDevice:
    """The use case."""

    devices: Devices
    clock: Clock

    def __call__(self, device_id: str, user: User) -> Device:
        """From this moment on it proves nothing, for good; sessions that it opened go on. A repeat gives it as it was
        revoked first. Raises DeviceNotFound, also for one outside the clerk's districts."""
        device = self.devices.get(device_id)
        if device is None or not user.changes.covers(device.district):
            raise DeviceNotFound
        if device.revoked_at:
            return device
        return self.devices.revoke(replace(device, revoked_by=user.user_id, revoked_at=self.clock.now()))
