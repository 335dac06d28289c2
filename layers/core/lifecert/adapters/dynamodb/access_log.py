"""The log of records opened in DynamoDB: an item for each, which its time to live takes away."""

import uuid
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from lifecert.adapters.aws_errors import translated
from lifecert.adapters.dynamodb.values import epoch, moment, plain, typed
from lifecert.domain.access import ACCESS_KEPT, Access, AccessAction, AccessRole
from lifecert.domain.page import Page, Position

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient


@dataclass(frozen=True, slots=True)
class DynamoAccessLog:
    """The table of it."""

    client: "DynamoDBClient"
    table: str

    def note(self, access: Access) -> None:
        """Add a row, which takes the place of none."""
        with translated():
            self.client.put_item(
                TableName=self.table,
                Item=typed(access_item(access, uuid.uuid4().hex)),
                ConditionExpression="attribute_not_exists(opened)",
            )

    def listed(self, beneficiary_id: str, limit: int, after: Position | None = None) -> Page[Access, Position]:
        """At most so many rows of one record, newest first, after a position."""
        asked: dict[str, Any] = {}
        if after:
            start = {"beneficiary_id": beneficiary_id, "opened": _opened(after.opened_at, after.id)}
            asked["ExclusiveStartKey"] = typed(start)
        with translated():
            page = self.client.query(
                TableName=self.table,
                KeyConditionExpression="beneficiary_id = :beneficiary_id",
                ExpressionAttributeValues=typed({":beneficiary_id": beneficiary_id}),
                ConsistentRead=True,
                ScanIndexForward=False,
                Limit=limit,
                **asked,
            )
        last = plain(page.get("LastEvaluatedKey", {}))
        rows = tuple(_access_of(plain(item)) for item in page["Items"])
        return Page(rows, _place(last["opened"]) if last else None)


def access_item(access: Access, row: str) -> dict[str, Any]:
    """Item of the table. `row` tells rows of one moment apart."""
    return {
        "beneficiary_id": access.beneficiary_id,
        "opened": _opened(access.at, row),
        "actor_id": access.actor_id,
        "role": str(access.role),
        "action": str(access.action),
        "at": moment(access.at),
        "expires_at": epoch(access.at + ACCESS_KEPT),
    }


def _opened(at: datetime, row: str) -> str:
    return f"{moment(at)} {row}"


def _place(opened: str) -> Position:
    at, row = opened.split(" ")
    return Position(datetime.fromisoformat(at), row)


def _access_of(item: dict[str, Any]) -> Access:
    return Access(
        item["beneficiary_id"],
        item["actor_id"],
        AccessRole(item["role"]),
        AccessAction(item["action"]),
        datetime.fromisoformat(item["at"]),
    )
