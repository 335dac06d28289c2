"""What a run that wrote change files reports."""

from collections.abc import Sequence
from typing import Any

from lifecert.domain.change_file import Manifest


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
