"""A bound on how fast a worker writes."""

import time
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(slots=True)
class SteadyPace:
    """Lets at most `per_second` through, evenly: what was not used is not saved up."""

    per_second: float
    clock: Callable[[], float] = time.monotonic
    sleep: Callable[[float], None] = time.sleep
    next_at: float = 0.0

    def __call__(self) -> None:
        """Wait until the next may go."""
        now = self.clock()
        if self.next_at > now:
            self.sleep(self.next_at - now)
        self.next_at = max(self.next_at, now) + 1 / self.per_second
