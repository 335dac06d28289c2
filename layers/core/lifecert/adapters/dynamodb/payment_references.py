"""Who draws what under which reference, in DynamoDB: an item for each, under a keyed hash."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from lifecert.adapters.aws_errors import translated
from lifecert.adapters.dynamodb.values import plain, typed

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient


@dataclass(frozen=True, slots=True)
class DynamoPaymentReferences:
    """The table of them."""

    client: "DynamoDBClient"
    table: str

    def note(self, reference_keys: Sequence[str], beneficiary_id: str) -> None:
        """Keep that this person may be found by these."""
        for key in dict.fromkeys(reference_keys):
            item = {"reference_key": key, "beneficiary_id": beneficiary_id}
            with translated():
                self.client.put_item(TableName=self.table, Item=typed(item))

    def find(self, reference_key: str, limit: int) -> tuple[str, ...]:
        """Ids by this key, at most so many, in their order."""
        with translated():
            answer = self.client.query(
                TableName=self.table,
                KeyConditionExpression="reference_key = :reference_key",
                ExpressionAttributeValues=typed({":reference_key": reference_key}),
                ConsistentRead=True,
                Limit=limit,
            )
        return tuple(plain(item)["beneficiary_id"] for item in answer["Items"])
