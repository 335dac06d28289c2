"""A worker of the sweep: takes tasks from the queue. A task that fails comes again by itself, the others are done."""

from typing import Any

from aws_lambda_powertools.utilities.batch import BatchProcessor, EventType, process_partial_response
from aws_lambda_powertools.utilities.typing import LambdaContext

from lifecert.bootstrap import phone as bootstrap
from lifecert.bootstrap import sweep as bootstrap_sweep
from lifecert.entry.events.sweep_tasks import EachTask
from lifecert.entry.log import LogCode, count, logger, metrics, traced

processor = BatchProcessor(EventType.SQS, raise_on_entire_batch_failure=False)
bootstrap.at_start(bootstrap_sweep.work_sweep)


@logger.inject_lambda_context
@traced
@metrics.log_metrics
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    each = EachTask(
        bootstrap_sweep.work_sweep(),
        bootstrap_sweep.wait_for_task(),
        bootstrap_sweep.task_tries(),
        context.get_remaining_time_in_millis,
    )
    answer = process_partial_response(event=event, record_handler=each, processor=processor, context=context)
    failed = len(answer["batchItemFailures"])
    logger.info(LogCode.SWEEP_TASKS_DONE, extra={"done": len(event["Records"]) - failed, "failed": failed})
    count("SweepTasksFailed", failed)
    return dict(answer)
