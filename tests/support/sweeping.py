"""A sweep from plan to report on one thread: what a night is, without the queue's own time."""

from dataclasses import dataclass, field
from datetime import date
from typing import Any

from lifecert.application.sweep.close import CloseRun
from lifecert.application.sweep.holds import ApplyHolds, CloseHolds, ProposeHolds
from lifecert.application.sweep.kinds import EndAsPlanned, Kind, Lapse, Remind, TellLapsed
from lifecert.application.sweep.plan import DryRun, PlanSweep, Scope, WatchSweep
from lifecert.application.sweep.work import WorkSweep
from lifecert.domain.status import Status
from lifecert.domain.sweep import JobKind, RunState, SweepRun
from lifecert.domain.sweep_report import SweepReport
from lifecert.ports.clock import Clock
from lifecert.ports.holds import HoldBatches
from lifecert.ports.register import ChangingRegister
from lifecert.ports.sweep import SweepReports, SweepRuns
from tests.support.builders import NOW, registration, termination
from tests.support.fakes.clock import FixedClock
from tests.support.fakes.holds import MemoryHoldBatches
from tests.support.fakes.store import MemoryStore
from tests.support.fakes.sweep import MemoryReports, MemoryTasks, NoPace

REMINDERS = (60, 30, 7, 1)
GRACE_DAYS = 90
TODAY = date(2026, 3, 1)
YESTERDAY = date(2026, 2, 28)


def kinds_over(batches: HoldBatches, grace_days: int = GRACE_DAYS) -> dict[JobKind, Kind]:
    """All kinds of jobs, as the functions have them."""
    return {
        JobKind.LAPSE: Lapse(),
        JobKind.REMIND: Remind(REMINDERS),
        JobKind.NOTICE: TellLapsed(),
        JobKind.PROPOSE: ProposeHolds(batches, grace_days),
        JobKind.HOLD: ApplyHolds(batches, grace_days),
        JobKind.END: EndAsPlanned(),
    }


@dataclass(slots=True)
class Night:
    """Planner, queue and worker over the ports of a test. Without `batches` nobody is proposed and held."""

    register: ChangingRegister
    runs: SweepRuns
    clock: Clock
    shards: int
    queue: MemoryTasks = field(default_factory=MemoryTasks)
    reports: SweepReports = field(default_factory=MemoryReports)
    pace: NoPace = field(default_factory=NoPace)
    batches: HoldBatches = field(default_factory=MemoryHoldBatches)
    kinds: dict[JobKind, Kind] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.kinds = self.kinds or kinds_over(self.batches)

    @property
    def close(self) -> CloseRun:
        return CloseRun(self.runs, self.reports, CloseHolds(self.batches, self.clock))

    @property
    def scope(self) -> Scope:
        return Scope(self.register, self.runs, self.kinds, self.shards)

    @property
    def plan(self) -> PlanSweep:
        return PlanSweep(self.scope, self.runs, self.queue, self.clock, self.close)

    @property
    def work(self) -> WorkSweep:
        return WorkSweep(self.register, self.runs, self.queue, self.clock, self.kinds, self.pace, self.close)

    @property
    def dry_run(self) -> DryRun:
        return DryRun(self.scope, self.clock)

    @property
    def watch(self) -> WatchSweep:
        return WatchSweep(self.runs, self.clock, self.close)

    def __call__(self, **asked: Any) -> SweepRun:
        """Plan, and work until nothing waits. How far the newest run came."""
        self.plan(**asked)
        self.queue.drain(self.work)
        newest = self.runs.newest()
        assert newest is not None
        return newest


@dataclass
class LapseWorld:
    """People by the name the test gives them, and a night in which they lapse."""

    store: MemoryStore = field(default_factory=MemoryStore)
    clock: FixedClock = field(default_factory=lambda: FixedClock(NOW))
    night: Night = field(init=False)

    def __post_init__(self) -> None:
        self.night = self.over(self.store.register)

    def over(self, register: ChangingRegister) -> Night:
        night = Night(register, self.store.sweep_runs, self.clock, self.store.shards)
        # The others have tests of their own.
        night.kinds = {JobKind.LAPSE: night.kinds[JobKind.LAPSE]}
        return night

    def add(self, name: str, valid_until: date, status: Status = Status.ACTIVE) -> None:
        begun = Status.ACTIVE if status is Status.TERMINATED else status
        registered = registration(beneficiary_id=name, valid_until=valid_until, status=begun)
        self.store.register.commit(registered)
        if status is Status.TERMINATED:
            self.store.register.commit(termination(registered.after))

    def status(self, name: str) -> Status:
        return self.store.beneficiaries[name].status


def finished_run(runs: SweepRuns, day: date) -> None:
    """Leave behind a run that finished on this day, with nothing to do."""
    newest = runs.newest()
    run = SweepRun(f"{day.isoformat()}.1", day, day, NOW)
    assert runs.begin(run, newest.run_id if newest else None)
    runs.lay_out(run.run_id, [])
    assert runs.close(run.run_id, RunState.FINISHED, {}, 0)


def lapsed(run: SweepRun) -> int:
    """How many it lapsed."""
    return run.totals.get(JobKind.LAPSE, 0)


def report_of(night: Night) -> SweepReport:
    """The last report."""
    assert isinstance(night.reports, MemoryReports)
    return night.reports.written[-1]
