"""Counts what a client asks of DynamoDB, in requests and in the units that are paid for."""

from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

_TOLD_BY = (
    "GetItem",
    "BatchGetItem",
    "Query",
    "Scan",
    "PutItem",
    "UpdateItem",
    "DeleteItem",
    "BatchWriteItem",
    "TransactWriteItems",
)
_READS = frozenset({"GetItem", "BatchGetItem", "Query", "Scan"})
# In a transaction DynamoDB Local charges 4 units a KB for an item and for each of its index entries. The published rule
# is 2 for the item (prepare and commit), and 1 for an index entry, which follows once the transaction is through.
_ITEM_IN_TRANSACTION, _ENTRY_IN_TRANSACTION = 2, 4


@dataclass(slots=True)
class Meter:
    """What was asked since it was made.

    `read_units` and `write_units` are those of the engine, put right in two places where the published prices differ:
    a read that finds nothing costs what the smallest costs, and a transaction as above. `engine_write_units` is
    what the engine said.
    """

    requests: Counter[str] = field(default_factory=Counter)
    read_units: float = 0.0
    write_units: float = 0.0
    engine_write_units: float = 0.0
    # Write units of each table by itself, and of each index (`table/index`): each has its own limit.
    writes: Counter[str] = field(default_factory=Counter)

    def add(self, operation: str, params: Mapping[str, Any], answer: Mapping[str, Any]) -> None:
        """Count one request by the engine's answer to it."""
        self.requests[operation] += 1
        told = answer.get("ConsumedCapacity", [])
        for one in told if isinstance(told, list) else [told]:
            total = float(one["CapacityUnits"])
            indexes = one.get("GlobalSecondaryIndexes", {})
            entries = sum(float(index["CapacityUnits"]) for index in indexes.values())
            if operation in _READS:
                self.read_units += max(total, _least(params, one["TableName"]))
                continue
            transaction = operation == "TransactWriteItems"
            an_item, an_entry = (_ITEM_IN_TRANSACTION, _ENTRY_IN_TRANSACTION) if transaction else (1, 1)
            self.engine_write_units += total
            self.write_units += (total - entries) / an_item + entries / an_entry
            self.writes[one["TableName"]] += (total - entries) / an_item  # type: ignore[assignment]
            for name, index in indexes.items():
                self.writes[f"{one['TableName']}/{name}"] += float(index["CapacityUnits"]) / an_entry  # type: ignore[assignment]


def _least(params: Mapping[str, Any], table: str) -> float:
    """Units of a read of a table that finds nothing: one item's for each that was asked for."""
    one = params.get("RequestItems", {table: {**params, "Keys": [None]}})[table]
    return len(one["Keys"]) * (1.0 if one.get("ConsistentRead") else 0.5)


def item_bytes(item: Mapping[str, Any]) -> int:
    """Size of a stored item, in DynamoDB's own form, by the published rule: names and values, numbers at most."""
    return sum(len(name.encode()) + _value_bytes(value) for name, value in item.items())


def _value_bytes(value: Mapping[str, Any]) -> int:
    ((kind, held),) = value.items()
    if kind == "M":
        return 3 + sum(1 + len(name.encode()) + _value_bytes(one) for name, one in held.items())
    if kind == "L":
        return 3 + sum(1 + _value_bytes(one) for one in held)
    if kind in ("SS", "NS", "BS"):
        return sum(_value_bytes({kind[0]: one}) for one in held)
    if kind in ("BOOL", "NULL"):
        return 1
    return len(held) if kind == "B" else len(str(held).encode())


@contextmanager
def metered(client: "DynamoDBClient") -> Iterator[Meter]:
    """Count what the client asks inside the block."""
    meter = Meter()
    asked: dict[int, Mapping[str, Any]] = {}

    def before(params: dict[str, Any], context: dict[str, Any], **_: object) -> None:
        params["ReturnConsumedCapacity"] = "INDEXES"
        asked[id(context)] = params

    def after(parsed: Mapping[str, Any], model: Any, context: dict[str, Any], **_: object) -> None:
        params = asked.pop(id(context), {})
        if "Error" not in parsed:
            meter.add(model.name, params, parsed)

    events = client.meta.events
    for operation in _TOLD_BY:
        events.register(f"provide-client-params.dynamodb.{operation}", before)
        events.register(f"after-call.dynamodb.{operation}", after)
    try:
        yield meter
    finally:
        for operation in _TOLD_BY:
            events.unregister(f"provide-client-params.dynamodb.{operation}", before)
            events.unregister(f"after-call.dynamodb.{operation}", after)
