"""The payers' feeds: published changes until they are in a file, the files, and snapshots. Each payer has its own."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Protocol

from lifecert.domain.change_file import FeedHead, Manifest
from lifecert.domain.published import PublishedEvent
from lifecert.domain.review import AtLeast
from lifecert.domain.snapshot import Beginning, SnapshotManifest


class Changes(Protocol):
    """Published changes. One that is in a file is remembered, so that a repeat of its event is known."""

    def add(self, event: PublishedEvent) -> None:
        """Let an event wait for its payer's next file. A repeat changes nothing, whether it waits or is in a file."""
        ...

    def waiting(self, payer: str) -> Iterator[PublishedEvent]:
        """A payer's events that are in no file, each once and in no order. One added this second may be missing."""
        ...

    def count_waiting(self, payer: str) -> AtLeast:
        """How many of a payer's events are in no file; the least that it is, when there are many."""
        ...

    def settle(self, events: Sequence[PublishedEvent], number: int, at: datetime) -> None:
        """Mark events as being in a file of their payer. May be repeated."""
        ...

    def head(self, payer: str) -> FeedHead:
        """Where a payer's feed stands."""
        ...

    def advance(self, payer: str, before: FeedHead, after: FeedHead) -> None:
        """Move a payer's head on, unless somebody has moved it from `before` already."""
        ...


class ChangeFiles(Protocol):
    """The files. One that is written never changes."""

    def write(self, payer: str, number: int, content: bytes) -> bool:
        """Write a file; False, and nothing written, when the payer has one with this number."""
        ...

    def read(self, payer: str, number: int) -> bytes | None:
        """A file's content; None when there is no such file yet."""
        ...

    def write_manifest(self, manifest: Manifest) -> None:
        """Write the manifest of a file, unless it has one."""
        ...

    def manifest(self, payer: str, number: int) -> Manifest | None:
        """The manifest of a file; None when there is none."""
        ...


class Snapshots(Protocol):
    """The snapshots of the feeds, each known by the number of the file after which it stands. What is written stays."""

    def numbers(self, payer: str) -> list[int]:
        """Those of a payer that were begun, oldest first."""
        ...

    def begin(self, beginning: Beginning) -> bool:
        """Note what a snapshot is to be made of; False when that was noted before."""
        ...

    def beginning(self, payer: str, number: int) -> Beginning:
        """What a snapshot that was begun is made of."""
        ...

    def write_part(self, payer: str, number: int, part: int, content: bytes) -> bool:
        """Write a part; False, and nothing written, when it is there."""
        ...

    def read_part(self, payer: str, number: int, part: int) -> bytes | None:
        """A part; None when it is not there yet."""
        ...

    def write_manifest(self, manifest: SnapshotManifest) -> None:
        """Say that a snapshot is whole, unless that was said before."""
        ...

    def manifest(self, payer: str, number: int) -> SnapshotManifest | None:
        """The manifest of a snapshot; None when it is not whole."""
        ...
