"""Propose that an entitlement has ended, that an end was a mistake, or that a certificate does not count: the first
clerk's half."""

from dataclasses import dataclass, replace
from datetime import date

from lifecert.application.office.which_ends import benefits_concerned, is_death, refuse_ends_outside, which_end
from lifecert.application.shared.changing import change_newest
from lifecert.application.shared.proposing import proposal_by, same_proposal
from lifecert.application.shared.reviewing import opening
from lifecert.domain.actor import User
from lifecert.domain.beneficiary import Beneficiary
from lifecert.domain.certificate import RevocationCause
from lifecert.domain.change import Change
from lifecert.domain.errors import (
    BenefitNotFound,
    CertificateNotFound,
    DayInFuture,
    DeathEndsAll,
    LimitReached,
    NotAllowed,
    ReviewOpenedBefore,
    TransitionRefused,
)
from lifecert.domain.open_case import MOST_WAITING
from lifecert.domain.review import Proposal, Review, ReviewKind
from lifecert.domain.status import EndCause
from lifecert.ports.clock import Clock
from lifecert.ports.register import Certificates, ChangingRegister
from lifecert.ports.reviews import Reviews


@dataclass(frozen=True, slots=True)
class Propose:
    """The first clerk's half."""

    register: ChangingRegister
    reviews: Reviews
    certificates: Certificates
    clock: Clock

    def __call__(self, beneficiary_id: str, proposal: Proposal, idempotency_key: str, user: User) -> Review:
        """Propose a change; the entitlement stays as it is. A repeat with the same key gives the same proposal.

        Raises NotAllowed, BeneficiaryNotFound, BenefitNotFound, DistrictOutside (of one that it is about),
        DeathEndsAll, DayInFuture, TransitionRefused (the status has no such change) and IdempotencyKeyReused.
        """
        if not user.is_clerk:
            raise NotAllowed
        if proposal.day and proposal.day > self.clock.today():
            raise DayInFuture
        review = proposal_by(
            *(user, idempotency_key, self.clock.now(), beneficiary_id, proposal.kind),
            related_id=proposal.certificate_id,
            day=proposal.day,
            cause=proposal.cause,
            benefit_id=proposal.benefit_id,
        )

        def make(newest: Beneficiary) -> Change:
            proposed = review
            refuse_ends_outside(user, newest, proposal, self.clock.today())
            _check_applies(newest, proposal, self.clock.today())
            if proposal.cause is EndCause.DECEASED and newest.waiting_of(ReviewKind.END) >= MOST_WAITING:
                raise TransitionRefused("so many proposals of this death wait for a second clerk already")
            if proposal.kind is ReviewKind.CORRECTION:
                proposed = replace(
                    review, related_id=which_end(benefits_concerned(newest, proposal, self.clock.today()))
                )
            return opening(newest, proposed)

        try:
            change = change_newest(self.register, beneficiary_id, make, by=user)
        except (ReviewOpenedBefore, TransitionRefused, DeathEndsAll, LimitReached) as refused:
            # What was proposed before may have been confirmed since, or was the last act of the day: a repeat still
            # gets its answer.
            return self._proposed_before(review, refused)
        return (change and change.review) or review

    def revocation(self, certificate_id: str, cause: RevocationCause, idempotency_key: str, user: User) -> Review:
        """Propose to revoke a certificate, for fraud or an error; the certification before it then covers as it did.

        Raises CertificateNotFound, NotAllowed, TransitionRefused (revoked already) and IdempotencyKeyReused.
        """
        certificate = self.certificates.get(certificate_id)
        person = self.register.get(certificate.beneficiary_id) if certificate else None
        if certificate is None or person is None or not user.changes.covers_any(person.districts):
            raise CertificateNotFound
        if certificate.revoked_at:
            raise TransitionRefused("the certificate is revoked already")
        proposal = Proposal(ReviewKind.REVOCATION, cause=cause, certificate_id=certificate_id)
        return self(certificate.beneficiary_id, proposal, idempotency_key, user)

    def _proposed_before(self, review: Review, refused: Exception) -> Review:
        stored = self.reviews.get(review.review_id)
        if stored is None:
            raise refused
        return same_proposal(stored, review)


def _check_applies(newest: Beneficiary, proposal: Proposal, today: date) -> None:
    """Raises TransitionRefused when no benefit is as the proposal needs it, BenefitNotFound when it names none, and
    DeathEndsAll when a death is to end only one."""
    if proposal.benefit_id and newest.benefit(proposal.benefit_id) is None:
        raise BenefitNotFound
    death_stands = proposal.kind is ReviewKind.CORRECTION and any(is_death(one.end) for one in newest.benefits)
    if proposal.benefit_id and (proposal.cause is EndCause.DECEASED or death_stands):
        raise DeathEndsAll
    if proposal.kind is ReviewKind.REVOCATION:
        applies = bool(newest.open_benefits)
    else:
        concerned = benefits_concerned(newest, proposal, proposal.day or today)
        ended, died = proposal.kind is ReviewKind.CORRECTION, proposal.cause is EndCause.DECEASED
        applies = bool(concerned) and (died or all((one.end is not None) is ended for one in concerned))
    if not applies:
        raise TransitionRefused(f"{proposal.kind} does not apply while {newest.status}")
