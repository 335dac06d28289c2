"""Sweep progress."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date, timedelta

from lifecert.domain.sweep import Job, JobKind, RunState, SweepRun, Tally
from tests.support.builders import NOW, an_id
from tests.support.engines import DynamoTables, Stores, left_at_default
from tests.support.sweeping import finished_run

DAY = date(2026, 7, 1)
JOBS = [Job(JobKind.LAPSE, DAY - timedelta(days=1), shard) for shard in range(3)]
RUN = SweepRun("2026-07-01.1", DAY, DAY - timedelta(days=2), NOW)


def running(stores: Stores, run: SweepRun = RUN) -> SweepRun:
    newest = stores.sweep_runs.newest()
    assert stores.sweep_runs.begin(run, newest.run_id if newest else None)
    stores.sweep_runs.lay_out(run.run_id, JOBS)
    return replace(run, state=RunState.RUNNING)


def test_nothing_ran_yet(stores: Stores) -> None:
    assert stores.sweep_runs.get(RUN.run_id) is None
    assert stores.sweep_runs.newest() is None
    assert stores.sweep_runs.last_finished() is None
    assert not stores.sweep_runs.any_open(RUN.run_id)


def test_a_run_comes_back_as_it_was_begun(stores: Stores) -> None:
    full = replace(RUN, previous="2026-06-30.2", state=RunState.RUNNING, totals={"lapse": 3}, failed=2, planned_at=NOW)
    assert left_at_default(full) == set()
    assert stores.sweep_runs.begin(full, None)
    assert stores.sweep_runs.get(full.run_id) == stores.sweep_runs.newest() == full


def test_a_run_is_begun_once_and_after_the_newest_only(stores: Stores) -> None:
    assert stores.sweep_runs.begin(RUN, None)
    second = replace(RUN, run_id="2026-07-01.2")
    assert not stores.sweep_runs.begin(RUN, RUN.run_id)
    assert not stores.sweep_runs.begin(second, None)
    assert not stores.sweep_runs.begin(second, "2026-07-01.9")
    assert stores.sweep_runs.newest() == RUN
    assert stores.sweep_runs.begin(second, RUN.run_id)
    assert stores.sweep_runs.newest() == second


def test_many_planners_at_once_begin_one_run(racing: Stores) -> None:
    runs = [replace(RUN, run_id=f"2026-07-01.{number}") for number in range(1, 7)]
    with ThreadPoolExecutor(6) as pool:
        begun = list(pool.map(lambda run: racing.sweep_runs.begin(run, None), runs))
    assert begun.count(True) == 1
    assert racing.sweep_runs.newest() == runs[begun.index(True)]


def test_jobs_are_open_until_they_are_finished(stores: Stores) -> None:
    run = running(stores)
    assert stores.sweep_runs.get(run.run_id) == run
    assert list(stores.sweep_runs.open_jobs(run.run_id)) == JOBS
    stores.sweep_runs.finish(run.run_id, JOBS[0])
    stores.sweep_runs.finish(run.run_id, JOBS[2], ids := [an_id(), an_id()])
    assert [stores.sweep_runs.is_open(run.run_id, job) for job in JOBS] == [False, True, False]
    assert list(stores.sweep_runs.open_jobs(run.run_id)) == [JOBS[1]]
    assert stores.sweep_runs.any_open(run.run_id)
    stores.sweep_runs.finish(run.run_id, JOBS[1])
    assert not stores.sweep_runs.any_open(run.run_id)
    given_up = {JOBS[0].key: (), JOBS[1].key: (), JOBS[2].key: tuple(ids)}
    assert stores.sweep_runs.finished_jobs(run.run_id) == given_up


def test_a_finished_job_stays_as_it_was(stores: Stores) -> None:
    run = running(stores)
    stores.sweep_runs.finish(run.run_id, JOBS[0], ["a"])
    stores.sweep_runs.finish(run.run_id, JOBS[0], ["b"])
    stores.sweep_runs.finish("2020-01-01.1", JOBS[0], ["b"])
    assert stores.sweep_runs.finished_jobs(run.run_id) == {JOBS[0].key: ("a",)}
    assert stores.sweep_runs.finished_jobs("2020-01-01.1") == {}


def test_what_jobs_did_adds_up(stores: Stores) -> None:
    run = running(stores)
    pages = [
        (JOBS[0], Tally({"resident_pension/110101": 3, "injury_care/310000": 12345}, 2)),
        (JOBS[0], Tally({"resident_pension/110101": 3}, 0)),
        (JOBS[1], Tally({}, 7)),
    ]
    for job, page in pages:
        stores.sweep_runs.note(run.run_id, job, page)
    assert sorted(stores.sweep_runs.pages(run.run_id), key=str) == sorted(pages, key=str)
    assert list(stores.sweep_runs.pages("2026-07-01.2")) == []


def test_many_who_end_a_run_at_once_are_told_so_once(racing: Stores) -> None:
    run = running(racing)
    with ThreadPoolExecutor(6) as pool:
        ended = list(
            pool.map(lambda _: racing.sweep_runs.close(run.run_id, RunState.FINISHED, {"lapse": 5}, 0), range(6))
        )
    assert ended.count(True) == 1
    assert racing.sweep_runs.get(run.run_id) == replace(run, state=RunState.FINISHED, totals={"lapse": 5})
    assert racing.sweep_runs.last_finished() == DAY


def test_a_run_that_left_people_undone_is_not_the_last_finished_and_can_go_on(stores: Stores) -> None:
    run = running(stores)
    stores.sweep_runs.finish(run.run_id, JOBS[0], ["a"])
    for job in JOBS[1:]:
        stores.sweep_runs.finish(run.run_id, job)
    assert stores.sweep_runs.close(run.run_id, RunState.LEFT_UNDONE, {}, 1)
    assert stores.sweep_runs.last_finished() is None
    stores.sweep_runs.reopen(run.run_id)
    assert list(stores.sweep_runs.open_jobs(run.run_id)) == JOBS[:1]
    found = stores.sweep_runs.get(run.run_id)
    assert found
    assert found.state is RunState.RUNNING
    stores.sweep_runs.finish(run.run_id, JOBS[0])
    assert stores.sweep_runs.close(run.run_id, RunState.FINISHED, {}, 0)
    assert stores.sweep_runs.last_finished() == DAY


def test_the_last_finished_run_never_goes_back(stores: Stores) -> None:
    finished_run(stores.sweep_runs, DAY)
    assert stores.sweep_runs.last_finished() == DAY
    finished_run(stores.sweep_runs, DAY + timedelta(days=1))
    finished_run(stores.sweep_runs, DAY - timedelta(days=5))
    assert stores.sweep_runs.last_finished() == DAY + timedelta(days=1)


def test_no_item_grows_with_the_number_of_people_and_all_of_a_run_expire(moto_tables: DynamoTables) -> None:
    stores = moto_tables.stores()
    run = running(stores)
    for number in range(30):
        stores.sweep_runs.note(run.run_id, JOBS[0], Tally({f"resident_pension/{number:06}": 1}, 0))
    stores.sweep_runs.finish(run.run_id, JOBS[0])
    items = moto_tables.client.scan(TableName=moto_tables.name("SweepRuns"))["Items"]
    assert len(items) == 30 + len(JOBS) + 2
    assert max(len(str(item)) for item in items) < 700
    assert {item["item"]["S"].partition("#")[0] for item in items if "expires_at" not in item} == {"newest"}
