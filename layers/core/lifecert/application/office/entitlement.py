"""End an entitlement, correct a wrong end, revoke a certificate: one clerk proposes, another confirms or rejects."""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum

from lifecert.application.shared.changing import change_newest
from lifecert.application.shared.reviewing import opening, recorded
from lifecert.domain.actor import Actor, Role, User
from lifecert.domain.beneficiary import Beneficiary, Change, record
from lifecert.domain.certificate import Revocation, RevocationCause
from lifecert.domain.coverage import Coverage, coverage_without
from lifecert.domain.errors import (
    CertificateNotFound,
    DayInFuture,
    IdempotencyKeyReused,
    NotAllowed,
    ProposalExpired,
    ProposalNotFound,
    ReviewDecidedBefore,
    ReviewOpenedBefore,
    SecondClerkNeeded,
    TransitionRefused,
)
from lifecert.domain.ledger import Detail, LedgerEvent
from lifecert.domain.review import (
    PROPOSAL_LASTS,
    PROPOSALS,
    Ground,
    Proposal,
    Review,
    ReviewDecision,
    ReviewKind,
    ReviewOutcome,
)
from lifecert.domain.status import (
    CertificateRevoked,
    EndCause,
    EndCorrected,
    EntitlementEnded,
    Event,
    Status,
    transition,
)
from lifecert.ports.clock import Clock
from lifecert.ports.register import Certificates, ChangingRegister, Ledger
from lifecert.ports.reviews import Reviews


class Missing(StrEnum):
    """What a corrected person lacks: without it no notice reaches them, or no camera can know them."""

    CONTACT = "contact"
    REFERENCE = "reference"


@dataclass(frozen=True, slots=True)
class Propose:
    """The first clerk's half."""

    register: ChangingRegister
    reviews: Reviews
    certificates: Certificates
    clock: Clock

    def __call__(self, beneficiary_id: str, proposal: Proposal, idempotency_key: str, user: User) -> Review:
        """Propose a change; the entitlement stays as it is. A repeat with the same key gives the same proposal.

        Raises NotAllowed, BeneficiaryNotFound, DayInFuture, TransitionRefused (the status has no such change) and
        IdempotencyKeyReused.
        """
        if not user.is_clerk:
            raise NotAllowed
        if proposal.day and proposal.day > self.clock.today():
            raise DayInFuture
        now = self.clock.now()
        review = Review(
            review_id=str(uuid.uuid5(uuid.NAMESPACE_OID, f"{user.user_id}\n{idempotency_key}")),
            beneficiary_id=beneficiary_id,
            kind=proposal.kind,
            opened_at=now,
            opened_by=Actor(user.user_id, Role.CLERK),
            related_id=proposal.certificate_id,
            day=proposal.day,
            cause=proposal.cause,
            expires_at=now + PROPOSAL_LASTS,
        )

        def make(newest: Beneficiary) -> Change:
            _check_applies(newest, proposal)
            return opening(newest, review)

        try:
            change_newest(self.register, beneficiary_id, make)
        except (ReviewOpenedBefore, TransitionRefused) as refused:
            # What was proposed before may have been confirmed since: a repeat still gets its answer.
            return self._proposed_before(review, refused)
        return review

    def revocation(self, certificate_id: str, cause: RevocationCause, idempotency_key: str, user: User) -> Review:
        """Propose to revoke a certificate, for fraud or an error; the certification before it then covers as it did.

        Raises CertificateNotFound, NotAllowed, TransitionRefused (revoked already) and IdempotencyKeyReused.
        """
        certificate = self.certificates.get(certificate_id)
        if certificate is None:
            raise CertificateNotFound
        if certificate.revoked_at:
            raise TransitionRefused("the certificate is revoked already")
        proposal = Proposal(ReviewKind.REVOCATION, cause=cause, certificate_id=certificate_id)
        return self(certificate.beneficiary_id, proposal, idempotency_key, user)

    def _proposed_before(self, review: Review, refused: Exception) -> Review:
        stored = self.reviews.get(review.review_id)
        if stored is None:
            raise refused
        if _content(stored) != _content(review):
            raise IdempotencyKeyReused
        return stored


@dataclass(frozen=True, slots=True)
class ConfirmProposal:
    """The second clerk's half."""

    register: ChangingRegister
    reviews: Reviews
    ledger: Ledger
    clock: Clock

    def __call__(self, proposal_id: str, user: User, *, confirm: bool) -> Review:
        """Confirm or reject a proposal, once. A repeat of the same decision returns it again.

        Whoever proposed may reject, which withdraws it, and never confirm. Raises NotAllowed, ProposalNotFound,
        SecondClerkNeeded, ProposalExpired, TransitionRefused and ReviewDecidedBefore; nothing is changed then.
        """
        if not user.is_clerk:
            raise NotAllowed
        review = self.reviews.get(proposal_id)
        if review is None or review.kind not in PROPOSALS:
            raise ProposalNotFound
        if review.decision is None:
            if confirm:
                self._check_may_confirm(review, user)
            review = self._decide(review, user, confirm=confirm)
        decision = review.decision
        wanted = ReviewOutcome.ACCEPT if confirm else ReviewOutcome.REFUSE
        if decision is None or (decision.outcome, decision.decided_by) != (wanted, user.user_id):
            raise ReviewDecidedBefore
        return review

    def missing(self, proposal: Review) -> tuple[Missing, ...]:
        """What must be set up anew after a correction that was confirmed: it was deleted since the end, or never there.
        Nothing after any other proposal."""
        confirmed = proposal.decision and proposal.decision.outcome is ReviewOutcome.ACCEPT
        corrected = confirmed and proposal.kind is ReviewKind.CORRECTION
        person = self.register.get(proposal.beneficiary_id) if corrected else None
        if person is None:
            return ()
        kept = {Missing.CONTACT: person.contact_channel is not None, Missing.REFERENCE: person.has_reference}
        return tuple(part for part, there in kept.items() if not there)

    def _check_may_confirm(self, review: Review, user: User) -> None:
        if review.opened_by.actor_id == user.user_id:
            raise SecondClerkNeeded
        if review.expires_at and self.clock.now() > review.expires_at:
            raise ProposalExpired

    def _decide(self, review: Review, user: User, *, confirm: bool) -> Review:
        outcome, ground = ReviewOutcome.REFUSE, Ground.UNFOUNDED
        if confirm:
            outcome, ground = ReviewOutcome.ACCEPT, Ground.CONFIRMED
        decision = ReviewDecision(outcome, ground, user.user_id, self.clock.now())
        decided = replace(review, decision=decision)

        def make(newest: Beneficiary) -> Change:
            if confirm:
                return replace(self._confirmed(newest, review, decision), review=decided)
            return replace(recorded(newest, review, decision), review=decided)

        try:
            change_newest(self.register, review.beneficiary_id, make)
        except ReviewDecidedBefore:
            return self.reviews.get(review.review_id) or review
        return decided

    def _confirmed(self, newest: Beneficiary, proposal: Review, decision: ReviewDecision) -> Change:
        match proposal.kind:
            case ReviewKind.END:
                return self._end(newest, proposal, decision)
            case ReviewKind.CORRECTION:
                return self._correct(newest, proposal, decision)
        return self._revoke(newest, proposal, decision)

    def _end(self, newest: Beneficiary, proposal: Review, decision: ReviewDecision) -> Change:
        on = proposal.day or self.clock.today()
        cause = proposal.cause if isinstance(proposal.cause, EndCause) else EndCause.OTHER
        event = EntitlementEnded(on, cause, proposal.opened_by.actor_id, decision.decided_by)
        # The contact stays until the faces go, and nobody is told anything before: the end may be a mistake.
        details = {
            "ended_on": on.isoformat(),
            "cause": cause,
            "certificate_id": newest.certificate_id,
            "contact_kept": newest.contact_channel is not None,
        }
        change = _moved(newest, event, LedgerEvent.TERMINATED, proposal, decision, self.clock.today(), details)
        if newest.certificate_id is None:
            return change
        revocation = Revocation(newest.certificate_id, decision.decided_at, RevocationCause.ENTITLEMENT_ENDED)
        return replace(change, revocation=revocation)

    def _correct(self, newest: Beneficiary, proposal: Review, decision: ReviewDecision) -> Change:
        event = EndCorrected(self.clock.today(), proposal.opened_by.actor_id, decision.decided_by)
        details = {"certificate_id": newest.certificate_id}
        change = _moved(newest, event, LedgerEvent.CORRECTED, proposal, decision, self.clock.today(), details)
        # What the wrong end revoked counts again.
        return replace(change, revocation=Revocation(newest.certificate_id, None) if newest.certificate_id else None)

    def _revoke(self, newest: Beneficiary, proposal: Review, decision: ReviewDecision) -> Change:
        certificate_id = proposal.related_id or ""
        # What was proposed before a cause had to be given was fraud.
        cause = proposal.cause if isinstance(proposal.cause, RevocationCause) else RevocationCause.FRAUD
        # No entry beyond the version that this change is made of.
        entries = (entry for entry in self.ledger.entries(newest.beneficiary_id) if entry.seq <= newest.version)
        left = coverage_without(entries, certificate_id)
        valid_until = left.valid_until if left else newest.standing.valid_until
        event = CertificateRevoked(valid_until, self.clock.today(), proposal.opened_by.actor_id, decision.decided_by)
        details: dict[str, Detail] = {
            "certificate_id": certificate_id,
            "cause": cause,
            "payment_held": newest.standing.held_since is not None,
        }
        if newest.certificate_id == certificate_id:
            left = left or Coverage(valid_until)
            newest = replace(newest, certificate_id=left.certificate_id, certified_on=left.certified_on)
        change = _moved(newest, event, LedgerEvent.CERTIFICATE_REVOKED, proposal, decision, self.clock.today(), details)
        return replace(change, revocation=Revocation(certificate_id, decision.decided_at, cause))


def _moved(
    before: Beneficiary,
    event: Event,
    told_as: LedgerEvent,
    proposal: Review,
    decision: ReviewDecision,
    today: date,
    details: Mapping[str, Detail],
) -> Change:
    moved = transition(before.standing, event, Role.CLERK)
    after, entry = record(
        # Who comes to be lapsed by this has all the grace days before them, however long the year has been over.
        replace(before.at(moved.standing), grace_from=today),
        told_as,
        Actor(decision.decided_by, Role.CLERK),
        decision.decided_at,
        {
            "review_id": proposal.review_id,
            "proposed_by": proposal.opened_by.actor_id,
            "status_before": before.standing.status,
            "status": moved.standing.status,
            "valid_until": moved.standing.valid_until.isoformat(),
            "arrears_first_day": moved.arrears.first_day.isoformat() if moved.arrears else None,
            "arrears_last_day": moved.arrears.last_day.isoformat() if moved.arrears else None,
            "grace_from": today.isoformat(),
            **details,
        },
    )
    return Change(before.version, after, entry)


def _check_applies(newest: Beneficiary, proposal: Proposal) -> None:
    ended = newest.standing.status is Status.TERMINATED
    if ended is not (proposal.kind is ReviewKind.CORRECTION):
        raise TransitionRefused(f"{proposal.kind} does not apply while {newest.standing.status}")


def _content(review: Review) -> tuple[object, ...]:
    return review.beneficiary_id, review.kind, review.day, review.cause, review.related_id
