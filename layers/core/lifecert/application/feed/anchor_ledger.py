"""Anchor the ledger: every night, a signed statement of where each chain stood that grew the day before.

Nights that were missed are made up for, and a day without an entry has an anchor too: a gap means that something is
wrong. Parts come first, the anchor when all are there; a run that dies leaves parts, which the next one takes as they
are. Two runs at once write the same.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta

from lifecert.domain.anchor import PARTS, Anchor, AnchorPart, anchor_content, digest_of, part_content, part_over
from lifecert.domain.errors import AnchorsUnfinished
from lifecert.ports.anchors import Anchors, Heads
from lifecert.ports.clock import Clock
from lifecert.ports.signing import Signer

# For which heads are kept, so that an anchor can be made up for.
HEADS_KEPT = timedelta(days=35)
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class AnchorLedger:
    """The use case."""

    heads: Heads
    anchors: Anchors
    signer: Signer
    clock: Clock

    def __call__(self, out_of_time: Callable[[], bool] = lambda: False) -> list[Anchor]:
        """Anchor every day up to yesterday that has no anchor. Returns what was made, the oldest first.

        Raises AnchorsUnfinished when time runs out (call again to go on), and StoreUnavailable.
        """
        written: list[Anchor] = []
        last = self.clock.today() - _DAY
        days = self.anchors.days()
        day = days[-1] + _DAY if days else self._first(last)
        previous = digest_of(self.anchors.read(days[-1]) if days else None)
        while day <= last:
            anchor = Anchor(day, previous, self.clock.now(), self._parts(day, out_of_time))
            content = anchor_content(anchor, self.signer.sign(anchor.claims()))
            if self.anchors.write(day, content):
                written.append(anchor)
            # What is there counts, whoever wrote it.
            previous = digest_of(self.anchors.read(day))
            day += _DAY
        return written

    def _first(self, last: date) -> date:
        """The day of the very first anchor: the oldest of which heads are known, or yesterday."""
        day = last - HEADS_KEPT
        while day < last and not any(next(self.heads.of(day, part), None) for part in range(PARTS)):
            day += _DAY
        return day

    def _parts(self, day: date, out_of_time: Callable[[], bool]) -> tuple[AnchorPart, ...]:
        parts: list[AnchorPart] = []
        for number in range(PARTS):
            if out_of_time():
                raise AnchorsUnfinished(f"out of time at part {number} of {day}; call again to go on")
            parts.append(self._part(day, number))
        return tuple(part for part in parts if part.heads)

    def _part(self, day: date, number: int) -> AnchorPart:
        """A part that is there stands: heads are noted under the day on which they come, and that day is over."""
        content = self.anchors.read_part(day, number)
        if content is None:
            content = part_content(self.heads.of(day, number))
            if content and not self.anchors.write_part(day, number, content):
                content = self.anchors.read_part(day, number) or content
        return part_over(number, content)
