"""Counts in DynamoDB: an item for each count and window, which its time to live takes away."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING

from lifecert.adapters.aws_errors import translated
from lifecert.adapters.dynamodb.values import epoch, plain, typed
from lifecert.domain.errors import LimitReached, VersionConflict
from lifecert.domain.limits import Count

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_dynamodb.type_defs import TransactWriteItemTypeDef

# One user's calls at the same moment meet at their own counts.
ATTEMPTS = 4
KEPT = timedelta(hours=1)
_ROOM = "attribute_not_exists(used) OR used < :limit"
_ADD = "ADD used :one SET expires_at = :expires_at"


@dataclass(frozen=True, slots=True)
class DynamoLimits:
    """The limits table."""

    client: "DynamoDBClient"
    table: str

    def take(self, counts: Sequence[Count]) -> None:
        """Count one more in each, all or nothing. Raises LimitReached for the first that is full."""
        writes, errors = limit_writes(self.table, counts)
        again(lambda: self._write(writes, errors))

    def count(self, count: Count) -> int:
        """Count `step` more, whatever the limit: how many there are now."""
        with translated():
            answer = self.client.update_item(
                TableName=self.table,
                Key=typed({"counter": count.name}),
                UpdateExpression=_ADD,
                ExpressionAttributeValues=typed({":one": count.step, ":expires_at": epoch(count.until + KEPT)}),
                ReturnValues="UPDATED_NEW",
            )
        return int(plain(answer["Attributes"])["used"])

    def give_back(self, count: Count) -> None:
        """Take back what `take` counted: it came to nothing that is bounded."""
        # In a transaction, which has a token: asked again after an answer that was lost, it takes back once.
        values = typed({":one": -count.step, ":expires_at": epoch(count.until + KEPT)})
        key = typed({"counter": count.name})
        update: TransactWriteItemTypeDef = {
            "Update": {
                "TableName": self.table,
                "Key": key,
                "UpdateExpression": _ADD,
                "ExpressionAttributeValues": values,
            }
        }
        again(lambda: self._write([update], []))

    def _write(self, writes: "list[TransactWriteItemTypeDef]", errors: list[Callable[[], LimitReached]]) -> None:
        with translated(errors):
            self.client.transact_write_items(TransactItems=writes)


def again(write: Callable[[], None]) -> None:
    """Do a write that may collide with another of the same moment, a few times. Raises VersionConflict at last."""
    for _ in range(ATTEMPTS - 1):
        try:
            return write()
        except VersionConflict:
            continue
    return write()


def limit_writes(
    table: str, counts: Sequence[Count]
) -> "tuple[list[TransactWriteItemTypeDef], list[Callable[[], LimitReached]]]":
    """The counts as parts of a transaction, and what it means when the condition of each fails."""
    return [_part(table, count) for count in counts], [partial(LimitReached, count.until) for count in counts]


def _part(table: str, count: Count) -> "TransactWriteItemTypeDef":
    key = typed({"counter": count.name})
    if not count.adds:
        values = typed({":limit": count.limit})
        return {
            "ConditionCheck": {
                "TableName": table,
                "Key": key,
                "ConditionExpression": _ROOM,
                "ExpressionAttributeValues": values,
            }
        }
    room = count.limit - count.step + 1
    values = typed({":limit": room, ":one": count.step, ":expires_at": epoch(count.until + KEPT)})
    return {
        "Update": {
            "TableName": table,
            "Key": key,
            "UpdateExpression": _ADD,
            "ConditionExpression": _ROOM,
            "ExpressionAttributeValues": values,
        }
    }
