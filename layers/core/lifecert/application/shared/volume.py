"""Who does unusually much is looked at, and never stopped: what opens the case of each further so many."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace

from lifecert.domain.errors import StoreUnavailable, VersionConflict
from lifecert.domain.limits import Count
from lifecert.ports.sessions import Limits


def count_one_more(limits: Limits, count: Count, open_case: Callable[[str], object]) -> None:
    """Count one more; of each further `count.limit` a case is opened, by the call that reaches it or, where that could
    not, by the next. `open_case` is given what the case is opened only once for.

    What was counted is done, whatever becomes of the case: nobody is told that it was refused. That a case was opened
    is noted after it: of several at one instant each may open one.
    """
    reached = limits.count(count) // count.limit * count.limit
    if not reached:
        return
    opened = replace(count, name=f"{count.name}#{reached}")
    # Somebody else writes to that record at this moment, say.
    with suppress(VersionConflict, StoreUnavailable):
        if limits.count(replace(opened, step=0)) == 0:
            open_case(opened.name)
            limits.count(replace(opened, step=1))
