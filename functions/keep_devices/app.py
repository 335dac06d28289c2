"""Devices of the office: a kiosk, or a village's tablet, registered by a clerk, listed, and revoked."""

from aws_lambda_powertools.event_handler import Response

from lifecert.bootstrap import devices
from lifecert.domain.device import Device
from lifecert.entry.http.access import CLERKS, STAFF
from lifecert.entry.http.api import Api
from lifecert.entry.http.bodies.devices import DeviceShown, DevicesQuery, DevicesShown, RegisterDeviceBody
from lifecert.entry.log import LogCode, done

api = Api(devices.register_device, devices.list_devices, devices.revoke_device)


@api.on("POST /staff/devices", CLERKS)
def register() -> Response[str]:
    device = devices.register_device()(api.body(RegisterDeviceBody).wish(), api.user)
    by = {"device_id": device.device_id, "actor_id": api.user.user_id}
    done(LogCode.DEVICE_REGISTERED, "DevicesRegistered", {"channel": device.channel}, **by)
    return api.answer(shown(device), 201)


@api.on("GET /staff/devices", STAFF)
def listed() -> Response[str]:
    query = api.query(DevicesQuery)
    page = devices.list_devices()(query.state, query.limit, api.user, query.district, query.after)
    done(LogCode.DEVICES_LISTED, "DevicesListed", devices=len(page.items))
    return api.answer(DevicesShown.of(page, devices.clock().today()))


@api.on("POST /staff/devices/{device_id}/revocation", CLERKS)
def revoke(device_id: str) -> Response[str]:
    device = devices.revoke_device()(device_id, api.user)
    done(LogCode.DEVICE_REVOKED, "DevicesRevoked", {"channel": device.channel}, device_id=device.device_id)
    return api.answer(shown(device))


def shown(device: Device) -> DeviceShown:
    return DeviceShown.of(device, devices.clock().today())


handler = api.handler
