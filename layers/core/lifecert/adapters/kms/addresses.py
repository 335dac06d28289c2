"""Addresses encrypted by KMS, each bound to its person."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from lifecert.adapters.aws_errors import translated

if TYPE_CHECKING:
    from mypy_boto3_kms import KMSClient


@dataclass(frozen=True, slots=True)
class KmsAddresses:
    """One key. Few may encrypt with it, and only whoever sends notices may decrypt."""

    client: "KMSClient"
    key_id: str

    def seal(self, beneficiary_id: str, address: str) -> bytes:
        """Encrypt."""
        with translated():
            answer = self.client.encrypt(
                KeyId=self.key_id, Plaintext=address.encode(), EncryptionContext=_context(beneficiary_id)
            )
        return answer["CiphertextBlob"]

    def open(self, beneficiary_id: str, sealed: bytes) -> str:
        """Decrypt."""
        with translated():
            answer = self.client.decrypt(
                KeyId=self.key_id, CiphertextBlob=sealed, EncryptionContext=_context(beneficiary_id)
            )
        return answer["Plaintext"].decode()


def _context(beneficiary_id: str) -> Mapping[str, str]:
    return {"beneficiary_id": beneficiary_id}
