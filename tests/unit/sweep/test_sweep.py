"""The sweep: nobody wrongly, nobody missed (design.md §8)."""

from dataclasses import replace
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from lifecert.application.sweep.work import PAGE
from lifecert.domain.change import Change
from lifecert.domain.errors import SweepUnfinished
from lifecert.domain.hold import HoldProposal
from lifecert.domain.ledger import LedgerEvent, verify_chain
from lifecert.domain.notice import Notice
from lifecert.domain.status import Standing, Status
from lifecert.domain.sweep import Among, Job, JobKind, Partition, RunState, Task, partition_of, shard_of
from tests.support.builders import NOW, a_beneficiary, a_change, standing_as
from tests.support.fakes.clock import FixedClock
from tests.support.fakes.register import MemoryRegister
from tests.support.sweeping import TODAY, YESTERDAY, LapseWorld, lapsed, report_of


def test_exactly_those_whose_year_is_over_lapse() -> None:
    world = LapseWorld()
    world.add("over", YESTERDAY)
    world.add("last day", TODAY)
    world.add("running", date(2026, 12, 1))
    world.add("terminated", YESTERDAY, Status.TERMINATED)
    run = world.night()
    assert {name: world.status(name) for name in world.store.beneficiaries} == {
        "over": Status.LAPSED,
        "last day": Status.ACTIVE,
        "running": Status.ACTIVE,
        "terminated": Status.TERMINATED,
    }
    assert run.state is RunState.FINISHED
    assert report_of(world.night).tallies[JobKind.LAPSE].changed == {"resident_pension/110101": 1}
    entry = world.store.entries["over"][-1]
    assert entry.event is LedgerEvent.LAPSED
    assert entry.actor.actor_id == "expiry_sweep"
    assert verify_chain(world.store.ledger.entries("over")) == 2


@pytest.mark.parametrize(
    ("last_day", "zone", "second"),
    [
        (date(2028, 2, 29), "Asia/Shanghai", "2028-02-29T15:59:59+00:00"),  # a leap day counts to its end
        (date(2027, 2, 28), "Asia/Shanghai", "2027-02-28T15:59:59+00:00"),
        (date(2026, 12, 31), "Asia/Urumqi", "2026-12-31T17:59:59+00:00"),
        (date(2026, 4, 30), "UTC", "2026-04-30T23:59:59+00:00"),
        (date(2026, 3, 8), "America/New_York", "2026-03-09T03:59:59+00:00"),  # the day summer time begins has 23 hours
        (date(2026, 11, 1), "America/New_York", "2026-11-02T04:59:59+00:00"),  # and that on which it ends has 25
    ],
)
def test_the_last_day_counts_to_its_last_second_in_the_deployments_zone(last_day: date, zone: str, second: str) -> None:
    world = LapseWorld(clock=FixedClock(datetime.fromisoformat(second), ZoneInfo(zone)))
    world.add("last day", last_day)
    world.night()
    assert world.status("last day") is Status.ACTIVE
    world.clock.move(seconds=1)
    world.night()
    assert world.status("last day") is Status.LAPSED


def test_a_night_after_the_clock_of_the_deployment_moved_misses_nobody() -> None:
    world = LapseWorld()
    world.night()
    world.add("over", TODAY)
    world.clock.zone = ZoneInfo("America/New_York")  # half a day back
    world.night()
    assert world.status("over") is Status.ACTIVE
    world.clock.move(days=1, hours=12)
    world.night()
    assert world.status("over") is Status.LAPSED


def test_running_again_changes_nothing() -> None:
    world = LapseWorld()
    world.add("over", YESTERDAY)
    assert world.night().run_id == "2026-03-01.1"
    version = world.store.beneficiaries["over"].version
    again = world.night()
    assert (again.run_id, again.previous, lapsed(again)) == ("2026-03-01.2", "2026-03-01.1", 0)
    assert world.store.beneficiaries["over"].version == version


def test_a_missed_week_is_caught_up() -> None:
    world = LapseWorld()
    world.night()
    for day in range(1, 8):
        world.add(f"day {day}", date(2026, 3, day))
    world.clock.move(days=7)
    assert lapsed(world.night()) == 7


def test_a_run_reads_the_days_since_the_last_and_two_more() -> None:
    world = LapseWorld()
    world.night()
    world.clock.move(days=1)
    first_day = world.night.scope.first_day(world.clock.today(), None)
    jobs = set(world.night.scope.every_job(first_day, world.clock.today()))
    # And whose year was over up to thirty days before them: who waits for a human is spared for as long.
    days = [date(2026, 1, 28) + timedelta(days=number) for number in range(33)]
    assert jobs == {Job(JobKind.LAPSE, day, shard) for day in days for shard in (0, 1)}


def test_only_partitions_with_somebody_in_them_become_jobs() -> None:
    world = LapseWorld()
    world.add("over", YESTERDAY)
    world.add("over too", date(2026, 2, 20))
    world.night.plan()
    tasks = [task for task, _ in world.night.queue.waiting]
    shards = world.store.shards
    assert sorted(task.job.key for task in tasks) == sorted(
        [
            f"lapse#2026-02-28#{shard_of('over', shards)}",
            f"lapse#2026-02-20#{shard_of('over too', shards)}",
        ]
    )


def test_somebody_registered_in_the_last_second_is_found_by_the_next_run() -> None:
    world = LapseWorld()
    world.night()
    world.add("late", YESTERDAY)
    world.clock.move(days=1)
    assert lapsed(world.night()) == 1


def test_a_task_out_of_time_sends_on_what_is_left_of_it() -> None:
    world = LapseWorld()
    world.store.shards = 1
    world.night = world.over(world.store.register)
    for number in range(50):
        world.add(f"person {number:02}", YESTERDAY)
    world.night.plan()
    [(task, _)] = world.night.queue.waiting
    world.night.queue.waiting.clear()
    answers = iter([False] * 20 + [True])
    assert world.night.work(task, out_of_time=lambda: next(answers)) is None
    [(rest, _)] = world.night.queue.waiting
    assert rest == Task(task.run_id, task.job, after="person 19")
    assert sum(world.status(name) is Status.LAPSED for name in world.store.beneficiaries) == 20
    report = world.night.queue.drain(world.night.work)
    assert report
    assert report.totals["lapse"] == 50


def test_progress_is_noted_page_by_page() -> None:
    world = LapseWorld()
    world.store.shards = 1
    world.night = world.over(world.store.register)
    for number in range(2 * PAGE + 10):
        world.add(f"person {number:03}", YESTERDAY)
    world.night()
    assert [page.total for _, _, page in world.store.sweep_runs.noted] == [PAGE, PAGE, 10]
    assert world.night.pace.calls == 2 * PAGE + 10


def test_somebody_certified_a_moment_before_is_left_alone() -> None:
    world = LapseWorld()
    world.add("quick", YESTERDAY)

    class CertifyingRegister(MemoryRegister):
        def commit(self, change: Change) -> None:
            if change.entry.event is LedgerEvent.LAPSED and change.before_version == 1:
                renewed = Standing(Status.ACTIVE, date(2027, 3, 1))
                world.store.register.commit(
                    a_change(world.store.beneficiaries["quick"], LedgerEvent.CERTIFIED, changed={"standing": renewed})
                )
            MemoryRegister.commit(self, change)

    night = world.over(CertifyingRegister(world.store))
    night()
    assert world.status("quick") is Status.ACTIVE
    tally = report_of(night).tallies[JobKind.LAPSE]
    assert (tally.total, tally.left_alone) == (0, 1)


def test_a_dry_run_tells_and_writes_nothing() -> None:
    world = LapseWorld()
    world.add("over", YESTERDAY)
    report = world.night.dry_run()
    assert report.dry_run
    assert report.totals == {"lapse": 1}
    assert world.status("over") is Status.ACTIVE
    assert world.store.sweep_runs.newest() is None
    assert lapsed(world.night()) == 1


def test_a_dry_run_out_of_time_says_so() -> None:
    world = LapseWorld()
    world.add("over", YESTERDAY)
    with pytest.raises(SweepUnfinished, match="out of time"):
        world.night.dry_run(out_of_time=lambda: True)


def test_an_operator_can_reach_further_back() -> None:
    world = LapseWorld()
    world.add("long ago", date(2025, 6, 1))
    assert lapsed(world.night()) == 0
    assert lapsed(world.night(since=date(2025, 5, 1))) == 1


def test_reaching_back_begins_another_run_while_todays_is_not_finished() -> None:
    world = LapseWorld()
    world.add("over", YESTERDAY)
    world.add("long ago", date(2025, 6, 1))
    first = world.night.plan()
    run = world.night(since=date(2025, 5, 1))
    assert (first.run_id, run.run_id) == ("2026-03-01.1", "2026-03-01.2")
    assert {world.status(name) for name in ("over", "long ago")} == {Status.LAPSED}
    assert {one.state for one in world.store.sweep_runs.runs.values()} == {RunState.FINISHED}


def test_a_later_day_skips_nobody() -> None:
    world = LapseWorld()
    world.night()
    world.add("over", date(2026, 3, 2))
    world.clock.move(days=5)
    assert lapsed(world.night(since=date(2026, 3, 5))) == 1


def test_nobody_due_is_a_finished_run_with_a_report() -> None:
    world = LapseWorld()
    run = world.night.plan()
    assert run.state is RunState.FINISHED
    assert report_of(world.night).jobs == 0
    assert world.night.queue.waiting == []


def test_the_watch_is_loud_until_the_run_has_finished() -> None:
    world = LapseWorld()
    with pytest.raises(SweepUnfinished, match="no sweep was begun today"):
        world.night.watch()
    world.add("over", YESTERDAY)
    world.night.plan()
    with pytest.raises(SweepUnfinished, match="is running, with 1 jobs open"):
        world.night.watch()
    world.night.queue.drain(world.night.work)
    assert world.night.watch().state is RunState.FINISHED
    world.clock.move(days=1)
    with pytest.raises(SweepUnfinished, match="no sweep was begun today"):
        world.night.watch()


def test_a_report_compares_with_the_runs_before() -> None:
    world = LapseWorld()
    for number in range(3):
        for name in range(number):
            world.add(f"night {number}, person {name}", world.clock.today())
        world.clock.move(days=1)
        world.night()
    assert [one.totals["lapse"] for one in report_of(world.night).before] == [1, 0]


def test_where_people_stand_in_the_index() -> None:
    day, later, shard = date(2026, 4, 1), date(2026, 5, 1), shard_of("x", 4)
    active = a_beneficiary(beneficiary_id="x", valid_until=day, grace_from=later)
    assert partition_of(active, 4) == Partition(day, shard)
    assert Partition(day, shard).bucket == f"2026-04-01#{shard}"
    lapsed_one = a_beneficiary(beneficiary_id="x", valid_until=day, status=Status.LAPSED)
    stands = partition_of(lapsed_one, 4)
    assert stands
    assert stands.bucket == f"lapsed#2026-04-01#{shard}"
    # Told late, or given more time: under the day from which the grace days count.
    told = Notice(day, 0, 2, sent=True, delivered_on=later)
    for one in (replace(lapsed_one, grace_from=later), replace(lapsed_one, notice=told)):
        assert partition_of(one, 4) == Partition(later, shard, Among.LAPSED)
    for proposed_for, place in ((day, None), (later, stands)):
        proposal = HoldProposal("batch", proposed_for, NOW)
        proposed = [replace(one, hold_proposal=proposal) for one in lapsed_one.benefits]
        assert partition_of(lapsed_one.with_benefits(proposed), 4) == place
    assert partition_of(standing_as(lapsed_one, Standing(Status.LAPSED, day, held_since=day)), 4) is None
    assert partition_of(standing_as(lapsed_one, Standing(Status.TERMINATED, day, ended_on=day)), 4) is None


def test_shards_are_stable_and_even() -> None:
    assert shard_of("0192-some-id", 8) == shard_of("0192-some-id", 8)
    counts = [0] * 8
    for number in range(4000):
        counts[shard_of(f"id-{number}", 8)] += 1
    assert min(counts) > 420


@pytest.mark.parametrize(
    "key",
    [
        "lapse#2026-02-30#0",
        "lapse#2026-02-28",
        "other#2026-02-28#0",
        "lapse#2026-02-28#x",
        "hold#2026-02-28#0",  # of no batch
        "hold#2026-02-28#0#batch",
        "lapse#2026-02-28#0#0d9f3a52-6a37-4b0e-9d52-6b1df2f0a001",  # of one, and no hold
    ],
)
def test_what_is_no_job_is_refused(key: str) -> None:
    with pytest.raises(ValueError, match=r".+"):
        Job.of(key)
    assert Job.of("lapse#2026-02-28#3") == Job(JobKind.LAPSE, date(2026, 2, 28), 3)
