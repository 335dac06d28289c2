"""Working a sweep: one task after the other, each person in one conditional transaction (design.md §8)."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace

from lifecert.application.shared.changing import change_newest
from lifecert.application.sweep.close import CloseRun
from lifecert.application.sweep.kinds import Kind, Look
from lifecert.domain.beneficiary import Beneficiary
from lifecert.domain.change import Change
from lifecert.domain.errors import LifeCertError, SweepUnfinished
from lifecert.domain.sweep import JobKind, Tally, Task
from lifecert.domain.sweep_report import SweepReport
from lifecert.ports.clock import Clock
from lifecert.ports.register import ChangingRegister
from lifecert.ports.sweep import Pace, SweepRuns, TaskQueue

# Progress is noted after so many people: what a killed worker leaves uncounted in the report, though never undone.
PAGE = 100
# With so many failed in one job it is not the people: stop, and try later. They must fit into one message.
MOST_FAILED = 1000


@dataclass(frozen=True, slots=True)
class WorkSweep:
    """The use case."""

    register: ChangingRegister
    runs: SweepRuns
    queue: TaskQueue
    clock: Clock
    kinds: Mapping[JobKind, Kind]
    pace: Pace
    close: CloseRun

    def __call__(
        self, task: Task, *, last_try: bool = False, out_of_time: Callable[[], bool] = lambda: False
    ) -> SweepReport | None:
        """Do a task. The report, if this was the last of its run.

        A task out of time sends what is left of itself to the queue. One that comes twice, late or out of order finds
        nothing left to do. Raises SweepUnfinished when people failed, so that the task comes again; after the
        `last_try` they are in the report, and wait for the next run.
        """
        failed: list[str] = []
        if self.runs.is_open(task.run_id, task.job):
            failed = self._do(task, out_of_time, last_try)
        report = self.close(task.run_id)
        if failed and report is None:
            raise SweepUnfinished(f"{task.job.key}: {len(failed)} left undone: {', '.join(failed[:20])}")
        return report

    def _do(self, task: Task, out_of_time: Callable[[], bool], last_try: bool) -> list[str]:
        """Who failed."""
        failed: list[str] = []
        page, after = Tally(), task.after
        look = self.kinds[task.job.kind].begin(Look(task.job, self.clock.today(), self.clock.now()))
        for beneficiary_id in self._people(task):
            if out_of_time():
                self._note(task, page)
                self._go_on_later(task, after, failed)
                return []
            try:
                page.count(self._change(beneficiary_id, look))
            except LifeCertError:
                # One bad item must not keep the others waiting.
                failed.append(beneficiary_id)
                if len(failed) == MOST_FAILED:
                    break
            after = max(after or "", beneficiary_id)
            if page.seen == PAGE:
                self._note(task, page)
                page = Tally()
        self._note(task, page)
        if not failed or last_try:
            self.runs.finish(task.run_id, task.job, failed)
        return failed

    def _people(self, task: Task) -> Iterator[str]:
        yield from task.again
        yield from self.kinds[task.job.kind].people(self.register, task.job, task.after)

    def _go_on_later(self, task: Task, after: str | None, failed: list[str]) -> None:
        """`after` has not moved yet if there was no time for all of `again`."""
        waiting = task.again if after == task.after else ()
        again = tuple(dict.fromkeys((*failed, *waiting)))
        self.queue.send([Task(task.run_id, task.job, after, again)])

    def _change(self, beneficiary_id: str, begun: Look) -> Beneficiary | None:
        """Who was changed as this kind of job does, if they were."""
        kind = self.kinds[begun.job.kind]
        look = replace(begun, today=self.clock.today(), now=self.clock.now())
        seen: list[Beneficiary] = []

        def make(newest: Beneficiary) -> Change | None:
            seen.append(newest)
            return kind.change(newest, look)

        self.pace()
        change = change_newest(self.register, beneficiary_id, make)
        if change is None:
            kind.left_alone(seen[-1], look)
            return None
        return change.after if kind.counts(change) else None

    def _note(self, task: Task, page: Tally) -> None:
        if page.seen:
            self.runs.note(task.run_id, task.job, page)
