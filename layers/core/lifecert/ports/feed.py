"""The payers' feeds: published changes until they are in a file, and the files. Each payer has its own numbers."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Protocol

from lifecert.domain.change_file import FeedHead, Manifest
from lifecert.domain.published import PublishedEvent


class Changes(Protocol):
    """Published changes. One that is in a file is remembered, so that a repeat of its event is known."""

    def add(self, event: PublishedEvent) -> None:
        """Let an event wait for its payer's next file. A repeat changes nothing, whether it waits or is in a file."""
        ...

    def waiting(self, payer: str) -> Iterator[PublishedEvent]:
        """A payer's events that are in no file, each once and in no order. One added this second may be missing."""
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
