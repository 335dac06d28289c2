"""Publish: the ledger is the outbox; each of its entries is announced once it is written."""

from dataclasses import dataclass

from lifecert.domain.change_file import concerns_payer
from lifecert.domain.ledger import LedgerEntry
from lifecert.domain.published import published_event
from lifecert.ports.events import EventBus
from lifecert.ports.feed import Changes


@dataclass(frozen=True, slots=True)
class Publish:
    """The use case."""

    bus: EventBus
    changes: Changes

    def __call__(self, entry: LedgerEntry) -> bool:
        """Announce an entry that concerns the world outside; tells whether it did.

        Events come at least once: a repeat has the same id. In the payer's files each is once.
        """
        event = published_event(entry)
        if event is None:
            return False
        # The file first: it is what a payer falls back on, and is there even while the bus refuses an event.
        if concerns_payer(event):
            self.changes.add(event)
        self.bus.publish(event)
        return True
