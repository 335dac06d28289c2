"""Devices that a clerk registered: what they are called, until when they count, and what one proves at a start.

A device has a key pair of its own, whose private half never leaves it. What it is known by is the thumbprint of the
public half with the district that whoever set it up typed on it: it signs both. So a registration of its key in
another district, by whoever saw its number, is one of a device that does not exist, and stands in nobody's way.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from lifecert.domain.page import Position
from lifecert.domain.proof_channel import ProofChannel

# So far ahead may a device's end be at most: what stands in a village for years is looked at again.
LONGEST = timedelta(days=2 * 366)
# A proof is for now. Clocks of tablets are not always right, and whoever's is further off certifies as anybody does.
CLOCKS_DIFFER = timedelta(minutes=5)


class DeviceState(StrEnum):
    """What a clerk said last of a device. One whose end has come stays `registered`, and proves nothing any more."""

    REGISTERED = "registered"
    REVOKED = "revoked"


def device_id_of(thumbprint: str, district: str) -> str:
    """What a device is known by: the thumbprint of its public key (RFC 7638, SHA-256), and the district that it signs
    to stand in."""
    return f"{thumbprint}.{district}"


def district_of(device_id: str) -> str:
    """The district in what a device is known by."""
    return device_id.rpartition(".")[2]


@dataclass(frozen=True, slots=True)
class Device:
    """One device. `device_id` is what `device_id_of` gives, `channel` the one that it proves, `name` where it stands or
    who keeps it, `ends_on` the last day on which it proves anything."""

    device_id: str
    channel: ProofChannel
    name: str
    district: str
    ends_on: date
    registered_by: str
    registered_at: datetime
    revoked_by: str = ""
    revoked_at: datetime | None = None

    @property
    def state(self) -> DeviceState:
        """Registered, until it is revoked for good."""
        return DeviceState.REVOKED if self.revoked_at else DeviceState.REGISTERED

    @property
    def position(self) -> Position:
        """Its place in the list of the devices of one state."""
        return Position(self.registered_at, self.device_id, self.district)

    def says_as(self, other: "Device") -> bool:
        """Whether another registration says the same, by the same clerk."""
        mine = (self.device_id, self.channel, self.name, self.district, self.ends_on, self.registered_by)
        return mine == (
            other.device_id,
            other.channel,
            other.name,
            other.district,
            other.ends_on,
            other.registered_by,
        )


@dataclass(frozen=True, slots=True)
class DeviceProof:
    """What a device's signature at the start of a session says: that the key of `device_id` signed this very request,
    as a device of its district and of this channel, now. Whether such a device is registered, and `nonce` is used for
    the first time, the store says with the same write that opens the session. The nonce can be forgotten from `until`
    on."""

    device_id: str
    channel: ProofChannel
    nonce: str
    on: date
    until: datetime
