"""What a sweep is asked, and what it reports."""

from datetime import date
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field

from lifecert.domain.sweep import SweepRun


class SweepEvent(BaseModel):
    """`since`: look at years that ended on that day or later, instead of where the last run ended."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)

    since: Annotated[date, Field(ge=date(2000, 1, 1))] | None = None
    dry_run: bool = False

    @staticmethod
    def read(event: dict[str, Any]) -> "SweepEvent":
        """The event of the schedule, or one by hand. Raises ValidationError."""
        scheduled = event.get("source") in ("aws.scheduler", "aws.events")
        return SweepEvent() if scheduled else SweepEvent.model_validate(event)


def report(run: SweepRun) -> dict[str, Any]:
    """A run as JSON: counts by category and district, failures by id."""
    return {
        "run_date": run.run_date.isoformat(),
        "first_day": run.first_day.isoformat(),
        "dry_run": run.dry_run,
        "finished": run.finished,
        "partitions": len(run.done),
        "lapsed_total": run.lapsed_total,
        "lapsed": dict(sorted(run.lapsed.items())),
        "left_alone": run.left_alone,
        "failed": list(run.failed),
    }
