"""Messages of the workers' queue, each done for itself: one that fails comes again, and keeps no other waiting."""

from collections.abc import Callable
from typing import Annotated

from aws_lambda_powertools.utilities.data_classes.sqs_event import SQSRecord
from pydantic import AfterValidator, Field

from lifecert.application.sweep.work import WorkSweep
from lifecert.domain.errors import SweepUnfinished
from lifecert.domain.sweep import Job, RunState, Task
from lifecert.domain.sweep_report import SweepReport
from lifecert.entry.log import LogCode, count, logger
from lifecert.entry.models import Incoming

# Enough to finish the person in hand, note the page and send on what is left.
RESERVE_MS = 20_000
# A task that failed comes again after a minute, then two, then three.
COMES_AGAIN_SECONDS = 60

Id = Annotated[str, Field(pattern=r"^[0-9a-f-]{36}$")]


def _job(key: str) -> str:
    Job.of(key)
    return key


class TaskMessage(Incoming):
    """A task as the queue has it."""

    run_id: Annotated[str, Field(pattern=r"^\d{4}-\d{2}-\d{2}\.[1-9]\d*$")]
    job: Annotated[str, AfterValidator(_job)]
    after: Id | None
    again: list[Id]

    def task(self) -> Task:
        """The task."""
        return Task(self.run_id, Job.of(self.job), self.after, tuple(self.again))


class EachTask:
    """Does the tasks of one batch."""

    def __init__(
        self, work: WorkSweep, wait: Callable[[str, int], None], tries: int, remaining_ms: Callable[[], int]
    ) -> None:
        """`tries`: how often the queue hands out a message before it is a dead letter. `wait` hides one meanwhile."""
        self._work = work
        self._wait = wait
        self._tries = tries
        self._remaining_ms = remaining_ms

    def __call__(self, record: SQSRecord) -> None:
        """Do one task. Raises what went wrong."""
        tries = int(record.attributes.approximate_receive_count)
        try:
            task = TaskMessage.model_validate_json(record.body).task()
            report = self._work(task, last_try=tries >= self._tries, out_of_time=self._out_of_time)
            if report:
                _ended(report)
        except Exception as error:
            cause = str(error) if isinstance(error, SweepUnfinished) else type(error).__name__
            logger.error(LogCode.SWEEP_TASK_FAILED, extra={"cause": cause, "tries": tries})
            self._wait(record.receipt_handle, COMES_AGAIN_SECONDS * tries)
            raise

    def _out_of_time(self) -> bool:
        return self._remaining_ms() < RESERVE_MS


def _ended(report: SweepReport) -> None:
    """Tell, once for each run, what it came to. Raises SweepUnfinished when it left people undone."""
    run = report.run
    for kind, total in report.totals.items():
        count(f"Sweep{kind.capitalize()}", total)
    told = {"run_id": run.run_id, "totals": report.totals, "jobs": report.jobs, "failed": run.failed}
    if run.state is RunState.LEFT_UNDONE:
        count("SweepsUnfinished")
        logger.error(LogCode.SWEEP_UNFINISHED, extra=told)
        raise SweepUnfinished(f"run {run.run_id} left {run.failed} people undone")
    count("SweepsFinished")
    logger.info(LogCode.SWEEP_FINISHED, extra=told)
