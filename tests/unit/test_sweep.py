"""The sweep: nobody wrongly, nobody missed (design.md §8)."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import date

import pytest

from lifecert.application.sweep import Sweep
from lifecert.domain.beneficiary import Change
from lifecert.domain.errors import StoreUnavailable, SweepUnfinished
from lifecert.domain.ledger import LedgerEvent, verify_chain
from lifecert.domain.status import Standing, Status
from lifecert.domain.sweep import Partition, partitions, shard_of
from tests.builders import NOW, a_change, registration
from tests.fakes import FixedClock, MemoryRegister, MemoryStore

TODAY = date(2026, 3, 1)
YESTERDAY = date(2026, 2, 28)


@dataclass
class World:
    """Beneficiaries by the name the test gives them."""

    store: MemoryStore = field(default_factory=MemoryStore)
    clock: FixedClock = field(default_factory=lambda: FixedClock(NOW))

    @property
    def sweep(self) -> Sweep:
        return Sweep(self.store.register, self.store.sweep_runs, self.clock, self.store.shards)

    def add(self, name: str, valid_until: date, status: Status = Status.ACTIVE) -> None:
        self.store.register.commit(registration(beneficiary_id=name, valid_until=valid_until, status=status))

    def status(self, name: str) -> Status:
        return self.store.beneficiaries[name].standing.status


def test_exactly_those_whose_year_is_over_lapse() -> None:
    world = World()
    world.add("over", YESTERDAY)
    world.add("last day", TODAY)
    world.add("running", date(2026, 12, 1))
    world.add("terminated", YESTERDAY, Status.TERMINATED)
    run = world.sweep()
    assert {name: world.status(name) for name in world.store.beneficiaries} == {
        "over": Status.LAPSED,
        "last day": Status.ACTIVE,
        "running": Status.ACTIVE,
        "terminated": Status.TERMINATED,
    }
    assert run.finished
    assert run.lapsed == {"resident_pension/110101": 1}
    entry = world.store.entries["over"][-1]
    assert entry.event is LedgerEvent.LAPSED
    assert entry.actor.actor_id == "expiry_sweep"
    assert verify_chain(world.store.ledger.entries("over")) == 2


def test_running_again_changes_nothing() -> None:
    world = World()
    world.add("over", YESTERDAY)
    world.sweep()
    version = world.store.beneficiaries["over"].version
    assert world.sweep().lapsed_total == 0
    assert world.store.beneficiaries["over"].version == version


def test_a_missed_week_is_caught_up() -> None:
    world = World()
    world.sweep()
    for day in range(1, 8):
        world.add(f"day {day}", date(2026, 3, day))
    world.clock.move(days=7)
    assert world.sweep().lapsed_total == 7


def test_a_run_reads_the_days_since_the_last_and_two_more() -> None:
    world = World()
    world.sweep()
    world.clock.move(days=1)
    days = ("2026-02-27", "2026-02-28", "2026-03-01")
    assert world.sweep().done == {f"{day}#{shard}" for day in days for shard in (0, 1)}


def test_somebody_registered_in_the_last_second_is_found_by_the_next_run() -> None:
    world = World()
    world.sweep()
    world.add("late", YESTERDAY)
    world.clock.move(days=1)
    assert world.sweep().lapsed_total == 1


def test_reaching_back_goes_on_where_it_stopped() -> None:
    world = World()
    world.add("long ago", date(2025, 6, 1))
    answers = iter([False] * 100 + [True] * 1000)
    with pytest.raises(SweepUnfinished):
        world.sweep(since=date(2025, 5, 1), out_of_time=lambda: next(answers))
    saved = world.store.sweep_runs.get(TODAY)
    assert saved
    calls: list[str] = []

    class WatchedRegister(MemoryRegister):
        def due(self, partition: Partition) -> Iterator[str]:
            calls.append(partition.bucket)
            return MemoryRegister.due(self, partition)

    again = replace(world.sweep, register=WatchedRegister(world.store))
    assert again(since=date(2025, 5, 1)).lapsed_total == 1
    assert not saved.done.intersection(calls)


def test_time_runs_out_inside_a_large_partition_too() -> None:
    world = World()
    world.store.shards = 1
    for number in range(50):
        world.add(f"person {number:02}", YESTERDAY)
    # All the days before are empty: one look at the time for each, then one for each person.
    answers = iter([False] * (31 + 20) + [True] * 1000)
    with pytest.raises(SweepUnfinished, match="out of time"):
        world.sweep(out_of_time=lambda: next(answers))
    lapsed = [name for name in world.store.beneficiaries if world.status(name) is Status.LAPSED]
    assert len(lapsed) == 20
    saved = world.store.sweep_runs.get(TODAY)
    assert saved
    assert saved.lapsed_total == 20
    assert world.sweep().lapsed_total == 50


def test_somebody_certified_a_moment_before_is_left_alone() -> None:
    world = World()
    world.add("quick", YESTERDAY)

    class CertifyingRegister(MemoryRegister):
        def commit(self, change: Change) -> None:
            if change.entry.event is LedgerEvent.LAPSED and change.before_version == 1:
                renewed = Standing(Status.ACTIVE, date(2027, 3, 1))
                world.store.register.commit(
                    a_change(world.store.beneficiaries["quick"], LedgerEvent.CERTIFIED, changed={"standing": renewed})
                )
            MemoryRegister.commit(self, change)

    run = replace(world.sweep, register=CertifyingRegister(world.store))()
    assert world.status("quick") is Status.ACTIVE
    assert (run.lapsed_total, run.left_alone) == (0, 1)


class FailingRegister(MemoryRegister):
    """Cannot write the beneficiary called "bad"."""

    def commit(self, change: Change) -> None:
        if change.after.beneficiary_id == "bad":
            raise StoreUnavailable
        MemoryRegister.commit(self, change)


def test_one_bad_item_keeps_nobody_waiting_but_the_run_fails_and_goes_on_when_mended() -> None:
    world = World()
    for name in ("a", "bad", "z"):
        world.add(name, YESTERDAY)
    failing = replace(world.sweep, register=FailingRegister(world.store))
    with pytest.raises(SweepUnfinished, match="bad"):
        failing()
    assert (world.status("a"), world.status("bad"), world.status("z")) == (
        Status.LAPSED,
        Status.ACTIVE,
        Status.LAPSED,
    )
    assert world.store.sweep_runs.last_finished() is None
    run = world.sweep()
    assert run.finished
    assert world.status("bad") is Status.LAPSED
    assert run.lapsed_total == 3


def test_a_failed_run_is_caught_up_by_the_next_days() -> None:
    world = World()
    world.add("bad", YESTERDAY)
    with pytest.raises(SweepUnfinished):
        replace(world.sweep, register=FailingRegister(world.store))()
    world.clock.move(days=1)
    assert world.sweep().lapsed_total == 1


def test_a_run_out_of_time_stops_saved_and_goes_on() -> None:
    world = World()
    for number in range(6):
        world.add(f"person {number}", date(2026, 2, 20 + number))
    answers = iter([False] * 45 + [True] * 1000)
    with pytest.raises(SweepUnfinished, match="out of time"):
        world.sweep(out_of_time=lambda: next(answers))
    saved = world.store.sweep_runs.get(TODAY)
    assert saved
    assert len(saved.done) == 45
    assert not saved.finished
    assert world.sweep().lapsed_total == 6


def test_a_dry_run_tells_and_writes_nothing() -> None:
    world = World()
    world.add("over", YESTERDAY)
    run = world.sweep(dry_run=True)
    assert run.lapsed_total == 1
    assert world.status("over") is Status.ACTIVE
    assert not world.store.runs_by_date
    assert world.sweep().lapsed_total == 1


def test_an_operator_can_reach_further_back() -> None:
    world = World()
    world.add("long ago", date(2025, 6, 1))
    assert world.sweep().lapsed_total == 0
    assert world.sweep(since=date(2025, 5, 1)).lapsed_total == 1


def test_a_later_day_skips_nobody() -> None:
    world = World()
    world.sweep()
    world.add("over", date(2026, 3, 2))
    world.clock.move(days=5)
    assert world.sweep(since=date(2026, 3, 5)).lapsed_total == 1


def test_today_is_not_due_until_it_is_over() -> None:
    days = {partition.day for partition in partitions(date(2026, 2, 27), TODAY, 3)}
    assert days == {date(2026, 2, 27), YESTERDAY}


def test_shards_are_stable_and_even() -> None:
    assert shard_of("0192-some-id", 8) == shard_of("0192-some-id", 8)
    counts = [0] * 8
    for number in range(4000):
        counts[shard_of(f"id-{number}", 8)] += 1
    assert min(counts) > 420
    assert Partition(TODAY, 3).bucket == "2026-03-01#3"
