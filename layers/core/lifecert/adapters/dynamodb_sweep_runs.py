"""Sweep progress in DynamoDB: one item per day, and one that points at the newest finished run."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from lifecert.adapters.aws_errors import code_of, translated
from lifecert.adapters.dynamodb_values import plain, typed
from lifecert.domain.sweep import SweepRun

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

LAST_FINISHED = "last_finished"


@dataclass(frozen=True, slots=True)
class DynamoSweepRuns:
    """The sweep_runs table."""

    client: "DynamoDBClient"
    table: str

    def get(self, run_date: date) -> SweepRun | None:
        """The run of a day, finished or not."""
        item = self._item(run_date.isoformat())
        return _run_of(item) if item else None

    def save(self, run: SweepRun) -> None:
        """Save progress; the pointer follows a finished run, and never goes back to an older one."""
        with translated():
            self.client.put_item(TableName=self.table, Item=typed(_run_item(run)))
            if run.finished:
                self._point_at(run.run_date)

    def last_finished(self) -> date | None:
        """The date of the newest finished run."""
        item = self._item(LAST_FINISHED)
        return date.fromisoformat(item["finished_date"]) if item else None

    def _item(self, key: str) -> dict[str, Any]:
        with translated():
            answer = self.client.get_item(TableName=self.table, Key=typed({"run_date": key}), ConsistentRead=True)
        return plain(answer.get("Item", {}))

    def _point_at(self, run_date: date) -> None:
        try:
            self.client.update_item(
                TableName=self.table,
                Key=typed({"run_date": LAST_FINISHED}),
                UpdateExpression="SET finished_date = :day",
                ConditionExpression="attribute_not_exists(finished_date) OR finished_date < :day",
                ExpressionAttributeValues=typed({":day": run_date.isoformat()}),
            )
        except ClientError as error:
            if code_of(error) != "ConditionalCheckFailedException":
                raise


def _run_item(run: SweepRun) -> dict[str, Any]:
    return {
        "run_date": run.run_date.isoformat(),
        "first_day": run.first_day.isoformat(),
        "dry_run": run.dry_run,
        "done": sorted(run.done),
        "lapsed": run.lapsed,
        "left_alone": run.left_alone,
        "failed": run.failed,
        "finished": run.finished,
    }


def _run_of(item: Mapping[str, Any]) -> SweepRun:
    return SweepRun(
        run_date=date.fromisoformat(item["run_date"]),
        first_day=date.fromisoformat(item["first_day"]),
        dry_run=item["dry_run"],
        done=set(item["done"]),
        lapsed={key: int(count) for key, count in item["lapsed"].items()},
        left_alone=int(item["left_alone"]),
        failed=list(item["failed"]),
        finished=item["finished"],
    )
