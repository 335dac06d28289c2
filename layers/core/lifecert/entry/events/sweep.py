"""What the planner of the sweep is asked, and what it answers."""

from datetime import date
from typing import Annotated, Any

from pydantic import Field

from lifecert.domain.sweep import SweepRun
from lifecert.entry.models import Incoming


class SweepEvent(Incoming):
    """`since`: look at years that ended on that day or later, instead of where the last run ended.

    `watch`: only look whether today's run has finished.
    """

    since: Annotated[date, Field(ge=date(2000, 1, 1))] | None = None
    dry_run: bool = False
    watch: bool = False

    @staticmethod
    def read(event: dict[str, Any]) -> "SweepEvent":
        """The event of the schedule, or one by hand. Raises ValidationError."""
        scheduled = event.get("source") in ("aws.scheduler", "aws.events")
        return SweepEvent() if scheduled else SweepEvent.model_validate(event)


def run_document(run: SweepRun) -> dict[str, Any]:
    """A run as JSON: how far it is, and once it has ended what it came to."""
    return {
        "run_id": run.run_id,
        "run_date": run.run_date.isoformat(),
        "first_day": run.first_day.isoformat(),
        "state": str(run.state),
        "totals": dict(run.totals),
        "failed": run.failed,
    }
