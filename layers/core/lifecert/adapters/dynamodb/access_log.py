"""The log of records opened in DynamoDB: an item for each, which its time to live takes away."""

import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from lifecert.adapters.aws_errors import translated
from lifecert.adapters.dynamodb.values import epoch, moment, plain, typed
from lifecert.domain.access import ACCESS_KEPT, Access, AccessAction, AccessRole

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

    def of(self, beneficiary_id: str) -> Iterator[Access]:
        """The rows of one record, first to last."""
        pages = self.client.get_paginator("query").paginate(
            TableName=self.table,
            KeyConditionExpression="beneficiary_id = :beneficiary_id",
            ExpressionAttributeValues=typed({":beneficiary_id": beneficiary_id}),
            ConsistentRead=True,
        )
        with translated():
            for page in pages:
                for item in page["Items"]:
                    yield _access_of(plain(item))


def access_item(access: Access, row: str) -> dict[str, Any]:
    """Item of the table. `row` tells rows of one moment apart."""
    return {
        "beneficiary_id": access.beneficiary_id,
        "opened": f"{moment(access.at)} {row}",
        "actor_id": access.actor_id,
        "role": str(access.role),
        "action": str(access.action),
        "at": moment(access.at),
        "expires_at": epoch(access.at + ACCESS_KEPT),
    }


def _access_of(item: dict[str, Any]) -> Access:
    return Access(
        item["beneficiary_id"],
        item["actor_id"],
        AccessRole(item["role"]),
        AccessAction(item["action"]),
        datetime.fromisoformat(item["at"]),
    )
