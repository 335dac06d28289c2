"""The event bus, the payer's files and the anchors of the ledger in memory."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from lifecert.domain.anchor import Head
from lifecert.domain.change_file import FeedHead, Manifest
from lifecert.domain.errors import StoreUnavailable
from lifecert.domain.published import PublishedEvent
from lifecert.domain.review import AtLeast
from lifecert.domain.snapshot import Beginning, SnapshotManifest


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

    def count_waiting(self, payer: str) -> AtLeast:
        return AtLeast(len(list(self.waiting(payer))))

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

    def manifest(self, payer: str, number: int) -> Manifest | None:
        return self.manifests.get((payer, number))


@dataclass(slots=True)
class MemorySnapshots:
    """What was begun, what is whole, by payer and number, and parts by their number besides."""

    begun: dict[tuple[str, int], Beginning] = field(default_factory=dict)
    parts: dict[tuple[str, int, int], bytes] = field(default_factory=dict)
    whole: dict[tuple[str, int], SnapshotManifest] = field(default_factory=dict)

    def numbers(self, payer: str) -> list[int]:
        return sorted(number for whose, number in self.begun if whose == payer)

    def begin(self, beginning: Beginning) -> bool:
        return self.begun.setdefault((beginning.payer, beginning.number), beginning) is beginning

    def beginning(self, payer: str, number: int) -> Beginning:
        return self.begun[payer, number]

    def write_part(self, payer: str, number: int, part: int, content: bytes) -> bool:
        return self.parts.setdefault((payer, number, part), content) is content

    def read_part(self, payer: str, number: int, part: int) -> bytes | None:
        return self.parts.get((payer, number, part))

    def write_manifest(self, manifest: SnapshotManifest) -> None:
        self.whole.setdefault((manifest.payer, manifest.number), manifest)

    def manifest(self, payer: str, number: int) -> SnapshotManifest | None:
        return self.whole.get((payer, number))


@dataclass(slots=True)
class MemoryHeads:
    """Heads by day and person."""

    noted: dict[tuple[date, str], Head] = field(default_factory=dict)

    def note(self, day: date, head: Head) -> None:
        known = self.noted.get((day, head.beneficiary_id))
        if known is None or known.seq < head.seq:
            self.noted[day, head.beneficiary_id] = head

    def of(self, day: date, part: int) -> Iterator[Head]:
        yield from (head for (noted, _), head in sorted(self.noted.items()) if noted == day and head.part == part)


@dataclass(slots=True)
class MemoryAnchors:
    """Anchors by day, parts by day and number."""

    anchors: dict[date, bytes] = field(default_factory=dict)
    parts: dict[tuple[date, int], bytes] = field(default_factory=dict)

    def days(self) -> list[date]:
        return sorted(self.anchors)

    def read(self, day: date) -> bytes | None:
        return self.anchors.get(day)

    def write(self, day: date, content: bytes) -> bool:
        return self.anchors.setdefault(day, content) is content

    def read_part(self, day: date, part: int) -> bytes | None:
        return self.parts.get((day, part))

    def write_part(self, day: date, part: int, content: bytes) -> bool:
        return self.parts.setdefault((day, part), content) is content
