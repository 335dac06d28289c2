"""The event bus and the payer's files in memory."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from lifecert.domain.change_file import FeedHead, Manifest
from lifecert.domain.errors import StoreUnavailable
from lifecert.domain.published import PublishedEvent


@dataclass(slots=True)
class MemoryBus:
    events: list[PublishedEvent] = field(default_factory=list)

    def publish(self, event: PublishedEvent) -> None:
        self.events.append(event)


@dataclass(slots=True)
class PickyBus(MemoryBus):
    """Refuses one event."""

    refuses: str = ""

    def publish(self, event: PublishedEvent) -> None:
        if event.event_id == self.refuses:
            raise StoreUnavailable("InternalFailure")
        self.events.append(event)


@dataclass(slots=True)
class MemoryChanges:
    """`numbers` holds the file of each event that is in one."""

    events: dict[str, PublishedEvent] = field(default_factory=dict)
    numbers: dict[str, int] = field(default_factory=dict)
    stands: FeedHead = field(default_factory=FeedHead)

    def add(self, event: PublishedEvent) -> None:
        self.events.setdefault(event.event_id, event)

    def waiting(self) -> Iterator[PublishedEvent]:
        yield from [event for event_id, event in sorted(self.events.items()) if event_id not in self.numbers]

    def settle(self, events: Sequence[PublishedEvent], number: int, at: datetime) -> None:
        for event in events:
            self.events[event.event_id] = event
            self.numbers[event.event_id] = number

    def head(self) -> FeedHead:
        return self.stands

    def advance(self, before: FeedHead, after: FeedHead) -> None:
        if self.stands.number == before.number:
            self.stands = after


@dataclass(slots=True)
class MemoryChangeFiles:
    files: dict[int, bytes] = field(default_factory=dict)
    manifests: dict[int, Manifest] = field(default_factory=dict)

    def write(self, number: int, content: bytes) -> bool:
        return self.files.setdefault(number, content) is content

    def read(self, number: int) -> bytes | None:
        return self.files.get(number)

    def write_manifest(self, manifest: Manifest) -> None:
        self.manifests.setdefault(manifest.number, manifest)
