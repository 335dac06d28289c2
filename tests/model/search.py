"""Breadth first over everything that may happen, from a few beginnings: the first story found is a shortest one."""

import time
from array import array
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field

from tests.model.actions import Action, Wrong, actions
from tests.model.canon import key_of
from tests.model.checks import wrong
from tests.model.world import Calendar, Moment, World, years_of

NIGHT = "the sweep runs the next night"


@dataclass(frozen=True, slots=True)
class Scenario:
    """Who is there at the beginning, and how often each kind of thing may happen; what is not named may not."""

    words: str
    begin: Mapping[str, Callable[[World], None]]
    may: Mapping[str, int]
    calendar: Calendar = field(default_factory=Calendar)
    fits: Callable[[World], bool] = lambda _world: True


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
    closed: bool = False
    found: list[Found] = field(default_factory=list)
    done: dict[str, int] = field(default_factory=dict)
    frontier: int = 0

    @property
    def figures(self) -> str:
        """What it looked at, in how long."""
        rate = self.states / self.seconds if self.seconds else 0
        end = "closed: nothing is left" if self.closed else f"stopped, {self.frontier:,} states waiting"
        return (
            f"{self.states:,} states, {self.steps:,} steps, at most {self.deepest} actions deep, "
            f"{self.seconds:.0f} s, {rate:,.0f} states a second; {end}"
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


def search(
    scenario: Scenario,
    *,
    limit: int,
    seconds: float = float("inf"),
    stories: int = 1,
    progress: Callable[[Search], None] = lambda _search: None,
) -> Search:
    """Look at states until none is left, there are `limit`, time is over or so many stories are found."""
    result, tree = Search(scenario), _Tree()
    began = time.monotonic()
    seen: set[bytes] = set()
    waiting: deque[tuple[Moment, int, int]] = deque()
    faults: set[str] = set()

    def arrive(world: World, parent: int, words: str, depth: int, fault: str | None) -> None:
        if fault is None:
            key = key_of(world)
            if key in seen:
                return
            seen.add(key)
        number = tree.add(parent, words)
        if fault is not None:
            kind = _kind_of(fault)
            if kind not in faults:
                faults.add(kind)
                result.found.append(Found(scenario, tree.path(number), fault))
            return
        waiting.append((world.moment(), number, depth))

    with years_of(scenario.calendar.year):
        for words, begin in scenario.begin.items():
            world = begun(scenario, begin)
            arrive(world, -1, words, 0, wrong(world, after_a_night=False))
        while waiting and len(result.found) < stories and result.states < limit:
            moment, number, depth = waiting.popleft()
            result.states += 1
            result.deepest = depth
            for action, world, fault in steps(scenario, moment):
                result.steps += 1
                arrive(world, number, action.words, depth + 1, fault)
            if result.states % 1000 == 0:
                result.seconds, result.frontier = time.monotonic() - began, len(waiting)
                progress(result)
                if result.seconds > seconds:
                    break
    result.seconds, result.frontier = time.monotonic() - began, len(waiting)
    result.closed = not waiting and not result.found
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
        if done and scenario.fits(world):
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


def _kind_of(fault: str) -> str:
    """A fault without its days."""
    return "".join(one for one in fault if not one.isdigit())
