"""Certification and certificate: one accepted proof of life and the statement of it."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from lifecert.domain.category import Category


class Method(StrEnum):
    """How life was proven."""

    FACE_SELF = "face_self"
    FACE_ON_BEHALF = "face_on_behalf"
    IN_PERSON = "in_person"
    DATA_MATCH = "data_match"


@dataclass(frozen=True, slots=True)
class Certificate:
    """The statement of one certification. Holds no biometrics and no ID number; `actor_id` is who acted."""

    certificate_id: str
    beneficiary_id: str
    masked_name: str
    category: Category
    district: str
    method: Method
    actor_id: str
    certified_on: date
    valid_until: date
    issued_at: datetime
    policy_version: str
    model_version: str
    evidence_digest: str
