"""The gallery: everybody's faces in one place, to find one face under two beneficiaries."""

from dataclasses import dataclass

from lifecert.domain.evidence import Template


@dataclass(frozen=True, slots=True)
class GalleryFace:
    """One reference's plain template."""

    beneficiary_id: str
    reference_id: str
    template: Template


@dataclass(frozen=True, slots=True)
class Alike:
    """Another beneficiary with a face as similar as this (cosine, -1 to 1)."""

    beneficiary_id: str
    reference_id: str
    similarity: float


@dataclass(frozen=True, slots=True)
class StoredFile:
    """One of the gallery's files: its bytes, and a tag that is another after each write."""

    size: int
    tag: str
