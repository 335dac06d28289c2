"""Certification and certificate: one accepted proof of life and the statement of it."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from lifecert.domain.category import Category
from lifecert.domain.proof_channel import ProofChannel


class Method(StrEnum):
    """How life was proven."""

    FACE_SELF = "face_self"
    FACE_ON_BEHALF = "face_on_behalf"
    IN_PERSON = "in_person"
    HOME_VISIT = "home_visit"
    GROUP_VISIT = "group_visit"  # an officer's list: a nursing home, a village
    VIDEO = "video"
    ATTESTATION = "attestation"  # of an embassy, a notary or an authority
    PAPER_FORM = "paper_form"
    DATA_MATCH = "data_match"


BY_CAMERA = frozenset({Method.FACE_SELF, Method.FACE_ON_BEHALF})


class CertificateState(StrEnum):
    """What a certificate is worth today."""

    VALID = "valid"
    EXPIRED = "expired"  # its year is over
    SUPERSEDED = "superseded"  # a later certification took its place
    REVOKED = "revoked"  # the entitlement it renewed has ended, it was got by fraud, or issued by mistake


class RevocationCause(StrEnum):
    """Why a certificate does not count any more."""

    ENTITLEMENT_ENDED = "entitlement_ended"
    FRAUD = "fraud"
    ERROR = "error"  # a slip, or a wrong person was certified: nobody's guilt


@dataclass(frozen=True, slots=True)
class Revocation:
    """That a certificate does not count, since `at`; `at` is None when it counts again."""

    certificate_id: str
    at: datetime | None
    cause: RevocationCause | None = None


@dataclass(frozen=True, slots=True)
class Certificate:
    """The statement of one certification. Holds no biometrics and no ID number; `actor_id` is who acted.

    `statement` is the signed form (JWS, compact), empty until it is signed. `policy_version`, `model_version` and
    `calibration_version` are empty where no machine judged. `revoked_at` is since when it does not count, and
    `revoked_for` why. `source` is the register that a certificate by its data names (`domain.data_match.Source`), and
    `mandate` the kind of mandate under which somebody helped; both are empty where there is nothing to name.
    `proof_channel` is through what the proof came: of another register's through none of ours, and of what was issued
    before channels were kept nobody knows.
    """

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
    statement: str = ""
    calibration_version: str = ""
    revoked_at: datetime | None = None
    revoked_for: RevocationCause | None = None
    source: str = ""
    mandate: str = ""
    proof_channel: ProofChannel | None = None

    def claims(self, issuer: str) -> dict[str, str | int]:
        """What the signed statement says, in the registered names of RFC 7519 where there are some.

        No biometrics, no ID number, nobody's account. Days are days of the deployment's time zone, hence no `exp`.
        """
        return {
            "iss": issuer,
            "jti": self.certificate_id,
            "iat": int(self.issued_at.timestamp()),
            "masked_name": self.masked_name,
            "category": self.category.value,
            "district": self.district,
            "method": self.method.value,
            "certified_on": self.certified_on.isoformat(),
            "valid_until": self.valid_until.isoformat(),
            "policy_version": self.policy_version,
            "calibration_version": self.calibration_version,
            "model_version": self.model_version,
            "evidence_digest": self.evidence_digest,
            **({"source": self.source} if self.source else {}),
            **({"mandate": self.mandate} if self.mandate else {}),
            **({"proof_channel": self.proof_channel.value} if self.proof_channel else {}),
        }
