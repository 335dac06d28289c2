"""A worker of the sweep: takes tasks from the queue. A task that fails comes again by itself, the others are done."""

from typing import Any

from aws_lambda_powertools.utilities.batch import BatchProcessor, EventType, process_partial_response
from aws_lambda_powertools.utilities.typing import LambdaContext

from lifecert.bootstrap import sweep
from lifecert.entry.events.sweep_tasks import EachTask
from lifecert.entry.log import LogCode, count, logger, serving

processor = BatchProcessor(EventType.SQS, raise_on_entire_batch_failure=False)


@serving(sweep.work_sweep)
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    each = EachTask(
        sweep.work_sweep(),
        sweep.wait_for_task(),
        sweep.task_tries(),
        context.get_remaining_time_in_millis,
    )
    answer = process_partial_response(event=event, record_handler=each, processor=processor, context=context)
    failed = len(answer["batchItemFailures"])
    logger.info(LogCode.SWEEP_TASKS_DONE, extra={"done": len(event["Records"]) - failed, "failed": failed})
    count("SweepTasksFailed", failed)
    return dict(answer)
