"""The ledger in DynamoDB, to read; an entry is written with its change."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from lifecert.adapters.aws_errors import translated
from lifecert.adapters.dynamodb.items import ledger_entry_of
from lifecert.adapters.dynamodb.values import plain, typed
from lifecert.domain.ledger import LedgerEntry

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient


@dataclass(frozen=True, slots=True)
class DynamoLedger:
    """The ledger table. Reads `page_size` entries per request."""

    client: "DynamoDBClient"
    table: str
    page_size: int = 1000

    def entries(self, beneficiary_id: str) -> Iterator[LedgerEntry]:
        """One beneficiary's entries, first to last, the newest one certainly among them."""
        pages = self.client.get_paginator("query").paginate(
            TableName=self.table,
            KeyConditionExpression="beneficiary_id = :beneficiary_id",
            ExpressionAttributeValues=typed({":beneficiary_id": beneficiary_id}),
            ConsistentRead=True,
            PaginationConfig={"PageSize": self.page_size},
        )
        with translated():
            for page in pages:
                for item in page["Items"]:
                    yield ledger_entry_of(plain(item))
