"""The nightly sweep. A run that leaves anything undone fails, so that it is repeated and an alarm goes off."""

from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext

from lifecert import bootstrap
from lifecert.domain.errors import SweepUnfinished
from lifecert.entry.log import LogCode, count, logger, metrics, traced
from lifecert.entry.sweep_event import SweepEvent, report

# Enough to finish the page in hand, save the progress and report.
RESERVE_MS = 20_000

bootstrap.at_start(bootstrap.sweep)


@logger.inject_lambda_context
@traced
@metrics.log_metrics
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    count("SweepsStarted")
    asked = SweepEvent.read(event)
    logger.info(LogCode.SWEEP_STARTED, extra={"since": str(asked.since), "dry_run": asked.dry_run})
    try:
        run = bootstrap.sweep()(
            since=asked.since,
            dry_run=asked.dry_run,
            out_of_time=lambda: context.get_remaining_time_in_millis() < RESERVE_MS,
        )
    except SweepUnfinished as unfinished:
        logger.error(LogCode.SWEEP_UNFINISHED, extra={"cause": str(unfinished)})
        count("SweepsUnfinished")
        raise
    logger.info(LogCode.SWEEP_FINISHED, extra={"report": report(run)})
    count("SweepsFinished")
    count("BeneficiariesLapsed", 0 if run.dry_run else run.lapsed_total)
    return report(run)
