"""Notes what SNS's delivery log says of notices: only one that arrived counts for a hold."""

from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext

from lifecert.bootstrap import notices as bootstrap_notices
from lifecert.bootstrap import phone as bootstrap
from lifecert.entry.events.notices import receipts
from lifecert.entry.log import LogCode, count, logger, metrics, traced

bootstrap.at_start(bootstrap_notices.note_delivery)


@logger.inject_lambda_context
@traced
@metrics.log_metrics
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, int]:
    count("ReceiptBatches")
    told = {"arrived": 0, "noted": 0, "failed": 0}
    for message_id, arrived in receipts(event):
        told["arrived" if arrived else "failed"] += 1
        if arrived:
            told["noted"] += bootstrap_notices.note_delivery()(message_id)
    logger.info(LogCode.RECEIPTS_NOTED, extra=told)
    count("NoticesDelivered", told["noted"])
    count("NoticesFailed", told["failed"])
    return told
