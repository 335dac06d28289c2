"""The ledger in DynamoDB, to read; an entry is written with its change."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from lifecert.adapters.aws_errors import translated
from lifecert.adapters.dynamodb.values import moment, plain, typed
from lifecert.domain.actor import Actor, Role
from lifecert.domain.ledger import Detail, LedgerEntry, LedgerEvent

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

    def entry(self, beneficiary_id: str, seq: int) -> LedgerEntry | None:
        """One of them, as it was written a moment ago."""
        key = typed({"beneficiary_id": beneficiary_id, "seq": seq})
        with translated():
            answer = self.client.get_item(TableName=self.table, Key=key, ConsistentRead=True)
        return ledger_entry_of(plain(answer["Item"])) if "Item" in answer else None


def ledger_item(entry: LedgerEntry) -> dict[str, Any]:
    """Item of the ledger table."""
    return {
        "beneficiary_id": entry.beneficiary_id,
        "seq": entry.seq,
        "event": str(entry.event),
        "at": moment(entry.at),
        "actor_id": entry.actor.actor_id,
        "role": str(entry.actor.role),
        # Enumerations among the details are stored, and read back, as the texts they are.
        "details": {name: _stored(value) for name, value in entry.details.items()},
        "prev_hash": entry.prev_hash,
        "hash": entry.hash,
        "correlation_id": entry.correlation_id or None,
    }


def ledger_entry_of(item: Mapping[str, Any]) -> LedgerEntry:
    """What `ledger_item` wrote; also a new image of the ledger's stream, once its values are plain.

    Raises KeyError, ValueError or TypeError for an item that it cannot have written.
    """
    return LedgerEntry(
        beneficiary_id=item["beneficiary_id"],
        seq=_whole(item["seq"]),
        event=LedgerEvent(item["event"]),
        at=datetime.fromisoformat(item["at"]),
        actor=Actor(item["actor_id"], Role(item["role"])),
        details={name: _told(value) for name, value in item["details"].items()},
        prev_hash=item["prev_hash"],
        hash=item["hash"],
        correlation_id=item.get("correlation_id", ""),
    )


def _stored(value: Detail) -> Any:
    if value is None or isinstance(value, str | int):
        return str(value) if isinstance(value, str) else value
    return [{name: _stored(fact) for name, fact in facts.items()} for facts in value]


def _told(value: Any) -> Any:
    if isinstance(value, list):
        return [{name: _told(fact) for name, fact in facts.items()} for facts in value]
    return _whole(value) if isinstance(value, Decimal) else value


def _whole(number: Decimal) -> int:
    # Cutting off a fraction would hide an alteration from the hash.
    if number != int(number):
        raise ValueError("not a whole number")
    return int(number)
