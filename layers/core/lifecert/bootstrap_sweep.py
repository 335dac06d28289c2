"""The composition root's part for the sweep: planner, workers, and what they share."""

from collections.abc import Mapping
from functools import cache
from typing import TYPE_CHECKING

from lifecert.bootstrap import _client, _clock, _dynamodb, _hold_batches, _register, _s3
from lifecert.entry import settings

if TYPE_CHECKING:
    from lifecert.adapters.dynamodb_sweep_runs import DynamoSweepRuns
    from lifecert.application.sweep_close import CloseRun
    from lifecert.application.sweep_kinds import Kind
    from lifecert.application.sweep_plan import DryRun, PlanSweep, Scope, WatchSweep
    from lifecert.application.sweep_work import WorkSweep
    from lifecert.domain.sweep import JobKind
    from lifecert.ports.clock import Clock
    from lifecert.ports.sweep import Waiting


@cache
def plan_sweep() -> "PlanSweep":
    """The nightly run: which jobs there are."""
    from lifecert.adapters.sqs_tasks import SqsTasks
    from lifecert.application.sweep_plan import PlanSweep

    names = settings.ExpirySweepSettings.load()
    queue = SqsTasks(_client("sqs"), names.sweep_queue_url)
    return PlanSweep(_sweep_scope(names), _sweep_runs(names), queue, _clock(names), _close_run(names, _clock(names)))


@cache
def dry_run() -> "DryRun":
    """What the nightly run would do."""
    from lifecert.application.sweep_plan import DryRun

    names = settings.ExpirySweepSettings.load()
    return DryRun(_sweep_scope(names), _clock(names))


@cache
def watch_sweep() -> "WatchSweep":
    """Whether the nightly run has finished."""
    from lifecert.application.sweep_plan import WatchSweep

    names = settings.ExpirySweepSettings.load()
    return WatchSweep(_sweep_runs(names), _clock(names), _close_run(names, _clock(names)))


@cache
def work_sweep() -> "WorkSweep":
    """One task of the nightly run."""
    from lifecert.adapters.sqs_tasks import SqsTasks
    from lifecert.adapters.steady_pace import SteadyPace
    from lifecert.application.sweep_work import WorkSweep

    names = settings.SweepWorkerSettings.load()
    return WorkSweep(
        register=_register(
            shards=names.due_shards,
            beneficiaries=names.beneficiaries_table,
            ledger=names.ledger_table,
            hold_batches=names.hold_batches_table,
        ),
        runs=_sweep_runs(names),
        queue=SqsTasks(_client("sqs"), names.sweep_queue_url),
        clock=_clock(names),
        kinds=_sweep_kinds(names),
        pace=SteadyPace(names.sweep_rate),
        close=_close_run(names, _clock(names)),
    )


@cache
def wait_for_task() -> "Waiting":
    """Lets a task that failed come again later."""
    from lifecert.adapters.sqs_tasks import SqsWaiting

    return SqsWaiting(_client("sqs"), settings.SweepWorkerSettings.load().sweep_queue_url)


@cache
def task_tries() -> int:
    """How often a task is tried."""
    return settings.SweepWorkerSettings.load().sweep_tries


def _sweep_kinds(names: settings.WithSweep) -> "Mapping[JobKind, Kind]":
    """The kinds of jobs, for planner and workers alike."""
    from lifecert.application.sweep_holds import ApplyHolds, ProposeHolds
    from lifecert.application.sweep_kinds import Lapse, Remind, TellLapsed
    from lifecert.domain.sweep import JobKind

    batches = _hold_batches(names)
    return {
        JobKind.LAPSE: Lapse(),
        JobKind.REMIND: Remind(names.reminder_days),
        JobKind.NOTICE: TellLapsed(),
        JobKind.PROPOSE: ProposeHolds(batches, names.hold_grace_days),
        JobKind.HOLD: ApplyHolds(batches, names.hold_grace_days),
    }


def _sweep_scope(names: settings.WithSweep) -> "Scope":
    from lifecert.application.sweep_plan import Scope

    register = _register(beneficiaries=names.beneficiaries_table)
    return Scope(register, _sweep_runs(names), _sweep_kinds(names), names.due_shards)


def _sweep_runs(names: settings.WithSweep) -> "DynamoSweepRuns":
    from lifecert.adapters.dynamodb_sweep_runs import DynamoSweepRuns

    return DynamoSweepRuns(_dynamodb(), names.sweep_runs_table)


def _close_run(names: settings.WithSweep, clock: "Clock") -> "CloseRun":
    from lifecert.adapters.s3_sweep_reports import S3SweepReports
    from lifecert.application.sweep_close import CloseRun
    from lifecert.application.sweep_holds import CloseHolds

    holds = CloseHolds(_hold_batches(names), clock)
    return CloseRun(_sweep_runs(names), S3SweepReports(_s3(), names.reports_bucket), holds)
