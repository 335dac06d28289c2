"""Registered devices, and that one is in force as a session opens: in memory and in DynamoDB."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from lifecert.domain.device import Device, DeviceProof, DeviceState
from lifecert.domain.errors import DeviceNotProven, LimitReached
from lifecert.domain.limits import Count
from lifecert.domain.proof_channel import ProofChannel
from lifecert.domain.scope import EVERYWHERE, NOWHERE, Scope
from tests.support.builders import NOW, a_session, an_id
from tests.support.devices import a_device
from tests.support.engines import Stores, left_at_default

REGISTERED, REVOKED = DeviceState.REGISTERED, DeviceState.REVOKED


def revoked(device: Device) -> Device:
    return replace(device, revoked_by="clerk-2", revoked_at=NOW + timedelta(hours=1))


def test_a_device_is_registered_once_and_comes_back_whole(stores: Stores) -> None:
    device = a_device()
    assert stores.devices.get(device.device_id) is None
    assert stores.devices.register(device) == device
    assert stores.devices.register(replace(device, name="Elsewhere")) == device
    assert stores.devices.get(device.device_id) == device
    gone = revoked(device)
    assert not left_at_default(gone)
    assert stores.devices.revoke(gone) == gone
    assert stores.devices.revoke(replace(gone, revoked_by="another")) == gone
    assert stores.devices.register(device) == gone
    assert stores.devices.get(device.device_id) == gone


def test_lists_go_by_state_and_district_page_by_page(stores: Stores) -> None:
    # Districts of its own: others' devices are in the same table.
    first, second, third = (
        a_device(district=district, registered_at=NOW + timedelta(seconds=number))
        for number, district in ((3, "970101"), (2, "970201"), (1, "970202"))
    )
    gone = a_device(district="970101")
    for device in (first, second, third, gone):
        stores.devices.register(device)
    stores.devices.revoke(revoked(gone))
    province = Scope.of(["97"])
    page = stores.devices.listed(REGISTERED, 2, None, province)
    assert page.items == (first, second), "one district after another"
    assert stores.devices.listed(REGISTERED, 2, page.after, province).items == (third,)
    assert stores.devices.listed(REGISTERED, 2, page.after, province).after is None
    assert stores.devices.listed(REGISTERED, 9, None, Scope.of(["9702", "9701"])).items == (first, second, third)
    assert stores.devices.listed(REVOKED, 9, None, province).items == (revoked(gone),)
    assert stores.devices.listed(REGISTERED, 9, None, NOWHERE).items == ()
    assert {first, second, third} <= {*stores.devices.listed(REGISTERED, 1000, None, EVERYWHERE).items}


def shown(stores: Stores, nonce: str = "", **fields: Any) -> DeviceProof:
    """What a registered device shows."""
    device = a_device(**fields)
    stores.devices.register(replace(device, revoked_at=None, revoked_by=""))
    if device.revoked_at:
        stores.devices.revoke(device)
    return DeviceProof(device.device_id, device.channel, nonce or an_id(), NOW.date(), NOW + timedelta(minutes=10))


def test_a_session_opens_with_a_device_in_force(stores: Stores) -> None:
    proof = shown(stores, ends_on=NOW.date())
    session = a_session(proof_channel=proof.channel, device_id=proof.device_id)
    assert stores.sessions.open(session, (), proof) == session
    assert stores.sessions.get(session.session_id) == session
    # The same once more meets its session, and needs no device.
    assert stores.sessions.open(session, (), proof) == session


@pytest.mark.parametrize(
    ("device", "proof"),
    [
        ({}, {"device_id": "unknown"}),
        ({}, {"channel": ProofChannel.REGISTERED_DEVICE}),
        ({"ends_on": date(2026, 2, 28)}, {}),
        ({"revoked_at": NOW, "revoked_by": "clerk-1"}, {}),
    ],
    ids=["unknown", "channel", "over", "revoked"],
)
def test_with_none_in_force_nothing_is_stored_or_counted(
    stores: Stores, device: dict[str, Any], proof: dict[str, Any]
) -> None:
    session, count = a_session(), Count(f"user#{an_id()}", 1, NOW + timedelta(hours=1))
    with pytest.raises(DeviceNotProven):
        stores.sessions.open(session, (count,), replace(shown(stores, **device), **proof))
    assert stores.sessions.get(session.session_id) is None
    stores.limits.take((count,))


def test_a_proof_is_shown_once(stores: Stores) -> None:
    proof = shown(stores)
    stores.sessions.open(a_session(), (), proof)
    with pytest.raises(DeviceNotProven):
        stores.sessions.open(again := a_session(), (), proof)
    assert stores.sessions.get(again.session_id) is None
    other = shown(stores, nonce=proof.nonce)
    assert stores.sessions.open(again, (), other) == again, "another device's nonce may be the same"


def test_a_full_limit_is_said_first_and_uses_up_no_proof(stores: Stores) -> None:
    proof, count = shown(stores), Count(f"user#{an_id()}", 1, NOW + timedelta(hours=1))
    stores.limits.take((count,))
    with pytest.raises(LimitReached):
        stores.sessions.open(a_session(), (count,), replace(proof, device_id="unknown"))
    with pytest.raises(LimitReached):
        stores.sessions.open(a_session(), (count,), proof)
    assert stores.sessions.open(session := a_session(), (), proof) == session
