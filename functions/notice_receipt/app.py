"""Notes what SNS's delivery log says of notices: that one arrived, which counts for a hold, or that it did not."""

from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext

from lifecert.bootstrap import notices
from lifecert.entry.events.notices import receipts
from lifecert.entry.log import LogCode, count, logger, serving


@serving(notices.note_delivery)
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, int]:
    count("ReceiptBatches")
    counts = {"arrived": 0, "noted": 0, "failed": 0}
    for message_id, arrived in receipts(event):
        counts["arrived" if arrived else "failed"] += 1
        note = notices.note_delivery() if arrived else notices.note_delivery().failed
        counts["noted"] += note(message_id) and arrived
    logger.info(LogCode.RECEIPTS_NOTED, extra=counts)
    count("NoticesDelivered", counts["noted"])
    count("NoticesFailed", counts["failed"])
    return counts
