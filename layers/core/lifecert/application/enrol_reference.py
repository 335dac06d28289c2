"""Enrol a reference photo: begin with an upload slot, finish with the same checks a frame passes."""

import uuid
from dataclasses import dataclass, replace
from datetime import date, timedelta

from lifecert.application.changing import change_newest
from lifecert.application.consent import refuse_without_consent
from lifecert.domain.actor import Actor, Role, User
from lifecert.domain.beneficiary import Beneficiary, Change, record
from lifecert.domain.errors import (
    BeneficiaryNotFound,
    EntitlementEnded,
    NotAllowed,
    PhotoMissing,
    PhotoUnsuitable,
    ReferenceNotFound,
)
from lifecert.domain.evidence import Verdict
from lifecert.domain.faces import FaceCount
from lifecert.domain.ledger import LedgerEvent
from lifecert.domain.policy import Policy
from lifecert.domain.reasons import Reason
from lifecert.domain.reference import Enrolment, Reference
from lifecert.domain.session import ImageType
from lifecert.domain.status import Status
from lifecert.ports.clock import Clock
from lifecert.ports.photos import Photos, UploadSlot
from lifecert.ports.stores import References, Register
from lifecert.ports.vision import FaceAnalyser

ENROLMENT_DURATION = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class BegunEnrolment:
    """An enrolment and the slot its photo is uploaded to."""

    enrolment: Enrolment
    slot: UploadSlot


@dataclass(frozen=True, slots=True)
class BeginEnrolment:
    """The first half."""

    register: Register
    references: References
    photos: Photos
    clock: Clock
    policy: Policy

    def __call__(
        self, beneficiary_id: str, source: str, captured_on: date | None, image_type: ImageType, user: User
    ) -> BegunEnrolment:
        """Give an upload slot. Raises NotAllowed, BeneficiaryNotFound, EntitlementEnded and ConsentWithdrawn."""
        _require_clerk(user)
        beneficiary = self.register.get(beneficiary_id)
        if beneficiary is None:
            raise BeneficiaryNotFound
        _refuse_faces_that_must_go(beneficiary)
        reference_id = str(uuid.uuid4())
        enrolment = Enrolment(
            beneficiary_id=beneficiary_id,
            reference_id=reference_id,
            # Beside the frames, so that a photo that is never enrolled goes the way of an old frame.
            upload_key=f"frames/{reference_id}/1",
            source=source,
            captured_on=captured_on,
            deadline=self.clock.now() + ENROLMENT_DURATION,
        )
        self.references.begin(enrolment)
        seconds = int(ENROLMENT_DURATION.total_seconds())
        slot = self.photos.upload_slot(enrolment.upload_key, image_type, self.policy.image.max_bytes, seconds)
        return BegunEnrolment(enrolment, slot)


@dataclass(frozen=True, slots=True)
class FinishEnrolment:
    """The second half."""

    register: Register
    references: References
    photos: Photos
    analyser: FaceAnalyser
    clock: Clock
    policy: Policy

    def __call__(self, beneficiary_id: str, reference_id: str, user: User) -> Reference:
        """Check the uploaded photo and keep it with its template.

        Raises NotAllowed, BeneficiaryNotFound, ReferenceNotFound (unknown, expired or enrolled already),
        PhotoMissing, PhotoUnsuitable, EntitlementEnded and ConsentWithdrawn; nothing is enrolled then.
        """
        _require_clerk(user)
        enrolment = self.references.begun(beneficiary_id, reference_id)
        if enrolment is None or self.clock.now() > enrolment.deadline:
            raise ReferenceNotFound
        photo = self.photos.read_upload(enrolment.upload_key, self.policy.image.max_bytes)
        if photo is None:
            raise PhotoMissing
        evidence = self.analyser.enrol(photo)
        if evidence.reason:
            raise PhotoUnsuitable(evidence.reason)
        unsure = any(measure.verdict is Verdict.NOT_ASSESSED for measure in evidence.measures)
        if evidence.template is None or unsure:
            raise PhotoUnsuitable(Reason.NOT_ASSESSED)
        reference = Reference(
            beneficiary_id=beneficiary_id,
            reference_id=reference_id,
            template=evidence.template,
            photo_key=f"references/{beneficiary_id}/{reference_id}",
            source=enrolment.source,
            captured_on=enrolment.captured_on,
            quality=evidence.quality,
            enrolled_at=self.clock.now(),
        )
        self.photos.keep_reference(reference.photo_key, photo)
        change_newest(self.register, beneficiary_id, lambda newest: self._change(newest, reference, user))
        return reference

    def _change(self, beneficiary: Beneficiary, reference: Reference, user: User) -> Change:
        _refuse_faces_that_must_go(beneficiary)
        after, entry = record(
            replace(beneficiary, has_reference=True),
            LedgerEvent.REFERENCE_ENROLLED,
            Actor(user.user_id, Role.CLERK),
            reference.enrolled_at,
            {
                "reference_id": reference.reference_id,
                "source": reference.source,
                "model_version": reference.template.model_version,
                "policy_version": self.policy.version,
                "calibration_version": self.policy.match.calibration_version,
            },
        )
        counted = FaceCount(people=0 if beneficiary.has_reference else 1, faces=1)
        return Change(beneficiary.version, after, entry, reference=reference, faces=counted)


def _refuse_faces_that_must_go(beneficiary: Beneficiary) -> None:
    if beneficiary.standing.status is Status.TERMINATED:
        raise EntitlementEnded
    refuse_without_consent(beneficiary)


def _require_clerk(user: User) -> None:
    if not user.is_clerk:
        raise NotAllowed
