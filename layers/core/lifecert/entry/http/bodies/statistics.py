"""Statistics."""

from collections.abc import Mapping
from datetime import date
from typing import Annotated

from pydantic import Field

from lifecert.application.office.get_statistics import Statistics
from lifecert.domain.sweep import JobKind, RunState, Tally
from lifecert.domain.sweep_report import RunFigures
from lifecert.entry.http.bodies.fields import DistrictPrefix
from lifecert.entry.models import Incoming, Response


class StatisticsQuery(Incoming):
    """GET /staff/statistics: of how many runs of the sweep, the newest first, and of which district alone."""

    runs: Annotated[int, Field(ge=1, le=31)] = 7
    district: DistrictPrefix | None = None


class DoneShown(Response):
    """What a kind of job did in a run. Who was left alone is counted for everywhere alone."""

    total: int
    left_alone: int | None
    by_category_and_district: Mapping[str, int]

    @staticmethod
    def of(tally: Tally, *, of_all: bool) -> "DoneShown":
        """The answer."""
        left_alone = tally.left_alone if of_all else None
        return DoneShown(total=tally.total, left_alone=left_alone, by_category_and_district=tally.changed)


class RunShown(Response):
    """A run of the sweep that ended. Who was left undone is counted for everywhere alone."""

    run_id: str
    run_date: date
    state: RunState
    failed: int | None
    kinds: Mapping[JobKind, DoneShown]

    @staticmethod
    def of(run: RunFigures) -> "RunShown":
        """The answer."""
        kinds = {kind: DoneShown.of(tally, of_all=run.of_all) for kind, tally in run.tallies.items()}
        failed = run.failed if run.of_all else None
        return RunShown(run_id=run.run_id, run_date=run.run_date, state=run.state, failed=failed, kinds=kinds)


class StatisticsShown(Response):
    """What the last runs did, and what waits now. `more_reviews`: `reviews_open` is the least that it is. Faces
    are counted for everywhere alone."""

    runs: tuple[RunShown, ...]
    reviews_open: int
    more_reviews: bool
    hold_batches_open: int
    hold_candidates_open: int
    people_with_faces: int | None
    faces_stored: int | None

    @staticmethod
    def of(statistics: Statistics) -> "StatisticsShown":
        """The answer."""
        return StatisticsShown(
            runs=tuple(RunShown.of(run) for run in statistics.runs),
            reviews_open=statistics.reviews_open,
            more_reviews=statistics.more_reviews,
            hold_batches_open=statistics.hold_batches_open,
            hold_candidates_open=statistics.hold_candidates_open,
            people_with_faces=statistics.faces.people if statistics.faces else None,
            faces_stored=statistics.faces.faces if statistics.faces else None,
        )
