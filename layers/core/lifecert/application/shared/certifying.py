"""What a proof of life changes, wherever it comes from: the beneficiary, a certificate, a ledger entry."""

import hashlib
import json
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any

from lifecert.application.shared.moving import moved
from lifecert.domain.actor import Actor
from lifecert.domain.beneficiary import Beneficiary
from lifecert.domain.certificate import Certificate, Method
from lifecert.domain.change import Change, record
from lifecert.domain.ledger import Detail, LedgerEvent
from lifecert.domain.proof_channel import ProofChannel
from lifecert.domain.status import Certified, Status
from lifecert.domain.year import valid_until_after


@dataclass(frozen=True, slots=True)
class Proof:
    """That somebody was alive `on` a day, and how that is known.

    `certified_by` is the user who acted. Versions are empty where no machine judged. `certificate_id` is what the
    certificate of it will be called. `source`, `mandate` and `proof_channel` are what it names besides
    (`domain.certificate`).
    """

    method: Method
    on: date
    certified_by: str
    evidence_digest: str
    policy_version: str = ""
    model_version: str = ""
    calibration_version: str = ""
    certificate_id: str = field(default_factory=lambda: str(uuid.uuid4()))
    source: str = ""
    mandate: str = ""
    proof_channel: ProofChannel | None = None

    @property
    def came_by(self) -> Mapping[str, Detail]:
        """Through what it came, as the ledger has it."""
        return {"proof_channel": self.proof_channel} if self.proof_channel else {}


def certifying(
    before: Beneficiary,
    proof: Proof,
    actor: Actor,
    now: datetime,
    today: date,
    details: Mapping[str, Detail],
    **changed: Any,
) -> tuple[Change, Certificate]:
    """The change that certifies `before`, and its certificate; `details` go into the ledger besides, and `changed` are
    more of its fields.

    A proof of an earlier day than one that is known already gives a certificate of its own day, and shortens
    nothing. The certificate is not signed yet. Raises TransitionRefused.
    """
    step = moved(before, before.open_benefits, Certified(proof.on, today), actor.role)
    # What has ended comes back unheld, should the end be a mistake: life was proven since.
    ended = (replace(one, held_since=None) for one in before.benefits if one.end and one.held_since)
    own = valid_until_after(proof.on)
    newest = _is_newest(before, proof.on)
    certificate = Certificate(
        certificate_id=proof.certificate_id,
        beneficiary_id=before.beneficiary_id,
        masked_name=before.masked_name,
        category=before.category,
        district=before.district,
        method=proof.method,
        actor_id=proof.certified_by,
        certified_on=proof.on,
        # What this proof covers by itself, however far something else reaches.
        valid_until=own,
        issued_at=now,
        policy_version=proof.policy_version,
        model_version=proof.model_version,
        calibration_version=proof.calibration_version,
        evidence_digest=proof.evidence_digest,
        source=proof.source,
        mandate=proof.mandate,
        proof_channel=proof.proof_channel,
    )
    after, entry = record(
        replace(
            step.after.with_benefits(ended),
            certificate_id=certificate.certificate_id if newest else before.certificate_id,
            certified_on=proof.on if newest else before.certified_on,
            # Only a proof of this very day surely speaks of the time since somebody put a doubt away.
            dispelled_by=before.dispelled_by if proof.on < today else (),
            **changed,
        ),
        LedgerEvent.CERTIFIED,
        actor,
        now,
        {
            **details,
            "policy_version": proof.policy_version,
            "model_version": proof.model_version,
            "calibration_version": proof.calibration_version,
            "evidence_digest": proof.evidence_digest,
            "certificate_id": certificate.certificate_id,
            "method": proof.method,
            **proof.came_by,
            "certified_on": proof.on.isoformat(),
            # By which way they are told that they were certified, by whomever; None, and nobody is.
            "channel": before.contact_channel,
            **({"dispelled_stays": True} if before.dispelled_by and proof.on < today else {}),
            **step.details,
        },
    )
    return Change(before.version, after, entry, certificate), certificate


def certified_already(
    before: Beneficiary, proof: Proof, actor: Actor, now: datetime, details: Mapping[str, Detail], **changed: Any
) -> Change | None:
    """The change when a certificate of that very day counts already: an unpublished entry, and no second certificate.

    None when this proof is news.
    """
    if before.status is not Status.ACTIVE or not before.certificate_id or before.certified_on != proof.on:
        return None
    told = {**details, "certificate_id": before.certificate_id, "method": proof.method, **proof.came_by}
    after, entry = record(replace(before, **changed), LedgerEvent.ALREADY_CERTIFIED, actor, now, told)
    return Change(before.version, after, entry)


def _is_newest(before: Beneficiary, on: date) -> bool:
    if before.certificate_id is None:
        return True
    if before.certified_on is None:  # certified before that day was kept
        return valid_until_after(on) >= before.valid_until
    return on >= before.certified_on


def digest_of(facts: Mapping[str, Detail]) -> str:
    """SHA-256 (hex) of what a certification without photos rests on: codes, dates and ids."""
    return hashlib.sha256(json.dumps(dict(facts), sort_keys=True, separators=(",", ":")).encode()).hexdigest()
