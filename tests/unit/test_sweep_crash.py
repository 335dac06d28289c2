"""A sweep that dies at any of its writes, before or after it took effect: the next one puts everything right."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import Any

import pytest

from lifecert.application.changing import change_newest
from lifecert.application.sweep import Sweep
from lifecert.domain.actor import Role
from lifecert.domain.beneficiary import Beneficiary, Change
from lifecert.domain.ledger import LedgerEvent
from lifecert.domain.published import published_event
from lifecert.domain.status import Certified, Status, transition
from lifecert.domain.sweep import SweepRun, shard_of
from tests.builders import NOW, a_change, registration
from tests.fakes import FixedClock, MemoryRegister, MemoryStore, MemorySweepRuns
from tools.verify_ledger import LedgerCheck

TODAY = date(2026, 3, 1)
LAST_RUN = date(2026, 2, 26)
# Two people share a partition (see the test on it); the last days covered of the others lie around today.
PEOPLE = {
    "over 1": (date(2026, 2, 26), Status.ACTIVE),
    "over 2": (date(2026, 2, 27), Status.ACTIVE),
    "over 3": (date(2026, 2, 28), Status.ACTIVE),
    "over 4": (date(2026, 2, 28), Status.ACTIVE),
    "over 5": (date(2026, 2, 28), Status.ACTIVE),
    "last day": (TODAY, Status.ACTIVE),
    "running": (date(2026, 9, 1), Status.ACTIVE),
    "lapsed before": (date(2026, 1, 15), Status.LAPSED),
    "terminated": (date(2026, 2, 27), Status.TERMINATED),
}


class Killed(BaseException):
    """The process is gone: nothing catches this, and nothing is tidied up."""


@dataclass
class Life:
    """Counts writes, and ends at the given one: before it, or after it took effect."""

    ends_at: int = 0
    took_effect: bool = False
    writes: int = 0

    def write(self, do: Any, *arguments: Any) -> None:
        self.writes += 1
        if self.writes == self.ends_at and not self.took_effect:
            raise Killed
        do(*arguments)
        if self.writes == self.ends_at:
            raise Killed


@dataclass(frozen=True)
class MortalRegister(MemoryRegister):
    life: Life = field(default_factory=Life)

    def commit(self, change: Change) -> None:
        self.life.write(MemoryRegister(self.store).commit, change)


@dataclass(frozen=True)
class MortalRuns(MemorySweepRuns):
    life: Life = field(default_factory=Life)

    def save(self, run: SweepRun) -> None:
        self.life.write(MemorySweepRuns(self.store).save, run)


class World:
    def __init__(self) -> None:
        self.store, self.clock = MemoryStore(), FixedClock(NOW)
        self.store.sweep_runs.save(SweepRun(LAST_RUN, LAST_RUN, finished=True))
        for name, (valid_until, status) in PEOPLE.items():
            self.store.register.commit(registration(beneficiary_id=name, valid_until=valid_until, status=status))

    def sweep(self, life: Life | None = None) -> SweepRun:
        life = life or Life()
        store = self.store
        return Sweep(MortalRegister(store, life), MortalRuns(store, life), self.clock, store.shards)()

    def certify(self, name: str) -> None:
        def make(before: Beneficiary) -> Change:
            moved = transition(before.standing, Certified(self.clock.today(), self.clock.today()), Role.USER)
            details = {"status": moved.standing.status, "valid_until": moved.standing.valid_until.isoformat()}
            return a_change(before, LedgerEvent.CERTIFIED, changed={"standing": moved.standing}, details=details)

        assert change_newest(self.store.register, name, make)

    def lapses(self, name: str) -> int:
        return sum(entry.event is LedgerEvent.LAPSED for entry in self.store.entries[name])

    def events(self) -> Iterator[str]:
        for entries in self.store.entries.values():
            yield from (event.event_id for entry in entries if (event := published_event(entry)))


def writes_of_a_whole_run() -> int:
    life = Life()
    World().sweep(life)
    return life.writes


WRITES = writes_of_a_whole_run()


def right(world: World, certified: str | None = None) -> None:
    """Nobody missed, nobody wrongly lapsed, nobody else touched, chains whole, every event with an id of its own."""
    today = world.clock.today()
    for name, (valid_until, status) in PEOPLE.items():
        person = world.store.beneficiaries[name]
        due = status is Status.ACTIVE and valid_until < today
        if name == certified:
            assert person.standing.status is Status.ACTIVE
            assert world.lapses(name) <= 1
            continue
        assert person.standing.status is (Status.LAPSED if due else status), name
        assert person.standing.valid_until == valid_until
        assert world.lapses(name) == due
        assert person.version == 1 + due
    check = LedgerCheck(world.store.register, world.store.ledger)
    assert [check(name) for name in PEOPLE] == [None] * len(PEOPLE)
    ids = list(world.events())
    assert len(ids) == len(set(ids))


def test_the_run_has_every_kind_of_write_and_a_partition_of_several_people() -> None:
    # Five lapses, five days in two shards, and the end.
    assert WRITES == 5 + 10 + 1
    shards = [shard_of(name, MemoryStore().shards) for name in ("over 3", "over 4", "over 5")]
    assert len(set(shards)) < 3


@pytest.mark.parametrize("took_effect", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("write", range(1, WRITES + 1))
@pytest.mark.parametrize("days", [0, 1, 9], ids=["at once", "next night", "after nine nights"])
def test_a_sweep_killed_at_any_write_is_made_good_by_the_next(write: int, took_effect: bool, days: int) -> None:
    world = World()
    with pytest.raises(Killed):
        world.sweep(Life(write, took_effect))
    world.clock.move(days=days)
    run = world.sweep()
    assert run.finished
    assert world.store.sweep_runs.last_finished() == TODAY + timedelta(days=days)
    right(world)
    assert world.sweep().lapsed_total == 0
    right(world)


@pytest.mark.parametrize("took_effect", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("write", range(1, WRITES + 1))
def test_who_certifies_between_death_and_restart_stays_certified(write: int, took_effect: bool) -> None:
    world = World()
    with pytest.raises(Killed):
        world.sweep(Life(write, took_effect))
    world.certify("over 4")
    assert world.sweep().finished
    right(world, certified="over 4")


@pytest.mark.parametrize("first", range(1, WRITES + 1))
def test_a_restart_may_be_killed_too(first: int) -> None:
    for second in range(1, WRITES + 1):
        world = World()
        with pytest.raises(Killed):
            world.sweep(Life(first, took_effect=True))
        # A restart has less to do: it may end before the second blow.
        try:
            world.sweep(Life(second, took_effect=True))
        except Killed:
            world.sweep()
        right(world)


@pytest.mark.parametrize("write", range(1, WRITES + 1))
def test_a_restart_repeats_no_finished_partition(write: int) -> None:
    world = World()
    with pytest.raises(Killed):
        world.sweep(Life(write))
    saved = world.store.sweep_runs.get(TODAY)
    done = saved.done if saved else set()
    asked: list[str] = []

    class Watching(MemoryRegister):
        def due(self, partition: Any) -> Iterator[str]:
            asked.append(partition.bucket)
            return MemoryRegister.due(self, partition)

    store = world.store
    Sweep(Watching(store), store.sweep_runs, replace(world.clock), store.shards)()
    assert not done & set(asked)
    assert len(asked) == 10 - len(done)
