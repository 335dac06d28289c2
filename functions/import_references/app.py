"""A worker of the import of photos: takes parts of a list from the queue. One that fails comes again by itself."""

from typing import Any

from aws_lambda_powertools.utilities.batch import BatchProcessor, EventType, process_partial_response
from aws_lambda_powertools.utilities.typing import LambdaContext

from lifecert.bootstrap import imports
from lifecert.entry.events.import_tasks import EachImportTask
from lifecert.entry.log import count, serving

processor = BatchProcessor(EventType.SQS, raise_on_entire_batch_failure=False)


@serving(imports.work_photos)
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    each = EachImportTask(imports.work_photos(), imports.wait_for_photo_task(), context.get_remaining_time_in_millis)
    answer = process_partial_response(event=event, record_handler=each, processor=processor, context=context)
    count("ImportTasksFailed", len(answer["batchItemFailures"]))
    return dict(answer)
