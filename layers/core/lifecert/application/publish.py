"""Publish: the ledger is the outbox; each of its entries is announced once it is written."""

from dataclasses import dataclass

from lifecert.domain.ledger import LedgerEntry
from lifecert.domain.published import published_event
from lifecert.ports.events import EventBus


@dataclass(frozen=True, slots=True)
class Publish:
    """The use case."""

    bus: EventBus

    def __call__(self, entry: LedgerEntry) -> bool:
        """Announce an entry that concerns the world outside; tells whether it did.

        Events come at least once: a repeat has the same id.
        """
        event = published_event(entry)
        if event is None:
            return False
        self.bus.publish(event)
        return True
