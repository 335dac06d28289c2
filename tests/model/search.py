"""Breadth first over everything that may happen, from a few beginnings: the first story found is a shortest one."""

import re
import time
from array import array
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field

from tests.model.actions import Action, Wrong, actions
from tests.model.canon import key_of
from tests.model.checks import wrong
from tests.model.world import Calendar, Moment, World, years_of

TOLD_EVERY = 200
NIGHT = "the sweep runs the next night"


@dataclass(frozen=True, slots=True)
class Scenario:
    """Who is there at the beginning, and how often each kind of thing may happen; what is not named may not."""

    words: str
    begin: Mapping[str, Callable[[World], None]]
    may: Mapping[str, int]
    calendar: Calendar = field(default_factory=Calendar)


@dataclass(frozen=True, slots=True)
class Found:
    """A story that ends with something wrong."""

    scenario: Scenario
    steps: tuple[str, ...]
    fault: str


@dataclass(slots=True)
class Search:
    """How far a search came. `closed`: nothing was left to look at."""

    scenario: Scenario
    states: int = 0
    steps: int = 0
    deepest: int = 0
    seconds: float = 0.0
    waiting: int = 0
    found: list[Found] = field(default_factory=list)

    @property
    def closed(self) -> bool:
        """Whether there was nothing more."""
        return not self.waiting and not self.found

    @property
    def figures(self) -> str:
        """What it looked at, in how long."""
        rate = self.states / self.seconds if self.seconds else 0
        rest = f"{self.waiting:,} states wait" if self.waiting else "that is all of them"
        return (
            f"{self.states:,} states, {self.steps:,} steps, at most {self.deepest} actions deep, "
            f"{self.seconds:,.0f} s, {rate:,.0f} states a second; {rest}"
        )


@dataclass(slots=True)
class _Tree:
    """How each state was first come to."""

    parents: "array[int]" = field(default_factory=lambda: array("i"))
    how: list[str] = field(default_factory=list)
    words: dict[str, str] = field(default_factory=dict)

    def add(self, parent: int, words: str) -> int:
        self.parents.append(parent)
        self.how.append(self.words.setdefault(words, words))
        return len(self.parents) - 1

    def path(self, number: int) -> tuple[str, ...]:
        steps = []
        while number >= 0:
            steps.append(self.how[number])
            number = self.parents[number]
        return tuple(reversed(steps))


@dataclass(slots=True)
class _Queue:
    """The states that wait to be looked at, in the order in which they were come to, each once."""

    result: Search
    tree: _Tree = field(default_factory=_Tree)
    seen: set[bytes] = field(default_factory=set)
    faults: set[str] = field(default_factory=set)
    waiting: deque[tuple[Moment, int, int]] = field(default_factory=deque)

    def arrive(self, world: World, words: str, fault: str | None, parent: int = -1, depth: int = 0) -> None:
        """Somewhere new, or not; with a fault it is the end of a story, of which the first of its kind is kept."""
        if fault is not None:
            kind = re.sub(r"-?[0-9]+", "", fault)
            if kind not in self.faults:
                self.faults.add(kind)
                steps = (*self.tree.path(parent), words)
                self.result.found.append(Found(self.result.scenario, steps, fault))
            return
        key = key_of(world)
        if key not in self.seen:
            self.seen.add(key)
            self.waiting.append((world.moment(), self.tree.add(parent, words), depth))


def search(
    scenario: Scenario,
    *,
    limit: int,
    seconds: float = float("inf"),
    stories: int = 1,
    progress: Callable[[Search], None] = lambda _search: None,
) -> Search:
    """Look at states until none is left, there are `limit`, time is over or so many stories are found."""
    result = Search(scenario)
    queue = _Queue(result)
    began = time.monotonic()
    with years_of(scenario.calendar.year):
        for words, begin in scenario.begin.items():
            world = begun(scenario, begin)
            queue.arrive(world, words, wrong(world, after_a_night=False))
        while queue.waiting and len(result.found) < stories and result.states < limit and result.seconds < seconds:
            moment, number, result.deepest = queue.waiting.popleft()
            for action, world, fault in steps(scenario, moment):
                result.steps += 1
                queue.arrive(world, action.words, fault, number, result.deepest + 1)
            result.states += 1
            result.seconds, result.waiting = time.monotonic() - began, len(queue.waiting)
            if result.states % TOLD_EVERY == 0:
                progress(result)
    return result


def begun(scenario: Scenario, begin: Callable[[World], None]) -> World:
    """The world as a scenario finds it."""
    world = World.new(scenario.calendar, scenario.may)
    begin(world)
    world.settle()
    return world


def steps(scenario: Scenario, moment: Moment) -> Iterator[tuple[Action, World, str | None]]:
    """Everything that may happen next, done, with what is wrong then."""
    here = World.of(moment, scenario.calendar)
    for action in actions(here):
        world = World.of(moment, scenario.calendar)
        done, fault = did(action, world, moment)
        if done:
            yield action, world, fault


def did(action: Action, world: World, before: Moment) -> tuple[bool, str | None]:
    """Whether an action took place, and what is wrong after it."""
    try:
        done = action(world)
    except (Wrong, AssertionError, ArithmeticError, LookupError, TypeError, ValueError, AttributeError) as error:
        return True, f"{type(error).__name__}: {error}"
    changed = frozenset(
        one for one, entries in world.store.entries.items() if len(entries) != len(before.entries.get(one, ()))
    )
    if not done:
        return (True, "a refusal changed something") if changed else (False, None)
    # A run that goes on knows nothing of what was decided since it began.
    clean = action.words == NIGHT and world.sweep_is_over
    return True, wrong(world, after_a_night=clean, changed=changed)
