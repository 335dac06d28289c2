"""Keyed hashes of ID numbers and names, under a secret that never leaves KMS as such."""

import hashlib
import hmac
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from lifecert.adapters.aws_errors import translated

if TYPE_CHECKING:
    from mypy_boto3_kms import KMSClient

# Never change: every stored hash depends on it.
LABEL = b"lifecert person keys 1"


@dataclass(slots=True)
class KmsPersonKeys:
    """KMS derives one key from the deployment's HMAC key at the first use; hashing itself makes no request."""

    client: "KMSClient"
    key_id: str
    _derived: bytes | None = field(default=None, init=False, repr=False)

    def person_key(self, id_number: str) -> str:
        """The look-up key of a normalised ID number: 64 hex digits."""
        return self._hash("id", id_number)

    def name_key(self, name: str) -> str:
        """The comparison key of a normalised name: 64 hex digits."""
        return self._hash("name", name)

    def _hash(self, purpose: str, value: str) -> str:
        return hmac.new(self._secret(), f"{purpose}\0{value}".encode(), hashlib.sha256).hexdigest()

    def _secret(self) -> bytes:
        if self._derived is None:
            with translated():
                answer = self.client.generate_mac(KeyId=self.key_id, Message=LABEL, MacAlgorithm="HMAC_SHA_256")
            self._derived = answer["Mac"]
        return self._derived
