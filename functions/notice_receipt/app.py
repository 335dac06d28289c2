"""Notes what SNS's delivery log says of notices: only one that arrived counts for a hold."""

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
        if arrived:
            counts["noted"] += notices.note_delivery()(message_id)
    logger.info(LogCode.RECEIPTS_NOTED, extra=counts)
    count("NoticesDelivered", counts["noted"])
    count("NoticesFailed", counts["failed"])
    return counts
