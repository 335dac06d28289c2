"""Short personal texts encrypted by KMS, each bound to what it belongs to."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from lifecert.adapters.aws_errors import translated

if TYPE_CHECKING:
    from mypy_boto3_kms import KMSClient


@dataclass(frozen=True, slots=True)
class _KmsSeal:
    """One key. Few may encrypt with it, and fewer decrypt. `belongs_to` names the id in the encryption context."""

    belongs_to: ClassVar[str]

    client: "KMSClient"
    key_id: str

    def seal(self, owner_id: str, text: str) -> bytes:
        """Encrypt."""
        with translated():
            answer = self.client.encrypt(
                KeyId=self.key_id, Plaintext=text.encode(), EncryptionContext={self.belongs_to: owner_id}
            )
        return answer["CiphertextBlob"]

    def open(self, owner_id: str, sealed: bytes) -> str:
        """Decrypt."""
        with translated():
            answer = self.client.decrypt(
                KeyId=self.key_id, CiphertextBlob=sealed, EncryptionContext={self.belongs_to: owner_id}
            )
        return answer["Plaintext"].decode()


class KmsAddresses(_KmsSeal):
    """Where people can be reached, each for one person. Only whoever sends notices decrypts."""

    belongs_to: ClassVar[str] = "beneficiary_id"


class KmsHelperNames(_KmsSeal):
    """Names that helpers gave, each for one session. Only whoever shows cases to clerks decrypts."""

    belongs_to: ClassVar[str] = "session_id"
