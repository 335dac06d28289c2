"""Hold batches."""

from collections.abc import Mapping
from datetime import date
from typing import Annotated, Self

from pydantic import Field, model_validator

from lifecert.application.office.decide_holds import HoldBatchView, HoldWish, applied_on
from lifecert.domain.category import Category
from lifecert.domain.hold import HoldBatch, HoldCandidate, HoldChoice, HoldGround, HoldOutcome, HoldState
from lifecert.domain.office_notice import NoticeWay
from lifecert.domain.page import Page, Position
from lifecert.entry.http.bodies.fields import PAGE, DistrictPrefix, InList, cursor_of
from lifecert.entry.models import Incoming, Moment, Response

# People that a decision can name. Who means more names the others, or decides the next batch too.
MOST_NAMED = 500


CANDIDATES = 100


Id = Annotated[str, Field(pattern=r"^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$")]


class HoldBatchesQuery(Incoming):
    """GET /staff/hold-batches."""

    state: HoldState = HoldState.OPEN
    district: DistrictPrefix | None = None
    limit: Annotated[int, Field(ge=1, le=PAGE)] = PAGE
    after: InList | None = None


class CandidatesQuery(Incoming):
    """GET /staff/hold-batches/{batch_id}."""

    limit: Annotated[int, Field(ge=1, le=CANDIDATES)] = CANDIDATES
    after: Id | None = None


class DecideHoldsBody(Incoming):
    """POST /staff/hold-batches/{batch_id}/decision."""

    choice: HoldChoice
    ground: HoldGround
    ids: Annotated[list[Id], Field(max_length=MOST_NAMED)] = Field(default_factory=list)

    @model_validator(mode="after")
    def _names_whom_it_means(self) -> Self:
        if bool(self.ids) is not (self.choice in (HoldChoice.ALL_BUT, HoldChoice.ONLY)):
            raise ValueError("ids with all_but and only, and with nothing else")
        return self

    def to_domain(self) -> HoldWish:
        """What the use case takes."""
        return HoldWish(self.choice, self.ground, tuple(self.ids))


class HoldDecisionShown(Response):
    """What was decided. `ids` with all_but and only."""

    choice: HoldChoice
    ground: HoldGround
    decided_by: str
    decided_at: Moment
    ids: tuple[str, ...]


class HoldBatchShown(Response):
    """A batch of one office. `applied_on` is the day whose sweep is the next to do what was decided; `outcomes` are
    there once it is done."""

    batch_id: str
    payer: str
    district: str | None
    state: HoldState
    run_id: str
    opened_at: Moment
    candidates: int
    decision: HoldDecisionShown | None
    applied_on: date | None
    applied_at: Moment | None
    outcomes: Mapping[HoldOutcome, int]

    @staticmethod
    def of(batch: HoldBatch, today: date) -> "HoldBatchShown":
        """The answer as of `today`."""
        decision = batch.decision
        return HoldBatchShown(
            batch_id=batch.batch_id,
            payer=batch.payer,
            # One batch took everybody before offices had their own.
            district=batch.district or None,
            state=batch.state,
            run_id=batch.run_id,
            opened_at=batch.opened_at,
            candidates=batch.candidates,
            decision=decision
            and HoldDecisionShown(
                choice=decision.choice,
                ground=decision.ground,
                decided_by=decision.decided_by,
                decided_at=decision.decided_at,
                ids=decision.ids,
            ),
            applied_on=applied_on(batch, today),
            applied_at=batch.applied_at,
            outcomes=batch.outcomes,
        )


class HoldBatchesShown(Response):
    """A page of batches. `after` asks for the next one; null at the end."""

    batches: tuple[HoldBatchShown, ...]
    after: str | None

    @staticmethod
    def of(page: Page[HoldBatch, Position], today: date) -> "HoldBatchesShown":
        """The answer as of `today`."""
        after = page.after and cursor_of(page.after)
        return HoldBatchesShown(batches=tuple(HoldBatchShown.of(one, today) for one in page.items), after=after)


class CandidateShown(Response):
    """Somebody whose payment may be held, as they were when they were proposed; `outcome` once there is one. The way by
    which they were told is null for a message, and so is the clerk who says so."""

    beneficiary_id: str
    masked_name: str
    benefits: tuple[str, ...]
    category: Category
    district: str
    valid_until: date
    notice_delivered_on: date
    notice_way: NoticeWay | None
    notice_recorded_by: str | None
    outcome: HoldOutcome | None

    @staticmethod
    def of(candidate: HoldCandidate) -> "CandidateShown":
        """The answer."""
        return CandidateShown(
            beneficiary_id=candidate.beneficiary_id,
            masked_name=candidate.masked_name,
            benefits=candidate.benefits,
            category=candidate.category,
            district=candidate.district,
            valid_until=candidate.valid_until,
            notice_delivered_on=candidate.notice_delivered_on,
            notice_way=candidate.notice_way,
            notice_recorded_by=candidate.notice_recorded_by,
            outcome=candidate.outcome,
        )


class HoldBatchDetails(Response):
    """A batch and a page of its candidates. `after` asks for the next page; null at the end."""

    batch: HoldBatchShown
    candidates: tuple[CandidateShown, ...]
    after: str | None

    @staticmethod
    def of(view: HoldBatchView, today: date) -> "HoldBatchDetails":
        """The answer as of `today`."""
        return HoldBatchDetails(
            batch=HoldBatchShown.of(view.batch, today),
            candidates=tuple(CandidateShown.of(one) for one in view.page.items),
            after=view.page.after,
        )
