"""Proofs of devices as they travel: a compact JWS (RFC 7515), made much as DPoP (RFC 9449) makes its own.

The header carries the public key; the claims name the request by its path and the digest of its body, a time, a
nonce, and what the device is: of which channel, and in which district. A JOSE library is loaded only when one comes:
hardly any start has one.
"""

import base64
import hashlib
import json
import re
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from lifecert.domain.device import CLOCKS_DIFFER, DeviceProof, device_id_of
from lifecert.domain.errors import DeviceNotProven
from lifecert.domain.proof_channel import BY_DEVICE
from lifecert.ports.clock import Clock

TYPE, ALGORITHM = "lifecert-device+jwt", "ES256"
MOST_BYTES = 2048
_DISTRICT = re.compile(r"[0-9]{6}")
_NONCE = re.compile(r"[0-9A-Za-z_-]{16,64}")
_COORDINATE = re.compile(r"[0-9A-Za-z_-]{43}")
_CHANNELS = {str(one): one for one in BY_DEVICE}


@dataclass(frozen=True, slots=True)
class JwsDeviceProofs:
    """Reads them. `ahead` is by how much this deployment's clock is ahead of everybody else's: a local demo's moves."""

    clock: Clock
    ahead: timedelta = timedelta(0)

    def read(self, text: str, path: str, body: str) -> DeviceProof:
        """As the port has it. What is wrong is told by one word, for the log."""
        key = _key_in(text)
        claims, thumbprint = _verified(text, key)
        if claims.get("path") != path or claims.get("digest") != _digest(body):
            raise DeviceNotProven("request")
        nonce, channel = claims.get("jti"), _CHANNELS.get(str(claims.get("channel")))
        district = claims.get("district")
        if channel is None or not _is_of(_NONCE, nonce) or not _is_of(_DISTRICT, district):
            raise DeviceNotProven("unreadable")
        issued = claims.get("iat")
        now = self.clock.now()
        # In whole seconds: a number that no fraction can hold is a number too.
        if type(issued) is not int or abs(int((now - self.ahead).timestamp()) - issued) > CLOCKS_DIFFER.total_seconds():
            raise DeviceNotProven("clock")
        # From then on it is too old to be shown again.
        until = now + 2 * CLOCKS_DIFFER
        return DeviceProof(device_id_of(thumbprint, str(district)), channel, str(nonce), self.clock.today(), until)


def _is_of(pattern: re.Pattern[str], value: object) -> bool:
    return isinstance(value, str) and pattern.fullmatch(value) is not None


def _key_in(text: str) -> dict[str, str]:
    """The public key in the header: on the one curve, by its members and no others, so that no private one comes."""
    if len(text) > MOST_BYTES or text.count(".") != 2:
        raise DeviceNotProven("unreadable")
    try:
        head = text.split(".", maxsplit=1)[0]
        header = json.loads(base64.urlsafe_b64decode(head + "=" * (-len(head) % 4)))
        jwk = header["jwk"]
        fits = (header["typ"], header["alg"], jwk["kty"], jwk["crv"]) == (TYPE, ALGORITHM, "EC", "P-256")
        x, y = jwk["x"], jwk["y"]
        if not (fits and len(header) == 3 and len(jwk) == 4 and _COORDINATE.fullmatch(x) and _COORDINATE.fullmatch(y)):
            raise DeviceNotProven("unreadable")
    except (ValueError, KeyError, TypeError, RecursionError):
        raise DeviceNotProven("unreadable") from None
    return {"kty": "EC", "crv": "P-256", "x": x, "y": y}


def _verified(text: str, jwk: dict[str, str]) -> tuple[dict[str, Any], str]:
    """The claims that the key signed, and its thumbprint."""
    from joserfc import jws
    from joserfc.errors import JoseError
    from joserfc.jwk import ECKey

    try:
        key = ECKey.import_key(dict(jwk))
        registry = jws.JWSRegistry(algorithms=[ALGORITHM], strict_check_header=False)
        payload = jws.deserialize_compact(text, key, registry=registry).payload
    except (JoseError, ValueError):
        raise DeviceNotProven("signature") from None
    try:
        claims = json.loads(payload)
    except (ValueError, RecursionError):
        claims = None
    if not isinstance(claims, dict):
        raise DeviceNotProven("unreadable")
    return claims, key.thumbprint()


def _digest(body: str) -> str:
    return base64.urlsafe_b64encode(hashlib.sha256(body.encode()).digest()).rstrip(b"=").decode()
