"""Processes that die at a write: before it, or after it took effect."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tests.support.sweeping import Night, kinds_over

if TYPE_CHECKING:
    from tests.support.holding import HoldWorld

WRITING = {"begin", "lay_out", "finish", "note", "close", "reopen", "send", "write", "commit"}
WRITING |= {"gathering", "open", "leave", "settle"}  # of hold batches


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

    def __getattr__(self, name: str) -> Any:
        method = getattr(self.port, name)
        return (lambda *arguments: self.life.write(method, *arguments)) if name in WRITING else method


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
