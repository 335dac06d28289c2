"""Sends reminders to people, from the queue that the event bus fills. In quiet hours a message waits in the queue."""

from typing import Any

from aws_lambda_powertools.utilities.batch import BatchProcessor, EventType, process_partial_response
from aws_lambda_powertools.utilities.typing import LambdaContext

from lifecert.bootstrap import notices
from lifecert.entry.events.notices import EachNotice
from lifecert.entry.log import LogCode, count, logger, serving

processor = BatchProcessor(EventType.SQS, raise_on_entire_batch_failure=False)


@serving(notices.send_notice)
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    each = EachNotice(notices.send_notice(), notices.wait_for_notice())
    answer = process_partial_response(event=event, record_handler=each, processor=processor, context=context)
    waiting = len(answer["batchItemFailures"])
    logger.info(LogCode.NOTICES_TAKEN, extra={"done": len(event["Records"]) - waiting, "waiting": waiting})
    count("NoticesWaiting", waiting)
    return dict(answer)
