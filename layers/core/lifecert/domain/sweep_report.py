"""What a run of the sweep did: for people to read and for machines to compare."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from lifecert.domain.scope import Scope
from lifecert.domain.sweep import JobKind, RunState, SweepRun, Tally

# A report names so many of those left undone; whoever needs all finds them beside it, in parts of as many.
IDS_IN_A_PART = 1000


@dataclass(frozen=True, slots=True)
class SweepReport:
    """What a run did: a tally for each kind of job, and the ids of people left undone by job key.

    `jobs` counts those that had somebody to look at. `before` are the runs before it, newest first.
    """

    run: SweepRun
    tallies: Mapping[JobKind, Tally]
    failed: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    jobs: int = 0
    before: tuple[SweepRun, ...] = ()
    dry_run: bool = False

    @property
    def failed_ids(self) -> list[str]:
        """Everybody left undone, each once."""
        return sorted({one for ids in self.failed.values() for one in ids})

    @property
    def totals(self) -> dict[str, int]:
        """How many each kind of job changed."""
        return {kind: tally.total for kind, tally in self.tallies.items()}


@dataclass(frozen=True, slots=True)
class RunFigures:
    """What a report says of a run: a tally for each kind of job, and how many people were left undone. `of_all`: of
    every district, else the tallies are of some, and `failed` and who was left alone are not known."""

    run_id: str
    run_date: date
    state: RunState
    tallies: Mapping[JobKind, Tally]
    failed: int
    of_all: bool = True

    def within(self, scope: Scope) -> "RunFigures":
        """What of it is of these districts."""
        if scope.is_everywhere:
            return self
        tallies = {
            kind: Tally({key: number for key, number in one.changed.items() if scope.covers(key.rpartition("/")[2])})
            for kind, one in self.tallies.items()
        }
        return replace(self, tallies=tallies, failed=0, of_all=False)

    @staticmethod
    def of(report: Mapping[str, Any]) -> "RunFigures":
        """Out of what `document` made, also of an earlier version that knew fewer kinds."""
        known = {str(kind): kind for kind in JobKind}
        return RunFigures(
            run_id=report["run_id"],
            run_date=date.fromisoformat(report["run_date"]),
            state=RunState(report["state"]),
            tallies={
                known[kind]: Tally(dict(told["by_category_and_district"]), told["left_alone"])
                for kind, told in report["kinds"].items()
                if kind in known
            },
            failed=report["failed_total"],
        )


def tallied(pages: Iterable[tuple[JobKind, Tally]]) -> dict[JobKind, Tally]:
    """One tally for each kind of job, in the order of the kinds."""
    tallies = {kind: Tally() for kind in JobKind}
    for kind, page in pages:
        tallies[kind].add(page)
    return tallies


def document(report: SweepReport) -> dict[str, Any]:
    """A report as JSON."""
    run, ids = report.run, report.failed_ids
    return {
        "run_id": run.run_id,
        "run_date": run.run_date.isoformat(),
        "first_day": run.first_day.isoformat(),
        "planned_at": run.planned_at.isoformat(),
        "state": str(run.state),
        "dry_run": report.dry_run,
        "jobs": report.jobs,
        "kinds": {
            str(kind): {
                "total": tally.total,
                "by_category_and_district": dict(sorted(tally.changed.items())),
                "left_alone": tally.left_alone,
            }
            for kind, tally in report.tallies.items()
        },
        "failed_total": len(ids),
        "failed": ids[:IDS_IN_A_PART],
        "failed_jobs": sorted(report.failed),
        "before": [
            {"run_id": one.run_id, "state": str(one.state), "totals": dict(one.totals), "failed": one.failed}
            for one in report.before
        ],
    }


def failed_parts(report: SweepReport) -> list[list[str]]:
    """All who were left undone, in parts of IDS_IN_A_PART."""
    ids = report.failed_ids
    return [ids[start : start + IDS_IN_A_PART] for start in range(0, len(ids), IDS_IN_A_PART)]
