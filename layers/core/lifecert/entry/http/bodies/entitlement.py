"""Certifying in person, and changes that two clerks make."""

from datetime import date
from typing import Literal

from lifecert.application.office.certify_in_person import Document, PresenceGround
from lifecert.application.office.confirm_proposal import Missing
from lifecert.domain.certificate import Certificate, Method, RevocationCause
from lifecert.domain.review import Cause, Proposal, Review, ReviewKind
from lifecert.domain.status import EndCause
from lifecert.entry.http.bodies.fields import BenefitId, PastDay
from lifecert.entry.http.bodies.reviews import DecisionShown, ReviewShown
from lifecert.entry.models import Incoming, Moment, Response


class CertifyInPersonBody(Incoming):
    """POST /staff/beneficiaries/{beneficiary_id}/certifications."""

    method: Literal["in_person"] = "in_person"
    seen_on: PastDay
    document: Document
    ground: PresenceGround | None = None

    def fingerprint(self, beneficiary_id: str) -> str:
        """Tells this request from another."""
        return f"{beneficiary_id} {self.seen_on.isoformat()} {self.document} {self.ground or ''}".strip()


class ProposeEndBody(Incoming):
    """POST /staff/beneficiaries/{beneficiary_id}/end: of one benefit, or of all. What was planned ends by itself."""

    ended_on: PastDay
    cause: Literal[EndCause.DECEASED, EndCause.IMPRISONED, EndCause.MOVED, EndCause.OTHER]
    benefit: BenefitId | None = None

    def to_domain(self) -> Proposal:
        """What the use case takes."""
        return Proposal(ReviewKind.END, self.ended_on, self.cause, benefit_id=self.benefit)


class ProposeCorrectionBody(Incoming):
    """POST /staff/beneficiaries/{beneficiary_id}/correction: of one benefit's end, or of all that the last end took."""

    benefit: BenefitId | None = None

    def to_domain(self) -> Proposal:
        """What the use case takes."""
        return Proposal(ReviewKind.CORRECTION, benefit_id=self.benefit)


class ProposeRevocationBody(Incoming):
    """POST /staff/certificates/{certificate_id}/revocation."""

    cause: Literal[RevocationCause.FRAUD, RevocationCause.ERROR]


class ConfirmationBody(Incoming):
    """POST /staff/proposals/{proposal_id}/confirmation."""

    confirm: bool


class CertifiedInPerson(Response):
    """A certification at the office. Kept to answer a repeat, so without personal data."""

    beneficiary_id: str
    certificate_id: str
    method: Method
    certified_on: date
    valid_until: date

    @staticmethod
    def of(certificate: Certificate) -> "CertifiedInPerson":
        """The answer."""
        return CertifiedInPerson(
            beneficiary_id=certificate.beneficiary_id,
            certificate_id=certificate.certificate_id,
            method=certificate.method,
            certified_on=certificate.certified_on,
            valid_until=certificate.valid_until,
        )


class ProposalShown(Response):
    """What one clerk proposed, and what another made of it. `missing` is what a corrected person lacks. Of somebody
    seen against an open case there is `seen_on`, and once confirmed the certificate's id is the proposal's."""

    proposal_id: str
    beneficiary_id: str
    kind: ReviewKind
    state: str
    proposed_by: str
    proposed_at: Moment
    expires_at: Moment | None
    ended_on: date | None
    seen_on: date | None
    cause: Cause | None
    benefit: str | None
    certificate_id: str | None
    decision: DecisionShown | None
    missing: tuple[Missing, ...]

    @staticmethod
    def of(proposal: Review, missing: tuple[Missing, ...] = ()) -> "ProposalShown":
        """The answer."""
        shown = ReviewShown.of(proposal)
        presence = proposal.kind is ReviewKind.PRESENCE
        return ProposalShown(
            proposal_id=proposal.review_id,
            beneficiary_id=proposal.beneficiary_id,
            kind=proposal.kind,
            state=shown.state,
            proposed_by=shown.opened_by,
            proposed_at=proposal.opened_at,
            expires_at=proposal.expires_at,
            ended_on=None if presence else proposal.day,
            seen_on=proposal.day if presence else None,
            cause=proposal.cause,
            benefit=proposal.benefit_id,
            certificate_id=proposal.related_id if proposal.kind is ReviewKind.REVOCATION else None,
            decision=shown.decision,
            missing=missing,
        )
