"""A sweep that dies at any of its writes, before or after it took effect: what comes next puts everything right."""

from collections.abc import Collection, Iterator
from datetime import date, timedelta
from typing import Any

import pytest

from lifecert.application.shared.changing import change_newest
from lifecert.domain.actor import Role
from lifecert.domain.beneficiary import Beneficiary
from lifecert.domain.change import Change
from lifecert.domain.ledger import LedgerEvent
from lifecert.domain.published import published_events
from lifecert.domain.status import Certified, Status, transition
from lifecert.domain.sweep import JobKind, RunState, Task, shard_of
from lifecert.domain.sweep_report import SweepReport
from ops.verify_ledger import LedgerCheck
from tests.support.builders import NOW, a_change, registration, standing_of, termination
from tests.support.fakes.clock import FixedClock
from tests.support.fakes.store import MemoryStore
from tests.support.fakes.sweep import MemoryReports, MemoryTasks
from tests.support.mortal import Killed, Life, Mortal
from tests.support.sweeping import Night, finished_run, lapsed

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


def without_holds(night: Night) -> Night:
    """Holds, and the notice that comes before them, have a test of their own: test_hold_crash."""
    night.kinds = {kind: night.kinds[kind] for kind in (JobKind.LAPSE, JobKind.REMIND)}
    return night


class World:
    def __init__(self) -> None:
        self.store, self.clock = MemoryStore(), FixedClock(NOW)
        self.queue, self.reports = MemoryTasks(), MemoryReports()
        finished_run(self.store.sweep_runs, LAST_RUN)
        for name, (valid_until, status) in PEOPLE.items():
            fields = {"valid_until": valid_until, "status": status, "has_reference": False}
            ends = fields.get("status") is Status.TERMINATED
            begun = registration(beneficiary_id=name, **{**fields, **({"status": Status.ACTIVE} if ends else {})})
            self.store.register.commit(begun)
            if ends:
                self.store.register.commit(termination(begun.after))

    def night(self, life: Life | None = None) -> Night:
        life = life or Life()
        ports = (self.store.register, self.store.sweep_runs, self.reports)
        register, runs, reports = (Mortal(port, life) for port in ports)
        queue: Any = Mortal(self.queue, life)
        return without_holds(Night(register, runs, self.clock, self.store.shards, queue, reports))

    def certify(self, name: str) -> None:
        def make(before: Beneficiary) -> Change:
            moved = transition(standing_of(before), Certified(self.clock.today(), self.clock.today()), Role.USER)
            details = {"status": moved.standing.status, "valid_until": moved.standing.valid_until.isoformat()}
            return a_change(before, LedgerEvent.CERTIFIED, changed={"standing": moved.standing}, details=details)

        assert change_newest(self.store.register, name, make)

    def count(self, name: str, event: LedgerEvent) -> int:
        return sum(entry.event is event for entry in self.store.entries[name])

    def lapses(self, name: str) -> int:
        return self.count(name, LedgerEvent.LAPSED)

    def events(self) -> Iterator[str]:
        for entries in self.store.entries.values():
            yield from (event.event_id for entry in entries for event in published_events(entry))


def writes_of_a_whole_run() -> int:
    life = Life()
    World().night(life)()
    return life.writes


WRITES = writes_of_a_whole_run()


def right(world: World, certified: Collection[str] = ()) -> None:
    """Nobody missed, nobody wrongly lapsed, nobody else touched, chains whole, every event with an id of its own."""
    today = world.clock.today()
    for name, (valid_until, status) in PEOPLE.items():
        person = world.store.beneficiaries[name]
        due = status is Status.ACTIVE and valid_until < today
        if name in certified:
            assert person.status is Status.ACTIVE
            assert world.lapses(name) <= 1
            continue
        assert person.status is (Status.LAPSED if due else status), name
        assert person.valid_until == valid_until
        assert world.lapses(name) == due
        reminders = world.count(name, LedgerEvent.REMINDER_DUE)
        assert reminders == 1 if (name, today) == ("last day", TODAY) else reminders <= (name == "last day")
        is_over = status is Status.TERMINATED
        assert person.version == 1 + is_over + due + reminders
    check = LedgerCheck(world.store.register, world.store.ledger)
    assert [check(name) for name in PEOPLE] == [None] * len(PEOPLE)
    ids = list(world.events())
    assert len(ids) == len(set(ids))
    ended = [run.state for run in world.store.sweep_runs.runs.values() if run.run_date == today]
    assert ended == [RunState.FINISHED] * len(ended)


def test_the_run_has_every_kind_of_write_and_a_partition_of_several_people() -> None:
    shards = [shard_of(name, MemoryStore().shards) for name in ("over 3", "over 4", "over 5")]
    assert len(set(shards)) < 3
    # Begun, laid out and sent; five lapses and a reminder; four jobs noted and finished; the report and the end.
    assert WRITES == 3 + 5 + 1 + 2 * 4 + 2


@pytest.mark.parametrize("took_effect", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("write", range(1, WRITES + 1))
@pytest.mark.parametrize("days", [0, 1, 9], ids=["at once", "next night", "after nine nights"])
def test_a_sweep_killed_at_any_write_is_made_good_by_the_next(write: int, took_effect: bool, days: int) -> None:
    world = World()
    with pytest.raises(Killed):
        world.night(Life(write, took_effect))()
    world.clock.move(days=days)
    if days:
        world.queue.waiting.clear()  # not even the queue survived
    run = world.night()()
    assert run.state is RunState.FINISHED
    assert world.store.sweep_runs.last_finished() == TODAY + timedelta(days=days)
    right(world)
    assert lapsed(world.night()()) == 0
    right(world)


@pytest.mark.parametrize("took_effect", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("write", range(4, WRITES + 1))
def test_a_worker_killed_at_any_write_is_made_good_by_the_queue_alone(write: int, took_effect: bool) -> None:
    """But for the last writes: a worker that dies in them had no job left, and the watch ends its run."""
    world = World()
    with pytest.raises(Killed):
        world.night(Life(write, took_effect))()
    world.queue.drain(world.night().work)
    assert world.night().watch().state is RunState.FINISHED
    right(world)


@pytest.mark.parametrize("took_effect", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("write", range(1, WRITES + 1))
def test_who_certifies_between_death_and_restart_stays_certified(write: int, took_effect: bool) -> None:
    world = World()
    with pytest.raises(Killed):
        world.night(Life(write, took_effect))()
    world.certify("over 4")
    assert world.night()().state is RunState.FINISHED
    right(world, certified={"over 4"})


@pytest.mark.parametrize("first", range(1, WRITES + 1))
def test_a_restart_may_be_killed_too(first: int) -> None:
    for second in range(1, WRITES + 1):
        world = World()
        with pytest.raises(Killed):
            world.night(Life(first, took_effect=True))()
        # A restart has less to do: it may end before the second blow.
        try:
            world.night(Life(second, took_effect=True))()
        except Killed:
            world.night()()
        right(world)


def test_one_report_is_told_however_often_the_last_worker_dies() -> None:
    world = World()
    night = world.night()
    night.plan()
    told: list[SweepReport] = []

    def work(task: Task, **how: Any) -> SweepReport | None:
        report = night.work(task, **how)
        told.extend([report] if report else [])
        return report

    world.queue.drain(work)
    run = world.store.sweep_runs.newest()
    assert run
    assert [night.close(run.run_id) for _ in range(3)] == [None] * 3
    assert len(told) == 1
    assert {kind: total for kind, total in told[0].totals.items() if total} == {"lapse": 5, "remind": 1}


def test_messages_twice_and_in_any_order_change_nothing() -> None:
    world = World()
    night = world.night()
    night.plan()
    tasks = [task for task, _ in world.queue.waiting]
    for task in [*reversed(tasks), *tasks, *tasks]:
        night.work(task)
    right(world)
    assert len({task.job for task in tasks}) == len(tasks) == 4
    run = world.store.sweep_runs.newest()
    assert run
    assert (run.state, lapsed(run), len(world.reports.written)) == (RunState.FINISHED, 5, 1)


def test_a_message_of_an_earlier_night_does_no_harm() -> None:
    world = World()
    world.night().plan()
    late = [task for task, _ in world.queue.waiting]
    world.queue.waiting.clear()
    world.clock.move(days=1)
    world.night()()
    right(world)
    for task in late:
        world.night().work(task)
    right(world)
