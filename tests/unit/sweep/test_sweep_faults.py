"""Whatever a queue and a database do to a sweep, in any order, the next good night puts everything right.

Hypothesis makes up nights: messages that come twice, late and out of order, writes that are refused or whose answer is
lost, workers that die or run out of time, planners that run again, and people who certify meanwhile.
"""

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from lifecert.domain.errors import LifeCertError, StoreUnavailable
from lifecert.domain.status import Status
from lifecert.domain.sweep import RunState, SweepRun, Task
from tests.support.mortal import WRITING, Killed
from tests.support.sweeping import Night, lapsed
from tests.unit.sweep.test_sweep_crash import PEOPLE, World, right, without_holds

GIVEN = settings(max_examples=100, deadline=None, derandomize=True, database=None)
CERTIFY = [name for name, (_, status) in PEOPLE.items() if status is not Status.TERMINATED]


class Fault(StrEnum):
    """What becomes of a write."""

    NONE = "none"
    THROTTLED = "throttled"  # refused, and nothing happened
    LOST = "lost"  # done, and the answer never came: whoever asked must take it for refused
    KILLED = "killed"  # the process died before it
    KILLED_AFTER = "killed after"  # and after it


@dataclass
class Faulty:
    """One of the ports, whose writes go wrong by the plan, one fault a write; without a plan they go well."""

    port: Any
    plan: list[Fault]

    def __getattr__(self, name: str) -> Any:
        method = getattr(self.port, name)
        return (lambda *arguments: self._write(method, arguments)) if name in WRITING else method

    def _write(self, method: Callable[..., Any], arguments: Sequence[Any]) -> Any:
        fault = self.plan.pop(0) if self.plan else Fault.NONE
        if fault is Fault.THROTTLED:
            raise StoreUnavailable("throttled")
        if fault is Fault.KILLED:
            raise Killed
        answer = method(*arguments)
        if fault is Fault.LOST:
            raise StoreUnavailable("timed out")
        if fault is Fault.KILLED_AFTER:
            raise Killed
        return answer


def after(people: int | None) -> Callable[[], bool]:
    """Time for so many people, and no more; None for all."""
    left = iter(range(people or 0))
    return lambda: people is not None and next(left, None) is None


# What happens, to which message or person, and for how many people there is time.
Action = tuple[str, int, int | None]


@dataclass
class BadNight:
    """A world in which things go wrong. `sent` is every message there ever was: any of them may come again."""

    world: World = field(default_factory=World)
    sent: list[Task] = field(default_factory=list)
    certified: set[str] = field(default_factory=set)

    def night(self, plan: list[Fault]) -> Night:
        world = self.world
        ports = (world.store.register, world.store.sweep_runs, world.reports, world.queue)
        register, runs, reports, queue = (Faulty(port, plan) for port in ports)
        any_queue: Any = queue
        return without_holds(Night(register, runs, world.clock, world.store.shards, any_queue, reports))

    def act(self, action: Action, plan: list[Fault]) -> None:
        """One thing that happens, with the faults of its writes. What it raises, the queue or the schedule is told."""
        what, number, people = action
        with suppress(LifeCertError, Killed):
            if what == "plan":
                self.night(plan).plan()
            elif what == "watch":
                self.night(plan).watch()
            elif what == "certify":
                name = CERTIFY[number % len(CERTIFY)]
                self.world.certify(name)
                self.certified.add(name)
            elif what == "work" and self.sent:
                task = self.sent[number % len(self.sent)]
                self.night(plan).work(task, out_of_time=after(people))
            elif what == "last try" and self.sent:
                self.night(plan).work(self.sent[number % len(self.sent)], last_try=True)
        self.sent += [task for task, _ in self.world.queue.waiting if task not in self.sent]

    def made_good(self) -> SweepRun:
        """The next time that all goes well, with an empty queue. Whom a message's last try gave up on, that run still
        reports as left undone, loudly; the one after it asks again."""
        self.world.queue.waiting.clear()
        run = self.world.night()()
        return self.world.night()() if run.state is RunState.LEFT_UNDONE else run


numbers, times = st.integers(0, 9), st.sampled_from([None, 0, 1, 2])
actions = st.tuples(st.sampled_from(["plan", "work", "work", "work", "last try", "watch", "certify"]), numbers, times)
faults = st.lists(st.sampled_from([Fault.NONE, Fault.NONE, *Fault]), max_size=6)
# The message of the planner's that has three people; what is left of it is sent as the fifth.
THREE, REST = 2, 4


@GIVEN
@given(st.lists(st.tuples(actions, faults), max_size=25))
@example([(("plan", 0, None), []), (("work", 0, None), [Fault.LOST]), (("work", 0, None), [])])
@example([(("plan", 0, None), []), (("work", THREE, 1), [Fault.KILLED_AFTER]), (("certify", 3, None), [])])
def test_after_any_night_of_faults_a_good_one_leaves_nobody_behind(happened: list[tuple[Action, list[Fault]]]) -> None:
    bad = BadNight()
    for action, plan in happened:
        bad.act(action, list(plan))
    run = bad.made_good()
    assert run.state is RunState.FINISHED
    right(bad.world, bad.certified)
    assert lapsed(bad.world.night()()) == 0, "a night more changes nothing"
    right(bad.world, bad.certified)


@GIVEN
@given(st.lists(st.tuples(numbers, times, faults), max_size=25), st.booleans())
@example([(THREE, 1, [Fault.THROTTLED])], True)  # the first failed, and there was no time for the others
@example([(THREE, 1, [Fault.THROTTLED]), (REST, 0, [])], True)  # and then for nobody at all
def test_the_queue_alone_makes_it_good_when_every_message_comes_at_last(
    happened: list[tuple[int, int | None, list[Fault]]], newest_first: bool
) -> None:
    """No planner comes again: messages that failed do, and what is left of one may come before it."""
    bad = BadNight()
    bad.act(("plan", 0, None), [])
    assert bad.sent[THREE].job.key == "lapse#2026-02-28#1"
    for number, people, plan in happened:
        bad.act(("work", number, people), list(plan))
    for task in bad.sent[::-1] if newest_first else bad.sent * 2:
        bad.world.night().work(task)
    assert bad.world.night().watch().state is RunState.FINISHED
    right(bad.world)


@GIVEN
@given(st.lists(numbers, max_size=6), st.sampled_from(["over 1", "over 2", "over 4", "last day"]))
def test_a_person_whose_write_never_goes_through_keeps_nobody_else_waiting(order: list[int], name: str) -> None:
    """Refused every time: the others are done, the run says who was left undone, and the next night asks again."""
    bad = BadNight()
    poisoned: Any = Poisoned(bad.world.store.register, name)
    store = bad.world.store
    night = without_holds(Night(poisoned, store.sweep_runs, bad.world.clock, store.shards, bad.world.queue))
    night.plan()
    tasks = [task for task, _ in bad.world.queue.waiting]
    for number in order:
        with suppress(LifeCertError):
            night.work(tasks[number % len(tasks)])
    bad.world.queue.drain(night.work)
    run = bad.world.store.sweep_runs.newest()
    assert run
    assert (run.state, run.failed) == (RunState.LEFT_UNDONE, 1)
    assert bad.world.store.beneficiaries[name].status is Status.ACTIVE
    assert sum(bad.world.lapses(one) for one in PEOPLE) == 5 - (name != "last day")
    assert bad.made_good().state is RunState.FINISHED
    right(bad.world)


@dataclass
class Poisoned:
    """A register that refuses one person's changes."""

    port: Any
    name: str

    def __getattr__(self, name: str) -> Any:
        return getattr(self.port, name)

    def commit(self, change: Any) -> None:
        if change.after.beneficiary_id == self.name:
            raise StoreUnavailable("refused")
        self.port.commit(change)


@pytest.mark.parametrize("fault", [fault for fault in Fault if fault is not Fault.NONE])
def test_each_fault_is_one(fault: Fault) -> None:
    """The plan is followed: otherwise the tests above would prove nothing."""
    bad = BadNight()
    bad.act(("plan", 0, None), [fault])
    begun = bad.world.store.sweep_runs.newest_id is not None and bad.world.store.sweep_runs.newest_id.startswith(
        "2026-03-01"
    )
    assert begun is (fault in {Fault.LOST, Fault.KILLED_AFTER})
