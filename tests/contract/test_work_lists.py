"""Work lists on every engine, and what a year of somebody writes to them."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from lab.scale.meter import item_bytes, metered
from lifecert.adapters.dynamodb.work_lists import COUNTED, ROW_SHARDS, DynamoWorkLists
from lifecert.application.office.keep_lists import KeepLists, RebuildLists
from lifecert.domain.beneficiary import Beneficiary
from lifecert.domain.errors import VersionConflict
from lifecert.domain.ledger import LedgerEvent
from lifecert.domain.notice import Notice, NoticeChannel
from lifecert.domain.page import Position
from lifecert.domain.work_list import Count, Figure, Listed, Row, WorkList, place_of, rows_of
from tests.support.builders import NOW, VALID_UNTIL, a_change, an_id, registration
from tests.support.engines import DynamoTables, Stores
from tests.support.fakes.clock import FixedClock

DISTRICT, OTHER = "110101", "310101"


def row(day: date = VALID_UNTIL, wanted: WorkList = WorkList.NO_CONTACT, district: str = DISTRICT) -> Row:
    return Row(district, wanted, day)


def put(stores: Stores, *rows: Row, whose: str = "") -> str:
    whose = whose or an_id()
    stores.work_lists.move(Listed(whose), Listed(whose, 1, 0, frozenset(rows)))
    return whose


def everybody(stores: Stores, limit: int, last_day: date | None = None) -> list[tuple[Row, str]]:
    found: list[tuple[Row, str]] = []
    after: Position | None = None
    while True:
        page = stores.work_lists.listed(DISTRICT, WorkList.NO_CONTACT, last_day, limit, after)
        assert len(page.items) <= limit
        found += page.items
        after = page.after
        if after is None:
            return found


def test_a_list_comes_by_day_and_id_over_all_shards_page_by_page(stores: Stores) -> None:
    days = [VALID_UNTIL + timedelta(days=number % 4) for number in range(17)]
    expected = sorted((row(day), put(stores, row(day))) for day in days)
    put(stores, row(district=OTHER), row(wanted=WorkList.DUE))
    for limit in (1, 4, 17, 50):
        assert everybody(stores, limit) == expected
    soon = [one for one in expected if one[0].day <= VALID_UNTIL + timedelta(days=1)]
    assert everybody(stores, 4, VALID_UNTIL + timedelta(days=1)) == soon
    assert everybody(stores, 4, VALID_UNTIL - timedelta(days=1)) == []
    lists = stores.work_lists
    assert lists.count(DISTRICT, WorkList.NO_CONTACT, None).number == len(expected)
    assert lists.count(DISTRICT, WorkList.NO_CONTACT, VALID_UNTIL + timedelta(days=1)).number == len(soon)
    assert lists.count(OTHER, WorkList.NO_CONTACT, None).number == 1
    assert lists.count(OTHER, WorkList.LAPSED, None).number == 0


def test_a_place_behind_the_last_day_of_a_list_has_nothing_behind_it(stores: Stores) -> None:
    put(stores, row())
    last = place_of(VALID_UNTIL, "~~ made up")
    for after in (Position(NOW + timedelta(days=999), an_id()), last, replace(last, id="\U0001f600")):
        assert stores.work_lists.listed(DISTRICT, WorkList.NO_CONTACT, VALID_UNTIL, 5, after).items == ()


def test_what_the_lists_have_of_a_person_comes_back_and_moves_as_one(stores: Stores) -> None:
    lists, whose = stores.work_lists, an_id()
    assert lists.known(whose) == Listed(whose)
    first = Listed(whose, 3, 2, frozenset({row(), row(wanted=WorkList.DUE)}))
    lists.move(Listed(whose), first)
    assert lists.known(whose) == first
    second = replace(first, version=4, rows=frozenset({row(VALID_UNTIL + timedelta(days=1)), row(wanted=WorkList.DUE)}))
    lists.move(first, second)
    assert lists.known(whose) == second
    assert everybody(stores, 9) == [(row(VALID_UNTIL + timedelta(days=1)), whose)]


@pytest.mark.parametrize("stale", ["unread", "version", "counted", "rows"])
def test_whoever_read_something_else_writes_nothing(stores: Stores, stale: str) -> None:
    lists, whose = stores.work_lists, an_id()
    now = Listed(whose, 3, 2, frozenset({row()}))
    lists.move(Listed(whose), now)
    read = {
        "unread": Listed(whose),
        "version": replace(now, version=2),
        "counted": replace(now, counted=1),
        "rows": replace(now, rows=frozenset()),
    }[stale]
    with pytest.raises(VersionConflict):
        lists.move(read, Listed(whose, 9, 9), [Count(DISTRICT, "2026-03", Figure.RETRY, "too_dark")])
    assert lists.known(whose) == now
    assert len(everybody(stores, 9)) == 1
    assert lists.figures(DISTRICT, "2026-03").numbers == {}


def test_numbers_add_up_by_month_and_district_whoever_they_are_of(stores: Stores) -> None:
    lists = stores.work_lists
    certified = Count(DISTRICT, "2026-03", Figure.CERTIFIED, "face_self")
    for number in range(20):
        whose = an_id()
        other = replace(certified, by="in_person") if number % 2 else replace(certified, district=OTHER)
        in_time = Count(DISTRICT, "2026-06", Figure.YEAR, "in_time")
        lists.move(Listed(whose), Listed(whose, 1, 1), [certified, other, in_time])
    assert lists.figures(DISTRICT, "2026-03").numbers == {Figure.CERTIFIED: {"face_self": 20, "in_person": 10}}
    assert lists.figures(DISTRICT, "2026-06").number(Figure.YEAR, "in_time") == 20
    assert lists.figures(OTHER, "2026-03").number(Figure.CERTIFIED, "face_self") == 10
    assert lists.figures(OTHER, "2026-06").numbers == {}


@contextmanager
def transactions(tables: DynamoTables) -> Iterator[list[list[int]]]:
    """The sizes of the items of each transaction inside the block."""
    found: list[list[int]] = []

    def note(params: dict[str, Any], **_: object) -> None:
        asked = [one for part in params["TransactItems"] for one in part.values()]
        found.append([item_bytes(one.get("Item", one.get("Key", {}))) for one in asked])

    events, operation = tables.client.meta.events, "provide-client-params.dynamodb.TransactWriteItems"
    events.register(operation, note)
    try:
        yield found
    finally:
        events.unregister(operation, note)


def test_somebody_with_everything_moves_house_whole(tables: DynamoTables) -> None:
    """More rows than go into one transaction of ten."""
    lists, every = tables.stores().work_lists, list(WorkList)[:5]
    whose = put(tables.stores(), *(row(wanted=one) for one in every))
    before = lists.known(whose)
    after = replace(before, version=2, rows=frozenset(replace(one, district=OTHER) for one in before.rows))
    with transactions(tables) as found:
        lists.move(before, after)
    assert max(map(len, found)) <= 10
    assert lists.known(whose) == after
    sizes = {(d, one): lists.count(d, one, None).number for d in (DISTRICT, OTHER) for one in every}
    assert sizes == {(d, one): int(d == OTHER) for d in (DISTRICT, OTHER) for one in every}


def test_a_row_says_nothing_of_anybody_but_their_id(tables: DynamoTables) -> None:
    whose = put(tables.stores(), row())
    found = [
        item for shard in range(ROW_SHARDS) for item in tables.all("WorkLists", list_key=f"110101#no_contact#{shard}")
    ]
    assert [item["place"] for item in found] == [f"{VALID_UNTIL}#{whose}"]
    assert set(found[0]) == {"list_key", "place"}


def test_a_long_list_is_counted_to_a_limit(amazon_tables: DynamoTables) -> None:
    lists = amazon_tables.stores().work_lists
    for number in range(COUNTED // ROW_SHARDS + 1):
        # All in one shard, which is the worst that can be.
        whose = f"{number:08d}-"
        assert isinstance(lists, DynamoWorkLists)
        place = {"list_key": {"S": "110101#lapsed#0"}, "place": {"S": f"2026-01-01#{whose}"}}
        lists.client.put_item(TableName=lists.table, Item=place)
    found = lists.count(DISTRICT, WorkList.LAPSED, None)
    assert (found.number, found.more) == (COUNTED // ROW_SHARDS, True)


# --- what it costs (docs/cost.md) ----------------------------------------------------------------------------------


def keep(stores: Stores) -> KeepLists:
    return KeepLists(stores.work_lists, stores.ledger, stores.reviews, FixedClock(NOW))


def written(tables: DynamoTables, before: Beneficiary, after: Beneficiary) -> tuple[float, int, int]:
    """Read units, write units and requests of taking in one change.

    Of several items of one table in a transaction DynamoDB Local counts the largest alone, so the items are counted
    here: each is below a KB, and costs two units.
    """
    with transactions(tables) as found, metered(tables.client) as meter:
        keep(tables.stores())(before, after)
    assert max((size for sizes in found for size in sizes), default=0) < 1024
    return meter.read_units, 2 * sum(map(len, found)), sum(meter.requests.values())


def test_what_a_year_reads_and_writes(amazon_tables: DynamoTables) -> None:
    stores = amazon_tables.stores()
    at_hand = {"contact_channel": NoticeChannel.SMS, "reference_on": date(2025, 1, 1)}
    first = registration(**at_hand)
    stores.register.commit(first)
    keep(stores)(None, first.after)
    reminded = a_change(first.after, LedgerEvent.REMINDER_DUE, changed={"notice": Notice(VALID_UNTIL, 60, 2)})
    stores.register.commit(reminded)
    assert written(amazon_tables, first.after, reminded.after) == (1, 0, 1), "only the entry is read"
    failed = a_change(
        reminded.after, LedgerEvent.VERIFICATION_FAILED, details={"outcome": "retry", "reason": "too_dark"}
    )
    stores.register.commit(failed)
    assert written(amazon_tables, reminded.after, failed.after) == (2, 4, 3), "the person's item, and a number"
    certified = a_change(
        failed.after,
        LedgerEvent.CERTIFIED,
        changed={"valid_until": VALID_UNTIL + timedelta(days=300)},
        details={"method": "face_self"},
    )
    stores.register.commit(certified)
    # The person's item, a row that goes and one that comes, a number of this month and one of the year that it renews.
    assert written(amazon_tables, failed.after, certified.after) == (2, 10, 3)
    assert stores.work_lists.known(first.after.beneficiary_id).rows == rows_of(certified.after)
    with metered(amazon_tables.client) as meter:
        assert not RebuildLists(stores.work_lists)(certified.after)
    assert (meter.read_units, meter.write_units) == (1, 0)
