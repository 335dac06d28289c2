"""A device as one signs its starts, and devices that are registered."""

import base64
import hashlib
import json
import secrets
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ec import ECDSA
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256
from joserfc.jwk import ECKey

from lifecert.domain.device import Device, device_id_of
from lifecert.domain.proof_channel import ProofChannel
from tests.support.builders import NOW

DISTRICT = "110101"
TYPE = "lifecert-device+jwt"


def a_device(**fields: Any) -> Device:
    """A kiosk in force."""
    device = Device(
        device_id=device_id_of(_text(secrets.token_bytes(32)), fields.get("district", DISTRICT)),
        channel=ProofChannel.KIOSK,
        name="Service hall, window 3",
        district=DISTRICT,
        ends_on=date(2027, 2, 28),
        registered_by="clerk-1",
        registered_at=NOW,
    )
    return replace(device, **fields)


@dataclass(frozen=True, slots=True)
class Signing:
    """A key pair, and what it signs."""

    key: ECKey = field(default_factory=lambda: ECKey.generate_key("P-256"))

    @property
    def device_id(self) -> str:
        """As the office knows it, in that district."""
        return device_id_of(self.key.thumbprint(), DISTRICT)

    @property
    def jwk(self) -> dict[str, Any]:
        """The public half, as it travels."""
        public = self.key.as_dict(private=False)
        return {name: public[name] for name in ("kty", "crv", "x", "y")}

    def proof(
        self,
        body: str,
        at: datetime = NOW,
        path: str = "/sessions",
        channel: str = "kiosk",
        header: dict[str, Any] | None = None,
        **claims: Any,
    ) -> str:
        """What it signs at a start; `header` and `claims` put others in the place of the right ones."""
        right = {"path": path, "digest": _text(hashlib.sha256(body.encode()).digest())}
        told = {
            **right,
            "iat": int(at.timestamp()),
            "channel": channel,
            "district": DISTRICT,
            "jti": secrets.token_urlsafe(16),
            **claims,
        }
        head = {"typ": TYPE, "alg": "ES256", "jwk": self.jwk, **(header or {})}
        content = f"{_text(json.dumps(head).encode())}.{_text(json.dumps(told).encode())}"
        private = self.key.private_key
        assert private
        r, s = decode_dss_signature(private.sign(content.encode(), ECDSA(SHA256())))
        return f"{content}.{_text(r.to_bytes(32, 'big') + s.to_bytes(32, 'big'))}"


def _text(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()
