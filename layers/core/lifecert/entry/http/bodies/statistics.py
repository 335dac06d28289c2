"""Statistics."""

from collections.abc import Mapping
from datetime import date
from typing import Annotated

from pydantic import Field

from lifecert.application.office.get_statistics import Statistics
from lifecert.domain.sweep import JobKind, RunState, Tally
from lifecert.domain.sweep_report import RunFigures
from lifecert.entry.models import Incoming, Response


class StatisticsQuery(Incoming):
    """GET /staff/statistics: of how many runs of the sweep, the newest first."""

    runs: Annotated[int, Field(ge=1, le=31)] = 7


class DoneShown(Response):
    """What a kind of job did in a run."""

    total: int
    left_alone: int
    by_category_and_district: Mapping[str, int]

    @staticmethod
    def of(tally: Tally) -> "DoneShown":
        """The answer."""
        return DoneShown(total=tally.total, left_alone=tally.left_alone, by_category_and_district=tally.changed)


class RunShown(Response):
    """A run of the sweep that ended."""

    run_id: str
    run_date: date
    state: RunState
    failed: int
    kinds: Mapping[JobKind, DoneShown]

    @staticmethod
    def of(run: RunFigures) -> "RunShown":
        """The answer."""
        kinds = {kind: DoneShown.of(tally) for kind, tally in run.tallies.items()}
        return RunShown(run_id=run.run_id, run_date=run.run_date, state=run.state, failed=run.failed, kinds=kinds)


class StatisticsShown(Response):
    """What the last runs did, and what waits now. `more_reviews`: `reviews_open` is the least that it is."""

    runs: tuple[RunShown, ...]
    reviews_open: int
    more_reviews: bool
    hold_batches_open: int
    hold_candidates_open: int
    people_with_faces: int
    faces_stored: int

    @staticmethod
    def of(statistics: Statistics) -> "StatisticsShown":
        """The answer."""
        return StatisticsShown(
            runs=tuple(RunShown.of(run) for run in statistics.runs),
            reviews_open=statistics.reviews_open,
            more_reviews=statistics.more_reviews,
            hold_batches_open=statistics.hold_batches_open,
            hold_candidates_open=statistics.hold_candidates_open,
            people_with_faces=statistics.faces.people,
            faces_stored=statistics.faces.faces,
        )
