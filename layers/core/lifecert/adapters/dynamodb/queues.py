"""Queues by district: one index of a table, by state and province, and in it by district and age.

So the digits with which a district begins, from a province's to a county's, are one range of the index: who asks for a
county reads that county, and nothing else, however many wait elsewhere. What has no district stands in no queue.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from lifecert.adapters.dynamodb.values import moment, typed
from lifecert.domain.page import Position
from lifecert.domain.scope import Scope

BY_STATE, BY_DISTRICT = "by_state", "by_district"
PROVINCE = 2


def queue_keys(state: str, district: str, opened: Position) -> dict[str, str]:
    """The keys by which something stands in the queue of its district."""
    if not district:
        return {}
    return {"queue": queue_of(state, district), "queue_place": _place(district, opened)}


def queue_of(state: str, district: str) -> str:
    """In which part of the index things in one state stand."""
    return f"{state}#{district[:PROVINCE]}"


def queries(state: str, scope: Scope, after: Position | None, own_key: Mapping[str, str]) -> Iterator[dict[str, Any]]:
    """What to query for a list: everywhere in the order of age, and else one prefix after another, in that of district
    and age. `own_key` is the table's own key of the place after which to go on."""
    if scope.prefixes is None:
        query = _query(BY_STATE, "#state = :state", {"#state": "state"}, {":state": state})
        if after:
            query |= _from({"state": state, "opened_at": moment(after.opened_at), **own_key})
        yield query
        return
    for prefix in scope.prefixes:
        begun = after is not None and after.district.startswith(prefix)
        if after and not begun and after.district > prefix:
            continue
        query = _query(
            BY_DISTRICT,
            "#queue = :queue AND begins_with(queue_place, :prefix)",
            {"#queue": "queue"},
            {":queue": queue_of(state, prefix), ":prefix": prefix},
        )
        if after and begun:
            query |= _from({"queue": queue_of(state, prefix), "queue_place": _place(after.district, after), **own_key})
        yield query


def _query(index: str, condition: str, names: dict[str, str], values: dict[str, str]) -> dict[str, Any]:
    return {
        "IndexName": index,
        "KeyConditionExpression": condition,
        "ExpressionAttributeNames": names,
        "ExpressionAttributeValues": typed(values),
    }


def _from(key: Mapping[str, str]) -> dict[str, Any]:
    return {"ExclusiveStartKey": typed(dict(key))}


def _place(district: str, opened: Position) -> str:
    return f"{district}#{moment(opened.opened_at)}"
