"""The payer's feed: published changes until they are in a file, and the files."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Protocol

from lifecert.domain.change_file import FeedHead, Manifest
from lifecert.domain.published import PublishedEvent


class Changes(Protocol):
    """Published changes. One that is in a file is remembered, so that a repeat of its event is known."""

    def add(self, event: PublishedEvent) -> None:
        """Let an event wait for the next file. A repeat changes nothing, whether it waits or is in a file."""
        ...

    def waiting(self) -> Iterator[PublishedEvent]:
        """Events that are in no file, each once and in no order. One added this second may be missing."""
        ...

    def settle(self, events: Sequence[PublishedEvent], number: int, at: datetime) -> None:
        """Mark events as being in a file. May be repeated."""
        ...

    def head(self) -> FeedHead:
        """Where the feed stands."""
        ...

    def advance(self, before: FeedHead, after: FeedHead) -> None:
        """Move the head on, unless somebody has moved it from `before` already."""
        ...


class ChangeFiles(Protocol):
    """The files. One that is written never changes."""

    def write(self, number: int, content: bytes) -> bool:
        """Write a file; False, and nothing written, when there is one with this number."""
        ...

    def read(self, number: int) -> bytes | None:
        """A file's content; None when there is no such file yet."""
        ...

    def write_manifest(self, manifest: Manifest) -> None:
        """Write the manifest of a file, unless it has one."""
        ...
