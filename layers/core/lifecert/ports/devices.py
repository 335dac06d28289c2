"""Registered devices, and what one shows at the start of a session."""

from typing import Protocol

from lifecert.domain.device import Device, DeviceProof, DeviceState
from lifecert.domain.page import Page, Position
from lifecert.domain.scope import Scope


class Devices(Protocol):
    """Devices, by the number of their key and district. That one is registered, in force and shows its proof for
    the first time, `Sessions.open` sees to."""

    def register(self, device: Device) -> Device:
        """Keep a new device; the one that is there, if one of this number is."""
        ...

    def get(self, device_id: str) -> Device | None:
        """One of them."""
        ...

    def listed(self, state: DeviceState, limit: int, after: Position | None, scope: Scope) -> Page[Device, Position]:
        """Those of one state, the first registered first; of some districts one after another. May lag behind a change
        by a moment."""
        ...

    def revoke(self, device: Device) -> Device:
        """Keep that it is revoked, as `device` says; as it was revoked before, if it was."""
        ...


class DeviceProofs(Protocol):
    """Reads what a device signed."""

    def read(self, text: str, path: str, body: str) -> DeviceProof:
        """What a proof says that came with a POST of this body to a path of ours.

        Raises DeviceNotProven: unreadable, not signed by the key that it shows, of another request, or of another time.
        """
        ...
