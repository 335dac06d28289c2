"""The sweep's two kinds of jobs for holds (design.md §3 rule 4): proposing, and doing what the office approved."""

import uuid
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import ClassVar

from lifecert.application.shared.moving import Moved, moved
from lifecert.application.sweep.kinds import Look, OfDays, days
from lifecert.domain.actor import SWEEP_ACTOR
from lifecert.domain.beneficiary import Beneficiary
from lifecert.domain.benefit import Benefit, Office
from lifecert.domain.change import Change, record
from lifecert.domain.errors import HoldBatchNotFound, TransitionRefused
from lifecert.domain.hold import (
    CandidateOutcome,
    HoldBatch,
    HoldCandidate,
    HoldOutcome,
    HoldProposal,
    HoldState,
)
from lifecert.domain.ledger import Detail, LedgerEvent
from lifecert.domain.status import HoldApproved, Status
from lifecert.domain.sweep import Among, Job, JobKind
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
    among: ClassVar[Among] = Among.LAPSED
    batches: HoldBatches
    grace_days: int

    def days(self, first_day: date, today: date) -> Iterator[date]:
        """Every day whose grace days are over today, or were on one of the days to make good."""
        return days(first_day - timedelta(days=self.grace_days), today - timedelta(days=self.grace_days + 1))

    def begin(self, look: Look) -> Look:
        """Begin with no batch known: each office's is found with its first candidate."""
        return replace(look, gathering={})

    def change(self, beneficiary: Beneficiary, look: Look) -> Change | None:
        """Propose the benefits of somebody lapsed and told whose grace days are over, each to its office."""
        told = beneficiary.told
        if beneficiary.status is not Status.LAPSED or told is None:
            return None
        over = [one for one in beneficiary.can_be_held if self._over(beneficiary.grace_begins_on(one), look)]
        if not over:
            return None
        if beneficiary.spared_until and look.today <= beneficiary.spared_until:
            return self._spared(beneficiary, over, beneficiary.spared_until, look)
        offices = {benefit.office: self._gathering(benefit.office, look) for benefit in over}
        candidates = tuple(
            HoldCandidate(
                batch_id=batch_id,
                beneficiary_id=beneficiary.beneficiary_id,
                masked_name=beneficiary.masked_name,
                benefits=tuple(one.benefit_id for one in over if one.office == office),
                category=next(one.category for one in over if one.office == office),
                district=office.district,
                valid_until=beneficiary.valid_until,
                notice_delivered_on=told.on,
                proposed_at=look.now,
                notice_way=told.way,
                notice_recorded_by=told.recorded_by,
            )
            for office, batch_id in offices.items()
        )
        proposed = [
            replace(one, hold_proposal=HoldProposal(offices[one.office], beneficiary.valid_until, look.now))
            for one in over
        ]
        facts = [{"benefit": one.benefit_id, "batch_id": offices[one.office]} for one in over]
        after, entry = record(
            beneficiary.with_benefits(proposed),
            LedgerEvent.HOLD_PROPOSED,
            SWEEP_ACTOR,
            look.now,
            {"notice_delivered_on": told.on.isoformat(), "notice_way": told.way, "benefits": facts},
        )
        return Change(beneficiary.version, after, entry, hold_candidates=candidates)

    def counts(self, change: Change) -> bool:
        """A proposal is, somebody spared is not."""
        return change.entry.event is LedgerEvent.HOLD_PROPOSED

    def _spared(self, before: Beneficiary, over: list[Benefit], until: date, look: Look) -> Change:
        """Whose proof waits for a human is looked at again, and proposed, when the wait is over."""
        grace_from = until - timedelta(days=self.grace_days)
        spared = [replace(one, grace_from=grace_from) for one in over]
        facts = [{"benefit": one.benefit_id, "grace_from": grace_from.isoformat()} for one in spared]
        details: dict[str, Detail] = {"reason": HoldOutcome.GRACE_RUNS, "benefits": facts}
        after, entry = record(before.with_benefits(spared), LedgerEvent.HOLD_DROPPED, SWEEP_ACTOR, look.now, details)
        return Change(before.version, after, entry)

    def _over(self, grace_begins_on: date, look: Look) -> bool:
        return (look.today - grace_begins_on).days > self.grace_days

    def _gathering(self, office: Office, look: Look) -> str:
        if office not in look.gathering:
            look.gathering[office] = self.batches.gathering(office, str(uuid.uuid4()))
        return look.gathering[office]


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
        batch = self._batch(look.job)
        proposed = _proposed_in(beneficiary, batch.batch_id)
        if not proposed or batch.decision is None:
            return None
        shown = [proposal for one in proposed if (proposal := beneficiary.open_proposal(one))]
        if not all(map(batch.showed, shown)):
            # Their grace days were over: as of today, so that tomorrow's sweep proposes them again.
            return self._dropped(beneficiary, HoldOutcome.NOT_SHOWN, look, look.today - timedelta(days=self.grace_days))
        if not batch.decision.approves(beneficiary.beneficiary_id):
            # The grace days once more; so the index finds the person again, that much later.
            return self._dropped(beneficiary, HoldOutcome.REJECTED, look, look.today)
        if beneficiary.spared_until and look.today <= beneficiary.spared_until:
            grace_from = beneficiary.spared_until - timedelta(days=self.grace_days)
            return self._dropped(beneficiary, HoldOutcome.GRACE_RUNS, look, grace_from)
        told, approved_by = beneficiary.told, batch.decision.decided_by
        try:
            step = self._held(beneficiary, proposed, beneficiary, approved_by, look)
        except TransitionRefused:
            return self._dropped(beneficiary, HoldOutcome.GRACE_RUNS if told else HoldOutcome.NOT_TOLD, look, None)
        try:
            # Nobody's word alone holds a payment: whoever decides may not be who says that the person was told.
            self._held(beneficiary, proposed, beneficiary.without_word_of(approved_by), approved_by, look)
        except TransitionRefused:
            grace_from = look.today - timedelta(days=self.grace_days)
            return self._dropped(beneficiary, HoldOutcome.OWN_NOTICE, look, grace_from)
        details = {
            **step.details,
            "notice_delivered_on": told.on.isoformat() if told else None,
            "notice_way": told.way if told else None,
        }
        return _decided(step.after, beneficiary, LedgerEvent.PAYMENT_HELD, HoldOutcome.HELD, details, batch, look)

    def _held(
        self, before: Beneficiary, proposed: list[Benefit], told: Beneficiary, approved_by: str, look: Look
    ) -> Moved:
        """These benefits held, as `told` was told. Raises TransitionRefused."""
        on = told.notice_delivered_on

        def approved(benefit: Benefit) -> HoldApproved:
            return HoldApproved(look.today, self.grace_days, on, approved_by, told.grace_begins_on(benefit))

        return moved(before, proposed, approved, SWEEP_ACTOR.role)

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
        """`grace_from` None leaves it as it is."""
        batch = self._batch(look.job)
        dropped = [
            replace(one, hold_proposal=None, grace_from=grace_from or one.grace_from)
            for one in _proposed_in(before, batch.batch_id)
        ]
        facts = [
            {"benefit": one.benefit_id, "grace_from": one.grace_from.isoformat() if one.grace_from else None}
            for one in dropped
        ]
        details: dict[str, Detail] = {"reason": outcome, "benefits": facts}
        return _decided(before.with_benefits(dropped), before, LedgerEvent.HOLD_DROPPED, outcome, details, batch, look)

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
        """Open each batch that took candidates, if it has any, and settle every decided one that nobody waits in.

        Doing it again changes nothing.
        """
        for office, batch_id in self.batches.gathered().items():
            if candidates := self.batches.count(batch_id):
                self.batches.open(
                    HoldBatch(batch_id, office.payer, office.district, run_id, self.clock.now(), candidates)
                )
        for batch in self.batches.decided():
            if not self.batches.any_waiting(batch.batch_id):
                self.batches.settle(batch.batch_id, self.batches.outcomes(batch.batch_id), self.clock.now())


def _proposed_in(beneficiary: Beneficiary, batch_id: str) -> list[Benefit]:
    return [
        one
        for one in beneficiary.benefits
        if (proposal := beneficiary.open_proposal(one)) and proposal.batch_id == batch_id
    ]


def _decided(
    changed: Beneficiary,
    before: Beneficiary,
    event: LedgerEvent,
    outcome: HoldOutcome,
    details: Mapping[str, Detail],
    batch: HoldBatch,
    look: Look,
) -> Change:
    by: dict[str, Detail] = {}
    if decision := batch.decision:
        at = decision.decided_at.isoformat()
        by = {"decided_by": decision.decided_by, "decided_at": at, "ground": decision.ground}
    after, entry = record(changed, event, SWEEP_ACTOR, look.now, {**details, "batch_id": batch.batch_id, **by})
    settled = CandidateOutcome(batch.batch_id, before.beneficiary_id, outcome)
    return Change(before.version, after, entry, hold_outcome=settled)


def _why_not(beneficiary: Beneficiary) -> HoldOutcome:
    if beneficiary.status is not Status.LAPSED:
        return HoldOutcome.CERTIFIED if beneficiary.status is Status.ACTIVE else HoldOutcome.TERMINATED
    return HoldOutcome.HELD_BEFORE if beneficiary.held_since else HoldOutcome.SUPERSEDED
