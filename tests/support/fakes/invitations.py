"""Invitations in memory, and keys for their codes."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from lifecert.domain.invitation import Invitation
from tests.support.fakes.keys import FakeSecretChain

if TYPE_CHECKING:
    from tests.support.fakes.store import MemoryStore


@dataclass(frozen=True, slots=True)
class MemoryInvitations:
    store: "MemoryStore"

    def get(self, beneficiary_id: str) -> Invitation | None:
        return self.store.invitations.get(beneficiary_id)

    def find(self, digits_keys: Sequence[str]) -> Invitation | None:
        found = [one for one in self.store.invitations.values() if one.digits_key in digits_keys]
        return found[0] if len(found) == 1 else None


@dataclass(frozen=True, slots=True)
class FakeInvitationKeys(FakeSecretChain):
    def digits_key(self, digits: str, secret: str | None = None) -> str:
        return self._key("digits", digits, secret)

    def text_key(self, text: str, secret: str | None = None) -> str:
        return self._key("text", text, secret)

    def session_secret(self, session_id: str) -> str:
        return self._key("session", session_id, self.newest)
