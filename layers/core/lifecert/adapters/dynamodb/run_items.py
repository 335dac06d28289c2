"""What a run's progress is kept by: small items of one partition, told apart by `item`, whose jobs are open or done.

A job is moved from open to done in one transaction, and so once; no item grows with what the run works on.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

from botocore.exceptions import ClientError

from lifecert.adapters.aws_errors import code_of, translated
from lifecert.adapters.dynamodb.values import plain, typed
from lifecert.domain.errors import VersionConflict

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

RUN, OPEN, DONE = "run", "open#", "done#"
ATTEMPTS = 3


@dataclass(frozen=True, slots=True)
class RunItems:
    """A table of such items. `partition` is the attribute that the items of one run share."""

    client: "DynamoDBClient"
    table: str
    partition: ClassVar[str]

    def _key(self, run: str, item: str) -> Any:
        return typed({self.partition: run, "item": item})

    def _item(self, run: str, item: str) -> dict[str, Any]:
        """One item, as it is now; empty when there is none."""
        with translated():
            answer = self.client.get_item(TableName=self.table, Key=self._key(run, item), ConsistentRead=True)
        return plain(answer.get("Item", {}))

    def _items(self, run: str, prefix: str) -> Iterator[dict[str, Any]]:
        """All items whose names begin so, in order."""
        with translated():
            for page in self.client.get_paginator("query").paginate(**self._having(run, prefix)):
                for item in page["Items"]:
                    yield plain(item)

    def _any(self, run: str, prefix: str) -> bool:
        """Whether there is an item whose name begins so."""
        with translated():
            answer = self.client.query(**self._having(run, prefix), Limit=1)
        return bool(answer["Items"])

    def _having(self, run: str, prefix: str) -> dict[str, Any]:
        return {
            "TableName": self.table,
            "KeyConditionExpression": "#partition = :run AND begins_with(#item, :prefix)",
            "ExpressionAttributeNames": {"#partition": self.partition, "#item": "item"},
            "ExpressionAttributeValues": typed({":run": run, ":prefix": prefix}),
            "ConsistentRead": True,
        }

    def _new(self, put: Mapping[str, Any]) -> dict[str, Any]:
        """A put, on condition that there is no such item."""
        return {**put, "ConditionExpression": f"attribute_not_exists({self.partition})"}

    def _done(self, run: str, open_item: str, done: Mapping[str, Any]) -> None:
        """Put what is done in the place of what is open; a job that is done stays as it is. Raises VersionConflict."""
        for _ in range(ATTEMPTS):
            if self._in_place_of(run, open_item, done) or not self._item(run, open_item):
                return
        raise VersionConflict

    def _in_place_of(self, run: str, old: str, put: Mapping[str, Any]) -> bool:
        """Put an item, and take away the one that it stands for; False when that is not there."""
        there = {"ConditionExpression": f"attribute_exists({self.partition})"}
        delete = {"TableName": self.table, "Key": self._key(run, old), **there}
        return self._together([{"Delete": delete}, {"Put": put}])

    def _together(self, writes: Sequence[Any]) -> bool:
        """Make all of these writes, or none and return False when a condition does not hold."""
        try:
            with translated([VersionConflict] * len(writes)):
                self.client.transact_write_items(TransactItems=writes)
        except VersionConflict:
            return False
        return True

    def _move(self, run: str, before: str, after: str, content: Mapping[str, Any]) -> bool:
        """Change a run's state, and more of it; False when its state is another than `before`."""
        changes = {"state": after, **content}
        values = {":before": before, **{f":{name}": value for name, value in changes.items()}}
        return self._held(
            self.client.update_item,
            Key=self._key(run, RUN),
            UpdateExpression="SET " + ", ".join(f"#{name} = :{name}" for name in changes),
            ConditionExpression="#state = :before",
            ExpressionAttributeNames={f"#{name}": name for name in changes},
            ExpressionAttributeValues=typed(values),
        )

    def _held(self, write: Any, **request: Any) -> bool:
        """Make a write of the client's; False when its condition did not hold."""
        with translated():
            try:
                write(**{"TableName": self.table, **request})
            except ClientError as error:
                if code_of(error) != "ConditionalCheckFailedException":
                    raise
                return False
        return True
