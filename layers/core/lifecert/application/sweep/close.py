"""Ending a run: whoever finishes its last job writes the report."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from lifecert.application.sweep.holds import CloseHolds
from lifecert.domain.sweep import RunState, SweepRun
from lifecert.domain.sweep_report import SweepReport, tallied
from lifecert.ports.sweep import SweepReports, SweepRuns

# How many runs before it a report compares a run with.
RUNS_COMPARED = 14


@dataclass(frozen=True, slots=True)
class CloseRun:
    """The use case. A sweep that proposes no holds needs no `holds`."""

    runs: SweepRuns
    reports: SweepReports
    holds: CloseHolds | None = None

    def __call__(self, run_id: str) -> SweepReport | None:
        """Write the report and end the run, if none of its jobs is open.

        Returns the report to one caller only, however many come at once; the others, and earlier ones, get None. The
        report is there before the run has ended, and is the same whoever writes it.
        """
        if self.runs.any_open(run_id):
            return None
        run = self.runs.get(run_id)
        if run is None or run.state is not RunState.RUNNING:
            return None
        # Before the run ends: whoever dies here, the next one does it again.
        if self.holds:
            self.holds(run_id)
        report = self._report(run)
        self.reports.write(report)
        ended = report.run
        return report if self.runs.close(run_id, ended.state, ended.totals, ended.failed) else None

    def _report(self, run: SweepRun) -> SweepReport:
        finished = self.runs.finished_jobs(run.run_id)
        failed = {key: ids for key, ids in sorted(finished.items()) if ids}
        tallies = tallied((job.kind, page) for job, page in self.runs.pages(run.run_id))
        report = SweepReport(run, tallies, failed, len(finished), tuple(self._before(run)))
        left = len(report.failed_ids)
        state = RunState.LEFT_UNDONE if left else RunState.FINISHED
        return replace(report, run=replace(run, state=state, totals=report.totals, failed=left))

    def _before(self, run: SweepRun) -> Iterator[SweepRun]:
        for _ in range(RUNS_COMPARED):
            previous = self.runs.get(run.previous) if run.previous else None
            if previous is None:
                return
            run = previous
            yield run
