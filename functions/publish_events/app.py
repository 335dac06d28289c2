"""Announce new ledger entries on the event bus, in order for each beneficiary."""

from typing import Any

from aws_lambda_powertools.utilities.batch import BatchProcessor, EventType, process_partial_response
from aws_lambda_powertools.utilities.typing import LambdaContext

from lifecert.bootstrap import streams
from lifecert.entry.events.stream import InOrder
from lifecert.entry.log import LogCode, count, logger, serving

processor = BatchProcessor(EventType.DynamoDBStreams, raise_on_entire_batch_failure=False)


@serving(streams.publish)
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    in_order = InOrder(lambda image: streams.publish()(streams.ledger_entry(image)))
    answer = process_partial_response(event=event, record_handler=in_order, processor=processor, context=context)
    failed = len(answer["batchItemFailures"])
    logger.info(LogCode.EVENTS_PUBLISHED, extra={"published": in_order.published, "failed": failed})
    count("EventsPublished", in_order.published)
    count("EventsFailed", failed)
    count("LedgerAltered", in_order.altered)
    return dict(answer)
