"""Templates rotated, and imprints sealed, under a secret of each person's own, which KMS derives and nobody stores."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from lifecert.adapters.aws_errors import translated
from lifecert.domain.errors import Unreadable
from lifecert.domain.evidence import Template
from lifecert.domain.imprint import KnownPhotos
from lifecert.domain.rotation import Rotation
from lifecert.domain.sealed_imprint import ImprintSeal, opened

if TYPE_CHECKING:
    from mypy_boto3_kms import KMSClient


@dataclass(frozen=True, slots=True)
class KmsTemplateProtection:
    """One request for each person and version of the secret: one for a verification, since what is stored of a person
    has one version but for the minutes of a rotation. A new `version` is a new secret. The last person's secrets stay
    in memory until the next person's are asked for."""

    client: "KMSClient"
    key_id: str
    version: str
    _last: dict[tuple[str, str], bytes] = field(default_factory=dict, init=False, repr=False, compare=False)

    def protect(self, beneficiary_id: str, template: Template) -> Template:
        """A plain template as it may be stored. Raises StoreUnavailable."""
        rotation = self._rotation(beneficiary_id, self.version)
        return replace(template, vector=rotation.apply_bytes(template.vector), protection=self.version)

    def reveal(self, beneficiary_id: str, stored: Mapping[str, Template]) -> Mapping[str, Template]:
        """Stored templates as plain ones. Raises StoreUnavailable, and Unreadable for a damaged one."""
        versions = {template.protection for template in stored.values()} - {""}
        rotations = {version: self._rotation(beneficiary_id, version) for version in sorted(versions)}
        return {name: _plain(name, template, rotations) for name, template in stored.items()}

    def seal(self, beneficiary_id: str, imprints: Sequence[bytes]) -> tuple[bytes, ...]:
        """Plain imprints as they may be stored. Raises StoreUnavailable."""
        if not imprints:
            return ()
        seal = ImprintSeal(self._secret(beneficiary_id, self.version), self.version)
        return tuple(seal.close(imprint) for imprint in imprints)

    def unseal(self, beneficiary_id: str, stored: KnownPhotos) -> KnownPhotos:
        """Stored imprints as plain ones, those of before there was a seal as they are. Raises StoreUnavailable, and
        Unreadable for a damaged one."""

        def plain(imprints: Sequence[bytes]) -> tuple[bytes, ...]:
            return tuple(opened(imprint, lambda version: self._secret(beneficiary_id, version)) for imprint in imprints)

        try:
            return KnownPhotos(plain(stored.references), plain(stored.frames), plain(stored.recent))
        except ValueError as error:
            raise Unreadable("an imprint") from error

    def _rotation(self, beneficiary_id: str, version: str) -> Rotation:
        return Rotation(self._secret(beneficiary_id, version))

    def _secret(self, beneficiary_id: str, version: str) -> bytes:
        known = self._last.get((beneficiary_id, version))
        if known is None:
            message = f"lifecert template\0{version}\0{beneficiary_id}".encode()
            with translated():
                answer = self.client.generate_mac(KeyId=self.key_id, Message=message, MacAlgorithm="HMAC_SHA_256")
            known = answer["Mac"]
            # The last person's alone; an import protects several at once, each in a thread of its own.
            for other in list(self._last):
                if other[0] != beneficiary_id:
                    self._last.pop(other, None)
            self._last[beneficiary_id, version] = known
        return known


def _plain(name: str, template: Template, rotations: Mapping[str, Rotation]) -> Template:
    if not template.protection:
        return template  # stored before there was a protection
    try:
        vector = rotations[template.protection].undo_bytes(template.vector)
    except ValueError as error:
        raise Unreadable(name) from error
    return replace(template, vector=vector, protection="")
