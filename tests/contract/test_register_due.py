"""Who is due: the partitions that the sweep reads."""

from datetime import date, timedelta

import pytest

from lifecert.domain.beneficiary import Beneficiary
from lifecert.domain.ledger import LedgerEvent
from lifecert.domain.status import Standing, Status
from lifecert.domain.sweep import Among, Partition, shard_of
from tests.support.builders import (
    VALID_UNTIL,
    a_beneficiary,
    a_change,
    an_id,
)
from tests.support.engines import PAGE_SIZE, SHARDS, DynamoTables, Stores
from tests.support.registering import certify, lapse, registered


def due(stores: Stores, beneficiary: Beneficiary, day: date | None = None) -> list[str]:
    shard = shard_of(beneficiary.beneficiary_id, SHARDS)
    return list(stores.register.due(Partition(day or beneficiary.valid_until, shard)))


def test_the_due_partition_gives_all_pages_in_order(stores: Stores) -> None:
    ids: list[str] = []
    while len(ids) < 3 * PAGE_SIZE + 1:
        beneficiary_id = an_id()
        if shard_of(beneficiary_id, SHARDS) == 0:
            ids.append(registered(stores, beneficiary_id=beneficiary_id).beneficiary_id)
    other_day = registered(stores, valid_until=VALID_UNTIL + timedelta(days=1))
    assert list(stores.register.due(Partition(VALID_UNTIL, 0))) == sorted(ids)
    assert list(stores.register.due(Partition(VALID_UNTIL, 1))) == []
    assert due(stores, other_day) == [other_day.beneficiary_id]


def test_those_read_may_be_changed_while_the_others_are_still_to_come(stores: Stores) -> None:
    ids = [registered(stores).beneficiary_id for _ in range(5 * PAGE_SIZE)]
    found = []
    for shard in range(SHARDS):
        for beneficiary_id in stores.register.due(Partition(VALID_UNTIL, shard)):
            before = stores.register.get(beneficiary_id)
            assert before is not None
            stores.register.commit(lapse(before))
            found.append(beneficiary_id)
    assert sorted(found) == sorted(ids)
    assert not any(list(stores.register.due(Partition(VALID_UNTIL, shard))) for shard in range(SHARDS))


def test_a_due_partition_can_be_read_from_where_one_stopped(stores: Stores) -> None:
    everybody = [registered(stores).beneficiary_id for _ in range(3 * PAGE_SIZE)]
    ids = sorted(one for one in everybody if shard_of(one, SHARDS) == 0)
    partition = Partition(VALID_UNTIL, 0)
    assert [list(stores.register.due(partition, after)) for after in ids] == [
        ids[place + 1 :] for place in range(len(ids))
    ]
    assert stores.register.has_due(Partition(VALID_UNTIL, 0)) == bool(ids)
    assert not stores.register.has_due(Partition(VALID_UNTIL + timedelta(days=1), 0))


def test_the_active_and_the_lapsed_stand_apart_in_the_due_index(stores: Stores) -> None:
    active = registered(stores)
    assert due(stores, active) == [active.beneficiary_id]
    lapsed = lapse(active)
    stores.register.commit(lapsed)
    assert due(stores, active) == []
    shard = shard_of(active.beneficiary_id, SHARDS)
    among_lapsed = Partition(VALID_UNTIL, shard, Among.LAPSED)
    assert list(stores.register.due(among_lapsed)) == [active.beneficiary_id]
    certified = certify(lapsed.after, date(2026, 8, 1))
    stores.register.commit(certified)
    assert due(stores, active) == []
    assert due(stores, certified.after) == [active.beneficiary_id]
    assert not stores.register.has_due(among_lapsed)
    assert certified.after.valid_until == date(2027, 8, 1)


@pytest.mark.parametrize(
    "standing",
    [
        Standing(Status.LAPSED, VALID_UNTIL, held_since=date(2026, 8, 1)),
        Standing(Status.TERMINATED, VALID_UNTIL, ended_on=date(2026, 8, 1)),
    ],
    ids=["held", "terminated"],
)
def test_for_whom_the_sweep_has_nothing_left_to_do_there_is_no_due_bucket(
    tables: DynamoTables, standing: Standing
) -> None:
    one = a_change(a_beneficiary(), LedgerEvent.REGISTERED, changed={"standing": standing})
    tables.stores().register.commit(one)
    item = tables.item("Beneficiaries", beneficiary_id=one.after.beneficiary_id)
    assert "benefits" in item
    assert "due_bucket" not in item
