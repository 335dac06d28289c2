"""Devices of the office, as a clerk keeps them."""

from functools import cache
from typing import TYPE_CHECKING

from lifecert.bootstrap import parts, stores
from lifecert.entry import settings

if TYPE_CHECKING:
    from lifecert.application.office.keep_devices import ListDevices, RegisterDevice, RevokeDevice

# For answers that say whether a device is still in force.
clock = parts.answering_clock


class KeepDevicesSettings(settings.WithDevices, settings.WithLimits, settings.Common):
    """keep_devices."""


@cache
def register_device() -> "RegisterDevice":
    """POST /staff/devices."""
    from lifecert.application.office.keep_devices import RegisterDevice

    names = KeepDevicesSettings.load()
    return RegisterDevice(stores.devices(names), parts.clock(names), stores.limits(names))


@cache
def list_devices() -> "ListDevices":
    """GET /staff/devices."""
    from lifecert.application.office.keep_devices import ListDevices

    return ListDevices(stores.devices(KeepDevicesSettings.load()))


@cache
def revoke_device() -> "RevokeDevice":
    """POST /staff/devices/{device_id}/revocation."""
    from lifecert.application.office.keep_devices import RevokeDevice

    names = KeepDevicesSettings.load()
    return RevokeDevice(stores.devices(names), parts.clock(names))
