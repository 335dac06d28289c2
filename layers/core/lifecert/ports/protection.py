"""Protection of stored templates and imprints (ISO/IEC 24745)."""

from collections.abc import Mapping, Sequence
from typing import Protocol

from lifecert.domain.evidence import Template
from lifecert.domain.imprint import KnownPhotos


class TemplateProtection(Protocol):
    """Templates as they are stored, which only this deployment can compare, and as the network makes them."""

    def protect(self, beneficiary_id: str, template: Template) -> Template:
        """A plain template as it may be stored, under the newest version of the person's secret."""
        ...

    def reveal(self, beneficiary_id: str, stored: Mapping[str, Template]) -> Mapping[str, Template]:
        """Stored templates as plain ones, each under the version it was stored with."""
        ...

    def seal(self, beneficiary_id: str, imprints: Sequence[bytes]) -> tuple[bytes, ...]:
        """Plain imprints as they may be stored, under the newest version of the person's secret."""
        ...

    def unseal(self, beneficiary_id: str, stored: KnownPhotos) -> KnownPhotos:
        """Stored imprints as plain ones, each under the version it was stored with."""
        ...
