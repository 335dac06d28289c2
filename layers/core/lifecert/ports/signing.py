"""Signed statements, and the keys to check them."""

from collections.abc import Mapping
from typing import Protocol


class Signer(Protocol):
    """Signs with the deployment's key."""

    def sign(self, claims: Mapping[str, str | int]) -> str:
        """The claims as a JWS in compact form (RFC 7515), ES256."""
        ...


class PublicKeys(Protocol):
    """The keys of all statements that still count."""

    def jwks(self) -> Mapping[str, list[dict[str, str]]]:
        """A JSON Web Key Set (RFC 7517)."""
        ...
