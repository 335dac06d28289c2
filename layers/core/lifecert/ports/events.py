"""The event bus."""

from typing import Protocol

from lifecert.domain.published import PublishedEvent


class EventBus(Protocol):
    """Where published events go."""

    def publish(self, event: PublishedEvent) -> None:
        """Hand one event over; raises when the bus did not take it."""
        ...
