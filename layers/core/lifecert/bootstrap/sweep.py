"""The sweep: planner, workers, and what they share."""

from collections.abc import Mapping
from functools import cache
from typing import TYPE_CHECKING, Annotated

from pydantic import Field

from lifecert.bootstrap import parts, stores
from lifecert.entry import settings
from lifecert.entry.setting_values import GraceDays, Name, ReminderDays

if TYPE_CHECKING:
    from lifecert.application.sweep.close import CloseRun
    from lifecert.application.sweep.holds import UndecidedHolds
    from lifecert.application.sweep.kinds import Kind
    from lifecert.application.sweep.plan import DryRun, PlanSweep, Scope, WatchSweep
    from lifecert.application.sweep.work import WorkSweep
    from lifecert.domain.sweep import JobKind
    from lifecert.ports.sweep import Waiting


class _SweepSettings(settings.WithBeneficiaries, settings.WithHoldBatches, settings.Common):
    sweep_runs_table: Name
    sweep_queue_url: Name
    reports_bucket: Name
    reminder_days: ReminderDays
    hold_grace_days: GraceDays


class ExpirySweepSettings(_SweepSettings):
    """expiry_sweep."""


@cache
def plan_sweep() -> "PlanSweep":
    """The nightly run: which jobs there are."""
    from lifecert.application.sweep.plan import PlanSweep

    names = ExpirySweepSettings.load()
    runs, queue = stores.sweep_runs(names.sweep_runs_table), parts.tasks(names.sweep_queue_url)
    return PlanSweep(_scope(names), runs, queue, parts.clock(names), _close_run(names))


@cache
def dry_run() -> "DryRun":
    """What the nightly run would do."""
    from lifecert.application.sweep.plan import DryRun

    names = ExpirySweepSettings.load()
    return DryRun(_scope(names), parts.clock(names))


@cache
def undecided_holds() -> "UndecidedHolds":
    """How long the office has let a batch of holds wait."""
    from lifecert.application.sweep.holds import UndecidedHolds

    names = ExpirySweepSettings.load()
    return UndecidedHolds(stores.hold_batches(names), parts.clock(names))


@cache
def watch_sweep() -> "WatchSweep":
    """Whether the nightly run has finished."""
    from lifecert.application.sweep.plan import WatchSweep

    names = ExpirySweepSettings.load()
    return WatchSweep(stores.sweep_runs(names.sweep_runs_table), parts.clock(names), _close_run(names))


class SweepWorkerSettings(_SweepSettings, settings.WithChanges):
    """sweep_worker. `sweep_rate`: how many people a second one worker looks at, and so writes, at most.
    `sweep_tries`: how often a task is tried; the queue's own number."""

    sweep_rate: Annotated[float, Field(gt=0, le=1000)]
    sweep_tries: Annotated[int, Field(ge=2, le=100)]


@cache
def work_sweep() -> "WorkSweep":
    """One task of the nightly run."""
    from lifecert.application.sweep.work import WorkSweep

    names = SweepWorkerSettings.load()
    return WorkSweep(
        register=stores.changing_register(names, hold_batches=names.hold_batches_table),
        runs=stores.sweep_runs(names.sweep_runs_table),
        queue=parts.tasks(names.sweep_queue_url),
        clock=parts.clock(names),
        kinds=_kinds(names),
        pace=parts.pace(names.sweep_rate),
        close=_close_run(names),
    )


@cache
def wait_for_task() -> "Waiting":
    """Lets a task that failed come again later."""
    return parts.waiting(SweepWorkerSettings.load().sweep_queue_url)


@cache
def task_tries() -> int:
    """How often a task is tried."""
    return SweepWorkerSettings.load().sweep_tries


def _kinds(names: _SweepSettings) -> "Mapping[JobKind, Kind]":
    """The kinds of jobs, for planner and workers alike."""
    from lifecert.application.sweep.holds import ApplyHolds, ProposeHolds
    from lifecert.application.sweep.kinds import EndAsPlanned, Lapse, Remind, TellLapsed
    from lifecert.domain.sweep import JobKind

    batches = stores.hold_batches(names)
    return {
        JobKind.LAPSE: Lapse(),
        JobKind.REMIND: Remind(names.reminder_days),
        JobKind.NOTICE: TellLapsed(),
        JobKind.PROPOSE: ProposeHolds(batches, names.hold_grace_days),
        JobKind.HOLD: ApplyHolds(batches, names.hold_grace_days),
        JobKind.END: EndAsPlanned(),
    }


def _scope(names: _SweepSettings) -> "Scope":
    from lifecert.application.sweep.plan import Scope

    return Scope(stores.register(names), stores.sweep_runs(names.sweep_runs_table), _kinds(names), names.due_shards)


def _close_run(names: _SweepSettings) -> "CloseRun":
    from lifecert.application.sweep.close import CloseRun
    from lifecert.application.sweep.holds import CloseHolds

    holds = CloseHolds(stores.hold_batches(names), parts.clock(names))
    reports = parts.sweep_reports(names.reports_bucket, names.time_zone)
    return CloseRun(stores.sweep_runs(names.sweep_runs_table), reports, holds)
