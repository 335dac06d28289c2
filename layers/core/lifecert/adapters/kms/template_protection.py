"""Templates rotated under a secret of each person's own, which KMS derives and nobody stores."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from lifecert.adapters.aws_errors import translated
from lifecert.domain.errors import Unreadable
from lifecert.domain.evidence import Template
from lifecert.domain.rotation import Rotation

if TYPE_CHECKING:
    from mypy_boto3_kms import KMSClient


@dataclass(frozen=True, slots=True)
class KmsTemplateProtection:
    """One request for each person and version of the secret: one for a verification, since a person's templates have
    one version but for the minutes of a rotation. A new `version` is a new secret."""

    client: "KMSClient"
    key_id: str
    version: str

    def protect(self, beneficiary_id: str, template: Template) -> Template:
        """A plain template as it may be stored. Raises StoreUnavailable."""
        rotation = self._rotation(beneficiary_id, self.version)
        return replace(template, vector=rotation.apply_bytes(template.vector), protection=self.version)

    def reveal(self, beneficiary_id: str, stored: Mapping[str, Template]) -> Mapping[str, Template]:
        """Stored templates as plain ones. Raises StoreUnavailable, and Unreadable for a damaged one."""
        versions = {template.protection for template in stored.values()} - {""}
        rotations = {version: self._rotation(beneficiary_id, version) for version in sorted(versions)}
        return {name: _plain(name, template, rotations) for name, template in stored.items()}

    def _rotation(self, beneficiary_id: str, version: str) -> Rotation:
        message = f"lifecert template\0{version}\0{beneficiary_id}".encode()
        with translated():
            answer = self.client.generate_mac(KeyId=self.key_id, Message=message, MacAlgorithm="HMAC_SHA_256")
        return Rotation(answer["Mac"])


def _plain(name: str, template: Template, rotations: Mapping[str, Rotation]) -> Template:
    if not template.protection:
        return template  # stored before there was a protection
    try:
        vector = rotations[template.protection].undo_bytes(template.vector)
    except ValueError as error:
        raise Unreadable(name) from error
    return replace(template, vector=vector, protection="")
