"""In-memory stand-ins of the sweep's ports, and a queue that behaves like one."""

import threading
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date

from lifecert.domain.sweep import Job, RunState, SweepRun, Tally, Task
from lifecert.domain.sweep_report import RunFigures, SweepReport, document


@dataclass(slots=True)
class MemorySweepRuns:
    runs: dict[str, SweepRun] = field(default_factory=dict)
    newest_id: str | None = None
    finished: date | None = None
    opened: set[tuple[str, Job]] = field(default_factory=set)
    done: dict[tuple[str, Job], tuple[str, ...]] = field(default_factory=dict)
    noted: list[tuple[str, Job, Tally]] = field(default_factory=list)
    lock: threading.RLock = field(default_factory=threading.RLock)

    def newest(self) -> SweepRun | None:
        return self.runs[self.newest_id] if self.newest_id else None

    def last_finished(self) -> date | None:
        return self.finished

    def get(self, run_id: str) -> SweepRun | None:
        return self.runs.get(run_id)

    def begin(self, run: SweepRun, after: str | None) -> bool:
        with self.lock:
            if run.run_id in self.runs or self.newest_id != after:
                return False
            self.runs[run.run_id], self.newest_id = run, run.run_id
            return True

    def lay_out(self, run_id: str, jobs: Iterable[Job]) -> None:
        for job in jobs:
            self.opened.add((run_id, job))
        self._move(run_id, RunState.PLANNING, RunState.RUNNING)

    def open_jobs(self, run_id: str) -> Iterator[Job]:
        return iter(sorted((job for run, job in self.opened if run == run_id), key=lambda job: job.key))

    def is_open(self, run_id: str, job: Job) -> bool:
        return (run_id, job) in self.opened

    def any_open(self, run_id: str) -> bool:
        return any(run == run_id for run, _ in set(self.opened))

    def note(self, run_id: str, job: Job, page: Tally) -> None:
        self.noted.append((run_id, job, Tally(dict(page.changed), page.left_alone)))

    def finish(self, run_id: str, job: Job, failed: Sequence[str] = ()) -> None:
        with self.lock:
            if (run_id, job) in self.opened:
                self.opened.remove((run_id, job))
                self.done[run_id, job] = tuple(failed)

    def pages(self, run_id: str) -> Iterator[tuple[Job, Tally]]:
        return iter([(job, page) for run, job, page in self.noted if run == run_id])

    def finished_jobs(self, run_id: str) -> Mapping[str, tuple[str, ...]]:
        return {job.key: failed for (run, job), failed in self.done.items() if run == run_id}

    def close(self, run_id: str, state: RunState, totals: Mapping[str, int], failed: int) -> bool:
        with self.lock:
            run_date = self.runs[run_id].run_date
            if state is RunState.FINISHED:
                self.finished = max(self.finished or run_date, run_date)
            if not self._move(run_id, RunState.RUNNING, state):
                return False
            self.runs[run_id] = replace(self.runs[run_id], totals=dict(totals), failed=failed)
            return True

    def reopen(self, run_id: str) -> None:
        for (run, job), failed in list(self.done.items()):
            if run == run_id and failed:
                del self.done[run, job]
                self.opened.add((run, job))
        self._move(run_id, RunState.LEFT_UNDONE, RunState.RUNNING)

    def _move(self, run_id: str, before: RunState, after: RunState) -> bool:
        with self.lock:
            if self.runs[run_id].state is not before:
                return False
            self.runs[run_id] = replace(self.runs[run_id], state=after)
            return True


@dataclass(slots=True)
class MemoryReports:
    written: list[SweepReport] = field(default_factory=list)

    def write(self, report: SweepReport) -> None:
        self.written.append(report)

    def figures(self, run_id: str) -> RunFigures | None:
        found = [document(one) for one in self.written if one.run.run_id == run_id]
        return RunFigures.of(found[-1]) if found else None


@dataclass(slots=True)
class MemoryTasks:
    """Hands out tasks as SQS does: again when one fails, and a dead letter after so many tries."""

    tries: int = 3
    waiting: list[tuple[Task, int]] = field(default_factory=list)
    dead: list[Task] = field(default_factory=list)

    def send(self, tasks: Iterable[Task]) -> None:
        self.waiting += [(task, 0) for task in tasks]

    def drain(self, work: Callable[..., SweepReport | None], at_most: int = 10_000) -> SweepReport | None:
        """Let one worker do everything that waits; the report, if a run ended. `work` may die: nothing is lost."""
        ended = None
        for _ in range(at_most):
            if not self.waiting:
                break
            task, tried = self.waiting[0]
            self.waiting[0] = (task, tried + 1)  # it stays until it is done
            try:
                ended = work(task, last_try=tried + 1 >= self.tries) or ended
            except Exception:  # noqa: BLE001 (as the queue: whatever it was, the message comes again)
                del self.waiting[0]
                if tried + 1 >= self.tries:
                    self.dead.append(task)
                else:
                    self.waiting.append((task, tried + 1))
                continue
            self.waiting.remove((task, tried + 1))
        return ended


@dataclass(slots=True)
class NoPace:
    """Counts, and waits for nothing."""

    calls: int = 0

    def __call__(self) -> None:
        self.calls += 1
