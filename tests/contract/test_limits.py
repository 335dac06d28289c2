"""Counts with limits, on every engine; and a session that is stored with its counts or not at all."""

import uuid
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from botocore.exceptions import ClientError

from lifecert.adapters.dynamodb.limits import DynamoLimits
from lifecert.domain.errors import LimitReached
from lifecert.domain.limits import Count, helper_day
from tests.support.builders import NOW, a_session
from tests.support.engines import DynamoTables, Stores

HOUR_LATER = NOW + timedelta(hours=1)


def a_count(limit: int = 2, **fields: object) -> Count:
    return replace(Count(f"user#{uuid.uuid4()}", limit, HOUR_LATER), **fields)  # type: ignore[arg-type]


def test_there_is_room_up_to_the_limit_and_then_until_when_is_told(stores: Stores) -> None:
    count = a_count(2)
    stores.limits.take([count])
    stores.limits.take([count])
    with pytest.raises(LimitReached) as refused:
        stores.limits.take([count])
    assert refused.value.until == HOUR_LATER


def test_several_are_counted_at_once_or_none(stores: Stores) -> None:
    count = a_count(5)
    stores.limits.take([replace(count, step=3)])
    with pytest.raises(LimitReached):
        stores.limits.take([replace(count, step=3)])
    stores.limits.take([replace(count, step=2)])
    with pytest.raises(LimitReached):
        stores.limits.take([count])


def test_all_counts_or_none(stores: Stores) -> None:
    full, free = a_count(1), a_count(1)
    stores.limits.take([full])
    with pytest.raises(LimitReached):
        stores.limits.take([free, full])
    stores.limits.take([free])


def test_a_look_counts_nothing_and_sees_a_full_count(stores: Stores) -> None:
    count = a_count(1)
    for _ in range(3):
        stores.limits.take([a_count(), replace(count, adds=False)])
        stores.limits.take([replace(count, adds=False)])
    stores.limits.take([count])
    with pytest.raises(LimitReached):
        stores.limits.take([a_count(), replace(count, adds=False)])
    with pytest.raises(LimitReached):
        stores.limits.take([replace(count, adds=False)])


def test_what_is_given_back_can_be_taken_again(stores: Stores) -> None:
    count = a_count(3)
    stores.limits.take([replace(count, step=2)])
    stores.limits.give_back(replace(count, step=2))
    for _ in range(3):
        stores.limits.take([count])
    with pytest.raises(LimitReached):
        stores.limits.take([count])


def test_counting_without_a_limit_tells_how_many(stores: Stores) -> None:
    count = helper_day(str(uuid.uuid4()), NOW, usual=1)
    assert [stores.limits.count(count) for _ in range(3)] == [1, 2, 3]


def test_a_session_over_a_limit_is_not_stored(stores: Stores) -> None:
    count = a_count(1)
    first, second = a_session(), a_session()
    assert stores.sessions.open(first, [count]) == first
    with pytest.raises(LimitReached):
        stores.sessions.open(second, [count])
    assert stores.sessions.get(second.session_id) is None


def test_a_repeat_is_not_counted_and_not_refused(stores: Stores) -> None:
    count, session = a_count(1), a_session()
    stores.sessions.open(session, [count])
    again = replace(session, request_digest="o" * 64)
    assert stores.sessions.open(again, [count]) == session


def test_many_at_once_never_pass_the_limit(racing: Stores) -> None:
    count, others = a_count(5), 12

    def start(_: int) -> bool:
        try:
            racing.sessions.open(a_session(), [count])
        except LimitReached:
            return True
        return False

    with ThreadPoolExecutor(4) as pool:
        refused = sum(pool.map(start, range(others)))
    assert refused == others - 5


def test_every_count_ends_by_itself(tables: DynamoTables) -> None:
    count = a_count()
    tables.stores().limits.take([count])
    stored = tables.item("Limits", counter=count.name)
    assert stored["expires_at"] > count.until.timestamp()


class Colliding:
    """A client whose first transactions meet another's at the same item."""

    def __init__(self, client: Any, times: int) -> None:
        self._client, self.left = client, times

    def transact_write_items(self, **asked: Any) -> Any:
        if self.left:
            self.left -= 1
            told = {
                "Error": {"Code": "TransactionCanceledException"},
                "CancellationReasons": [{"Code": "TransactionConflict"}],
            }
            raise ClientError(told, "TransactWriteItems")  # type: ignore[arg-type]
        return self._client.transact_write_items(**asked)


def test_what_is_given_back_is_given_back_though_it_meets_another(tables: DynamoTables) -> None:
    count, limits = a_count(1), tables.stores().limits
    limits.take([count])
    colliding: Any = Colliding(tables.client, 3)
    DynamoLimits(colliding, tables.name("Limits")).give_back(count)
    limits.take([count])
