"""Certificates in DynamoDB, to read; one is written with its certification."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from lifecert.adapters.aws_errors import translated
from lifecert.adapters.dynamodb.items import certificate_of
from lifecert.adapters.dynamodb.values import plain, typed
from lifecert.domain.certificate import Certificate

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient


@dataclass(frozen=True, slots=True)
class DynamoCertificates:
    """The certificates table."""

    client: "DynamoDBClient"
    table: str

    def get(self, certificate_id: str) -> Certificate | None:
        """A certificate, once it is issued."""
        with translated():
            answer = self.client.get_item(
                TableName=self.table, Key=typed({"certificate_id": certificate_id}), ConsistentRead=True
            )
        return certificate_of(plain(answer["Item"])) if "Item" in answer else None
