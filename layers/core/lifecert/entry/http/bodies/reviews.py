"""Cases: the queue, one case, a decision. Verdicts, never a score."""

from datetime import date, datetime
from typing import Annotated, Any
from uuid import UUID

from pydantic import Field

from lifecert.application.office.get_reviews import Attempt, ReviewView
from lifecert.domain.actor import Role
from lifecert.domain.challenge import Ability, Step
from lifecert.domain.invitation import is_invited
from lifecert.domain.page import Page, Position
from lifecert.domain.reasons import Reason
from lifecert.domain.review import Cause, Ground, Review, ReviewFilter, ReviewKind, ReviewOutcome, ReviewState
from lifecert.entry.http.bodies.fields import PAGE, DistrictPrefix, InList, cursor_of
from lifecert.entry.http.bodies.sessions import Observations
from lifecert.entry.models import Incoming, Moment, Response


class ReviewsQuery(Incoming):
    """GET /staff/reviews."""

    state: ReviewState = ReviewState.OPEN
    kind: ReviewKind | None = None
    reason: Reason | None = None
    district: DistrictPrefix | None = None
    limit: Annotated[int, Field(ge=1, le=PAGE)] = PAGE
    after: InList | None = None

    def wanted(self) -> ReviewFilter:
        """Which reviews are asked for."""
        return ReviewFilter(self.state, self.kind, self.reason)


class DecideReviewBody(Incoming):
    """POST /staff/reviews/{review_id}/decision."""

    outcome: ReviewOutcome
    ground: Ground
    session_id: UUID | None = None


class ClaimBody(Incoming):
    """POST /staff/reviews/{review_id}/claim."""

    take: bool = True


class ClaimShown(Response):
    """Who works on the case, and until when."""

    claimed_by: str
    claimed_until: Moment


class DecisionShown(Response):
    """What was decided; `certificate_id` when that certified, and by which session."""

    outcome: ReviewOutcome
    ground: Ground
    decided_by: str
    decided_at: Moment
    certificate_id: str | None
    session_id: str | None


class ReviewShown(Response):
    """One case. `stated` is what a clerk stated of somebody who was seen, or of a paper."""

    review_id: str
    beneficiary_id: str
    kind: ReviewKind
    state: str
    reason: str | None
    opened_at: Moment
    opened_by: str
    opened_by_role: Role
    session_id: str | None
    related_id: str | None
    benefit: str | None
    day: date | None
    cause: Cause | None
    stated: dict[str, str] | None
    expires_at: Moment | None
    decision: DecisionShown | None
    claim: ClaimShown | None

    @staticmethod
    def of(review: Review, now: datetime | None = None) -> "ReviewShown":
        """The answer; without a time it names nobody who works on it."""
        decision, claim = review.decision, review.claimed(now) if now else None
        return ReviewShown(
            review_id=review.review_id,
            beneficiary_id=review.beneficiary_id,
            kind=review.kind,
            state=review.state.value,
            reason=review.reason,
            opened_at=review.opened_at,
            opened_by=review.opened_by.actor_id,
            opened_by_role=review.opened_by.role,
            session_id=review.session_id,
            related_id=review.related_id,
            benefit=review.benefit_id,
            day=review.day,
            cause=review.cause,
            stated=dict(review.stated) or None,
            expires_at=review.expires_at,
            decision=decision
            and DecisionShown(
                outcome=decision.outcome,
                ground=decision.ground,
                decided_by=decision.decided_by,
                decided_at=decision.decided_at,
                certificate_id=decision.certificate_id,
                session_id=decision.session_id,
            ),
            claim=claim and ClaimShown(claimed_by=claim.by, claimed_until=claim.until),
        )


class ReviewsShown(Response):
    """A page of the queue. `after` asks for the next one; null at the end."""

    reviews: tuple[ReviewShown, ...]
    after: str | None

    @staticmethod
    def of(page: Page[Review, Position], now: datetime) -> "ReviewsShown":
        """The answer."""
        reviews = tuple(ReviewShown.of(review, now) for review in page.items)
        return ReviewsShown(reviews=reviews, after=page.after and cursor_of(page.after))


class FindingShown(Response):
    """A measure by name, and what it means."""

    step: Step | None
    name: str
    verdict: str
    reason: str | None


class AttemptShown(Response):
    """A session of the case. `frames` are links, in the order of the challenge; empty once they are deleted.
    `helper_name` is what somebody who helped by an invitation said, which nobody has checked; `observations` is what
    the phone's page told of its camera, which any page can."""

    session_id: str
    user_id: str
    opened_at: Moment
    on_behalf: bool
    cannot: tuple[Ability, ...]
    challenge: tuple[Step, ...]
    findings: tuple[FindingShown, ...]
    frames: tuple[str, ...]
    by_invitation: bool
    helper_name: str | None
    observations: dict[str, Any] | None

    @staticmethod
    def of(attempt: Attempt) -> "AttemptShown":
        """The answer."""
        session = attempt.session
        return AttemptShown(
            session_id=session.session_id,
            user_id=session.user_id,
            opened_at=session.opened_at,
            on_behalf=session.on_behalf,
            cannot=session.cannot,
            challenge=session.challenge,
            findings=tuple(
                FindingShown(
                    step=Step(one.step) if one.step else None, name=one.name, verdict=one.verdict, reason=one.reason
                )
                for one in attempt.findings
            ),
            frames=attempt.frames,
            by_invitation=is_invited(session.user_id),
            helper_name=attempt.helper_name,
            observations=Observations.kept(session.observations),
        )


class PhotoShown(Response):
    """An enrolled photo to compare with."""

    reference_id: str
    beneficiary_id: str
    source: str
    captured_on: str | None
    link: str


class OtherCase(Response):
    """Another open case about the same person; while one `doubts`, no machine accepts."""

    review_id: str
    kind: ReviewKind
    doubts: bool


class ReportShown(Response):
    """What somebody else told who reported the same death. `is_believed`: a clerk, or who certified the person."""

    reported_by: str
    reported_at: Moment
    died_on: date | None
    is_believed: bool


class EarlierPaper(Response):
    """A paper that certified the person as of another day, to be laid beside the one that the case is about. `same` are
    the facts that both have: `paper` is the number, `letter` the letter whose code stands on a form."""

    certificate_id: str
    seen_on: date
    certified_at: Moment
    proposed_by: str
    confirmed_by: str
    scan: str
    same: tuple[str, ...]
    entered_by_mistake: bool


class CaseShown(Response):
    """A case and everything to judge it by. Links last five minutes."""

    review: ReviewShown
    attempts: tuple[AttemptShown, ...]
    references: tuple[PhotoShown, ...]
    other_cases: tuple[OtherCase, ...]
    reports: tuple[ReportShown, ...]
    papers: tuple[EarlierPaper, ...]

    @staticmethod
    def of(view: ReviewView, now: datetime) -> "CaseShown":
        """The answer."""
        return CaseShown(
            review=ReviewShown.of(view.review, now),
            attempts=tuple(AttemptShown.of(attempt) for attempt in view.attempts),
            references=tuple(
                PhotoShown(
                    reference_id=one.reference_id,
                    beneficiary_id=one.beneficiary_id,
                    source=one.source,
                    captured_on=one.captured_on,
                    link=one.link,
                )
                for one in view.references
            ),
            other_cases=tuple(
                OtherCase(review_id=one.review_id, kind=one.kind, doubts=one.doubts) for one in view.other_cases
            ),
            reports=tuple(
                ReportShown(reported_by=one.by, reported_at=one.at, died_on=one.day, is_believed=one.believed)
                for one in view.reports
            ),
            papers=tuple(
                EarlierPaper(
                    certificate_id=one.certificate_id,
                    seen_on=one.seen_on,
                    certified_at=one.certified_at,
                    proposed_by=one.proposed_by,
                    confirmed_by=one.confirmed_by,
                    scan=one.scan,
                    same=one.same,
                    entered_by_mistake=one.mistaken,
                )
                for one in view.papers
            ),
        )
