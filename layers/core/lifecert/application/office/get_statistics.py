"""Statistics for the office: what the last sweeps did, and what waits now. Read from what was counted; never a scan."""

from collections.abc import Iterator
from dataclasses import dataclass

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

    `reviews_open` is the least that it is when `more_reviews` is true.
    """

    runs: tuple[RunFigures, ...]
    reviews_open: int
    more_reviews: bool
    hold_batches_open: int
    hold_candidates_open: int
    faces: FaceCount


@dataclass(frozen=True, slots=True)
class GetStatistics:
    """The use case."""

    runs: SweepRuns
    reports: RunReports
    reviews: OpenReviews
    batches: HoldBatches
    face_counts: FaceCounts

    def __call__(self, runs: int) -> Statistics:
        """Of so many runs at most."""
        reviews = self.reviews.count_open()
        waiting = self.batches.listed(HoldState.OPEN, MOST_BATCHES).items
        return Statistics(
            runs=tuple(self._figures(runs)),
            reviews_open=reviews.number,
            more_reviews=reviews.more,
            hold_batches_open=len(waiting),
            hold_candidates_open=sum(batch.candidates for batch in waiting),
            faces=self.face_counts.total(),
        )

    def _figures(self, most: int) -> Iterator[RunFigures]:
        run, finished = self.runs.newest(), 0
        while run and finished < most:
            figures = self.reports.figures(run.run_id) if run.ended else None
            if figures:
                finished += 1
                yield figures
            run = self.runs.get(run.previous) if run.previous else None
