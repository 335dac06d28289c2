"""Invitations, and the keyed hashes of their codes."""

from collections.abc import Sequence
from typing import Protocol

from lifecert.domain.invitation import Invitation


class Invitations(Protocol):
    """The newest invitation of each person. They are written with a change of the beneficiary (`Change.invitation`)."""

    def get(self, beneficiary_id: str) -> Invitation | None:
        """A person's newest invitation, whether it is in force or not."""
        ...

    def find(self, digits_keys: Sequence[str]) -> Invitation | None:
        """The invitation with one of these keys, which are of one code. A withdrawn one has none; may lag behind a
        change by a moment."""
        ...


class InvitationKeys(Protocol):
    """Hashes that can be compared but not reversed or guessed without the deployment's secrets. Hex text.

    Secrets are a chain as those of persons are (`PersonKeys`).
    """

    @property
    def newest(self) -> str:
        """Version of the secret under which invitations are issued."""
        ...

    @property
    def looked_up(self) -> tuple[str, ...]:
        """Versions under which one may stand, newest first: two while stored hashes are brought up to date."""
        ...

    def digits_key(self, digits: str, secret: str | None = None) -> str:
        """The look-up key of 20 digits, under the newest secret or another."""
        ...

    def text_key(self, text: str, secret: str | None = None) -> str:
        """The comparison key of a QR code's text, under the newest secret or another."""
        ...

    def session_secret(self, session_id: str) -> str:
        """What whoever started a session by an invitation shows for it; always the same, and known to nobody else."""
        ...


class HelperSeal(Protocol):
    """Encrypts the name that a helper gave, for one session: sealed for one, it does not open for another."""

    def seal(self, session_id: str, name: str, /) -> bytes:
        """Encrypt."""
        ...

    def open(self, session_id: str, sealed: bytes, /) -> str:
        """Decrypt."""
        ...
