"""What a run that wrote change files, snapshots or anchors reports."""

from collections.abc import Sequence
from typing import Any

from lifecert.application.feed.write_snapshots import Progress
from lifecert.domain.anchor import Anchor
from lifecert.domain.change_file import Manifest
from lifecert.domain.snapshot import SnapshotManifest


def feed_report(written: Sequence[Manifest]) -> dict[str, Any]:
    """As JSON: how many files and changes, and where the feed of each payer stands now."""
    return {
        "files": len(written),
        "changes": sum(manifest.lines for manifest in written),
        "payers": {
            manifest.payer: {"last_number": manifest.number, "last_sequence": manifest.last_sequence}
            for manifest in written
        },
    }


def snapshot_progress(progress: Progress) -> dict[str, Any]:
    """How far a snapshot is, for the log."""
    return {"payer": progress.payer, "number": progress.number, "parts": progress.parts, "of": progress.of}


def snapshot_report(written: Sequence[SnapshotManifest]) -> dict[str, Any]:
    """As JSON: which snapshots are now whole, after which file each stands, and how many benefits it has."""
    return {
        "snapshots": len(written),
        "payers": {one.payer: {"number": one.number, "benefits": one.lines} for one in written},
    }


def anchor_report(written: Sequence[Anchor]) -> dict[str, Any]:
    """As JSON: which days are anchored now, and of how many chains each tells."""
    return {"anchors": len(written), "days": {one.day.isoformat(): one.heads for one in written}}
