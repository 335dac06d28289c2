"""Records from before there were several benefits: read, migrated, killed, begun again, undone, as they were stored."""

import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from lab.scale.migration import PeopleOfBefore, measure
from lab.scale.run import Plan
from lifecert.adapters.dynamodb.holds import GATHERING, HEAD, candidate_key
from lifecert.adapters.dynamodb.register import beneficiary_item
from lifecert.adapters.dynamodb.values import moment, plain, typed
from lifecert.domain.beneficiary import Beneficiary
from lifecert.domain.benefit import Benefit
from lifecert.domain.hold import HoldBatch, HoldChoice, HoldDecision, HoldGround, HoldOutcome, HoldProposal, HoldState
from lifecert.domain.ledger import Detail, LedgerEvent
from lifecert.domain.notice import AFTER_THE_END, Notice, NoticeChannel
from lifecert.domain.status import Standing, Status
from local.dynamodb_local import Engine
from ops import migrate_benefits
from ops.due_keys import DueKeys
from ops.migrate_benefits import (
    FLAT,
    KEPT,
    MEANWHILE,
    MIGRATED,
    SEVERAL,
    UNDONE,
    UNREADABLE,
    BenefitMigration,
    main,
)
from ops.verify_ledger import WholeLedger
from tests.support.builders import NOW, VALID_UNTIL, a_beneficiary, a_benefit, a_change, an_id, registration
from tests.support.engines import SHARDS, DynamoTables
from tests.support.fakes.clock import FixedClock
from tests.support.sweeping import GRACE_DAYS, Night, finished_run

BATCH = "00000000-0000-4000-8000-000000000601"
TOLD_ON = date(2026, 7, 3)
TOLD = Notice(VALID_UNTIL, AFTER_THE_END, 1, sent=True, delivered_on=TOLD_ON)
PROPOSED = HoldProposal(BATCH, VALID_UNTIL, NOW)


def as_stored_before(person: Beneficiary) -> dict[str, Any]:
    """The item that the release before wrote, out of its own writer: category, district and standing are the person's,
    and there is no day of the certification that counts."""
    (benefit,) = person.benefits
    new = beneficiary_item(person, SHARDS)
    item = {name: value for name, value in new.items() if name not in ("benefits", "lapsed", "ends_bucket")}
    del item["certified_on"]
    proposal = benefit.hold_proposal
    item |= {
        "category": str(benefit.category),
        "district": benefit.district,
        "status": str(person.status),
        "held_since": benefit.held_since.isoformat() if benefit.held_since else None,
        "ended_on": benefit.end.on.isoformat() if benefit.end else None,
        "hold_proposal": proposal
        and {
            "batch_id": proposal.batch_id,
            "valid_until": proposal.valid_until.isoformat(),
            "proposed_at": moment(proposal.proposed_at),
        },
    }
    return {name: value for name, value in item.items() if value is not None}


PEOPLE: Mapping[str, Beneficiary] = {
    "active": a_beneficiary(contact_channel=NoticeChannel.SMS),
    "lapsed": a_beneficiary(status=Status.LAPSED, grace_from=date(2026, 7, 1)),
    "told": a_beneficiary(status=Status.LAPSED, notice=TOLD),
    "proposed": a_beneficiary(status=Status.LAPSED, notice=TOLD, hold_proposal=PROPOSED),
    "held": a_beneficiary(standing=Standing(Status.LAPSED, VALID_UNTIL, held_since=date(2026, 10, 3)), notice=TOLD),
    "ended": a_beneficiary(standing=Standing(Status.TERMINATED, VALID_UNTIL, ended_on=date(2026, 5, 3))),
}


def put(tables: DynamoTables, item: Mapping[str, Any], table: str = "Beneficiaries") -> None:
    tables.client.put_item(TableName=tables.name(table), Item=typed(dict(item)))


def stored(tables: DynamoTables, person: Beneficiary) -> dict[str, Any]:
    return tables.item("Beneficiaries", beneficiary_id=person.beneficiary_id)


def migration(tables: DynamoTables, payer: str = "fund", wait: Callable[[], None] = lambda: None) -> BenefitMigration:
    return BenefitMigration(tables.client, tables.name("Beneficiaries"), payer, 3, wait, page_size=2)


def of_before(tables: DynamoTables, people: Mapping[str, Beneficiary] = PEOPLE) -> list[dict[str, Any]]:
    items = [as_stored_before(person) for person in people.values()]
    for item in items:
        put(tables, item)
    return items


@pytest.mark.parametrize("payer", ["fund", "province"])
def test_everybody_has_a_list_then_and_stands_as_before(tables: DynamoTables, payer: str) -> None:
    of_before(tables)
    register = tables.stores().register
    read = {name: register.get(person.beneficiary_id) for name, person in PEOPLE.items()}
    assert read == dict(PEOPLE), "read as they are, before anything is migrated"
    done = migration(tables, payer)()
    assert (done.read, dict(done.became), done.left) == (len(PEOPLE), {MIGRATED: len(PEOPLE)}, [])
    for name, person in PEOPLE.items():
        benefit = replace(person.benefits[0], payer=payer)
        wanted = replace(person, benefits=(benefit,))
        assert register.get(person.beneficiary_id) == wanted, name
        written = {key: value for key, value in beneficiary_item(wanted, SHARDS).items() if value is not None}
        assert stored(tables, person) == written, "as the product itself would write them"
        assert DueKeys(tables.client, tables.name("Beneficiaries"), SHARDS)(wanted) is None
    again = migration(tables, payer)()
    assert (again.read, dict(again.became)) == (len(PEOPLE), {})


def test_a_dry_run_tells_and_writes_nothing(tables: DynamoTables) -> None:
    items = of_before(tables)
    done = migration(tables, wait=lambda: pytest.fail("nothing is written"))(dry_run=True)
    assert dict(done.became) == {MIGRATED: len(PEOPLE)}
    assert [stored(tables, person) for person in PEOPLE.values()] == items


class Killed(Exception):
    """The process is gone."""


@pytest.mark.parametrize("undo", [False, True], ids=["migrating", "undoing"])
@pytest.mark.parametrize("writes", range(len(PEOPLE)))
def test_who_is_killed_anywhere_goes_on_where_it_was(moto_tables: DynamoTables, writes: int, undo: bool) -> None:
    of_before(moto_tables)
    if undo:
        migration(moto_tables)()
    left = [None] * writes

    def wait() -> None:
        if not left:
            raise Killed
        left.pop()

    killed = replace(migration(moto_tables, wait=wait), segments=1)
    with pytest.raises(Killed):
        killed(undo=undo)
    register = moto_tables.stores().register
    assert {name: register.get(person.beneficiary_id) for name, person in PEOPLE.items()} == dict(PEOPLE)
    done = migration(moto_tables)(undo=undo)
    assert dict(done.became) == {UNDONE if undo else MIGRATED: len(PEOPLE) - writes}
    assert all(("benefits" in stored(moto_tables, one)) is not undo for one in PEOPLE.values())


def test_undone_it_is_the_item_of_the_release_before(tables: DynamoTables) -> None:
    items = of_before(tables)
    migration(tables)()
    done = migration(tables)(undo=True)
    assert (dict(done.became), done.left) == ({UNDONE: len(PEOPLE)}, [])
    for item, person in zip(items, PEOPLE.values(), strict=True):
        found = stored(tables, person)
        # Two attributes more, which that release does not look at.
        assert {name: value for name, value in found.items() if name not in (KEPT, "lapsed")} == item
    assert not migration(tables)(undo=True).became
    assert dict(migration(tables)().became) == {MIGRATED: len(PEOPLE)}


def test_who_has_several_is_named_and_left(tables: DynamoTables) -> None:
    person = registration(benefits=(a_benefit(), a_benefit(benefit_id="2"))).after
    put(tables, {name: value for name, value in beneficiary_item(person, SHARDS).items() if value is not None})
    before = stored(tables, person)
    done = migration(tables)(undo=True)
    assert (dict(done.became), done.left) == ({SEVERAL: 1}, [person.beneficiary_id])
    assert stored(tables, person) == before


def full_benefit() -> Benefit:
    return a_benefit(
        payer="mine",
        payer_reference="P-1",
        start=date(2025, 9, 1),
        planned_end=date(2031, 9, 1),
        injury_grade=4,
        grace_from=date(2026, 7, 9),
    )


def test_what_the_flat_shape_cannot_hold_comes_back_unless_the_person_was_changed(tables: DynamoTables) -> None:
    untouched, touched = (registration(benefits=(full_benefit(),)).after for _ in range(2))
    for person in (untouched, touched):
        put(tables, {name: one for name, one in beneficiary_item(person, SHARDS).items() if one is not None})
    before = stored(tables, untouched)
    migration(tables)(undo=True)
    found = stored(tables, touched)
    assert found["grace_from"] == "2026-07-09", "the person's own, as it was before benefits had theirs"
    assert "ends_bucket" not in found
    # The release before writes whole items, of the attributes that it knows.
    known = {name: value for name, value in found.items() if name not in (KEPT, "lapsed")}
    put(tables, {**known, "version": found["version"] + 1, "district": "330106"})
    assert dict(migration(tables, "province")().became) == {MIGRATED: 2}
    migrated = stored(tables, untouched)
    assert migrated["benefits"] == before["benefits"]
    assert not {*FLAT, KEPT} & set(migrated)
    (benefit,) = stored(tables, touched)["benefits"]
    assert (benefit["district"], benefit["payer"]) == ("330106", "province")


def test_who_is_changed_meanwhile_is_never_put_back(tables: DynamoTables) -> None:
    (person,) = [registration().after]
    item = as_stored_before(person)
    put(tables, item)
    register = tables.stores().register

    def wait() -> None:
        newest = register.get(person.beneficiary_id)
        assert newest
        register.commit(a_change(newest))

    done = migration(tables, wait=wait)()
    assert dict(done.became) == {MEANWHILE: 1}
    found = register.get(person.beneficiary_id)
    assert found
    assert found.version == person.version + 1
    assert "benefits" in stored(tables, person), "the product writes the new shape"


def test_what_cannot_be_read_is_named_and_left(tables: DynamoTables) -> None:
    of_before(tables)
    broken = {**as_stored_before(a_beneficiary()), "category": "friend"}
    put(tables, broken)
    done = migration(tables)()
    assert dict(done.became) == {MIGRATED: len(PEOPLE), UNREADABLE: 1}
    assert done.left == [broken["beneficiary_id"]]
    assert tables.item("Beneficiaries", beneficiary_id=broken["beneficiary_id"]) == broken


def chain_of_before(tables: DynamoTables) -> Beneficiary:
    """Somebody registered, lapsed and held by the release before: its entries speak of the person."""
    register = tables.stores().register
    fresh = a_beneficiary(has_reference=False, grace_from=date(2025, 9, 1))
    days = {"valid_until": VALID_UNTIL.isoformat()}
    told: dict[str, Detail] = {**days, "status": Status.ACTIVE, "category": fresh.category, "district": fresh.district}
    change = a_change(fresh, LedgerEvent.REGISTERED, details={**told, "grace_from": "2025-09-01", "channel": None})
    register.commit(change)
    lapsed: dict[str, Detail] = {**days, "status_before": Status.ACTIVE, "status": Status.LAPSED}
    standing = Standing(Status.LAPSED, VALID_UNTIL)
    changed = {"standing": standing, "grace_from": VALID_UNTIL}
    change = a_change(
        change.after, LedgerEvent.LAPSED, changed=changed, details={**lapsed, "grace_from": VALID_UNTIL.isoformat()}
    )
    register.commit(change)
    held_since = VALID_UNTIL + timedelta(days=GRACE_DAYS + 1)
    change = a_change(
        change.after,
        LedgerEvent.PAYMENT_HELD,
        changed={"standing": replace(standing, held_since=held_since)},
        details={
            **days,
            "status": Status.LAPSED,
            "payment_held": True,
            "held_since": held_since.isoformat(),
            "notice_delivered_on": VALID_UNTIL.isoformat(),
            "batch_id": BATCH,
        },
    )
    register.commit(change)
    put(tables, as_stored_before(change.after))
    return change.after


def whole(tables: DynamoTables) -> bool:
    told: list[str] = []
    walk = WholeLedger(tables.client, tables.name("Beneficiaries"), tables.name("Ledger"), 2, shards=SHARDS)
    walked = walk(told.append, lambda _: None)
    assert told == []
    return walked.people > 0


@pytest.mark.parametrize("payer", ["fund", "province"])
def test_the_ledger_verifies_before_after_and_undone(tables: DynamoTables, payer: str) -> None:
    person = chain_of_before(tables)
    assert whole(tables)
    migration(tables, payer)()
    assert whole(tables)
    migration(tables)(undo=True)
    assert whole(tables)
    migration(tables, payer)()
    register = tables.stores().register
    newest = register.get(person.beneficiary_id)
    assert newest
    register.commit(a_change(newest))
    assert whole(tables)
    assert newest.main_benefit.payer == payer


def open_batch_of_before(tables: DynamoTables) -> list[Beneficiary]:
    """A batch that the office has before it, of the release before: no office, no benefits."""
    people = []
    for _ in range(3):
        change = registration(status=Status.LAPSED, notice=TOLD, hold_proposal=PROPOSED, has_reference=False)
        tables.stores().register.commit(change)
        person = change.after
        put(tables, as_stored_before(person))
        candidate = {
            "batch_id": BATCH,
            "item": candidate_key(person.beneficiary_id, SHARDS),
            "masked_name": person.masked_name,
            "category": "resident_pension",
            "district": "110101",
            "valid_until": VALID_UNTIL.isoformat(),
            "notice_delivered_on": TOLD_ON.isoformat(),
            "proposed_at": moment(NOW),
        }
        put(tables, candidate, "HoldBatches")
        people.append(person)
    head = {"batch_id": BATCH, "item": HEAD, "run_id": "2026-10-02.1", "state": "open", "candidates": 3}
    put(tables, {**head, "opened_at": moment(NOW), "outcomes": {}}, "HoldBatches")
    return people


@pytest.mark.parametrize("when", ["never", "before the decision", "after the decision"])
def test_an_open_batch_and_its_proposals_go_on(tables: DynamoTables, when: str) -> None:
    people = open_batch_of_before(tables)
    stores, clock = tables.stores(), FixedClock()
    clock.move(days=(TOLD_ON - clock.today()).days + GRACE_DAYS + 2)
    if when == "before the decision":
        migration(tables)()
    shown = stores.hold_batches.candidates(BATCH, 10).items
    assert {one.beneficiary_id: one.benefits for one in shown} == {one.beneficiary_id: ("1",) for one in people}
    spared = people[0].beneficiary_id
    decision = HoldDecision(HoldChoice.ALL_BUT, HoldGround.CANNOT_COME, "clerk-2", clock.now(), (spared,))
    assert stores.hold_batches.decide(BATCH, decision)
    if when == "after the decision":
        migration(tables)()
    finished_run(stores.sweep_runs, clock.today() - timedelta(days=1))
    Night(stores.register, stores.sweep_runs, clock, SHARDS, batches=stores.hold_batches)()
    batch = stores.hold_batches.get(BATCH)
    assert batch
    assert batch.state is HoldState.APPLIED
    assert batch.outcomes == {HoldOutcome.HELD: 2, HoldOutcome.REJECTED: 1}
    for person in people:
        found = stores.register.get(person.beneficiary_id)
        assert found
        held = None if person.beneficiary_id == spared else clock.today()
        assert (found.held_since, found.main_benefit.unpaid_since, found.main_benefit.payer) == (held, held, "fund")


def test_a_batch_that_took_candidates_is_opened_as_it_was_begun(tables: DynamoTables) -> None:
    open_batch_of_before(tables)
    key = typed({"batch_id": BATCH, "item": HEAD})
    tables.client.delete_item(TableName=tables.name("HoldBatches"), Key=key)
    put(tables, {"batch_id": GATHERING, "item": GATHERING, "gathering": BATCH}, "HoldBatches")
    batches = tables.stores().hold_batches
    ((office, batch_id),) = batches.gathered().items()
    batches.open(HoldBatch(batch_id, office.payer, office.district, "2026-10-02.1", NOW, batches.count(batch_id)))
    assert batches.gathered() == {}
    opened = batches.get(BATCH)
    assert opened
    assert (opened.state, opened.candidates) == (HoldState.OPEN, 3)


def test_the_command(
    moto_tables: DynamoTables, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    of_before(moto_tables)
    outputs = {"BeneficiariesTable": moto_tables.name("Beneficiaries")}
    monkeypatch.setattr(migrate_benefits, "outputs", lambda _stack, _url: outputs)
    monkeypatch.setattr(migrate_benefits, "dynamodb", lambda _url: moto_tables.client)
    run = ["--stack", "lifecert-dev", "--per-second", "10000"]
    assert main([*run, "--dry-run"]) == 0
    assert capsys.readouterr().out == "a dry run, nothing was written; 6 people read: 6 migrated\n"
    assert main(run) == 0
    assert main(run) == 0
    assert capsys.readouterr().out == "6 people read: 6 migrated\n6 people read: nothing to do\n"
    several = registration(beneficiary_id=an_id(), benefits=(a_benefit(), a_benefit(benefit_id="2"))).after
    item = {name: one for name, one in beneficiary_item(several, SHARDS).items() if one is not None}
    put(moto_tables, item)
    assert main([*run, "--undo"]) == 1
    told = capsys.readouterr().out
    assert told == f"LEFT {several.beneficiary_id}\n7 people read: 1 several, 6 undone\n"
    outputs.clear()
    assert main(run) == 2
    assert re.search("start it again to go on", capsys.readouterr().err)


@pytest.mark.parametrize("wrong", [[], ["--stack", "s", "--payer", "The Fund"], ["--stack", "s", "--per-second", "0"]])
def test_what_makes_no_sense_is_refused(wrong: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as refused:
        main(wrong)
    assert refused.value.code == 2
    assert "--" in capsys.readouterr().err


def test_what_is_measured_is_a_register_of_before(dynamodb_local: Engine) -> None:
    """A person is two units: the item, and its copy in by_person."""
    told = measure(dynamodb_local, 150, segments=2)
    assert [told[run]["became"] for run in ("migrate", "repeat", "undo")] == [{MIGRATED: 150}, {}, {UNDONE: 150}]
    assert [told[run]["write_units"] for run in ("migrate", "repeat", "undo")] == [300, 0, 300]
    people = PeopleOfBefore(Plan().today, 0, SHARDS)
    before = replace(people.person(3), benefits=(replace(people.person(3).main_benefit, payer_reference=None),))
    assert plain(people.item(3)) == as_stored_before(before)
