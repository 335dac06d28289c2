"""References, and how many faces are stored."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime
from typing import Protocol

from lifecert.domain.evidence import Template
from lifecert.domain.faces import FaceCount
from lifecert.domain.imprint import KnownPhotos
from lifecert.domain.reference import Enrolment, ReferencePhoto


class References(Protocol):
    """References and enrolments begun."""

    def templates(self, beneficiary_id: str, model_version: str) -> Mapping[str, Template]:
        """Templates of one model version by reference id."""
        ...

    def faces(
        self, beneficiary_id: str, model_version: str, since: datetime
    ) -> tuple[Mapping[str, Template], KnownPhotos]:
        """The same with the imprints of all the person's photos, in one request; those kept at `since` or later are
        the recent ones."""
        ...

    def enrolled(self, beneficiary_id: str) -> Sequence[str]:
        """Ids of the enrolled references."""
        ...

    def photos(self, beneficiary_id: str) -> tuple[ReferencePhoto, ...]:
        """The enrolled photos, newest first."""
        ...

    def begin(self, enrolment: Enrolment) -> None:
        """Remember an enrolment until its deadline."""
        ...

    def begun(self, beneficiary_id: str, reference_id: str) -> Enrolment | None:
        """An enrolment that waits for its photo; None when unknown or enrolled already."""
        ...


class FacesDueIndex(Protocol):
    """Beneficiaries whose references or contact must be deleted, and no others."""

    def faces_due(self, shard: int, today: date) -> Iterator[str]:
        """Ids of those in one shard who are due by `today`."""
        ...


class FaceCounts(Protocol):
    """How many faces are stored, kept with every change of them."""

    def total(self) -> FaceCount:
        """The number at this moment."""
        ...
