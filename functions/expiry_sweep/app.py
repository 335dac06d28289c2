"""The planner of the nightly sweep: hands jobs to the workers, tells what they would do, or looks whether they did."""

from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext

from lifecert.bootstrap import sweep
from lifecert.domain.errors import SweepUnfinished
from lifecert.domain.sweep_report import document
from lifecert.entry.events.sweep import SweepEvent, run_document
from lifecert.entry.events.sweep_tasks import RESERVE_MS
from lifecert.entry.log import LogCode, count, logger, serving


@serving(sweep.plan_sweep)
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    count("SweepsAsked")
    order = SweepEvent.read(event)
    logger.info(LogCode.SWEEP_ASKED, extra={"asked": order.model_dump(mode="json")})
    if order.dry_run:
        dry_run = sweep.dry_run()
        return document(dry_run(since=order.since, out_of_time=lambda: _is_late(context)))
    if order.watch:
        return _watch()
    count("SweepsStarted")
    run = sweep.plan_sweep()(since=order.since)
    count("HoldsUndecidedDays", sweep.undecided_holds()())
    logger.info(LogCode.SWEEP_STARTED, extra={"run": run_document(run)})
    return run_document(run)


def _watch() -> dict[str, Any]:
    try:
        return run_document(sweep.watch_sweep()())
    except SweepUnfinished as unfinished:
        logger.error(LogCode.SWEEP_UNFINISHED, extra={"cause": str(unfinished)})
        count("SweepsUnfinished")
        raise


def _is_late(context: LambdaContext) -> bool:
    return context.get_remaining_time_in_millis() < RESERVE_MS
