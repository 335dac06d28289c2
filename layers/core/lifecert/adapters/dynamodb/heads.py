"""Heads of the ledger's chains in DynamoDB, by the day on which the stream handed them over."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING

from botocore.exceptions import ClientError

from lifecert.adapters.aws_errors import code_of, translated
from lifecert.adapters.dynamodb.values import epoch, plain, typed
from lifecert.domain.anchor import Head

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

# As long as a night's anchor can be made up for, and a day more than that.
KEPT = timedelta(days=37)
CONDITION_FAILED = "ConditionalCheckFailedException"


@dataclass(frozen=True, slots=True)
class DynamoHeads:
    """The table of heads: `day_part` is the day and the part, `2026-03-01#07`."""

    client: "DynamoDBClient"
    table: str

    def note(self, day: date, head: Head) -> None:
        """Note a head, unless a later one of the same chain is noted for that day."""
        item = {
            "day_part": _key(day, head.part),
            "beneficiary_id": head.beneficiary_id,
            "seq": head.seq,
            "hash": head.hash,
            "expires_at": epoch(datetime(day.year, day.month, day.day, tzinfo=UTC) + KEPT),
        }
        with translated():
            try:
                self.client.put_item(
                    TableName=self.table,
                    Item=typed(item),
                    ConditionExpression="attribute_not_exists(seq) OR seq < :seq",
                    ExpressionAttributeValues=typed({":seq": head.seq}),
                )
            except ClientError as error:
                if code_of(error) != CONDITION_FAILED:
                    raise

    def of(self, day: date, part: int) -> Iterator[Head]:
        """The heads of one part of a day, in the order of their ids."""
        pages = self.client.get_paginator("query").paginate(
            TableName=self.table,
            KeyConditionExpression="day_part = :day_part",
            ExpressionAttributeValues=typed({":day_part": _key(day, part)}),
            ConsistentRead=True,
        )
        with translated():
            for page in pages:
                for item in map(plain, page["Items"]):
                    yield Head(item["beneficiary_id"], int(item["seq"]), item["hash"])


def _key(day: date, part: int) -> str:
    return f"{day.isoformat()}#{part:02d}"
