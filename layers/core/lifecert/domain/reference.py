"""Reference: an enrolled photo of the beneficiary and its template."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from lifecert.domain.evidence import Template

# Of one person, that count: a verification compares with each of them.
MOST_REFERENCES = 6


class Replacement(StrEnum):
    """Why a clerk puts a new reference in the place of earlier ones that it does not match."""

    FACE_CHANGED = "face_changed"  # by illness, injury or an operation
    AGED = "aged"  # the earlier photo is too old
    WRONG_PHOTO = "wrong_photo"  # the earlier photo shows somebody else


def photos_of(beneficiary_id: str) -> str:
    """Where all reference photos of one person lie."""
    return f"references/{beneficiary_id}/"


@dataclass(frozen=True, slots=True)
class Reference:
    """One enrolled photo, kept at `photo_key`. `source` says where it came from and `captured_on` when it was taken,
    if that is known; `quality` is the least score (0 to 1, 0.5 is the limit) of its measures. By its `imprint`,
    sealed, a copy of the photo is known; earlier references have none."""

    beneficiary_id: str
    reference_id: str
    template: Template
    photo_key: str
    source: str
    captured_on: date | None
    quality: float
    enrolled_at: datetime
    imprint: bytes = b""


@dataclass(frozen=True, slots=True)
class ReferencePhoto:
    """Where an enrolled photo is kept, and what a reviewer should know of it."""

    reference_id: str
    photo_key: str
    source: str
    captured_on: date | None
    enrolled_at: datetime


@dataclass(frozen=True, slots=True)
class Enrolment:
    """A reference that was begun: the photo may be uploaded to `upload_key` until `deadline`. `replacement` is the
    clerk's reason should it not match the earlier references."""

    beneficiary_id: str
    reference_id: str
    upload_key: str
    source: str
    captured_on: date | None
    deadline: datetime
    replacement: Replacement | None = None
