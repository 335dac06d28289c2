"""Certify in person: a clerk saw somebody alive and checked who it was."""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from enum import StrEnum

from lifecert.application.shared.certifying import Proof, certifying, digest_of
from lifecert.application.shared.changing import change_newest
from lifecert.application.shared.issuing import Issuer
from lifecert.application.shared.reviewing import opening, review_id_of
from lifecert.domain.actor import Actor, Role, User
from lifecert.domain.audit import is_drawn
from lifecert.domain.beneficiary import Beneficiary, Change
from lifecert.domain.certificate import Certificate, Method
from lifecert.domain.errors import (
    BeneficiaryNotFound,
    DayInFuture,
    EntitlementEnded,
    GroundUnsuitable,
    IdempotencyKeyReused,
    NotAllowed,
)
from lifecert.domain.ledger import Detail
from lifecert.domain.review import PROPOSAL_LASTS, Review, ReviewKind
from lifecert.domain.status import Status
from lifecert.ports.clock import Clock
from lifecert.ports.register import Certificates, ChangingRegister
from lifecert.ports.reviews import Reviews

# The share of in-person certificates that is looked at again where who certifies had enrolled the face.
AUDITED_OF_ENROLLING = 0.05


class Document(StrEnum):
    """What the clerk checked. Its number is written down nowhere."""

    ID_CARD = "id_card"
    SOCIAL_SECURITY_CARD = "social_security_card"
    PASSPORT = "passport"
    HOUSEHOLD_REGISTER = "household_register"
    KNOWN_PERSONALLY = "known_personally"


class PresenceGround(StrEnum):
    """Why somebody was seen without a document, or is told of only days later. A code, since what is written freely
    about a person would stay in the ledger for ever."""

    HOME_VISIT = "home_visit"
    INSTITUTION = "institution"  # in a hospital, a home or a prison
    DOCUMENTS_LOST = "documents_lost"
    PAPERS_CAME_LATE = "papers_came_late"


# So many days ago may somebody have been seen without a word of why that is told only now.
SEEN_LATELY = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class CertifyInPerson:
    """The use case."""

    register: ChangingRegister
    certificates: Certificates
    reviews: Reviews
    clock: Clock
    issuer: Issuer

    def __call__(
        self,
        beneficiary_id: str,
        seen_on: date,
        document: Document,
        user: User,
        idempotency_key: str,
        ground: PresenceGround | None = None,
    ) -> Certificate | Review:
        """Certify that a clerk saw this person on a day, and give the certificate; or the proposal that another clerk
        confirms, while a case is open that speaks against it, or was until this clerk said that it is unfounded. A
        photo that was taken and matched on that day will do too, unless it is doubted whose face is enrolled.

        A repeat with the same key gives the same, whatever has become of it and of the person since. Raises
        NotAllowed, BeneficiaryNotFound, DayInFuture, GroundUnsuitable (there must be one), EntitlementEnded,
        TransitionRefused (the year of that day is over) and IdempotencyKeyReused; nothing is changed then.
        """
        if not user.is_clerk:
            raise NotAllowed
        if seen_on > self.clock.today():
            raise DayInFuture
        late = self.clock.today() - seen_on > SEEN_LATELY
        if ground is None and (late or document is Document.KNOWN_PERSONALLY):
            raise GroundUnsuitable
        told: dict[str, Detail] = {"ground": ground} if ground else {}
        # The certificate of a proposal that is confirmed is called as the proposal was.
        certificate_id = _certificate_id(beneficiary_id, user, idempotency_key)
        proof = seen(beneficiary_id, seen_on, document, user.user_id, certificate_id)
        known: Certificate | Review | None = None

        def make(newest: Beneficiary) -> Change | None:
            nonlocal known
            known = self.certificates.get(certificate_id) or self.reviews.get(certificate_id)
            if known:
                return None  # what waited for a second clerk waits for one, whatever became of the doubt since
            if newest.status is Status.TERMINATED:
                raise EntitlementEnded
            now, today = self.clock.now(), self.clock.today()
            if _counts_at_once(newest, seen_on, user):
                vouched = newest.vouched_for().seen_by(user.user_id)
                change = certifying_presence(vouched, proof, user.user_id, now, today, document, **told)
                return self.issuer.signed(replace(change, review=_audit(newest, proof, user, now)))
            return _proposing(newest, proof, document, user, now, today, told)

        change = change_newest(self.register, beneficiary_id, make, by=user)
        done = (change.certificate or change.review) if change else known
        if done is None:
            raise BeneficiaryNotFound
        if _digest(done, user) != proof.evidence_digest:
            raise IdempotencyKeyReused
        return done


def seen(beneficiary_id: str, seen_on: date, document: str, clerk: str, certificate_id: str) -> Proof:
    """That a clerk saw somebody on a day and checked a document."""
    facts = {"beneficiary_id": beneficiary_id, "seen_on": seen_on.isoformat(), "document": document, "clerk": clerk}
    return Proof(Method.IN_PERSON, seen_on, clerk, digest_of(facts), certificate_id=certificate_id)


def certifying_presence(
    newest: Beneficiary, proof: Proof, clerk: str, now: datetime, today: date, document: str, **details: Detail
) -> Change:
    """The change that certifies somebody who was seen. Who was seen needs no pause any more."""
    actor = Actor(clerk, Role.CLERK)
    said = {"document": document, **details}
    change, _ = certifying(newest, proof, actor, now, today, said, camera=newest.camera.seen_by_a_clerk())
    return change


def _counts_at_once(newest: Beneficiary, seen_on: date, user: User) -> bool:
    if user.user_id in newest.dispelled_by:
        return False  # to say that nothing is wrong, and then that all is well, takes two
    # An audit that nobody could judge is another clerk's to answer, who did not enrol the face and has seen the person.
    no_third = user.user_id in newest.enrolled_by
    doubts = [one for one in newest.doubts if not one.of_an_audit_unjudged or no_third or user.user_id in one.by]
    # A photo taken today speaks against one word; not against a proposed death, nor where several say the same.
    heavy = any(one.of_whose_face or one.upheld or one.kind is ReviewKind.END for one in doubts)
    said_by = {who for one in doubts for who in one.by}
    return not doubts or (newest.counter_photo_on == seen_on and not heavy and len(said_by) == 1)


def _audit(newest: Beneficiary, proof: Proof, user: User, now: datetime) -> Review | None:
    """A second look at a certificate by whoever also enrolled the person's face: at each, if they registered the person
    too, or prepared the import that did and nobody else has seen them since, and otherwise at some. Who prepared that
    import is audited at some without having enrolled a face as well: there may be nobody to enrol. The certificate
    counts at once."""
    brought, enrolled = user.user_id == newest.prepared_by, user.user_id in newest.enrolled_by
    if not (brought or enrolled):
        return None
    theirs = enrolled and (brought or user.user_id == newest.registered_by)
    rate = 1.0 if theirs else AUDITED_OF_ENROLLING
    if not is_drawn(proof.certificate_id, newest.person_key, rate):
        return None
    return Review(
        review_id=review_id_of(newest.beneficiary_id, ReviewKind.AUDIT, proof.certificate_id),
        beneficiary_id=newest.beneficiary_id,
        kind=ReviewKind.AUDIT,
        opened_at=now,
        opened_by=Actor(user.user_id, Role.CLERK),
        related_id=proof.certificate_id,
    )


def _proposing(
    newest: Beneficiary,
    proof: Proof,
    document: Document,
    user: User,
    now: datetime,
    today: date,
    told: Mapping[str, Detail],
) -> Change:
    review = Review(
        review_id=proof.certificate_id,
        beneficiary_id=newest.beneficiary_id,
        kind=ReviewKind.PRESENCE,
        opened_at=now,
        opened_by=Actor(user.user_id, Role.CLERK),
        related_id=document.value,
        day=proof.on,
        expires_at=now + PROPOSAL_LASTS,
    )
    return opening(newest, review, spared_from=today, **told)


def _digest(done: Certificate | Review, user: User) -> str:
    if isinstance(done, Certificate):
        return done.evidence_digest
    proposed = seen(done.beneficiary_id, done.day or date.min, done.related_id or "", user.user_id, done.review_id)
    return proposed.evidence_digest


def _certificate_id(beneficiary_id: str, user: User, idempotency_key: str) -> str:
    # The same clerk's same key always names the same certificate of a person: a request that is repeated after a crash
    # meets its own. The person's id, which nobody can guess, keeps others from guessing this one.
    return str(uuid.uuid5(uuid.NAMESPACE_OID, f"{beneficiary_id}\n{user.user_id}\n{idempotency_key}"))
