"""Daily: write the payers' change files. A run that leaves changes waiting fails, so that it is repeated."""

from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext

from lifecert.bootstrap import streams
from lifecert.domain.errors import ChangeFilesUnfinished
from lifecert.entry.events.feed import feed_report
from lifecert.entry.log import LogCode, count, logger, serving

# Enough to settle the file in hand and report.
RESERVE_MS = 120_000


@serving(streams.write_change_files)
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    try:
        written = streams.write_change_files()(lambda: context.get_remaining_time_in_millis() < RESERVE_MS)
    except ChangeFilesUnfinished as unfinished:
        logger.error(LogCode.CHANGE_FILES_UNFINISHED, extra={"cause": str(unfinished)})
        count("ChangeFilesUnfinished")
        raise
    answer = feed_report(written)
    logger.info(LogCode.CHANGE_FILES_WRITTEN, extra={"report": answer})
    count("ChangeFilesWritten", answer["files"])
    count("ChangesWritten", answer["changes"])
    return answer
