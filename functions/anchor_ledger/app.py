"""Nightly: anchor every day of the ledger that is over and has no anchor. A run that leaves one out fails, so that it
is repeated."""

from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext

from lifecert.bootstrap import streams
from lifecert.domain.errors import AnchorsUnfinished
from lifecert.entry.events.feed import anchor_report
from lifecert.entry.log import LogCode, count, logger, serving

# Enough to finish the part in hand and report.
RESERVE_MS = 60_000


@serving(streams.anchor_ledger)
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    try:
        written = streams.anchor_ledger()(lambda: context.get_remaining_time_in_millis() < RESERVE_MS)
    except AnchorsUnfinished as unfinished:
        logger.error(LogCode.ANCHORS_UNFINISHED, extra={"cause": str(unfinished)})
        raise
    answer = anchor_report(written)
    logger.info(LogCode.LEDGER_ANCHORED, extra={"report": answer})
    count("LedgerAnchored")
    return answer
