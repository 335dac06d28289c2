"""Certify by what a clerk saw, or holds in their hands: at the counter, on a visit, by video, by a paper."""

import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from lifecert.application.office.papers import refuse_used_before, same_sheets
from lifecert.application.shared.certifying import Proof, certifying, digest_of
from lifecert.application.shared.changing import change_newest
from lifecert.application.shared.finding import ByCode
from lifecert.application.shared.issuing import Issuer
from lifecert.application.shared.reviewing import opening, review_id_of
from lifecert.domain.actor import Actor, Role, User
from lifecert.domain.audit import is_drawn
from lifecert.domain.beneficiary import Beneficiary
from lifecert.domain.certificate import Certificate, Method
from lifecert.domain.change import Change
from lifecert.domain.errors import (
    BeneficiaryNotFound,
    DayInFuture,
    EntitlementEnded,
    GroundUnsuitable,
    IdempotencyKeyReused,
    InvitationUnknown,
    NotAllowed,
    SeenTooLongAgo,
    TransitionRefused,
)
from lifecert.domain.invitation import InvitationCode
from lifecert.domain.ledger import Detail
from lifecert.domain.proof_channel import ProofChannel
from lifecert.domain.review import PROPOSAL_LASTS, Review, ReviewKind
from lifecert.domain.sighting import AtTheCounter, Proofs, Sighting
from lifecert.domain.status import Status
from lifecert.domain.year import valid_until_after
from lifecert.ports.clock import Clock
from lifecert.ports.register import Certificates, ChangingRegister, Ledger
from lifecert.ports.reviews import Reviews

# The share of certificates at the counter that is looked at again where who certifies had enrolled the face.
AUDITED_OF_ENROLLING = 0.05


@dataclass(frozen=True, slots=True)
class CertifyInPerson:
    """The use case: one way to a certificate for all methods by which clerks certify. `proofs` are their limits;
    `saw_one_more` is told of each certificate that counts at once: whose, and by which clerk."""

    register: ChangingRegister
    certificates: Certificates
    reviews: Reviews
    ledger: Ledger
    clock: Clock
    issuer: Issuer
    proofs: Proofs
    saw_one_more: Callable[[str, str], None] = lambda _beneficiary_id, _clerk: None

    def __call__(
        self, beneficiary_id: str, sighting: Sighting, user: User, idempotency_key: str
    ) -> Certificate | Review:
        """Certify that this person was alive on a day, and give the certificate; or the proposal that another clerk
        confirms, while a case is open that speaks against it, or was until this clerk said that it is unfounded. A
        photo that was taken and matched on that day at the counter will do too, unless it is doubted whose face is
        enrolled. Whom no clerk saw, of whom there is a paper, another clerk always confirms; and against an open case a
        paper is a case itself.

        A repeat with the same key gives the same, whatever has become of it and of the person since. Raises
        NotAllowed, BeneficiaryNotFound, DayInFuture, SeenTooLongAgo, GroundUnsuitable (there must be one),
        EntitlementEnded, TransitionRefused (the year of that day is over), PaperUsedBefore (for another day) and
        IdempotencyKeyReused; nothing is changed then.
        """
        if not user.is_clerk:
            raise NotAllowed
        if sighting.seen_on > self.clock.today():
            raise DayInFuture
        # The certificate of a proposal that is confirmed is called as the proposal was.
        certificate_id = certificate_id_of(beneficiary_id, user, idempotency_key)
        stated = stated_of(sighting)
        proof = seen(beneficiary_id, sighting.seen_on, stated, user.user_id, certificate_id)
        told: dict[str, Detail] = {"ground": sighting.ground} if sighting.ground else {}
        known: Certificate | Review | None = None

        def make(newest: Beneficiary) -> Change | None:
            nonlocal known
            known = self.certificates.get(certificate_id) or self.reviews.get(certificate_id)
            if known:
                return None  # what waited for a second clerk waits for one, whatever became of the doubt since
            self._check_day(sighting)
            self._check_person(newest, sighting, stated)
            now, today = self.clock.now(), self.clock.today()
            if _counts_at_once(newest, sighting, user):
                vouched = newest.vouched_for().seen_by(user.user_id)
                change = certifying_presence(vouched, proof, user.user_id, now, today, stated, **told)
                audit = audit_of(newest, proof, (user.user_id,), now, self._rate(newest, proof, stated))
                return self.issuer.signed(replace(change, review=audit))
            return _waiting(newest, proof, sighting, user, now, today, told)

        change = change_newest(self.register, beneficiary_id, make, by=user)
        if change and change.certificate:
            self.saw_one_more(beneficiary_id, user.user_id)
        done = (change.certificate or change.review) if change else known
        if done is None:
            raise BeneficiaryNotFound
        if _digest(done, user) != proof.evidence_digest:
            raise IdempotencyKeyReused
        return done

    def _check_person(self, newest: Beneficiary, sighting: Sighting, stated: Mapping[str, str]) -> None:
        if newest.status is Status.TERMINATED:
            raise EntitlementEnded
        if not sighting.by_the_office:
            refuse_used_before(self.ledger.entries(newest.beneficiary_id), stated, sighting.seen_on)

    def _rate(self, newest: Beneficiary, proof: Proof, stated: Mapping[str, str]) -> float:
        """Which share of such certificates is looked at again: each by a sheet that certified another day already."""
        again = "scan" in stated and same_sheets(self.ledger.entries(newest.beneficiary_id), stated, proof.on)
        return 1.0 if again else self.proofs.of(proof.method).audit

    def _check_day(self, sighting: Sighting) -> None:
        today = self.clock.today()
        if self.proofs.too_long_ago(sighting, today):
            if valid_until_after(sighting.seen_on) < today:
                raise TransitionRefused("the year of that day is over")
            raise SeenTooLongAgo
        if sighting.lacks_ground(today):
            raise GroundUnsuitable


@dataclass(frozen=True, slots=True)
class LetterOnPaper:
    """Whose letter it is whose code stands on a paper form."""

    by_code: ByCode
    clock: Clock

    def __call__(self, beneficiary_id: str, code: InvitationCode) -> str:
        """The id of the invitation. Raises InvitationUnknown, also where it is somebody else's."""
        invitation, person = self.by_code(code, self.clock.today())
        if person.beneficiary_id != beneficiary_id:
            raise InvitationUnknown
        return invitation.invitation_id


def stated_of(sighting: Sighting) -> dict[str, str]:
    """What a clerk states, as a case keeps it: the method and its facts."""
    return {"method": sighting.method.value, **sighting.facts()}


def seen(beneficiary_id: str, seen_on: date, stated: Mapping[str, str], clerk: str, certificate_id: str) -> Proof:
    """That somebody was alive on a day, by what a clerk states."""
    method = Method(stated["method"])
    facts = {"beneficiary_id": beneficiary_id, "seen_on": seen_on.isoformat(), "clerk": clerk, **stated}
    if method is Method.IN_PERSON:
        del facts["method"]  # as it was when it was the only one
    digest = digest_of(facts)
    return Proof(method, seen_on, clerk, digest, certificate_id=certificate_id, proof_channel=ProofChannel.OFFICE)


def stated_in(proposal: Review) -> Mapping[str, str]:
    """What a proposal states; one from before there were several methods has its document alone."""
    return proposal.stated or {"method": Method.IN_PERSON.value, "document": proposal.related_id or ""}


def certifying_presence(
    newest: Beneficiary,
    proof: Proof,
    clerk: str,
    now: datetime,
    today: date,
    stated: Mapping[str, str],
    **details: Detail,
) -> Change:
    """The change that certifies somebody who was seen. Who was seen needs no pause any more."""
    actor = Actor(clerk, Role.CLERK)
    said = {**{name: value for name, value in stated.items() if name != "method"}, **details}
    change, _ = certifying(newest, proof, actor, now, today, said, camera=newest.camera.seen_by_a_clerk())
    return change


def _counts_at_once(newest: Beneficiary, sighting: Sighting, user: User) -> bool:
    if not sighting.by_the_office:
        return False  # nobody here saw them: a second clerk looks at the paper too
    if user.user_id in newest.dispelled_by:
        return False  # to say that nothing is wrong, and then that all is well, takes two
    # An audit that nobody could judge is another clerk's to answer, who did not enrol the face and has seen the person.
    no_third = user.user_id in newest.enrolled_by
    doubts = [one for one in newest.doubts if not one.of_an_audit_unjudged or no_third or user.user_id in one.by]
    # A photo taken today speaks against one word; not against a proposed death, nor where several say the same.
    heavy = any(one.of_whose_face or one.upheld or one.kind is ReviewKind.END for one in doubts)
    said_by = {who for one in doubts for who in one.by}
    # It was taken of whoever stood there, and not of whom a clerk saw elsewhere, or on a screen.
    photo = isinstance(sighting, AtTheCounter) and newest.counter_photo_on == sighting.seen_on
    return not doubts or (photo and not heavy and len(said_by) == 1)


def audit_of(newest: Beneficiary, proof: Proof, clerks: Sequence[str], now: datetime, rate: float) -> Review | None:
    """A second look at a certificate, which counts at once: at some of each method, by its `rate` (0 to 1), drawn so
    that no clerk can know or choose; at each where one of those who certify registered the person, prepared the import
    that did and nobody else has seen them since, or enrolled their face. At the counter, where most are seen, it is
    each only where they brought the person in and enrolled the face."""
    enrolled, brought = any(one in newest.enrolled_by for one in clerks), newest.prepared_by in clerks
    registered = brought or newest.registered_by in clerks
    if proof.method is not Method.IN_PERSON:
        rate = 1.0 if enrolled or registered else rate
    elif enrolled or brought:
        rate = 1.0 if enrolled and registered else max(rate, AUDITED_OF_ENROLLING)
    if not is_drawn(proof.certificate_id, newest.person_key, rate):
        return None
    return Review(
        review_id=review_id_of(newest.beneficiary_id, ReviewKind.AUDIT, proof.certificate_id),
        beneficiary_id=newest.beneficiary_id,
        kind=ReviewKind.AUDIT,
        opened_at=now,
        opened_by=Actor(clerks[0], Role.CLERK),
        related_id=proof.certificate_id,
    )


def _waiting(
    newest: Beneficiary,
    proof: Proof,
    sighting: Sighting,
    user: User,
    now: datetime,
    today: date,
    told: Mapping[str, Detail],
) -> Change:
    """What another clerk has to say a word to: whether the person was alive; or, of a paper against an open case, what
    it means for that one. Once that is decided, the paper can be brought again."""
    stated = stated_of(sighting)
    a_case = not sighting.by_the_office and any(one.doubts_papers for one in newest.open_cases)
    review = Review(
        review_id=proof.certificate_id,
        beneficiary_id=newest.beneficiary_id,
        kind=ReviewKind.SIGN_OF_LIFE if a_case else ReviewKind.PRESENCE,
        opened_at=now,
        opened_by=Actor(user.user_id, Role.CLERK),
        related_id=stated.get("document"),
        day=proof.on,
        expires_at=None if a_case else now + PROPOSAL_LASTS,
        stated=stated,
    )
    return opening(newest, review, spared_from=today, **told, **({"stated": stated["method"]} if a_case else {}))


def _digest(done: Certificate | Review, user: User) -> str:
    if isinstance(done, Certificate):
        return done.evidence_digest
    day = done.day or date.min
    return seen(done.beneficiary_id, day, stated_in(done), user.user_id, done.review_id).evidence_digest


def certificate_id_of(beneficiary_id: str, user: User, idempotency_key: str) -> str:
    """What a clerk's certificate, or proposal, of a person is called: the same for the same key, so that a request that
    is repeated after a crash meets its own. The person's id, which nobody can guess, keeps others from guessing it."""
    return str(uuid.uuid5(uuid.NAMESPACE_OID, f"{beneficiary_id}\n{user.user_id}\n{idempotency_key}"))
