"""Tokens of another issuer."""

from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Bearer:
    """Whom a token speaks for: its subject, and the names of the groups that it claims."""

    subject: str
    groups: tuple[str, ...]


class Tokens(Protocol):
    """Checks tokens."""

    def bearer(self, token: str) -> Bearer:
        """Whom a token speaks for. Raises TokenRefused, and StoreUnavailable when its keys cannot be had."""
        ...
