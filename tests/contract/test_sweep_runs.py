"""Sweep progress."""

from dataclasses import replace
from datetime import date, timedelta

from lifecert.domain.sweep import SweepRun, partitions
from tests.builders import an_id
from tests.contract.engines import SHARDS, Stores, left_at_default

DAY = date(2026, 7, 1)


def test_nothing_ran_yet(stores: Stores) -> None:
    assert stores.sweep_runs.get(DAY) is None
    assert stores.sweep_runs.last_finished() is None


def test_progress_comes_back_as_it_was_saved(stores: Stores) -> None:
    run = SweepRun(DAY, DAY - timedelta(days=31))
    stores.sweep_runs.save(run)
    assert stores.sweep_runs.get(DAY) == run
    run.done = {partition.bucket for partition in partitions(run.first_day, DAY, SHARDS)}
    run.lapsed = {"resident_pension/110101": 3, "injury_care/310000": 12345}
    run.left_alone = 2
    run.failed = [an_id(), an_id()]
    assert left_at_default(run) == {"dry_run", "finished"}
    stores.sweep_runs.save(run)
    assert stores.sweep_runs.get(DAY) == run
    assert stores.sweep_runs.last_finished() is None


def test_what_is_changed_after_saving_is_not_saved(stores: Stores) -> None:
    run = SweepRun(DAY, DAY - timedelta(days=1))
    stores.sweep_runs.save(run)
    run.done.add("2026-06-30#0")
    found = stores.sweep_runs.get(DAY)
    assert found is not None
    assert found.done == set()


def test_the_newest_finished_run_is_known(stores: Stores) -> None:
    run = SweepRun(DAY, DAY - timedelta(days=1), finished=True)
    stores.sweep_runs.save(run)
    assert stores.sweep_runs.get(DAY) == run
    assert stores.sweep_runs.last_finished() == DAY
    stores.sweep_runs.save(replace(run, run_date=DAY + timedelta(days=1), finished=False))
    assert stores.sweep_runs.last_finished() == DAY
    stores.sweep_runs.save(replace(run, run_date=DAY + timedelta(days=1)))
    assert stores.sweep_runs.last_finished() == DAY + timedelta(days=1)
    stores.sweep_runs.save(replace(run, run_date=DAY - timedelta(days=5)))
    assert stores.sweep_runs.last_finished() == DAY + timedelta(days=1)
