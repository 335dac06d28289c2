"""ES256 statements under an asymmetric KMS key, whose private half never leaves KMS."""

import base64
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from lifecert.adapters.aws_errors import translated

if TYPE_CHECKING:
    from mypy_boto3_kms import KMSClient

TYPE = "lifecert+jws"
ANCHOR_TYPE = "lifecert-anchor+jws"
_COORDINATE = 32  # bytes of a number on P-256
# SubjectPublicKeyInfo of an uncompressed point on P-256, up to the two coordinates (RFC 5480).
_SPKI_P256 = bytes.fromhex("3059301306072a8648ce3d020106082a8648ce3d03010703420004")


@dataclass(frozen=True, slots=True)
class KmsSigner:
    """One request for each statement. The key's id is the statement's `kid`, and `type` says what it is one of."""

    client: "KMSClient"
    key_id: str
    type: str = TYPE

    def sign(self, claims: Mapping[str, str | int]) -> str:
        """The claims as a JWS in compact form. Raises StoreUnavailable."""
        header = {"alg": "ES256", "kid": self.key_id, "typ": self.type}
        signed = f"{_encoded(_json(header))}.{_encoded(_json(claims))}"
        with translated():
            answer = self.client.sign(
                KeyId=self.key_id,
                Message=signed.encode(),  # KMS hashes; it takes up to 4096 bytes, a statement has about 700
                MessageType="RAW",
                SigningAlgorithm="ECDSA_SHA_256",
            )
        return f"{signed}.{_encoded(_raw(answer['Signature']))}"


@dataclass(slots=True)
class KmsPublicKeys:
    """The public halves of the signing key and of those before it. A key never changes: each is asked for once."""

    client: "KMSClient"
    key_ids: tuple[str, ...]
    _found: dict[str, dict[str, str]] = field(default_factory=dict, init=False, repr=False)

    def jwks(self) -> Mapping[str, list[dict[str, str]]]:
        """A JSON Web Key Set, the signing key first. Raises StoreUnavailable."""
        for key_id in self.key_ids:
            if key_id not in self._found:
                self._found[key_id] = self._public(key_id)
        return {"keys": list(self._found.values())}

    def _public(self, key_id: str) -> dict[str, str]:
        with translated():
            answer = self.client.get_public_key(KeyId=key_id)
        point = answer["PublicKey"].removeprefix(_SPKI_P256)
        if len(point) != 2 * _COORDINATE:
            raise ValueError("the signing key is not on P-256")
        return {
            "kty": "EC",
            "crv": "P-256",
            "alg": "ES256",
            "use": "sig",
            "kid": key_id,
            "x": _encoded(point[:_COORDINATE]),
            "y": _encoded(point[_COORDINATE:]),
        }


def _json(value: Mapping[str, str | int]) -> bytes:
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def _encoded(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()


def _raw(der: bytes) -> bytes:
    """KMS's signature, SEQUENCE { INTEGER r, INTEGER s } in DER (RFC 3279), as the 64 bytes r || s of RFC 7518."""
    numbers, rest = [], der[2:]
    for _ in range(2):
        length = rest[1]
        numbers.append(int.from_bytes(rest[2 : 2 + length]))
        rest = rest[2 + length :]
    return b"".join(number.to_bytes(_COORDINATE) for number in numbers)
