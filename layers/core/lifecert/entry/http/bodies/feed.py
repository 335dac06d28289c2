"""Where a payer's feed stands."""

from lifecert.application.feed.get_feed import Feed
from lifecert.domain.change_file import Manifest
from lifecert.domain.snapshot import SnapshotManifest
from lifecert.entry.models import Moment, Response


class FileShown(Response):
    """The newest change file, as its manifest has it."""

    number: int
    written_at: Moment
    lines: int
    first_sequence: int
    last_sequence: int
    bytes: int
    sha256: str
    previous_sha256: str

    @staticmethod
    def of(manifest: Manifest) -> "FileShown":
        """The answer."""
        return FileShown(
            number=manifest.number,
            written_at=manifest.written_at,
            lines=manifest.lines,
            first_sequence=manifest.first_sequence,
            last_sequence=manifest.last_sequence,
            bytes=manifest.bytes,
            sha256=manifest.sha256,
            previous_sha256=manifest.previous_sha256,
        )


class SnapshotShown(Response):
    """The newest snapshot that is whole: after which file it stands, and how many benefits it has."""

    number: int
    written_at: Moment
    sequence: int
    sha256: str
    benefits: int
    parts: int

    @staticmethod
    def of(manifest: SnapshotManifest) -> "SnapshotShown":
        """The answer."""
        return SnapshotShown(
            number=manifest.number,
            written_at=manifest.written_at,
            sequence=manifest.sequence,
            sha256=manifest.sha256,
            benefits=manifest.lines,
            parts=len(manifest.parts),
        )


class FeedShown(Response):
    """A payer's feed. `more_waiting`: `events_waiting` is the least that it is."""

    payer: str
    newest_file: FileShown | None
    events_waiting: int
    more_waiting: bool
    newest_snapshot: SnapshotShown | None

    @staticmethod
    def of(feed: Feed) -> "FeedShown":
        """The answer."""
        return FeedShown(
            payer=feed.payer,
            newest_file=FileShown.of(feed.file) if feed.file else None,
            events_waiting=feed.waiting.number,
            more_waiting=feed.waiting.more,
            newest_snapshot=SnapshotShown.of(feed.snapshot) if feed.snapshot else None,
        )
