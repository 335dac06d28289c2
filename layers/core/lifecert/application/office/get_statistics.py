"""Statistics for the office: what the last sweeps did, and what waits now. Read from what was counted; never a scan."""

from collections.abc import Iterator
from dataclasses import dataclass

from lifecert.application.shared.scoping import asked_for
from lifecert.domain.actor import User
from lifecert.domain.faces import FaceCount
from lifecert.domain.hold import HoldState
from lifecert.domain.sweep_report import RunFigures
from lifecert.ports.holds import HoldBatches
from lifecert.ports.references import FaceCounts
from lifecert.ports.reviews import OpenReviews
from lifecert.ports.sweep import RunReports, SweepRuns

# More than a month of batches that nobody decided.
MOST_BATCHES = 50


@dataclass(frozen=True, slots=True)
class Statistics:
    """Runs that ended, newest first; what is open at this moment; faces stored.

    `reviews_open` is the least that it is when `more_reviews` is true. Faces are counted for everywhere alone.
    """

    runs: tuple[RunFigures, ...]
    reviews_open: int
    more_reviews: bool
    hold_batches_open: int
    hold_candidates_open: int
    faces: FaceCount | None


@dataclass(frozen=True, slots=True)
class GetStatistics:
    """The use case."""

    runs: SweepRuns
    reports: RunReports
    reviews: OpenReviews
    batches: HoldBatches
    face_counts: FaceCounts

    def __call__(self, runs: int, user: User, district: str | None = None) -> Statistics:
        """Of so many runs at most, and of a user's districts, or the part of them that is asked for. Raises
        DistrictOutside when they have none of it."""
        scope = asked_for(user.reads, district)
        reviews = self.reviews.count_open(scope)
        waiting = self.batches.listed(HoldState.OPEN, MOST_BATCHES, scope=scope).items
        return Statistics(
            runs=tuple(one.within(scope) for one in self._figures(runs)),
            reviews_open=reviews.number,
            more_reviews=reviews.more,
            hold_batches_open=len(waiting),
            hold_candidates_open=sum(batch.candidates for batch in waiting),
            faces=self.face_counts.total() if scope.is_everywhere else None,
        )

    def _figures(self, most: int) -> Iterator[RunFigures]:
        run, finished = self.runs.newest(), 0
        while run and finished < most:
            figures = self.reports.figures(run.run_id) if run.ended else None
            if figures:
                finished += 1
                yield figures
            run = self.runs.get(run.previous) if run.previous else None
