"""The sweep's two kinds of jobs for holds (design.md §3 rule 4): proposing, and doing what the office approved."""

import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import ClassVar

from lifecert.application.sweep.kinds import Look, OfDays, days
from lifecert.domain.actor import SWEEP_ACTOR
from lifecert.domain.beneficiary import Beneficiary, Change, record
from lifecert.domain.errors import HoldBatchNotFound, TransitionRefused
from lifecert.domain.hold import (
    CandidateOutcome,
    HoldBatch,
    HoldCandidate,
    HoldDecision,
    HoldOutcome,
    HoldProposal,
    HoldState,
)
from lifecert.domain.ledger import Detail, LedgerEvent
from lifecert.domain.status import HoldApproved, Standing, Status, transition
from lifecert.domain.sweep import Job, JobKind
from lifecert.ports.clock import Clock
from lifecert.ports.holds import HoldBatches
from lifecert.ports.register import Register


@dataclass(frozen=True, slots=True)
class ProposeHolds(OfDays):
    """Proposes to hold the payment of lapsed people whose grace days are over, and whom a notice reached.

    Whom none has reached is looked at again once one does: the grace days count from that day then. Whoever stands in
    a batch has left the index, so that nobody is proposed twice; a rejected candidate comes back to it for the grace
    days from the rejection on.
    """

    kind: ClassVar[JobKind] = JobKind.PROPOSE
    among: ClassVar[Status] = Status.LAPSED
    batches: HoldBatches
    grace_days: int

    def days(self, first_day: date, today: date) -> Iterator[date]:
        """Every day whose grace days are over today, or were on one of the days to make good."""
        return days(first_day - timedelta(days=self.grace_days), today - timedelta(days=self.grace_days + 1))

    def begin(self, look: Look) -> Look:
        """Find, or begin, the batch for candidates."""
        return replace(look, gathering=self.batches.gathering(str(uuid.uuid4())))

    def change(self, beneficiary: Beneficiary, look: Look) -> Change | None:
        """Propose somebody lapsed, told, out of grace, and neither held nor proposed."""
        standing, told_on = beneficiary.standing, beneficiary.notice_delivered_on
        over = (look.today - beneficiary.grace_begins_on).days > self.grace_days
        if standing.status is not Status.LAPSED or standing.held_since or beneficiary.open_proposal:
            return None
        if told_on is None or not over:
            return None
        proposal = HoldProposal(look.gathering, standing.valid_until, look.now)
        candidate = HoldCandidate(
            batch_id=proposal.batch_id,
            beneficiary_id=beneficiary.beneficiary_id,
            masked_name=beneficiary.masked_name,
            category=beneficiary.category,
            district=beneficiary.district,
            valid_until=standing.valid_until,
            notice_delivered_on=told_on,
            proposed_at=look.now,
        )
        details = {"batch_id": proposal.batch_id, "notice_delivered_on": told_on.isoformat()}
        after, entry = record(
            replace(beneficiary, hold_proposal=proposal), LedgerEvent.HOLD_PROPOSED, SWEEP_ACTOR, look.now, details
        )
        return Change(beneficiary.version, after, entry, hold_candidate=candidate)


@dataclass(frozen=True, slots=True)
class ApplyHolds:
    """Holds the payment of those whom the office approved, and sends on those whom it did not.

    Reads the candidates of decided batches that have no outcome yet: a run that dies leaves the rest of them to the
    next. Everybody is decided by their newest state; who needs no hold any more is left alone, and the batch says why.
    """

    batches: HoldBatches
    grace_days: int
    # What was decided stays so: a worker reads it once.
    _known: dict[str, HoldBatch] = field(default_factory=dict, repr=False, compare=False)

    def jobs(self, first_day: date, today: date, shards: int) -> Iterator[Job]:
        """One for each decided batch and shard, whatever its day."""
        for batch in self.batches.decided():
            for shard in range(shards):
                yield Job(JobKind.HOLD, today, shard, batch.batch_id)

    def anybody(self, register: Register, job: Job) -> bool:
        """Whether a candidate waits."""
        return next(self.people(register, job), None) is not None

    def people(self, register: Register, job: Job, after: str | None = None) -> Iterator[str]:
        """The candidates that wait."""
        return self.batches.waiting(self._batch(job).batch_id, job.shard, after)

    def change(self, beneficiary: Beneficiary, look: Look) -> Change | None:
        """Hold, or drop the proposal of, a candidate of this batch; None for whom it does not concern any more."""
        batch, proposal = self._batch(look.job), beneficiary.open_proposal
        if proposal is None or proposal.batch_id != batch.batch_id or batch.decision is None:
            return None
        if not batch.showed(proposal):
            # Their grace days were over: as of today, so that tomorrow's sweep proposes them again.
            return self._dropped(beneficiary, HoldOutcome.NOT_SHOWN, look, look.today - timedelta(days=self.grace_days))
        if not batch.decision.approves(beneficiary.beneficiary_id):
            # The grace days once more; so the index finds the person again, that much later.
            return self._dropped(beneficiary, HoldOutcome.REJECTED, look, look.today)
        told_on = beneficiary.notice_delivered_on
        approved = HoldApproved(
            look.today, self.grace_days, told_on, batch.decision.decided_by, beneficiary.grace_begins_on
        )
        try:
            moved = transition(beneficiary.standing, approved, SWEEP_ACTOR.role)
        except TransitionRefused:
            reason = HoldOutcome.GRACE_RUNS if told_on else HoldOutcome.NOT_TOLD
            return self._dropped(beneficiary, reason, look, beneficiary.grace_from)
        return _held(beneficiary, moved.standing, batch.decision, look)

    def begin(self, look: Look) -> Look:
        """There is nothing to make ready."""
        return look

    def counts(self, change: Change) -> bool:
        """A hold is, a proposal that is dropped is not."""
        return change.entry.event is LedgerEvent.PAYMENT_HELD

    def left_alone(self, beneficiary: Beneficiary, look: Look) -> None:
        """Note in the batch why."""
        batch_id = self._batch(look.job).batch_id
        self.batches.leave(batch_id, beneficiary.beneficiary_id, _why_not(beneficiary), look.now)

    def _dropped(self, before: Beneficiary, outcome: HoldOutcome, look: Look, grace_from: date | None) -> Change:
        after = replace(before, hold_proposal=None, grace_from=grace_from)
        decision = self._batch(look.job).decision
        details: dict[str, Detail] = {"reason": outcome, "grace_from": grace_from.isoformat() if grace_from else None}
        return _decided(after, before, LedgerEvent.HOLD_DROPPED, outcome, details, decision, look)

    def _batch(self, job: Job) -> HoldBatch:
        batch_id = job.batch_id or ""
        if batch_id not in self._known:
            batch = self.batches.get(batch_id)
            if batch is None or batch.decision is None:
                raise HoldBatchNotFound
            self._known[batch_id] = batch
        return self._known[batch_id]


@dataclass(frozen=True, slots=True)
class UndecidedHolds:
    """How long the office has let a batch wait: nobody in it is held, restored or proposed again meanwhile."""

    batches: HoldBatches
    clock: Clock

    def __call__(self) -> int:
        """Whole days since the oldest undecided batch was opened; 0 when none is."""
        return max((one.days_open(self.clock.now()) for one in self.batches.listed(HoldState.OPEN, 1).items), default=0)


@dataclass(frozen=True, slots=True)
class CloseHolds:
    """What the end of a run means for batches: its candidates are shown to the office, what was decided may be done."""

    batches: HoldBatches
    clock: Clock

    def __call__(self, run_id: str) -> None:
        """Open the batch that took candidates, if it has any, and settle every decided one that nobody waits in.

        Doing it again changes nothing.
        """
        batch_id = self.batches.gathered()
        if batch_id and (candidates := self.batches.count(batch_id)):
            self.batches.open(HoldBatch(batch_id, run_id, self.clock.now(), candidates))
        for batch in self.batches.decided():
            if not self.batches.any_waiting(batch.batch_id):
                self.batches.settle(batch.batch_id, self.batches.outcomes(batch.batch_id), self.clock.now())


def _held(before: Beneficiary, standing: Standing, decision: HoldDecision, look: Look) -> Change:
    held_since, told_on = standing.held_since, before.notice_delivered_on
    details: dict[str, Detail] = {
        "status": standing.status,
        "valid_until": standing.valid_until.isoformat(),
        "payment_held": True,
        "held_since": held_since.isoformat() if held_since else None,
        "notice_delivered_on": told_on.isoformat() if told_on else None,
    }
    return _decided(before.at(standing), before, LedgerEvent.PAYMENT_HELD, HoldOutcome.HELD, details, decision, look)


def _decided(
    changed: Beneficiary,
    before: Beneficiary,
    event: LedgerEvent,
    outcome: HoldOutcome,
    details: dict[str, Detail],
    decision: HoldDecision | None,
    look: Look,
) -> Change:
    batch_id = look.job.batch_id or ""
    by: dict[str, Detail] = {}
    if decision:
        at = decision.decided_at.isoformat()
        by = {"decided_by": decision.decided_by, "decided_at": at, "ground": decision.ground}
    after, entry = record(changed, event, SWEEP_ACTOR, look.now, {**details, "batch_id": batch_id, **by})
    settled = CandidateOutcome(batch_id, before.beneficiary_id, outcome)
    return Change(before.version, after, entry, hold_outcome=settled)


def _why_not(beneficiary: Beneficiary) -> HoldOutcome:
    standing = beneficiary.standing
    if standing.status is not Status.LAPSED:
        return HoldOutcome.CERTIFIED if standing.status is Status.ACTIVE else HoldOutcome.TERMINATED
    return HoldOutcome.HELD_BEFORE if standing.held_since else HoldOutcome.SUPERSEDED
