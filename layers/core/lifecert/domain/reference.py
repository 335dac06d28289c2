"""Reference: an enrolled photo of the beneficiary and its template."""

from dataclasses import dataclass
from datetime import datetime

from lifecert.domain.evidence import Template


@dataclass(frozen=True, slots=True)
class Reference:
    """One enrolled photo. `source` says where it came from; `photo_key` where the photo is kept."""

    beneficiary_id: str
    reference_id: str
    template: Template
    photo_key: str
    source: str
    enrolled_at: datetime


@dataclass(frozen=True, slots=True)
class Enrolment:
    """A reference that was begun: the photo may be uploaded to `upload_key` until `deadline`."""

    beneficiary_id: str
    reference_id: str
    upload_key: str
    source: str
    deadline: datetime
