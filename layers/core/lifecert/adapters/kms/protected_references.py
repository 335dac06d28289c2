"""References whose templates and imprints come out of the table plain, for the moment they are compared."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from lifecert.domain.evidence import Template
from lifecert.domain.imprint import KnownPhotos
from lifecert.domain.reference import Enrolment, ReferencePhoto
from lifecert.ports.protection import TemplateProtection
from lifecert.ports.references import References


@dataclass(frozen=True, slots=True)
class ProtectedReferences:
    """`References` over a store of protected templates and imprints."""

    stored: References
    protection: TemplateProtection

    def templates(self, beneficiary_id: str, model_version: str) -> Mapping[str, Template]:
        """Plain templates of one model version by reference id."""
        return self.protection.reveal(beneficiary_id, self.stored.templates(beneficiary_id, model_version))

    def faces(
        self, beneficiary_id: str, model_version: str, since: datetime
    ) -> tuple[Mapping[str, Template], KnownPhotos]:
        """The same with the imprints of all photos, plain too."""
        templates, known = self.stored.faces(beneficiary_id, model_version, since)
        return self.protection.reveal(beneficiary_id, templates), self.protection.unseal(beneficiary_id, known)

    def enrolled(self, beneficiary_id: str) -> Sequence[str]:
        """Ids of the enrolled references."""
        return self.stored.enrolled(beneficiary_id)

    def photos(self, beneficiary_id: str) -> tuple[ReferencePhoto, ...]:
        """The enrolled photos, newest first."""
        return self.stored.photos(beneficiary_id)

    def begin(self, enrolment: Enrolment) -> None:
        """Remember an enrolment until its deadline."""
        self.stored.begin(enrolment)

    def begun(self, beneficiary_id: str, reference_id: str) -> Enrolment | None:
        """An enrolment that waits for its photo."""
        return self.stored.begun(beneficiary_id, reference_id)
