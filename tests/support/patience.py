"""How long tests wait: for what must happen, and not for how fast this machine is while others use it too."""

import time
from collections.abc import Callable
from typing import TypeVar

# Only ever reached by what never happens.
PATIENCE_SECONDS = 300.0

Found = TypeVar("Found")


def wait_for(found: Callable[[], Found], what: str, every: float = 0.1) -> Found:
    """The first answer of `found` that is true, asked for at least once. Raises AssertionError naming `what`."""
    until = time.monotonic() + PATIENCE_SECONDS
    while not (answer := found()):
        assert time.monotonic() < until, f"{what}: not within {PATIENCE_SECONDS:.0f} s"
        time.sleep(every)
    return answer
