"""The composition root's part for the sweep: planner, workers, and what they share."""

from collections.abc import Mapping
from functools import cache
from typing import TYPE_CHECKING

from lifecert.bootstrap import parts
from lifecert.entry import settings

if TYPE_CHECKING:
    from lifecert.adapters.dynamodb.sweep_runs import DynamoSweepRuns
    from lifecert.application.sweep.close import CloseRun
    from lifecert.application.sweep.holds import UndecidedHolds
    from lifecert.application.sweep.kinds import Kind
    from lifecert.application.sweep.plan import DryRun, PlanSweep, Scope, WatchSweep
    from lifecert.application.sweep.work import WorkSweep
    from lifecert.domain.sweep import JobKind
    from lifecert.ports.sweep import Waiting


@cache
def plan_sweep() -> "PlanSweep":
    """The nightly run: which jobs there are."""
    from lifecert.adapters.messages.tasks import SqsTasks
    from lifecert.application.sweep.plan import PlanSweep

    names = settings.ExpirySweepSettings.load()
    queue = SqsTasks(parts.client("sqs"), names.sweep_queue_url)
    return PlanSweep(_sweep_scope(names), _sweep_runs(names), queue, parts.clock(names), _close_run(names))


@cache
def dry_run() -> "DryRun":
    """What the nightly run would do."""
    from lifecert.application.sweep.plan import DryRun

    names = settings.ExpirySweepSettings.load()
    return DryRun(_sweep_scope(names), parts.clock(names))


@cache
def undecided_holds() -> "UndecidedHolds":
    """How long the office has let a batch of holds wait."""
    from lifecert.application.sweep.holds import UndecidedHolds

    names = settings.ExpirySweepSettings.load()
    return UndecidedHolds(parts.hold_batches(names), parts.clock(names))


@cache
def watch_sweep() -> "WatchSweep":
    """Whether the nightly run has finished."""
    from lifecert.application.sweep.plan import WatchSweep

    names = settings.ExpirySweepSettings.load()
    return WatchSweep(_sweep_runs(names), parts.clock(names), _close_run(names))


@cache
def work_sweep() -> "WorkSweep":
    """One task of the nightly run."""
    from lifecert.adapters.messages.tasks import SqsTasks
    from lifecert.adapters.steady_pace import SteadyPace
    from lifecert.application.sweep.work import WorkSweep

    names = settings.SweepWorkerSettings.load()
    return WorkSweep(
        register=parts.changing_register(names, hold_batches=names.hold_batches_table),
        runs=_sweep_runs(names),
        queue=SqsTasks(parts.client("sqs"), names.sweep_queue_url),
        clock=parts.clock(names),
        kinds=_sweep_kinds(names),
        pace=SteadyPace(names.sweep_rate),
        close=_close_run(names),
    )


@cache
def wait_for_task() -> "Waiting":
    """Lets a task that failed come again later."""
    from lifecert.adapters.messages.tasks import SqsWaiting

    return SqsWaiting(parts.client("sqs"), settings.SweepWorkerSettings.load().sweep_queue_url)


@cache
def task_tries() -> int:
    """How often a task is tried."""
    return settings.SweepWorkerSettings.load().sweep_tries


def _sweep_kinds(names: settings.WithSweep) -> "Mapping[JobKind, Kind]":
    """The kinds of jobs, for planner and workers alike."""
    from lifecert.application.sweep.holds import ApplyHolds, ProposeHolds
    from lifecert.application.sweep.kinds import Lapse, Remind, TellLapsed
    from lifecert.domain.sweep import JobKind

    batches = parts.hold_batches(names)
    return {
        JobKind.LAPSE: Lapse(),
        JobKind.REMIND: Remind(names.reminder_days),
        JobKind.NOTICE: TellLapsed(),
        JobKind.PROPOSE: ProposeHolds(batches, names.hold_grace_days),
        JobKind.HOLD: ApplyHolds(batches, names.hold_grace_days),
    }


def _sweep_scope(names: settings.WithSweep) -> "Scope":
    from lifecert.application.sweep.plan import Scope

    register = parts.register(names)
    return Scope(register, _sweep_runs(names), _sweep_kinds(names), names.due_shards)


def _sweep_runs(names: settings.WithSweep) -> "DynamoSweepRuns":
    from lifecert.adapters.dynamodb.sweep_runs import DynamoSweepRuns

    return DynamoSweepRuns(parts.dynamodb(), names.sweep_runs_table)


def _close_run(names: settings.ExpirySweepSettings | settings.SweepWorkerSettings) -> "CloseRun":
    from lifecert.adapters.s3.sweep_reports import S3SweepReports
    from lifecert.application.sweep.close import CloseRun
    from lifecert.application.sweep.holds import CloseHolds

    holds = CloseHolds(parts.hold_batches(names), parts.clock(names))
    return CloseRun(_sweep_runs(names), S3SweepReports(parts.s3(), names.reports_bucket), holds)
