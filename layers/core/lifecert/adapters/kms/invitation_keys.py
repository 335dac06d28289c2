"""Keyed hashes of the codes of invitations."""

from dataclasses import dataclass
from typing import ClassVar

from lifecert.adapters.kms.secret_chain import SecretChain


@dataclass(slots=True)
class KmsInvitationKeys(SecretChain):
    """The chain of InvitationKey, by the versions of PersonKeys'. A key of its own: who reads codes, for anyone, need
    not be able to hash ID numbers."""

    label: ClassVar[str] = "lifecert invitation keys"

    def digits_key(self, digits: str, secret: str | None = None) -> str:
        """The look-up key of 20 digits: 64 hex digits."""
        return self._hash("digits", digits, self._until(secret))

    def text_key(self, text: str, secret: str | None = None) -> str:
        """The comparison key of a QR code's text: 64 hex digits."""
        return self._hash("text", text, self._until(secret))

    def session_secret(self, session_id: str) -> str:
        """256 bits, as 64 hex digits."""
        return self._hash("session", session_id, self.secrets[-1:])

    def brought_up(self, digits_key: str, text_key: str, secret: str) -> tuple[str, str]:
        """Stored hashes under an older secret as they are under the newest. Raises ValueError for an unknown one."""
        later = self._after(secret)
        return self._hash("digits", digits_key, later), self._hash("text", text_key, later)
