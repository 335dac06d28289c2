"""A payer's change files: every change of its benefits, once, in files that are numbered without a gap.

A file is JSON Lines: one object with `sequence`, `type` and `detail` a line, `detail` being that of the event on the
bus. Its manifest says what must be in it, and by the digest of the file before it, what came before.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from lifecert.domain.benefit import FIRST_PAYER
from lifecert.domain.ledger import Fact
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

    payer: str
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
    return sorted(
        events, key=lambda event: (event.at, event.detail["beneficiary_id"], event.detail["seq"], event.event_id)
    )


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
    read = [json.loads(line) for line in content.splitlines()]
    return [
        published_again(line["detail"]["event_id"], line["type"], line["detail"]["at"], line["detail"]) for line in read
    ]


def published_again(event_id: str, kind: str, at: str, detail: Mapping[str, Fact]) -> PublishedEvent:
    """An event as it was kept. One from before there were several payers is the first one's."""
    payer = str(detail.get("payer", FIRST_PAYER))
    return PublishedEvent(event_id, kind, datetime.fromisoformat(at), detail, payer=payer)


def manifest_of(payer: str, content: bytes, before: FeedHead, at: datetime) -> Manifest:
    """The manifest of a payer's file that comes after `before`."""
    lines = content.count(b"\n")
    return Manifest(
        payer=payer,
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
