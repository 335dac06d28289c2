"""Publish: the ledger is the outbox; each of its entries is announced once it is written, and noted for the night's
anchor."""

from dataclasses import dataclass

from lifecert.domain.anchor import head_of
from lifecert.domain.ledger import LedgerEntry
from lifecert.domain.published import published_events
from lifecert.ports.anchors import Heads
from lifecert.ports.clock import Clock
from lifecert.ports.events import EventBus
from lifecert.ports.feed import Changes


@dataclass(frozen=True, slots=True)
class Publish:
    """The use case."""

    bus: EventBus
    changes: Changes
    heads: Heads
    clock: Clock

    def __call__(self, entry: LedgerEntry) -> int:
        """Announce an entry that concerns the world outside, to the payer of each benefit; tells how many events it is.

        Events come at least once: a repeat has the same id. In a payer's files each is once.
        """
        # Whatever becomes of the events. The day is that of this moment and not the entry's: when the stream hands one
        # over late, or again, its own day may be anchored already.
        self.heads.note(self.clock.today(), head_of(entry))
        events = published_events(entry)
        # The file first: it is what a payer falls back on, and is there even while the bus refuses an event.
        for event in events:
            if event.payer:
                self.changes.add(event)
        for event in events:
            self.bus.publish(event)
        return len(events)
