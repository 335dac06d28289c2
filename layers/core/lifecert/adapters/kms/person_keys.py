"""Keyed hashes of ID numbers and names."""

import uuid
from dataclasses import dataclass
from typing import ClassVar

from lifecert.adapters.kms.secret_chain import SecretChain

# Never change: every id depends on it.
ID_LABEL = "lifecert beneficiary id"


@dataclass(slots=True)
class KmsPersonKeys(SecretChain):
    """The chain of PersonKey."""

    label: ClassVar[str] = "lifecert person keys"

    def person_key(self, id_number: str, secret: str | None = None) -> str:
        """The look-up key of a normalised ID number: 64 hex digits."""
        return self._hash("id", id_number, self._until(secret))

    def name_key(self, name: str, secret: str | None = None) -> str:
        """The comparison key of a normalised name: 64 hex digits."""
        return self._hash("name", name, self._until(secret))

    def beneficiary_id(self, id_number: str) -> str:
        """Made by KMS itself, under the key that never leaves it, of a hash and not of the number."""
        first = self.person_key(id_number, self.secrets[0])
        return str(uuid.UUID(bytes=self._mac(f"{ID_LABEL} 1 {first}")[:16], version=4))

    def brought_up(self, person_key: str, name_key: str, secret: str) -> tuple[str, str]:
        """Stored hashes under an older secret as they are under the newest. Raises ValueError for an unknown one."""
        later = self._after(secret)
        return self._hash("id", person_key, later), self._hash("name", name_key, later)
