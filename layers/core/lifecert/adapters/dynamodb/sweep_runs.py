"""Sweep progress in DynamoDB: one item for each run, job and page, so that no item grows with the number of people.

The items of a run share its `run_id`; `item` tells them apart: `run`, `open#<job>` until the job is finished and
`done#<job>` from then on (moved in one transaction, and so once), and `page#<job>#<random>` for what was done. Two more
items point at the newest run and at the last that left nothing undone.
"""

import uuid
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any, ClassVar

from lifecert.adapters.aws_errors import translated
from lifecert.adapters.dynamodb.run_items import DONE, OPEN, RUN, RunItems
from lifecert.adapters.dynamodb.values import epoch, moment, typed
from lifecert.domain.sweep import Job, RunState, SweepRun, Tally

NEWEST, LAST_FINISHED = "newest", "last_finished"
PAGE = "page#"
# Longer than a certification year, so that this year's nights can be compared with last year's.
KEPT = timedelta(days=400)


@dataclass(frozen=True, slots=True)
class DynamoSweepRuns(RunItems):
    """The sweep_runs table."""

    partition: ClassVar[str] = "run_id"

    def newest(self) -> SweepRun | None:
        """The run that was begun last."""
        pointer = self._item(NEWEST, NEWEST)
        return self.get(pointer["newest"]) if pointer else None

    def last_finished(self) -> date | None:
        """The latest date of a run that left nothing undone."""
        pointer = self._item(LAST_FINISHED, LAST_FINISHED)
        return date.fromisoformat(pointer["finished_date"]) if pointer else None

    def get(self, run_id: str) -> SweepRun | None:
        """A run, as it is now."""
        item = self._item(run_id, RUN)
        return _run_of(item) if item else None

    def begin(self, run: SweepRun, after: str | None) -> bool:
        """Store a new run and make it the newest; False when its id is taken, or another became the newest."""
        still = "newest = :after" if after else "attribute_not_exists(newest)"
        pointer: dict[str, Any] = {
            "TableName": self.table,
            "Item": typed({"run_id": NEWEST, "item": NEWEST, "newest": run.run_id}),
            "ConditionExpression": still,
        }
        if after:
            pointer["ExpressionAttributeValues"] = typed({":after": after})
        put = self._new(self._put(run.run_id, RUN, _run_item(run)))
        return self._together([{"Put": put}, {"Put": pointer}])

    def lay_out(self, run_id: str, jobs: Iterable[Job]) -> None:
        """Open the jobs of a run that is being planned, then let it run."""
        for job in jobs:
            self._write(run_id, OPEN + job.key, {})
        self._move(run_id, RunState.PLANNING, RunState.RUNNING, {})

    def open_jobs(self, run_id: str) -> Iterator[Job]:
        """The jobs that are not finished yet."""
        return (Job.of(item["item"].removeprefix(OPEN)) for item in self._items(run_id, OPEN))

    def is_open(self, run_id: str, job: Job) -> bool:
        """Whether a job is not finished yet."""
        return bool(self._item(run_id, OPEN + job.key))

    def any_open(self, run_id: str) -> bool:
        """Whether any job is not finished yet."""
        return self._any(run_id, OPEN)

    def note(self, run_id: str, job: Job, page: Tally) -> None:
        """Add to what a job did."""
        counts = {"changed": page.changed, "left_alone": page.left_alone}
        self._write(run_id, f"{PAGE}{job.key}#{uuid.uuid4()}", counts)

    def finish(self, run_id: str, job: Job, failed: Sequence[str] = ()) -> None:
        """Finish a job; one that is finished stays as it is."""
        self._done(run_id, OPEN + job.key, self._put(run_id, DONE + job.key, {"failed": list(failed)}))

    def pages(self, run_id: str) -> Iterator[tuple[Job, Tally]]:
        """Everything that was noted."""
        for item in self._items(run_id, PAGE):
            changed = {key: int(number) for key, number in item["changed"].items()}
            key = item["item"].removeprefix(PAGE).rpartition("#")[0]
            yield Job.of(key), Tally(changed, int(item["left_alone"]))

    def finished_jobs(self, run_id: str) -> Mapping[str, tuple[str, ...]]:
        """Keys of the jobs that are finished, with the people whom each gave up."""
        return {item["item"].removeprefix(DONE): tuple(item["failed"]) for item in self._items(run_id, DONE)}

    def close(self, run_id: str, state: RunState, totals: Mapping[str, int], failed: int) -> bool:
        """End a run that is running; False when it has ended."""
        run = self.get(run_id)
        if state is RunState.FINISHED and run:
            # First: whoever dies in between leaves a run that is closed once more, and not one that nobody counts.
            self._point_at(run.run_date)
        return self._move(run_id, RunState.RUNNING, state, {"totals": dict(totals), "failed": failed})

    def reopen(self, run_id: str) -> None:
        """Open the jobs that gave people up, and let the run run again."""
        for key, failed in self.finished_jobs(run_id).items():
            if failed:
                self._in_place_of(run_id, DONE + key, self._put(run_id, OPEN + key, {}))
        self._move(run_id, RunState.LEFT_UNDONE, RunState.RUNNING, {})

    def _write(self, run_id: str, item: str, content: Mapping[str, Any]) -> None:
        with translated():
            self.client.put_item(**self._put(run_id, item, content))

    def _put(self, run_id: str, item: str, content: Mapping[str, Any]) -> dict[str, Any]:
        # A run's id begins with its date.
        expires_at = epoch(datetime.combine(date.fromisoformat(run_id[:10]), datetime.min.time(), UTC) + KEPT)
        whole = typed({"run_id": run_id, "item": item, "expires_at": expires_at, **content})
        return {"TableName": self.table, "Item": whole}

    def _point_at(self, run_date: date) -> None:
        """The pointer never goes back to an older run."""
        self._held(
            self.client.update_item,
            Key=self._key(LAST_FINISHED, LAST_FINISHED),
            UpdateExpression="SET finished_date = :day",
            ConditionExpression="attribute_not_exists(finished_date) OR finished_date < :day",
            ExpressionAttributeValues=typed({":day": run_date.isoformat()}),
        )


def _run_item(run: SweepRun) -> dict[str, Any]:
    return {
        "run_date": run.run_date.isoformat(),
        "first_day": run.first_day.isoformat(),
        "planned_at": moment(run.planned_at),
        "state": str(run.state),
        "previous": run.previous,
        "totals": dict(run.totals),
        "failed": run.failed,
    }


def _run_of(item: Mapping[str, Any]) -> SweepRun:
    return SweepRun(
        run_id=item["run_id"],
        run_date=date.fromisoformat(item["run_date"]),
        first_day=date.fromisoformat(item["first_day"]),
        planned_at=datetime.fromisoformat(item["planned_at"]),
        state=RunState(item["state"]),
        previous=item.get("previous"),
        totals={kind: int(number) for kind, number in item["totals"].items()},
        failed=int(item["failed"]),
    )
