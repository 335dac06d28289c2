"""Files of data matches: what a run is asked, and what it reports."""

from typing import Annotated, Any

from pydantic import Field

from lifecert.domain.data_match import Import
from lifecert.entry.models import Incoming


class ImportEvent(Incoming):
    """`name` of a file under `incoming/` of the imports bucket."""

    name: Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$")]


def import_report(done: Import) -> dict[str, Any]:
    """How far a file is taken, as JSON: counts only."""
    return {
        "lines": done.lines,
        "taken": dict(sorted(done.taken.items())),
        "rejected": dict(sorted(done.rejected.items())),
        "finished": done.finished,
    }
