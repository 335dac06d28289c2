"""Changes that two clerks make."""

from datetime import date
from typing import Annotated, Literal

from pydantic import Field

from lifecert.application.office.certify_in_person import stated_in
from lifecert.application.office.confirm_proposal import Missing
from lifecert.application.office.correct_start import RightStart
from lifecert.application.office.papers import Copies
from lifecert.domain.amendment import AmendGround
from lifecert.domain.certificate import Method, RevocationCause
from lifecert.domain.review import Cause, Proposal, Review, ReviewKind
from lifecert.domain.status import EndCause
from lifecert.entry.http.bodies.fields import BenefitId, PastDay, Scan
from lifecert.entry.http.bodies.reviews import DecisionShown, ReviewShown
from lifecert.entry.models import Incoming, Moment, Response


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


class ProposeStartBody(Incoming):
    """POST /staff/beneficiaries/{beneficiary_id}/benefit-start: since when one benefit is due, and why that is another
    day now. `start_checked`: a start far from today was looked at once more."""

    benefit: BenefitId
    benefit_start: Annotated[date, Field(ge=date(1949, 10, 1), le=date(2099, 12, 31))]
    ground: AmendGround
    start_checked: bool = False

    def to_domain(self) -> RightStart:
        """What the use case takes."""
        return RightStart(self.benefit, self.benefit_start, self.ground, self.start_checked)


class ConfirmationBody(Incoming):
    """POST /staff/proposals/{proposal_id}/confirmation. Of a paper `copies` are the digests of earlier papers' copies,
    made of the files that lie beside it; or `copies_missing`, that not all of them can be found."""

    confirm: bool
    copies: Annotated[tuple[Scan, ...], Field(max_length=20)] = ()
    copies_missing: bool = False

    def beside(self) -> Copies:
        """What the use case takes."""
        return Copies(frozenset(self.copies), self.copies_missing)


class ProposalShown(Response):
    """What one clerk proposed, and what another made of it. `missing` is what a corrected person lacks. Of somebody
    whom another clerk has to confirm there is `seen_on`, the `method` and what is `stated`; and once that is done the
    certificate's id is the proposal's. Of another start there is that day, and the one that was known when it was
    proposed."""

    proposal_id: str
    beneficiary_id: str
    kind: ReviewKind
    state: str
    proposed_by: str
    proposed_at: Moment
    expires_at: Moment | None
    ended_on: date | None
    benefit_start: date | None
    benefit_start_before: date | None
    seen_on: date | None
    method: Method | None
    stated: dict[str, str] | None
    cause: Cause | None
    benefit: str | None
    certificate_id: str | None
    decision: DecisionShown | None
    missing: tuple[Missing, ...]

    @staticmethod
    def of(proposal: Review, missing: tuple[Missing, ...] = ()) -> "ProposalShown":
        """The answer."""
        shown = ReviewShown.of(proposal)
        presence, starts = proposal.kind is ReviewKind.PRESENCE, proposal.kind is ReviewKind.BENEFIT_START
        stated = dict(stated_in(proposal)) if presence else None
        return ProposalShown(
            proposal_id=proposal.review_id,
            beneficiary_id=proposal.beneficiary_id,
            kind=proposal.kind,
            state=shown.state,
            proposed_by=shown.opened_by,
            proposed_at=proposal.opened_at,
            expires_at=proposal.expires_at,
            ended_on=None if presence or starts else proposal.day,
            benefit_start=proposal.day if starts else None,
            benefit_start_before=date.fromisoformat(proposal.related_id) if starts and proposal.related_id else None,
            seen_on=proposal.day if presence else None,
            method=Method(stated.pop("method")) if stated else None,
            stated=stated,
            cause=proposal.cause,
            benefit=proposal.benefit_id,
            certificate_id=proposal.related_id if proposal.kind is ReviewKind.REVOCATION else None,
            decision=shown.decision,
            missing=missing,
        )
