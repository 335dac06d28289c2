"""Keyed hashes of ID numbers and names."""

import uuid
from dataclasses import dataclass
from typing import ClassVar

from lifecert.adapters.kms.secret_chain import SecretChain
from lifecert.domain.person import by_kms

# Never change: every id depends on it.
ID_LABEL = "lifecert beneficiary id"
# Nor does this: every stored hash of a number that KMS made depends on it.
NUMBER_LABEL = "lifecert id number"


@dataclass(slots=True)
class KmsPersonKeys(SecretChain):
    """The chain of PersonKey. Of ID numbers a version by KMS (`by_kms`) is hashed by KMS itself, in one request: no
    secret in any memory tells which number a stored hash is of. Names pass such a version over."""

    label: ClassVar[str] = "lifecert person keys"

    def person_key(self, id_number: str, secret: str | None = None) -> str:
        """The look-up key of a normalised ID number: 64 hex digits."""
        return self._hash("id", id_number, self._until(secret))

    def looked_up_keys(self, id_number: str) -> tuple[str, ...]:
        """Those of all versions looked up, newest first, the chain gone along once: one request, or none."""
        found, value = {}, id_number
        for version in self.secrets:
            value = found[version] = self._next("id", value, version)
        return tuple(found[version] for version in self.looked_up)

    def name_key(self, name: str, secret: str | None = None) -> str:
        """The comparison key of a normalised name: 64 hex digits."""
        return self._hash("name", name, self._until(secret))

    def reference_key(self, payer: str, reference: str) -> str:
        """Under the first secret for ever, without a request: the register itself holds the reference as it is."""
        return self._hash("payment reference", f"{payer} {reference}", self.secrets[:1])

    def beneficiary_id(self, id_number: str) -> str:
        """Made by KMS itself, under the key that never leaves it, of a hash and not of the number."""
        first = self.person_key(id_number, self.secrets[0])
        return str(uuid.UUID(bytes=self._mac(f"{ID_LABEL} 1 {first}")[:16], version=4))

    def brought_up(self, person_key: str, name_key: str, secret: str) -> tuple[str, str]:
        """Stored hashes under an older secret as they are under the newest. Raises ValueError for an unknown one."""
        later = self._after(secret)
        return self._hash("id", person_key, later), self._hash("name", name_key, later)

    def _next(self, purpose: str, value: str, version: str) -> str:
        if not by_kms(version):
            return SecretChain._next(self, purpose, value, version)
        return self._mac(f"{NUMBER_LABEL} {version} {value}").hex() if purpose == "id" else value
