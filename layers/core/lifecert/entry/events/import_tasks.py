"""Messages of the queue of imports, each done for itself: one that fails comes again, and keeps no other waiting."""

from collections.abc import Callable
from dataclasses import asdict
from typing import Annotated

from aws_lambda_powertools.utilities.data_classes.sqs_event import SQSRecord
from pydantic import Field

from lifecert.application.office.import_register import WorkImport
from lifecert.domain.errors import ImportPartUnfinished
from lifecert.domain.intake import ImportState, ImportTask, Phase, RegisterImport
from lifecert.entry.log import LogCode, count, logger
from lifecert.entry.models import Incoming

# Enough to finish the people in hand, and to join what the office is told.
RESERVE_MS = 120_000
# A task that failed comes again after a minute, then two, then three.
COMES_AGAIN_SECONDS = 60


class ImportTaskMessage(Incoming):
    """A task as the queue has it."""

    import_id: Annotated[str, Field(pattern=r"^[0-9a-f-]{36}$")]
    phase: Phase
    part: Annotated[int, Field(ge=0)] | None

    def task(self) -> ImportTask:
        """The task."""
        return ImportTask(self.import_id, self.phase, self.part)


class EachImportTask:
    """Does the tasks of one batch."""

    def __init__(self, work: WorkImport, wait: Callable[[str, int], None], remaining_ms: Callable[[], int]) -> None:
        """`wait` hides a message meanwhile."""
        self._work = work
        self._wait = wait
        self._remaining_ms = remaining_ms

    def __call__(self, record: SQSRecord) -> None:
        """Do one task. Raises what went wrong."""
        try:
            task = ImportTaskMessage.model_validate_json(record.body).task()
            found = self._work(task, self._out_of_time)
        except Exception as error:
            tries = int(record.attributes.approximate_receive_count)
            cause = str(error) if isinstance(error, ImportPartUnfinished) else type(error).__name__
            logger.error(LogCode.IMPORT_TASK_FAILED, extra={"cause": cause, "tries": tries})
            self._wait(record.receipt_handle, COMES_AGAIN_SECONDS * tries)
            raise
        told = {"import_id": task.import_id, "phase": task.phase, "part": task.part}
        logger.info(LogCode.IMPORT_TASK_DONE, extra={**told, **(_counts(found) if found else {})})

    def _out_of_time(self) -> bool:
        return self._remaining_ms() < RESERVE_MS


def _counts(found: RegisterImport) -> dict[str, object]:
    """What an import that is over came to: counts only."""
    tally = found.registered if found.state is ImportState.FINISHED else found.checked
    count("ImportsRefused", found.state is ImportState.REFUSED)
    return {"state": found.state, "fault": found.fault, "counts": asdict(tally) if tally else None}
