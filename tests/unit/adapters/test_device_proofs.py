"""What a device signs at a start: taken whole, or not at all."""

from datetime import timedelta
from typing import Any

import pytest
from joserfc.jwk import ECKey

from lifecert.adapters.device_proofs import JwsDeviceProofs
from lifecert.domain.device import DeviceProof, device_id_of
from lifecert.domain.errors import DeviceNotProven
from lifecert.domain.proof_channel import ProofChannel
from tests.support.builders import NOW
from tests.support.devices import Signing
from tests.support.fakes.clock import FixedClock

BODY = '{"on_behalf": false, "beneficiary": {"name": "王小明"}}'
PROOFS = JwsDeviceProofs(FixedClock(NOW))
DEVICE = Signing()


def refused(text: str, path: str = "/sessions", body: str = BODY, proofs: JwsDeviceProofs = PROOFS) -> str:
    with pytest.raises(DeviceNotProven) as told:
        proofs.read(text, path, body)
    return str(told.value)


def test_a_good_one_says_which_device_and_channel_it_is_of() -> None:
    proof = PROOFS.read(DEVICE.proof(BODY, jti="nonce-of-16-signs"), "/sessions", BODY)
    assert proof == DeviceProof(
        DEVICE.device_id, ProofChannel.KIOSK, "nonce-of-16-signs", NOW.date(), NOW + timedelta(minutes=10)
    )
    tablet = PROOFS.read(DEVICE.proof(BODY, channel="registered_device"), "/sessions", BODY)
    assert tablet.channel is ProofChannel.REGISTERED_DEVICE


@pytest.mark.parametrize("minutes", [-5, 5])
def test_a_clock_may_be_five_minutes_off_and_no_more(minutes: int) -> None:
    at = NOW + timedelta(minutes=minutes)
    assert PROOFS.read(DEVICE.proof(BODY, at), "/sessions", BODY).on == NOW.date()
    further = at + timedelta(seconds=1 if minutes > 0 else -1)
    assert refused(DEVICE.proof(BODY, further)) == "clock"


def test_a_proof_cannot_be_shown_again_once_its_nonce_may_be_forgotten() -> None:
    latest = DEVICE.proof(BODY, NOW + timedelta(minutes=5))
    until = PROOFS.read(latest, "/sessions", BODY).until
    later = JwsDeviceProofs(FixedClock(until + timedelta(seconds=1)))
    assert refused(latest, proofs=later) == "clock"


def test_a_demo_whose_clock_is_ahead_asks_for_the_devices_own_time() -> None:
    ahead = timedelta(days=40)
    proof = JwsDeviceProofs(FixedClock(NOW + ahead), ahead).read(DEVICE.proof(BODY), "/sessions", BODY)
    assert proof.on == (NOW + ahead).date()


def test_what_it_is_known_by_has_the_district_that_it_signs() -> None:
    elsewhere = PROOFS.read(DEVICE.proof(BODY, district="220101"), "/sessions", BODY)
    assert elsewhere.device_id == device_id_of(DEVICE.key.thumbprint(), "220101")
    for unfit in (None, 110101, "", "11", "1101011", "11010a", "１１０１０１", ["110101"]):
        assert refused(DEVICE.proof(BODY, district=unfit)) == "unreadable"


def test_it_is_of_one_request_alone() -> None:
    assert refused(DEVICE.proof(BODY), path="/invitations/sessions") == "request"
    assert refused(DEVICE.proof(BODY), body=BODY.replace("false", "true")) == "request"


def test_another_keys_signature_is_none() -> None:
    head, claims, signature = DEVICE.proof(BODY).split(".")
    others = Signing().proof(BODY).split(".")
    assert refused(".".join((head, claims, others[2]))) == "signature"
    assert refused(".".join((head, others[1], signature))) == "signature"
    # Whoever shows a device's key, and has it not.
    assert refused(Signing().proof(BODY, header={"jwk": DEVICE.jwk})) == "signature"


P384 = ECKey.generate_key("P-384").as_dict(private=False)


@pytest.mark.parametrize(
    "header",
    [
        {"typ": "JWT"},
        {"alg": "ES384"},
        {"alg": "none"},
        {"kid": "1"},
        {"jwk": "key"},
        {"jwk": {**DEVICE.jwk, "crv": "P-384"}},
        {"jwk": {name: P384[name] for name in ("kty", "crv", "x", "y")}},
        {"jwk": {**DEVICE.jwk, "kty": "OKP"}},
        {"jwk": {**DEVICE.jwk, "d": "A" * 43}},
        {"jwk": {**DEVICE.jwk, "x": 7}},
        {"jwk": {"kty": "EC", "crv": "P-256", "x": DEVICE.jwk["x"]}},
    ],
)
def test_of_keys_and_algorithms_there_is_one_kind(header: dict[str, Any]) -> None:
    assert refused(DEVICE.proof(BODY, header=header)) == "unreadable"


@pytest.mark.parametrize(
    ("claims", "said"),
    [
        ({"channel": "office"}, "unreadable"),
        ({"channel": "web"}, "unreadable"),
        ({"channel": None}, "unreadable"),
        ({"jti": "short"}, "unreadable"),
        ({"jti": "a" * 65}, "unreadable"),
        ({"jti": "with spaces, sixteen"}, "unreadable"),
        ({"jti": 1234567890123456}, "unreadable"),
        ({"iat": None}, "clock"),
        ({"iat": str(int(NOW.timestamp()))}, "clock"),
        ({"iat": True}, "clock"),
        ({"iat": float("inf")}, "clock"),
        ({"iat": 10**400}, "clock"),
        ({"iat": -(10**400)}, "clock"),
        ({"digest": None}, "request"),
    ],
)
def test_every_claim_is_needed_and_of_its_kind(claims: dict[str, Any], said: str) -> None:
    assert refused(DEVICE.proof(BODY, **claims)) == said


@pytest.mark.parametrize("text", ["x", "a.b", "a.b.c.d", "..", "e30.e30.", "ä.b.c", "bnVsbA.e30.c2ln", "a" * 2049])
def test_what_is_no_such_thing_is_refused(text: str) -> None:
    assert refused(text) == "unreadable"
