"""Enrol a reference photo: begin with an upload slot, finish with the same checks a frame passes."""

import uuid
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import date, timedelta

from lifecert.application.faces.consent import check_consent, consented, refuse_without_consent
from lifecert.application.faces.continuity import Continuity, judge_continuity
from lifecert.application.shared.changing import change_newest
from lifecert.domain.actor import Actor, Role, User
from lifecert.domain.acts import refuse_full
from lifecert.domain.beneficiary import Beneficiary
from lifecert.domain.change import Change, record
from lifecert.domain.errors import (
    ConsentMissing,
    EntitlementEnded,
    NotAllowed,
    PhotoMissing,
    PhotoUnsuitable,
    ReferenceMismatch,
    ReferenceNotFound,
    StoreUnavailable,
    VersionConflict,
)
from lifecert.domain.evidence import EnrolmentEvidence, Template, Verdict
from lifecert.domain.faces import FaceCount
from lifecert.domain.imprint import KnownPhotos
from lifecert.domain.ledger import LedgerEvent
from lifecert.domain.limits import Count, unlike_hour
from lifecert.domain.open_case import MOST_WAITING
from lifecert.domain.policy import Policy
from lifecert.domain.reasons import Reason
from lifecert.domain.reference import MOST_REFERENCES, Enrolment, Reference, Replacement
from lifecert.domain.review import Review, ReviewKind
from lifecert.domain.session import ImageType
from lifecert.domain.status import Status
from lifecert.ports.clock import Clock
from lifecert.ports.photos import Photos, Upload, UploadSlot
from lifecert.ports.protection import TemplateProtection
from lifecert.ports.references import References
from lifecert.ports.register import ChangingRegister
from lifecert.ports.sessions import Limits
from lifecert.ports.vision import ReferenceAnalyser

ENROLMENT_DURATION = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class ConsentShown:
    """What a clerk was shown: consent to a version of the text, by a guardian where one must give it."""

    version: str
    guardian: bool = False


@dataclass(frozen=True, slots=True)
class BegunEnrolment:
    """An enrolment and the slot its photo is uploaded to."""

    enrolment: Enrolment
    slot: UploadSlot


@dataclass(frozen=True, slots=True)
class BeginEnrolment:
    """The first half: consent is recorded before there is a photo of anybody."""

    register: ChangingRegister
    references: References
    photos: Photos
    clock: Clock
    policy: Policy
    consent_version: str

    def __call__(
        self,
        beneficiary_id: str,
        source: str,
        captured_on: date | None,
        image_type: ImageType,
        user: User,
        consent: ConsentShown,
        replacement: Replacement | None = None,
    ) -> BegunEnrolment:
        """Record the consent that the clerk was shown, unless it is on record, and give an upload slot.

        Raises NotAllowed, BeneficiaryNotFound, EntitlementEnded, ConsentWithdrawn (which this does not undo), and
        ConsentMissing for a text that is not the current one or where a guardian must consent.
        """
        _require_clerk(user)
        clerk = Actor(user.user_id, Role.CLERK)

        def make(newest: Beneficiary) -> Change | None:
            _refuse_faces_that_must_go(newest)
            check_consent(newest, consent.version, self.consent_version, self.clock, guardian=consent.guardian)
            return consented(newest, consent.version, guardian=consent.guardian, clerk=clerk, now=self.clock.now())

        change_newest(self.register, beneficiary_id, make, by=user)
        reference_id = str(uuid.uuid4())
        enrolment = Enrolment(
            beneficiary_id=beneficiary_id,
            reference_id=reference_id,
            # Beside the frames, so that a photo that is never enrolled goes the way of an old frame.
            upload_key=f"frames/{reference_id}/1",
            source=source,
            captured_on=captured_on,
            deadline=self.clock.now() + ENROLMENT_DURATION,
            replacement=replacement,
        )
        self.references.begin(enrolment)
        seconds = int(ENROLMENT_DURATION.total_seconds())
        slot = self.photos.upload_slot(enrolment.upload_key, image_type, self.policy.image.max_bytes, seconds)
        return BegunEnrolment(enrolment, slot)


@dataclass(frozen=True, slots=True)
class FinishEnrolment:
    """The second half."""

    register: ChangingRegister
    references: References
    photos: Photos
    analyser: ReferenceAnalyser
    clock: Clock
    policy: Policy
    protection: TemplateProtection
    consent_version: str
    limits: Limits

    def __call__(self, beneficiary_id: str, reference_id: str, user: User) -> Reference:
        """Check the uploaded photo and keep it with its template. `references` gives plain templates.

        Raises NotAllowed, BeneficiaryNotFound, ReferenceNotFound (unknown, expired or enrolled already),
        PhotoMissing, PhotoUnsuitable, ReferenceMismatch, LimitReached (this clerk brought so many that were unlike
        somebody in this hour), EntitlementEnded, ConsentWithdrawn, and ConsentMissing where none is on record; nothing
        is enrolled then.
        """
        _require_clerk(user)
        person = self.register.get(beneficiary_id)
        # Before anybody looks at a photo.
        if person is None or not user.changes.covers_any(person.districts):
            raise ReferenceNotFound
        enrolment = self.references.begun(beneficiary_id, reference_id)
        if enrolment is None or self.clock.now() > enrolment.deadline:
            raise ReferenceNotFound
        upload = self.photos.read_upload(enrolment.upload_key, self.policy.image.max_bytes)
        if upload is None:
            raise PhotoMissing
        # Before anything is compared: what is refused whatever the photo shows would tell what it shows, and of many at
        # one instant only so many are compared.
        _refuse_faces_that_must_go(person)
        refuse_full(person.clerk_acts, user.user_id, self.clock.now())
        tried = self._take_a_try(person, enrolment, user)
        try:
            reference = self._enrolled(enrolment, upload, user)
        except ReferenceMismatch:
            if tried is None:  # refused as the photos of others were that came at the same instant
                self.limits.count(unlike_hour(user.user_id, self.clock.local()))
            raise
        except PhotoUnsuitable:
            self._give_back(tried)  # compared with nobody
            raise
        self._give_back(tried)
        return reference

    def _take_a_try(self, person: Beneficiary, enrolment: Enrolment, user: User) -> Count | None:
        """The try that this photo is, of those that may be unlike. A first photo is like nobody, and one that leaves a
        case behind is seen by another clerk: neither finds anybody by their face. Raises LimitReached."""
        seen_by_another = enrolment.replacement and person.waiting_of(ReviewKind.OVERRIDE) < MOST_WAITING
        if seen_by_another or not person.reference_ids:
            return None
        count = unlike_hour(user.user_id, self.clock.local())
        self.limits.take((count,))
        return count

    def _give_back(self, tried: Count | None) -> None:
        # Nobody's photo is refused for it: the count costs one try, as where a function dies over the photo.
        with suppress(StoreUnavailable, VersionConflict):
            if tried:
                self.limits.give_back(tried)

    def _enrolled(self, enrolment: Enrolment, upload: Upload, user: User) -> Reference:
        beneficiary_id, reference_id = enrolment.beneficiary_id, enrolment.reference_id
        since = self.clock.now() - self.policy.replay.recent
        earlier, known = self.references.faces(beneficiary_id, self.policy.match.model_version, since)
        plain, evidence = embed(self.analyser, upload.content, known)
        (imprint,) = self.protection.seal(beneficiary_id, [evidence.imprint]) if evidence.imprint else (b"",)
        reference = Reference(
            beneficiary_id=beneficiary_id,
            reference_id=reference_id,
            template=self.protection.protect(beneficiary_id, plain),
            photo_key=f"references/{beneficiary_id}/{reference_id}",
            source=enrolment.source,
            captured_on=enrolment.captured_on,
            quality=evidence.quality,
            enrolled_at=self.clock.now(),
            imprint=imprint,
        )

        def make(newest: Beneficiary) -> Change:
            continuity = judge_continuity(
                newest, reference_id, plain, earlier, self.policy.match.accept, enrolment.replacement, user.user_id
            )
            clerk = Actor(user.user_id, Role.CLERK)
            change = self._change(newest, reference, continuity, enrolment.replacement, clerk, copy=evidence.copy)
            # Not before it is known to be enrolled: what is refused leaves no photo behind.
            self.photos.keep_reference(reference.photo_key, upload.content)
            return change

        change_newest(self.register, beneficiary_id, make, by=user)
        return reference

    def _change(
        self,
        beneficiary: Beneficiary,
        reference: Reference,
        continuity: Continuity,
        replacement: Replacement | None,
        clerk: Actor,
        *,
        copy: bool,
    ) -> Change:
        _refuse_faces_that_must_go(beneficiary)
        consent = beneficiary.consent
        if consent is None:  # deleted with all faces since it was recorded, or never recorded
            raise ConsentMissing(self.consent_version)
        review = None
        if continuity.overridden and beneficiary.waiting_of(ReviewKind.OVERRIDE) >= MOST_WAITING:
            raise ReferenceMismatch  # a second clerk first says of one of these whose face it is
        if continuity.overridden:
            review = Review(
                str(uuid.uuid4()),
                beneficiary.beneficiary_id,
                ReviewKind.OVERRIDE,
                reference.enrolled_at,
                clerk,
                related_id=reference.reference_id,
            )
        enrolled = replace(
            beneficiary.seen_by(clerk.actor_id),
            has_reference=True,
            reference_ids=continuity.reference_ids,
            enrolled_by=(*(one for one in beneficiary.enrolled_by if one != clerk.actor_id), clerk.actor_id)[
                -MOST_REFERENCES:
            ],
        )
        today = self.clock.today()
        # An older photo beside others makes none of them older.
        taken, others = reference.captured_on or today, beneficiary.reference_on
        taken = max(taken, others) if continuity.matched and others else taken
        enrolled = replace(enrolled, reference_on=taken)
        # A photo that is known already was not taken today, whatever is said of it.
        # Nor does one speak for the person that is like a photo which the same clerk enrolled before.
        own = clerk.actor_id in beneficiary.enrolled_by
        at_the_counter = continuity.matched and reference.captured_on == today and not copy and not own
        if at_the_counter:
            enrolled = replace(enrolled, counter_photo_on=today)
        after, entry = record(
            enrolled.with_case(review) if review else enrolled,
            LedgerEvent.REFERENCE_ENROLLED,
            clerk,
            reference.enrolled_at,
            {
                "reference_id": reference.reference_id,
                "consent_version": consent.version,
                "consent_given_at": consent.given_at.isoformat(),
                "guardian_consent": consent.guardian,
                "source": reference.source,
                "replacement": replacement if continuity.overridden else None,
                "review_id": review.review_id if review else None,
                "replaced": ",".join(beneficiary.reference_ids) if review else None,
                "counter_photo_on": today.isoformat() if at_the_counter else None,
                "reference_on": taken.isoformat(),
                "model_version": reference.template.model_version,
                "policy_version": self.policy.version,
                "calibration_version": self.policy.match.calibration_version,
            },
        )
        counted = FaceCount(people=0 if beneficiary.has_reference else 1, faces=1)
        return Change(beneficiary.version, after, entry, reference=reference, review=review, faces=counted)


def embed(analyser: ReferenceAnalyser, photo: bytes, known: KnownPhotos) -> tuple[Template, EnrolmentEvidence]:
    """A reference photo's plain template, and all that was seen of it. Raises PhotoUnsuitable."""
    evidence = analyser.enrol(photo, known)
    if evidence.reason:
        raise PhotoUnsuitable(evidence.reason)
    unsure = any(measure.verdict is Verdict.NOT_ASSESSED for measure in evidence.measures)
    if evidence.template is None or unsure:
        raise PhotoUnsuitable(Reason.NOT_ASSESSED)
    return evidence.template, evidence


def _refuse_faces_that_must_go(beneficiary: Beneficiary) -> None:
    if beneficiary.status is Status.TERMINATED:
        raise EntitlementEnded
    refuse_without_consent(beneficiary)


def _require_clerk(user: User) -> None:
    if not user.is_clerk:
        raise NotAllowed
