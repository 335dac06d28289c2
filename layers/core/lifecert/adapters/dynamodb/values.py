"""Plain Python values to DynamoDB's typed ones and back, and the text forms of days and moments."""

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any

from boto3.dynamodb.types import TypeDeserializer, TypeSerializer

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.type_defs import AttributeValueTypeDef


def typed(values: Mapping[str, Any]) -> "dict[str, AttributeValueTypeDef]":
    """An item as DynamoDB wants it. A value that is None is left out: the attribute is absent."""
    serialise = TypeSerializer().serialize
    return {name: serialise(value) for name, value in values.items() if value is not None}


def plain(item: "Mapping[str, AttributeValueTypeDef]") -> dict[str, Any]:
    """An item's values, numbers as Decimal and binary as boto3's Binary."""
    deserialise = TypeDeserializer().deserialize
    return {name: deserialise(value) for name, value in item.items()}


def moment(at: datetime) -> str:
    """A UTC time as text that sorts like the time itself. Raises ValueError for any other zone."""
    if at.utcoffset() != timedelta(0):
        raise ValueError("times are stored in UTC")
    return at.astimezone(UTC).isoformat(timespec="microseconds")


def epoch(at: datetime) -> int:
    """A time as TTL wants it: whole seconds since 1970."""
    return int(at.timestamp())


def optional_moment(at: datetime | None) -> str | None:
    """`moment`, or None."""
    return moment(at) if at else None


def optional_day(day: date | None) -> str | None:
    """ISO day, or None."""
    return day.isoformat() if day else None


def as_moment(text: str | None) -> datetime | None:
    """What `optional_moment` wrote."""
    return datetime.fromisoformat(text) if text else None


def as_day(text: str | None) -> date | None:
    """What `optional_day` wrote."""
    return date.fromisoformat(text) if text else None
