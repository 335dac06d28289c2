"""How many faces are stored, in DynamoDB: counters that change in the transaction that stores or deletes a face.

The number is spread over items, so that two enrolments at once rarely meet on one; together they are one partition,
read by one query.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from lifecert.adapters.aws_errors import translated
from lifecert.adapters.dynamodb.values import plain, typed
from lifecert.domain.faces import FaceCount
from lifecert.domain.sweep import shard_of

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_dynamodb.type_defs import TransactWriteItemTypeDef

COUNTER = "faces"
SHARDS = 16


@dataclass(frozen=True, slots=True)
class DynamoFaceCounts:
    """The counters table, to read."""

    client: "DynamoDBClient"
    table: str

    def total(self) -> FaceCount:
        """The sum of all parts."""
        with translated():
            answer = self.client.query(
                TableName=self.table,
                KeyConditionExpression="#counter = :counter",
                ExpressionAttributeNames={"#counter": "counter"},
                ExpressionAttributeValues=typed({":counter": COUNTER}),
                ConsistentRead=True,
            )
        parts = (plain(item) for item in answer["Items"])
        return sum((FaceCount(int(part["people"]), int(part["faces"])) for part in parts), FaceCount())


def face_count_update(table: str, beneficiary_id: str, by: FaceCount) -> "TransactWriteItemTypeDef":
    """The part of a transaction that counts. A person's faces are always counted on the same item."""
    return {
        "Update": {
            "TableName": table,
            "Key": typed({"counter": COUNTER, "shard": shard_of(beneficiary_id, SHARDS)}),
            "UpdateExpression": "ADD people :people, faces :faces",
            "ExpressionAttributeValues": typed({":people": by.people, ":faces": by.faces}),
        }
    }
