"""Daily: write the payers' snapshots of this month, unless they are there. A run that leaves one unfinished fails, so
that it is repeated."""

from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext

from lifecert.bootstrap import streams
from lifecert.domain.errors import SnapshotUnfinished
from lifecert.entry.events.feed import snapshot_progress, snapshot_report
from lifecert.entry.log import LogCode, count, logger, serving

# Enough to finish the part in hand and report.
RESERVE_MS = 60_000


@serving(streams.write_snapshots)
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    try:
        written = streams.write_snapshots()(
            lambda: context.get_remaining_time_in_millis() < RESERVE_MS,
            lambda progress: logger.info(LogCode.SNAPSHOT_PART_WRITTEN, extra=snapshot_progress(progress)),
        )
    except SnapshotUnfinished as unfinished:
        logger.error(LogCode.SNAPSHOT_UNFINISHED, extra={"cause": str(unfinished)})
        count("SnapshotsUnfinished")
        raise
    answer = snapshot_report(written)
    logger.info(LogCode.SNAPSHOTS_WRITTEN, extra={"report": answer})
    count("SnapshotsWritten", answer["snapshots"])
    return answer
