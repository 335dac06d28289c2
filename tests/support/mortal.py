"""Processes that die at a write: before it, or after it took effect."""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from lifecert.domain.errors import StoreUnavailable
from tests.support.sweeping import Night, kinds_over

if TYPE_CHECKING:
    from tests.support.holding import HoldWorld

WRITING = {"begin", "lay_out", "finish", "note", "close", "reopen", "send", "write", "commit"}
WRITING |= {"gathering", "open", "leave", "settle"}  # of hold batches
IMPORTING = {"begin", "move", "lay_out", "finish", "claim", "first_of", "send", "commit", "keep_told", "join_told"}
IMPORTING |= {"delete", "keep", "note", "keep_reference"}  # of files, letters and photos


class Killed(BaseException):
    """The process is gone: nothing catches this, and nothing is tidied up."""


@dataclass
class Life:
    """Counts writes, and ends at the given one: before it, or after it took effect."""

    ends_at: int = 0
    took_effect: bool = False
    writes: int = 0

    def write(self, do: Any, *arguments: Any) -> Any:
        self.writes += 1
        if self.writes == self.ends_at and not self.took_effect:
            raise Killed
        answer = do(*arguments)
        if self.writes == self.ends_at:
            raise Killed
        return answer


@dataclass
class Mortal:
    """One of the ports, whose writes count."""

    port: Any
    life: Life
    writing: Collection[str] = frozenset(WRITING)

    def __getattr__(self, name: str) -> Any:
        method = getattr(self.port, name)
        if name not in self.writing:
            return method
        return lambda *arguments, **more: self.life.write(lambda *given: method(*given, **more), *arguments)


def killed_once(work_with: Callable[..., Callable[[Any], Any]], life: Life, **ports: Any) -> Callable[[Any], Any]:
    """A worker of imports whose process dies once, at a write of one of these ports, and comes back."""
    mortal = work_with(**{name: Mortal(port, life, IMPORTING) for name, port in ports.items()})

    def work(task: Any) -> Any:
        try:
            return mortal(task)
        except Killed:
            raise StoreUnavailable("killed") from None

    return work


def mortal_night(world: "HoldWorld", life: Life) -> Night:
    """A night whose every write counts, those to the batches too."""
    register, runs, reports = (
        Mortal(port, life) for port in (world.store.register, world.store.sweep_runs, world.reports)
    )
    queue: Any = Mortal(world.queue, life)
    batches: Any = Mortal(world.store.hold_batches, life)
    night = Night(register, runs, world.clock, world.store.shards, queue, reports, batches=batches)
    night.kinds = kinds_over(batches, world.grace_days)
    return night
