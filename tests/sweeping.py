"""A sweep from plan to report on one thread: what a night is, without the queue's own time."""

from dataclasses import dataclass, field
from datetime import date
from typing import Any

from lifecert.application.sweep_close import CloseRun
from lifecert.application.sweep_kinds import Kind, Lapse, Remind
from lifecert.application.sweep_plan import DryRun, PlanSweep, Scope, WatchSweep
from lifecert.application.sweep_work import WorkSweep
from lifecert.domain.sweep import JobKind, RunState, SweepRun
from lifecert.domain.sweep_report import SweepReport
from lifecert.ports.clock import Clock
from lifecert.ports.stores import Register
from lifecert.ports.sweep import SweepReports, SweepRuns
from tests.builders import NOW
from tests.fakes_sweep import MemoryReports, MemoryTasks, NoPace

REMINDERS = (60, 30, 7, 1)
KINDS: dict[JobKind, Kind] = {JobKind.LAPSE: Lapse(), JobKind.REMIND: Remind(REMINDERS)}


@dataclass(slots=True)
class Night:
    """Planner, queue and worker over the ports of a test."""

    register: Register
    runs: SweepRuns
    clock: Clock
    shards: int
    queue: MemoryTasks = field(default_factory=MemoryTasks)
    reports: SweepReports = field(default_factory=MemoryReports)
    pace: NoPace = field(default_factory=NoPace)
    kinds: dict[JobKind, Kind] = field(default_factory=lambda: dict(KINDS))

    @property
    def close(self) -> CloseRun:
        return CloseRun(self.runs, self.reports)

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
