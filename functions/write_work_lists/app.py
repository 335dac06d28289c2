"""Keep the work lists and the months' figures, after each change of a person, in order for each."""

from typing import Any

from aws_lambda_powertools.utilities.batch import BatchProcessor, EventType, process_partial_response
from aws_lambda_powertools.utilities.typing import LambdaContext

from lifecert.bootstrap import streams
from lifecert.entry.events.stream import PeopleInOrder
from lifecert.entry.log import LogCode, count, logger, serving

processor = BatchProcessor(EventType.DynamoDBStreams, raise_on_entire_batch_failure=False)


@serving(streams.keep_lists)
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    in_order = PeopleInOrder(streams.keep_images)
    answer = process_partial_response(event=event, record_handler=in_order, processor=processor, context=context)
    failed = len(answer["batchItemFailures"])
    logger.info(LogCode.LISTS_KEPT, extra={"moved": in_order.moved, "failed": failed})
    count("ListsKept", in_order.moved)
    count("ListsNotKept", failed)
    return dict(answer)
