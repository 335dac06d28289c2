"""Holds, the office's side: look at the batches of people whose payment may be held, and decide one."""

from dataclasses import dataclass
from datetime import date, timedelta

from lifecert.application.shared.scoping import asked_for
from lifecert.domain.actor import User
from lifecert.domain.errors import (
    GroundUnsuitable,
    HoldBatchDecided,
    HoldBatchNotFound,
    HoldCandidatesUnknown,
    NotAllowed,
)
from lifecert.domain.hold import (
    HOLD_GROUNDS,
    HoldBatch,
    HoldCandidate,
    HoldChoice,
    HoldDecision,
    HoldGround,
    HoldState,
)
from lifecert.domain.page import Page, Position
from lifecert.ports.clock import Clock
from lifecert.ports.holds import HoldBatches


@dataclass(frozen=True, slots=True)
class ListHoldBatches:
    """The batches."""

    batches: HoldBatches

    def __call__(
        self, state: HoldState, limit: int, after: Position | None, user: User, district: str | None = None
    ) -> Page[HoldBatch, Position]:
        """At most `limit` batches in one state, oldest first, after a position; of a user's districts, or the part of
        them that is asked for, by district. Raises DistrictOutside when they have none of it."""
        return self.batches.listed(state, limit, after, asked_for(user.reads, district))


@dataclass(frozen=True, slots=True)
class HoldBatchView:
    """A batch and some of its candidates."""

    batch: HoldBatch
    page: Page[HoldCandidate, str]


@dataclass(frozen=True, slots=True)
class GetHoldBatch:
    """One batch."""

    batches: HoldBatches

    def __call__(self, batch_id: str, limit: int, after: str | None, user: User) -> HoldBatchView:
        """A batch with at most `limit` candidates, after an id. Raises HoldBatchNotFound, also outside the user's
        districts."""
        batch = self.batches.get(batch_id)
        if batch is None or not user.reads.covers(batch.district):
            raise HoldBatchNotFound
        return HoldBatchView(batch, self.batches.candidates(batch_id, limit, after))


@dataclass(frozen=True, slots=True)
class HoldWish:
    """Whose payment is to be held, and why so."""

    choice: HoldChoice
    ground: HoldGround
    ids: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class DecideHolds:
    """The decision: the sweep proposed, and somebody of the office says what becomes of it."""

    batches: HoldBatches
    clock: Clock

    def __call__(self, batch_id: str, wish: HoldWish, user: User) -> HoldBatch:
        """Decide a batch, once, in a time that does not depend on its size; the next sweep applies it.

        A repeat of the same decision returns the batch again. Raises NotAllowed, HoldBatchNotFound, GroundUnsuitable,
        HoldCandidatesUnknown and HoldBatchDecided; nothing is changed then.
        """
        if not user.is_clerk:
            raise NotAllowed
        if wish.ground not in HOLD_GROUNDS[wish.choice]:
            raise GroundUnsuitable
        batch = self.batches.get(batch_id)
        if batch is None or not user.changes.covers(batch.district):
            raise HoldBatchNotFound
        wanted = HoldDecision(wish.choice, wish.ground, user.user_id, self.clock.now(), tuple(sorted(set(wish.ids))))
        if batch.decision is None:
            if unknown := self.batches.unknown(batch_id, wanted.ids):
                raise HoldCandidatesUnknown(unknown)
            self.batches.decide(batch_id, wanted)
            batch = self.batches.get(batch_id) or batch
        if batch.decision is None or not batch.decision.same_as(wanted):
            raise HoldBatchDecided
        return batch


def applied_on(batch: HoldBatch, today: date) -> date | None:
    """The day whose sweep is the next to apply a decided batch; None when there is nothing to apply."""
    return today + timedelta(days=1) if batch.state is HoldState.DECIDED else None
