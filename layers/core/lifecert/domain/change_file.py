"""The payer's change files: every change of a status, once, in files that are numbered without a gap.

A file is JSON Lines: one object with `sequence`, `type` and `detail` a line, `detail` being that of the event on the
bus. Its manifest says what must be in it, and by the digest of the file before it, what came before.
"""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from lifecert.domain.published import PublishedEvent


@dataclass(frozen=True, slots=True)
class FeedHead:
    """The newest settled file: its number, the sequence number of its last line, its SHA-256. No file yet: 0, 0, ""."""

    number: int = 0
    sequence: int = 0
    sha256: str = ""


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a payer holds a file against. A file may be empty: `last_sequence` is then the one before the first."""

    number: int
    written_at: datetime
    lines: int
    first_sequence: int
    last_sequence: int
    bytes: int
    sha256: str
    previous_sha256: str


def in_order(events: Sequence[PublishedEvent]) -> list[PublishedEvent]:
    """As they happened; one person's by their number."""
    return sorted(events, key=lambda event: (event.at, event.detail["beneficiary_id"], event.detail["seq"]))


def content_of(events: Sequence[PublishedEvent], first_sequence: int) -> bytes:
    """The file's bytes."""
    lines = (
        json.dumps(
            {"sequence": first_sequence + place, "type": event.type, "detail": dict(event.detail)},
            ensure_ascii=False,
            separators=(",", ":"),
        )
        for place, event in enumerate(events)
    )
    return "".join(f"{line}\n" for line in lines).encode()


def events_of(content: bytes) -> list[PublishedEvent]:
    """The events in a file that `content_of` made. Raises KeyError or ValueError for any other."""
    read = [json.loads(line) for line in content.decode().splitlines()]
    return [
        PublishedEvent(
            line["detail"]["event_id"], line["type"], datetime.fromisoformat(line["detail"]["at"]), line["detail"]
        )
        for line in read
    ]


def manifest_of(content: bytes, before: FeedHead, at: datetime) -> Manifest:
    """The manifest of the file that comes after `before`."""
    lines = content.count(b"\n")
    return Manifest(
        number=before.number + 1,
        written_at=at,
        lines=lines,
        first_sequence=before.sequence + 1,
        last_sequence=before.sequence + lines,
        bytes=len(content),
        sha256=hashlib.sha256(content).hexdigest(),
        previous_sha256=before.sha256,
    )


def head_after(manifest: Manifest) -> FeedHead:
    """Where the feed stands once that file is settled."""
    return FeedHead(manifest.number, manifest.last_sequence, manifest.sha256)
