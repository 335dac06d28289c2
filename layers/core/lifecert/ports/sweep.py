"""What a sweep needs beside the register: its progress, its queue, its reports and its pace."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from typing import Protocol

from lifecert.domain.sweep import Job, RunState, SweepRun, Tally, Task
from lifecert.domain.sweep_report import RunFigures, SweepReport


class SweepRuns(Protocol):
    """Progress of runs. A job is open until it is finished, once, with or without people left undone."""

    def newest(self) -> SweepRun | None:
        """The run that was begun last."""
        ...

    def last_finished(self) -> date | None:
        """The latest date of a run that left nothing undone."""
        ...

    def get(self, run_id: str) -> SweepRun | None:
        """A run, as it is now."""
        ...

    def begin(self, run: SweepRun, after: str | None) -> bool:
        """Store a new run and make it the newest.

        False, storing nothing, when its id is taken or when the newest run is not `after` any more.
        """
        ...

    def lay_out(self, run_id: str, jobs: Iterable[Job]) -> None:
        """Open the jobs of a run that is being planned, then let it run."""
        ...

    def open_jobs(self, run_id: str) -> Iterator[Job]:
        """The jobs that are not finished yet."""
        ...

    def is_open(self, run_id: str, job: Job) -> bool:
        """Whether a job is not finished yet."""
        ...

    def any_open(self, run_id: str) -> bool:
        """Whether any job is not finished yet."""
        ...

    def note(self, run_id: str, job: Job, page: Tally) -> None:
        """Add to what a job did."""
        ...

    def finish(self, run_id: str, job: Job, failed: Sequence[str] = ()) -> None:
        """Finish a job; `failed` are people whom it gave up. One that is finished stays as it is."""
        ...

    def pages(self, run_id: str) -> Iterator[tuple[Job, Tally]]:
        """Everything that was noted."""
        ...

    def finished_jobs(self, run_id: str) -> Mapping[str, tuple[str, ...]]:
        """Keys of the jobs that are finished, with the people whom each gave up."""
        ...

    def close(self, run_id: str, state: RunState, totals: Mapping[str, int], failed: int) -> bool:
        """End a run that is running, and move `last_finished` if it left nothing undone. False when it has ended."""
        ...

    def reopen(self, run_id: str) -> None:
        """Open the jobs that gave people up, and let the run that left them undone run again."""
        ...


class TaskQueue(Protocol):
    """The workers' queue: at least once, in any order."""

    def send(self, tasks: Iterable[Task]) -> None:
        """Hand tasks to the workers."""
        ...


class Waiting(Protocol):
    """Lets a message that is being handled, and is not going to succeed, come again later."""

    def __call__(self, receipt: str, seconds: int) -> None:
        """Hide the message for so long from now."""
        ...


class SweepReports(Protocol):
    """Where reports are kept."""

    def write(self, report: SweepReport) -> None:
        """Keep a report; writing it again puts the same in its place."""
        ...


class RunReports(Protocol):
    """Reports that were kept, to read."""

    def figures(self, run_id: str) -> RunFigures | None:
        """What a report says of a run; None when there is none any more."""
        ...


class Pace(Protocol):
    """A bound on how fast a worker goes from person to person, and so on how fast it writes."""

    def __call__(self) -> None:
        """Return when the next may be looked at."""
        ...
