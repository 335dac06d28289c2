"""What a run that wrote change files reports."""

from collections.abc import Sequence
from typing import Any

from lifecert.domain.change_file import Manifest


def feed_report(written: Sequence[Manifest]) -> dict[str, Any]:
    """As JSON: how many files and changes, and where the feed stands now."""
    return {
        "files": len(written),
        "changes": sum(manifest.lines for manifest in written),
        "last_number": written[-1].number,
        "last_sequence": written[-1].last_sequence,
    }
