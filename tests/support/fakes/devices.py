"""Registered devices, in memory."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from lifecert.domain.device import Device, DeviceProof, DeviceState
from lifecert.domain.page import Page, Position
from lifecert.domain.scope import Scope

if TYPE_CHECKING:
    from tests.support.fakes.store import MemoryStore


@dataclass(frozen=True, slots=True)
class MemoryDevices:
    store: "MemoryStore"

    def register(self, device: Device) -> Device:
        with self.store.lock:
            return self.store.devices.setdefault(device.device_id, device)

    def get(self, device_id: str) -> Device | None:
        return self.store.devices.get(device_id)

    def listed(self, state: DeviceState, limit: int, after: Position | None, scope: Scope) -> Page[Device, Position]:
        def place(one: Position) -> tuple[str, str, str]:
            moment = one.opened_at.isoformat()
            return ("", moment, one.id) if scope.is_everywhere else (one.district, moment, one.id)

        mine = [one for one in self.store.devices.values() if one.state is state and scope.covers(one.district)]
        ordered = sorted(mine, key=lambda one: place(one.position))
        rest = [one for one in ordered if after is None or place(one.position) > place(after)]
        return Page(tuple(rest[:limit]), rest[limit - 1].position if len(rest) > limit else None)

    def revoke(self, device: Device) -> Device:
        with self.store.lock:
            if self.store.devices[device.device_id].revoked_at is None:
                self.store.devices[device.device_id] = device
            return self.store.devices[device.device_id]

    def in_force(self, proof: DeviceProof) -> bool:
        known = self.store.devices.get(proof.device_id)
        return (
            known is not None
            and known.channel is proof.channel
            and known.ends_on >= proof.on
            and known.revoked_at is None
        )
