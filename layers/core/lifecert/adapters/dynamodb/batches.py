"""Many items of a table by their keys, read at once."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from lifecert.adapters.aws_errors import translated
from lifecert.adapters.dynamodb.values import plain, typed
from lifecert.domain.errors import StoreUnavailable

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

_TRIES = 3


def read_items(client: "DynamoDBClient", table: str, key: str, values: Sequence[str]) -> list[dict[str, Any]]:
    """The items with these values, at most 100, of a partition key, in their order; missing ones are left out.

    Raises StoreUnavailable rather than give half of them.
    """
    wanted = list(dict.fromkeys(values))
    left: Any = {table: {"Keys": [typed({key: value}) for value in wanted], "ConsistentRead": True}} if wanted else {}
    found: dict[str, dict[str, Any]] = {}
    for _ in range(_TRIES):
        if not left:
            break
        with translated():
            answer = client.batch_get_item(RequestItems=left)
        found |= {item[key]: item for item in map(plain, answer["Responses"].get(table, []))}
        left = answer.get("UnprocessedKeys")
    if left:
        raise StoreUnavailable("keys left unread")
    return [found[value] for value in wanted if value in found]
