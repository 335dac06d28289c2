"""What the application needs of face analysis; `lifecert_vision` gives it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from lifecert.domain.challenge import Step
from lifecert.domain.evidence import EnrolmentEvidence, Evidence, Measure, Template
from lifecert.domain.imprint import NO_PHOTOS, KnownPhotos


@dataclass(frozen=True, slots=True)
class Frame:
    """One uploaded photo, still encoded, answering one step."""

    step: Step
    content: bytes


@dataclass(frozen=True, slots=True)
class Analysis:
    """The evidence of a challenge's frames, and the imprints of those with a face, which the evidence must not hold and
    no store as they are (`TemplateProtection.seal`)."""

    evidence: Evidence
    imprints: tuple[bytes, ...] = ()


class ReferenceAnalyser(Protocol):
    """Measures photos that others are to be compared with, which is all that an enrolment asks for. Never raises on a
    picture's content: whatever is wrong with it is a failed measure."""

    def enrol(self, photo: bytes, known: KnownPhotos = NO_PHOTOS) -> EnrolmentEvidence:
        """Measure one reference photo and make its template, and say whether it is a copy of one of
        the person's `known` photos."""
        ...


class FaceAnalyser(ReferenceAnalyser, Protocol):
    """Measures faces of a challenge too, and by the same checks. Never raises on a picture's content either."""

    def analyse(
        self, frames: Sequence[Frame], references: Mapping[str, Template], known: KnownPhotos = NO_PHOTOS
    ) -> Analysis:
        """Measure a challenge's frames, the neutral one first, compare them with the references by id, and look for
        copies of the person's `known` photos."""
        ...

    def look(self, photo: bytes) -> tuple[Measure, ...]:
        """Measure the quality of a neutral frame, and nothing else of it."""
        ...
