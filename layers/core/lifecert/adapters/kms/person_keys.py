"""Keyed hashes of ID numbers and names, under secrets that never leave KMS as such."""

import hashlib
import hmac
import uuid
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from lifecert.adapters.aws_errors import translated
from lifecert.domain.person import FIRST_SECRET

if TYPE_CHECKING:
    from mypy_boto3_kms import KMSClient

# Never change: every stored hash and every id depends on them.
LABEL = "lifecert person keys"
ID_LABEL = "lifecert beneficiary id"


@dataclass(slots=True)
class KmsPersonKeys:
    """KMS derives one secret for each version from the deployment's HMAC key, at the first use; hashing itself makes no
    request. `secrets` are the versions, oldest first; while `moving`, people may stand under the last two."""

    client: "KMSClient"
    key_id: str
    secrets: tuple[str, ...] = (FIRST_SECRET,)
    moving: bool = False
    _derived: dict[str, bytes] = field(default_factory=dict, init=False, repr=False)

    @property
    def newest(self) -> str:
        """The last version."""
        return self.secrets[-1]

    @property
    def looked_up(self) -> tuple[str, ...]:
        """The newest, and while moving the one before it."""
        return tuple(reversed(self.secrets[-2 if self.moving else -1 :]))

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
        later = self.secrets[self.secrets.index(secret) + 1 :]
        return self._hash("id", person_key, later), self._hash("name", name_key, later)

    def _until(self, secret: str | None) -> tuple[str, ...]:
        return self.secrets if secret is None else self.secrets[: self.secrets.index(secret) + 1]

    def _hash(self, purpose: str, value: str, secrets: tuple[str, ...]) -> str:
        for secret in secrets:
            value = hmac.new(self._secret(secret), f"{purpose}\0{value}".encode(), hashlib.sha256).hexdigest()
        return value

    def _secret(self, version: str) -> bytes:
        if version not in self._derived:
            self._derived[version] = self._mac(f"{LABEL} {version}")
        return self._derived[version]

    def _mac(self, message: str) -> bytes:
        with translated():
            answer = self.client.generate_mac(KeyId=self.key_id, Message=message.encode(), MacAlgorithm="HMAC_SHA_256")
        return answer["Mac"]
