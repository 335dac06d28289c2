"""Keyed hashes under a chain of secrets that never leave KMS as such (docs/adr/0016)."""

import hashlib
import hmac
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, ClassVar

from lifecert.adapters.aws_errors import translated
from lifecert.domain.person import FIRST_SECRET

if TYPE_CHECKING:
    from mypy_boto3_kms import KMSClient


@dataclass(slots=True)
class SecretChain:
    """KMS derives one secret for each version from an HMAC key, at the first use; hashing with it makes no request.
    Each secret hashes what the one before it made. How one version hashes is `_next`'s to say.

    `secrets` are the versions, oldest first; while `moving`, stored hashes may stand under the last two. `label` must
    never change: every stored hash depends on it.
    """

    label: ClassVar[str]

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

    def _until(self, secret: str | None) -> tuple[str, ...]:
        return self.secrets if secret is None else self.secrets[: self.secrets.index(secret) + 1]

    def _after(self, secret: str) -> tuple[str, ...]:
        return self.secrets[self.secrets.index(secret) + 1 :]

    def _hash(self, purpose: str, value: str, secrets: tuple[str, ...]) -> str:
        for secret in secrets:
            value = self._next(purpose, value, secret)
        return value

    def _next(self, purpose: str, value: str, version: str) -> str:
        return hmac.new(self._secret(version), f"{purpose}\0{value}".encode(), hashlib.sha256).hexdigest()

    def _secret(self, version: str) -> bytes:
        if version not in self._derived:
            self._derived[version] = self._mac(f"{self.label} {version}")
        return self._derived[version]

    def _mac(self, message: str) -> bytes:
        with translated():
            answer = self.client.generate_mac(KeyId=self.key_id, Message=message.encode(), MacAlgorithm="HMAC_SHA_256")
        return answer["Mac"]
