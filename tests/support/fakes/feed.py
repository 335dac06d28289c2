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
    stands: dict[str, FeedHead] = field(default_factory=dict)

    def add(self, event: PublishedEvent) -> None:
        self.events.setdefault(event.event_id, event)

    def waiting(self, payer: str) -> Iterator[PublishedEvent]:
        waits = (event for event_id, event in sorted(self.events.items()) if event_id not in self.numbers)
        yield from [event for event in waits if event.payer == payer]

    def settle(self, events: Sequence[PublishedEvent], number: int, at: datetime) -> None:
        for event in events:
            self.events[event.event_id] = event
            self.numbers[event.event_id] = number

    def head(self, payer: str) -> FeedHead:
        return self.stands.get(payer, FeedHead())

    def advance(self, payer: str, before: FeedHead, after: FeedHead) -> None:
        if self.head(payer).number == before.number:
            self.stands[payer] = after


@dataclass(slots=True)
class MemoryChangeFiles:
    """Files and manifests by payer and number."""

    files: dict[tuple[str, int], bytes] = field(default_factory=dict)
    manifests: dict[tuple[str, int], Manifest] = field(default_factory=dict)

    def write(self, payer: str, number: int, content: bytes) -> bool:
        return self.files.setdefault((payer, number), content) is content

    def read(self, payer: str, number: int) -> bytes | None:
        return self.files.get((payer, number))

    def write_manifest(self, manifest: Manifest) -> None:
        self.manifests.setdefault((manifest.payer, manifest.number), manifest)
