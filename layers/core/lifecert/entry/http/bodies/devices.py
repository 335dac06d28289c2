"""Devices of the office: what a clerk states of one, and what is shown."""

from datetime import date
from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from lifecert.application.office.keep_devices import NewDevice
from lifecert.domain.device import Device, DeviceState
from lifecert.domain.page import Page, Position
from lifecert.domain.proof_channel import ProofChannel
from lifecert.entry.http.bodies.fields import PAGE, DistrictPrefix, InList, cursor_of
from lifecert.entry.models import Incoming, Moment, Response

# The thumbprint of a public key, SHA-256 in base64url, and the district that the device signs to stand in.
DeviceId = Annotated[str, StringConstraints(pattern=r"^[0-9A-Za-z_-]{43}\.[0-9]{6}$")]
# Words, and no place for a link or for markup.
DeviceName = Annotated[str, StringConstraints(pattern=r"^[^\s<>{}:@][^<>{}:@\r\n\t]{0,58}[^\s<>{}:@]$")]


class RegisterDeviceBody(Incoming):
    """POST /staff/devices."""

    device_id: DeviceId
    channel: Literal[ProofChannel.REGISTERED_DEVICE, ProofChannel.KIOSK]
    name: DeviceName
    ends_on: date

    def wish(self) -> NewDevice:
        """What the use case takes."""
        return NewDevice(self.device_id, self.channel, self.name, self.ends_on)


class DevicesQuery(Incoming):
    """GET /staff/devices."""

    state: DeviceState = DeviceState.REGISTERED
    district: DistrictPrefix | None = None
    limit: Annotated[int, Field(ge=1, le=PAGE)] = PAGE
    after: InList | None = None


class DeviceShown(Response):
    """A device. `in_force`: what it signs today counts."""

    device_id: str
    channel: ProofChannel
    name: str
    district: str
    ends_on: date
    in_force: bool
    state: DeviceState
    registered_by: str
    registered_at: Moment
    revoked_by: str | None
    revoked_at: Moment | None

    @staticmethod
    def of(device: Device, today: date) -> "DeviceShown":
        """The answer as of `today`."""
        return DeviceShown(
            device_id=device.device_id,
            channel=device.channel,
            name=device.name,
            district=device.district,
            ends_on=device.ends_on,
            in_force=device.revoked_at is None and today <= device.ends_on,
            state=device.state,
            registered_by=device.registered_by,
            registered_at=device.registered_at,
            revoked_by=device.revoked_by or None,
            revoked_at=device.revoked_at,
        )


class DevicesShown(Response):
    """A page of devices. `after` asks for the next one; null at the end."""

    devices: tuple[DeviceShown, ...]
    after: str | None

    @staticmethod
    def of(page: Page[Device, Position], today: date) -> "DevicesShown":
        """The answer as of `today`."""
        after = page.after and cursor_of(page.after)
        return DevicesShown(devices=tuple(DeviceShown.of(one, today) for one in page.items), after=after)
