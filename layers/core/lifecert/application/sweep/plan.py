"""Planning a sweep: which partitions somebody must look at, as jobs on the workers' queue (design.md §8)."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from lifecert.application.sweep.close import CloseRun
from lifecert.application.sweep.kinds import Kind, Look
from lifecert.domain.errors import SweepUnfinished
from lifecert.domain.sweep import Job, JobKind, RunState, SweepRun, Tally, Task
from lifecert.domain.sweep_report import SweepReport
from lifecert.ports.clock import Clock
from lifecert.ports.register import Register
from lifecert.ports.sweep import SweepRuns, TaskQueue

# Nobody is registered active with a year already over, so the first run need only reach back
# to the first registration.
FIRST_RUN_LOOKS_BACK = timedelta(days=31)
# Later runs read two days once more: somebody registered in the last second of a day may reach the index, or a sweep
# by hand just after midnight, too late to be seen by it.
LOOKS_BACK_AGAIN = timedelta(days=2)


@dataclass(frozen=True, slots=True)
class Scope:
    """Which jobs a run may have."""

    register: Register
    runs: SweepRuns
    kinds: Mapping[JobKind, Kind]
    shards: int

    def first_day(self, today: date, since: date | None) -> date:
        """The day after which runs are made good: the last that finished and two more, or `since` if earlier."""
        last = self.runs.last_finished()
        first_day = last - LOOKS_BACK_AGAIN if last else today - FIRST_RUN_LOOKS_BACK
        first_day = min(first_day, self._made_good() or first_day)
        # `since` only ever reaches further back: a later day would leave the days before it unswept for good.
        return min(since, first_day) if since else first_day

    def _made_good(self) -> date | None:
        """The day after which the newest run made nights good, if it had to.

        Whoever moved from one of those days to another while it ran, because of one of its own jobs, may have come too
        late for the other's: it had nobody when that run was planned. So the next reads all of them once more.
        """
        newest = self.runs.newest()
        before = self.runs.get(newest.previous) if newest and newest.previous else None
        if newest is None or before is None or newest.run_date - before.run_date <= timedelta(days=1):
            return None
        return newest.first_day

    def every_job(self, first_day: date, today: date) -> Iterator[Job]:
        """Every job, with somebody to look at or not."""
        for kind in self.kinds.values():
            yield from kind.jobs(first_day, today, self.shards)

    def jobs(self, first_day: date, today: date) -> Iterator[Job]:
        """The jobs that have somebody to look at."""
        for job in self.every_job(first_day, today):
            if self.kinds[job.kind].anybody(self.register, job):
                yield job


@dataclass(frozen=True, slots=True)
class PlanSweep:
    """The use case."""

    scope: Scope
    runs: SweepRuns
    queue: TaskQueue
    clock: Clock
    close: CloseRun

    def __call__(self, *, since: date | None = None) -> SweepRun:
        """Begin today's run, or go on with it if it has not finished, and hand its open jobs to the workers.

        A planner that died at any point is made good by the next call: tasks that come twice do no harm.
        """
        run = self._going_on(since) or self._begun(since)
        if run.state is RunState.PLANNING:
            self.runs.lay_out(run.run_id, self.scope.jobs(run.first_day, run.run_date))
        elif run.state is RunState.LEFT_UNDONE:
            self.runs.reopen(run.run_id)
        self.queue.send(Task(run.run_id, job) for job in self.runs.open_jobs(run.run_id))
        self.close(run.run_id)  # With nobody to look at, no worker would.
        return self.runs.get(run.run_id) or run

    def _going_on(self, since: date | None) -> SweepRun | None:
        newest = self.runs.newest()
        if newest is None or newest.run_date != self.clock.today() or newest.state is RunState.FINISHED:
            return None
        return newest if since is None or newest.first_day <= since else None

    def _begun(self, since: date | None) -> SweepRun:
        today, number = self.clock.today(), 0
        first_day = self.scope.first_day(today, since)
        while True:
            newest, number = self.runs.newest(), number + 1
            previous = (newest.run_id if newest.ended else newest.previous) if newest else None
            run_id = f"{today.isoformat()}.{number}"
            run = SweepRun(run_id, today, first_day, self.clock.now(), previous=previous)
            if self.runs.begin(run, newest.run_id if newest else None):
                return run
            # The number is taken, by an earlier run of the day or by another planner at this moment.
            if going_on := self._going_on(since):
                return going_on


@dataclass(frozen=True, slots=True)
class DryRun:
    """What a sweep would change, without a write. Not spread over workers."""

    scope: Scope
    clock: Clock

    def __call__(self, *, since: date | None = None, out_of_time: Callable[[], bool] = lambda: False) -> SweepReport:
        """Tell it. Raises SweepUnfinished when time runs out."""
        today, now = self.clock.today(), self.clock.now()
        first_day = self.scope.first_day(today, since)
        tallies = {kind: Tally() for kind in self.scope.kinds}
        jobs = 0
        run = SweepRun("dry-run", today, first_day, now)
        for job in self.scope.every_job(first_day, today):
            kind, tally = self.scope.kinds[job.kind], tallies[job.kind]
            seen = tally.seen
            for beneficiary_id in kind.people(self.scope.register, job):
                if out_of_time():
                    raise SweepUnfinished("out of time; a dry run is not spread over workers")
                beneficiary = self.scope.register.get(beneficiary_id)
                change = beneficiary and kind.change(beneficiary, Look(job, today, now))
                tally.count(change.after if change and kind.counts(change) else None)
            jobs += tally.seen > seen
        return SweepReport(run, tallies, jobs=jobs, dry_run=True)


@dataclass(frozen=True, slots=True)
class WatchSweep:
    """Looks, some time after the sweep was to run, whether it has."""

    runs: SweepRuns
    clock: Clock
    close: CloseRun

    def __call__(self) -> SweepRun:
        """Today's run, which finished. Raises SweepUnfinished, saying why, when there is none."""
        newest = self.runs.newest()
        if newest is None or newest.run_date != self.clock.today():
            raise SweepUnfinished("no sweep was begun today")
        self.close(newest.run_id)  # Its last worker may have died between its last job and the report.
        run = self.runs.get(newest.run_id) or newest
        if run.state is RunState.LEFT_UNDONE:
            raise SweepUnfinished(f"run {run.run_id} left {run.failed} people undone")
        if run.state is not RunState.FINISHED:
            waiting = sum(1 for _ in self.runs.open_jobs(run.run_id))
            raise SweepUnfinished(f"run {run.run_id} is {run.state}, with {waiting} jobs open")
        return run
