"""Tokens that the gateway does not check by itself: of another issuer, and of programs."""

from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Bearer:
    """Whom a token speaks for: its subject, and the names of the groups that it claims; or a program, of one
    payer or of one other register, and in no group. `number` is the person's ID number, as the issuer vouches for it,
    where the deployment names its claim."""

    subject: str
    groups: tuple[str, ...]
    payer: str | None = None
    register: str | None = None
    number: str | None = None


class Tokens(Protocol):
    """Checks tokens."""

    def bearer(self, token: str) -> Bearer:
        """Whom a token speaks for. Raises TokenRefused, and StoreUnavailable when its keys cannot be had."""
        ...
