"""Queues by district, at any size: cases and hold batches are listed and counted for the first digits of a district,
and what waits elsewhere is not read for it (adr/0045)."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from lifecert.adapters.dynamodb.values import typed
from lifecert.domain.benefit import Office
from lifecert.domain.hold import HoldBatch, HoldChoice, HoldDecision, HoldGround, HoldState
from lifecert.domain.page import Page, Position
from lifecert.domain.review import (
    AtLeast,
    Ground,
    Review,
    ReviewDecision,
    ReviewFilter,
    ReviewKind,
    ReviewOutcome,
    ReviewState,
)
from lifecert.domain.scope import EVERYWHERE, NOWHERE, Scope
from ops.place_cases import PlaceCases
from tests.support.builders import NOW, a_change, a_review, an_id, registration
from tests.support.engines import PAGE_SIZE, DynamoTables, Stores

LIAOCHENG, SHEN, GAOTANG, JINAN, BEIJING = "371502", "371522", "371526", "370102", "110101"
DECIDED = ReviewDecision(ReviewOutcome.REFUSE, Ground.NOT_LIVE, "clerk-2", NOW)
# District and age of each case: neither order is that of the other.
CASES = [(SHEN, 3), (BEIJING, 0), (LIAOCHENG, 5), (JINAN, 1), (SHEN, 2), (LIAOCHENG, 4), (GAOTANG, 0), (SHEN, 9)]
IN_ORDER = [(LIAOCHENG, 4), (LIAOCHENG, 5), (SHEN, 2), (SHEN, 3), (SHEN, 9), (GAOTANG, 0)]


def opened(stores: Stores, district: str, age: int = 0, **fields: Any) -> Review:
    person = registration().after
    (benefit,) = person.benefits
    moved = replace(person, version=0, ledger_head="0" * 64, benefits=(replace(benefit, district=district),))
    stores.register.commit(a_change(moved))
    found = stores.register.get(person.beneficiary_id)
    assert found
    # The register says where a case stands, and not whoever opens it.
    review = a_review(found, opened_at=NOW + timedelta(seconds=age), **{"district": "", **fields})
    stores.register.commit(a_change(found, review=review))
    stored = stores.reviews.get(review.review_id)
    assert stored
    return stored


def told(review: Review) -> tuple[str, int]:
    return review.district, int((review.opened_at - NOW).total_seconds())


def page_by_page(listed: Callable[..., Page[Any, Position]], wanted: object, limit: int, scope: Scope) -> list[Any]:
    seen: list[Any] = []
    after: Position | None = None
    for _ in range(40):
        page = listed(wanted, limit, after, scope)
        seen += page.items
        after = page.after
        if after is None:
            return seen
    raise AssertionError("no end")


@pytest.mark.parametrize(
    ("prefixes", "expected"),
    [
        (["3715"], IN_ORDER),
        ([SHEN], IN_ORDER[2:5]),
        (["37"], [(JINAN, 1), *IN_ORDER]),
        ([GAOTANG, LIAOCHENG], [*IN_ORDER[:2], IN_ORDER[5]]),
        ([BEIJING, "3715"], [(BEIJING, 0), *IN_ORDER]),
        (["3715", SHEN, "22"], IN_ORDER),
        (["22"], []),
        ([], []),
    ],
)
def test_cases_are_listed_and_counted_by_district_and_in_it_by_age(
    stores: Stores, prefixes: list[str], expected: list[tuple[str, int]]
) -> None:
    for district, age in CASES:
        opened(stores, district, age)
    scope = Scope.of(prefixes)
    for limit in (1, 2, PAGE_SIZE, PAGE_SIZE + 1, len(expected) or 1, 50):
        seen = page_by_page(stores.reviews.listed, ReviewFilter(), limit, scope)
        assert [told(one) for one in seen] == expected, limit
    assert stores.reviews.count_open(scope) == AtLeast(len(expected))
    assert stores.reviews.count_open() == AtLeast(len(CASES))


def test_a_kind_and_a_reason_are_looked_for_in_the_districts_alone(stores: Stores) -> None:
    for district, age in CASES:
        opened(stores, district, age)
    opened(stores, SHEN, 20, kind=ReviewKind.OVERRIDE, reason=None)
    opened(stores, BEIJING, 20, kind=ReviewKind.OVERRIDE, reason=None)
    wanted = ReviewFilter(kind=ReviewKind.OVERRIDE)
    seen = page_by_page(stores.reviews.listed, wanted, 2, Scope.of(["3715"]))
    assert [told(one) for one in seen] == [(SHEN, 20)]


def test_a_case_that_is_decided_changes_its_queue(stores: Stores) -> None:
    first, second = opened(stores, SHEN, 1), opened(stores, SHEN, 2)
    found = stores.register.get(first.beneficiary_id)
    assert found
    stores.register.commit(a_change(found, review=replace(first, decision=DECIDED)))
    here = Scope.of([SHEN])
    assert [one.review_id for one in stores.reviews.listed(ReviewFilter(), 9, None, here).items] == [second.review_id]
    decided = stores.reviews.listed(ReviewFilter(ReviewState.DECIDED), 9, None, here).items
    assert [(one.review_id, one.district) for one in decided] == [(first.review_id, SHEN)]


def test_a_case_stays_in_the_queue_where_it_was_opened_when_the_person_moves(stores: Stores) -> None:
    review = opened(stores, SHEN)
    found = stores.register.get(review.beneficiary_id)
    assert found
    (benefit,) = found.benefits
    moved = replace(found, benefits=(replace(benefit, district=JINAN),))
    stores.register.commit(a_change(moved))
    newest = stores.register.get(review.beneficiary_id)
    assert newest
    assert newest.district == JINAN
    assert stores.reviews.count_open(Scope.of([SHEN])) == AtLeast(1)
    stores.register.commit(a_change(newest, review=replace(review, decision=DECIDED)))
    decided = stores.reviews.get(review.review_id)
    assert decided
    assert decided.district == SHEN


def test_a_case_from_before_there_were_queues_is_in_none_until_it_is_decided(moto_tables: DynamoTables) -> None:
    stores = moto_tables.stores()
    review = opened(stores, SHEN)
    moto_tables.client.update_item(
        TableName=moto_tables.name("Reviews"),
        Key={"review_id": {"S": review.review_id}},
        UpdateExpression="REMOVE district, #queue, queue_place",
        ExpressionAttributeNames={"#queue": "queue"},
    )
    old = stores.reviews.get(review.review_id)
    assert old
    assert old.district == ""
    assert stores.reviews.count_open(Scope.of([SHEN])) == AtLeast(0)
    assert [one.review_id for one in stores.reviews.listed(ReviewFilter(), 9, None, EVERYWHERE).items] == [
        old.review_id
    ]
    person = stores.register.get(old.beneficiary_id)
    assert person
    stores.register.commit(a_change(person, review=replace(old, decision=DECIDED)))
    (decided,) = stores.reviews.listed(ReviewFilter(ReviewState.DECIDED), 9, None, Scope.of([SHEN])).items
    assert decided.district == SHEN


def test_what_was_there_before_is_placed_once(tables: DynamoTables) -> None:
    stores, client = tables.stores(), tables.client
    old, older = opened(stores, SHEN), opened(stores, JINAN, 1)
    made, moved_on = batch(stores, SHEN, 0), batch(stores, JINAN, 1)
    assert stores.hold_batches.decide(
        moved_on.batch_id, HoldDecision(HoldChoice.ALL, HoldGround.NOT_HEARD_OF, "clerk-1", NOW)
    )
    for table, names, keys in (
        ("Reviews", "district, #queue, queue_place", [{"review_id": one.review_id} for one in (old, older)]),
        (
            "HoldBatches",
            "#queue, queue_place",
            [{"batch_id": one.batch_id, "item": "head"} for one in (made, moved_on)],
        ),
    ):
        for key in keys:
            client.update_item(
                TableName=tables.name(table),
                Key=typed(key),
                UpdateExpression=f"REMOVE {names}",
                ExpressionAttributeNames={"#queue": "queue"},
            )
    opened(stores, SHEN, 2)
    place = PlaceCases(client, tables.name("Beneficiaries"), tables.name("Reviews"), tables.name("HoldBatches"))
    assert place() == {"placed": 4}
    assert place() == {}
    for district, number in ((SHEN, 2), (JINAN, 1)):
        here = Scope.of([district])
        assert stores.reviews.count_open(here) == AtLeast(number)
        state = HoldState.OPEN if district == SHEN else HoldState.DECIDED
        assert len(stores.hold_batches.listed(state, 9, None, here).items) == 1
    found = stores.reviews.get(old.review_id)
    assert found == old


@contextmanager
def reads(tables: DynamoTables) -> Iterator[list[int]]:
    """How many items each query looks at."""
    seen: list[int] = []

    def note(parsed: dict[str, Any], **_: object) -> None:
        seen.append(parsed["ScannedCount"])

    tables.client.meta.events.register("after-call.dynamodb.Query", note)
    yield seen
    tables.client.meta.events.unregister("after-call.dynamodb.Query", note)


def test_what_waits_elsewhere_is_not_read(moto_tables: DynamoTables) -> None:
    stores = moto_tables.stores()
    for age in range(20):
        opened(stores, JINAN, age)
        batch(stores, JINAN, age)
    for age in range(2):
        opened(stores, SHEN, age)
        batch(stores, SHEN, age)
    here = Scope.of([SHEN])
    for look in (
        lambda: stores.reviews.listed(ReviewFilter(), 50, None, here),
        lambda: stores.reviews.count_open(here),
        lambda: stores.hold_batches.listed(HoldState.OPEN, 50, None, here),
    ):
        with reads(moto_tables) as seen:
            look()
        assert seen == [2]
    with reads(moto_tables) as seen:
        assert stores.reviews.listed(ReviewFilter(), 50, None, NOWHERE).items == ()
    assert seen == []


def batch(stores: Stores, district: str, age: int) -> HoldBatch:
    made = HoldBatch(an_id(), "fund", district, "2026-03-01.1", NOW + timedelta(seconds=age), 7)
    assert stores.hold_batches.gathering(Office("fund", district), made.batch_id) == made.batch_id
    stores.hold_batches.open(made)
    return made


def test_hold_batches_are_listed_by_district_and_in_it_by_age(stores: Stores) -> None:
    batches = {(district, age): batch(stores, district, age) for district, age in CASES}
    for prefixes, expected in (
        (["3715"], IN_ORDER),
        ([SHEN], IN_ORDER[2:5]),
        ([BEIJING, "3715"], [(BEIJING, 0), *IN_ORDER]),
        ([], []),
    ):
        scope = Scope.of(prefixes)
        for limit in (1, 2, 3, 6, 50):
            seen = page_by_page(stores.hold_batches.listed, HoldState.OPEN, limit, scope)
            assert seen == [batches[one] for one in expected], (prefixes, limit)


def test_a_batch_that_is_decided_and_applied_changes_its_queue(stores: Stores) -> None:
    made, here = batch(stores, SHEN, 0), Scope.of([SHEN])
    decision = HoldDecision(HoldChoice.ALL, HoldGround.NOT_HEARD_OF, "clerk-1", NOW)
    assert stores.hold_batches.decide(made.batch_id, decision)
    where = {state: len(stores.hold_batches.listed(state, 9, None, here).items) for state in HoldState}
    assert where == {HoldState.OPEN: 0, HoldState.DECIDED: 1, HoldState.APPLIED: 0}
    stores.hold_batches.settle(made.batch_id, {}, NOW)
    where = {state: len(stores.hold_batches.listed(state, 9, None, here).items) for state in HoldState}
    assert where == {HoldState.OPEN: 0, HoldState.DECIDED: 0, HoldState.APPLIED: 1}
