"""The command that makes the work lists anew of the register, on real engines."""

from collections.abc import Callable

import pytest

from lifecert.adapters.dynamodb.register import claim_item
from lifecert.adapters.dynamodb.values import typed
from lifecert.application.office.keep_lists import RebuildLists
from lifecert.domain.errors import StoreUnavailable
from lifecert.domain.ledger import LedgerEvent
from lifecert.domain.notice import NoticeChannel
from lifecert.domain.number import NumberClaim
from lifecert.domain.work_list import Listed, Row, WorkList, rows_of
from ops import rebuild_lists
from ops.rebuild_lists import Rebuild, main
from tests.support.builders import VALID_UNTIL, a_change, an_id, registration, termination
from tests.support.engines import DynamoTables

EVERYBODY = 7


def fill(tables: DynamoTables) -> list[str]:
    register = tables.stores().register
    people = [registration(contact_channel=None) for _ in range(EVERYBODY)]
    for one in people:
        register.commit(one)
    register.commit(termination(people[0].after))
    claim = claim_item(NumberClaim(an_id(), None))
    tables.client.put_item(TableName=tables.name("Beneficiaries"), Item=typed(claim))
    return [one.after.beneficiary_id for one in people]


def rebuild(tables: DynamoTables, wait: Callable[[], None] = lambda: None) -> Rebuild:
    return Rebuild(tables.client, tables.name("Beneficiaries"), tables.name("WorkLists"), wait)


def wrong(tables: DynamoTables, ids: list[str]) -> list[str]:
    stores = tables.stores()
    people = [stores.register.get(one) for one in ids]
    return [p.beneficiary_id for p in people if p and stores.work_lists.known(p.beneficiary_id).rows != rows_of(p)]


def test_everybody_stands_where_their_record_says_and_a_second_run_finds_nothing(tables: DynamoTables) -> None:
    ids, stores = fill(tables), tables.stores()
    # Somebody stands where they do not belong, of a change that was given up.
    astray = Listed(ids[1], 1, 0, frozenset({Row("110101", WorkList.LAPSED, VALID_UNTIL)}))
    stores.work_lists.move(Listed(ids[1]), astray)
    done = rebuild(tables)()
    assert done == {"put right": EVERYBODY - 1, "right": 1, "places of ID numbers": 1}
    assert wrong(tables, ids) == []
    assert stores.work_lists.count("110101", WorkList.LAPSED, None).number == 0
    assert rebuild(tables)() == {"right": EVERYBODY, "places of ID numbers": 1}


def test_one_that_dies_goes_on_after_the_last_whom_it_did(tables: DynamoTables) -> None:
    ids, left = fill(tables), [3]

    def die() -> None:
        left[0] -= 1
        if left[0] < 0:
            raise StoreUnavailable("died")

    stopped = rebuild(tables, die)
    with pytest.raises(StoreUnavailable):
        stopped()
    done = rebuild(tables)(stopped.last)
    assert done.total() == EVERYBODY + 1 - 3
    assert wrong(tables, ids) == []


def test_what_is_written_meanwhile_is_newer_and_stays(moto_tables: DynamoTables) -> None:
    """The scan has read somebody, and the stream is quicker."""
    stores = moto_tables.stores()
    first = registration(contact_channel=None)
    stores.register.commit(first)
    told = a_change(first.after, LedgerEvent.CONTACT_CHANGED, changed={"contact_channel": NoticeChannel.SMS})

    def meanwhile() -> None:
        stores.register.commit(told)
        RebuildLists(stores.work_lists)(told.after)

    assert rebuild(moto_tables, meanwhile)() == {"right": 1}
    assert stores.work_lists.known(first.after.beneficiary_id).rows == rows_of(told.after)


def test_whoever_cannot_be_read_is_counted_and_holds_nobody_up(moto_tables: DynamoTables) -> None:
    fill(moto_tables)
    broken = typed({"beneficiary_id": an_id(), "version": 1})
    moto_tables.client.put_item(TableName=moto_tables.name("Beneficiaries"), Item=broken)
    done = rebuild(moto_tables)()
    assert (done["unreadable"], done["put right"]) == (1, EVERYBODY - 1)


def test_the_command_says_how_it_ended(
    moto_tables: DynamoTables, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    fill(moto_tables)
    names = {f"{name}Table": moto_tables.name(name) for name in ("Beneficiaries", "WorkLists")}
    monkeypatch.setattr(rebuild_lists, "outputs", lambda *_: names)
    monkeypatch.setattr(rebuild_lists, "dynamodb", lambda _: moto_tables.client)
    assert main(["--stack", "a-stack", "--per-second", "100000"]) == 0
    assert f"{EVERYBODY - 1} put right" in capsys.readouterr().out
    moto_tables.client.put_item(
        TableName=moto_tables.name("Beneficiaries"), Item=typed({"beneficiary_id": an_id(), "version": 1})
    )
    assert main(["--stack", "a-stack", "--per-second", "100000"]) == 1
    names["BeneficiariesTable"] = moto_tables.name("Nowhere")
    assert main(["--stack", "a-stack", "--after", "an-id"]) == 2
    assert "go on with --after an-id" in capsys.readouterr().err
