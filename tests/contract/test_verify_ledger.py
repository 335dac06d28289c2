"""What verify_ledger finds in real tables, and that it does not cry wolf."""

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from lifecert.adapters.dynamodb.benefits import benefit_map
from lifecert.adapters.dynamodb.ledger import ledger_item
from lifecert.adapters.dynamodb.values import typed
from lifecert.domain.actor import Actor, Role
from lifecert.domain.beneficiary import Beneficiary
from lifecert.domain.change import Change
from lifecert.domain.ledger import LedgerEvent
from lifecert.domain.status import Standing, Status
from ops.verify_ledger import LedgerCheck, WholeLedger, ledger_check, main
from tests.support.builders import a_beneficiary, a_benefit, a_change, an_id, standing_of
from tests.support.engines import SHARDS, DynamoTables
from tests.support.fakes.clock import FixedClock
from tests.support.sweeping import Night, lapsed


def standing_details(standing: Standing) -> dict[str, Any]:
    day = standing.valid_until.isoformat()
    benefit = {**a_benefit().named(), "status": str(standing.status), "held_since": None, "unpaid_since": None}
    return {"status": str(standing.status), "valid_until": day, "attempt": 3, "benefits": [benefit]}


def certified(before: Beneficiary, days: int) -> Change:
    certificate_id, valid_until = an_id(), before.valid_until + timedelta(days=days)
    standing = replace(standing_of(before), valid_until=valid_until)
    told = {
        "certificate_id": certificate_id,
        "certified_on": valid_until.replace(year=valid_until.year - 1).isoformat(),
    }
    return a_change(
        before,
        LedgerEvent.CERTIFIED,
        changed={"standing": standing, "certificate_id": certificate_id},
        details={**standing_details(standing), **told},
    )


def with_chain(tables: DynamoTables, length: int = 4) -> Beneficiary:
    """A registered person with so many entries: the last one concerns no standing."""
    register = tables.stores().register
    fresh = a_beneficiary(has_reference=False)
    known = {"benefits": [one.facts() for one in fresh.benefits], "grace_from": None, "channel": None}
    change = a_change(fresh, LedgerEvent.REGISTERED, details={**standing_details(standing_of(fresh)), **known})
    register.commit(change)
    while change.after.version < length:
        newest = change.after
        change = a_change(newest) if newest.version == length - 1 else certified(newest, days=30)
        register.commit(change)
    return change.after


@dataclass(frozen=True, slots=True)
class Vandal:
    """Somebody with write access to the tables."""

    tables: DynamoTables
    victim: Beneficiary

    def entry(self, seq: int) -> dict[str, Any]:
        return self.tables.item("Ledger", beneficiary_id=self.victim.beneficiary_id, seq=seq)

    def put(self, table: str, item: dict[str, Any]) -> None:
        self.tables.client.put_item(TableName=self.tables.name(table), Item=typed(item))

    def edit(self, seq: int, **fields: Any) -> None:
        self.put("Ledger", {**self.entry(seq), **fields})

    def remove(self, seq: int) -> None:
        key = typed({"beneficiary_id": self.victim.beneficiary_id, "seq": seq})
        self.tables.client.delete_item(TableName=self.tables.name("Ledger"), Key=key)

    def reorder(self) -> None:
        second, third = self.entry(2), self.entry(3)
        self.put("Ledger", {**second, "seq": 3})
        self.put("Ledger", {**third, "seq": 2})

    def reseal(self, seq: int) -> None:
        entries = list(self.tables.stores().ledger.entries(self.victim.beneficiary_id))
        changed = replace(entries[seq - 1], actor=Actor("somebody-else", Role.CLERK)).sealed()
        self.put("Ledger", ledger_item(changed))

    def edit_beneficiary(self, **fields: Any) -> None:
        item = self.tables.item("Beneficiaries", beneficiary_id=self.victim.beneficiary_id)
        self.put("Beneficiaries", {**item, **fields})

    def edit_benefit(self, **fields: Any) -> None:
        """The first of the victim's benefits."""
        (benefit,) = self.tables.item("Beneficiaries", beneficiary_id=self.victim.beneficiary_id)["benefits"]
        self.edit_beneficiary(benefits=[{**benefit, **fields}])

    def delete_beneficiary(self) -> None:
        key = typed({"beneficiary_id": self.victim.beneficiary_id})
        self.tables.client.delete_item(TableName=self.tables.name("Beneficiaries"), Key=key)

    def truncate_and_hide(self) -> None:
        # The tail is cut off, and the beneficiary's version with it, but its standing is left as it was.
        self.remove(4)
        self.remove(3)
        self.edit_beneficiary(version=2, ledger_head=self.entry(2)["hash"])


def last_day(vandal: Vandal) -> str:
    return vandal.victim.valid_until.isoformat()


# Every attribute of which the ledger tells, with what somebody might write there; two more are among DAMAGES.
EDITED: dict[str, Any] = {
    "certificate_id": "another",
    "certified_by": ["somebody"],
    "open_cases": [
        {"review_id": "another", "kind": "verification", "by": ["somebody"], "doubts": True, "upheld": False}
    ],
    "reprieve": {"until": "2026-03-01", "valid_until": "2026-03-01"},
    "counter_photo_on": "2026-03-01",
    "consent": {"version": "1", "given_at": "2026-03-01T00:00:00+00:00", "recorded_by": "another", "guardian": True},
    "consent_withdrawn_on": "2026-03-01",
    "withdrawn_by": "another",
    "faces_go_on": "2026-03-08",
    "own_account": "another",
    "notice": {
        "valid_until": "2026-03-01",
        "days_before": 0,
        "reminder_seq": 1,
        "sent": True,
        "delivered_on": "2026-03-01",
    },
    "contact_channel": "sms",
    "office_notices": [
        {
            "notice_id": "another",
            "valid_until": "2026-03-01",
            "way": "visit",
            "result": "told",
            "on": "2026-03-01",
            "recorded_by": "clerk-1",
            "counts_on": "2026-03-01",
        }
    ],
    "grace_from": "2026-03-01",
    "has_reference": True,
    "reference_ids": ["another"],
}
# The same of each benefit.
EDITED_OF_BENEFITS: dict[str, dict[str, Any]] = {
    "category": {"category": "injury_care"},
    "district": {"district": "330106"},
    "payer": {"payer": "another"},
    "payer_reference": {"payer_reference": "another"},
    "start": {"start": "2026-03-01"},
    "planned_end": {"planned_end": "2026-03-01"},
    "injury_grade": {"injury_grade": 7},
    "held_since": {"held_since": "2026-03-01"},
    "unpaid_since": {"unpaid_since": "2026-03-01"},
    "ended_on": {"ended_on": "2026-03-01", "end_cause": "moved"},
    "grace_from": {"grace_from": "2026-03-01"},
    "hold_proposal": {
        "hold_proposal": {
            "batch_id": "another",
            "valid_until": "2026-03-01",
            "proposed_at": "2026-03-01T00:00:00+00:00",
        }
    },
}
DAMAGES: dict[str, tuple[Callable[[Vandal], None], str]] = {
    "altered": (lambda vandal: vandal.edit(2, actor_id="somebody-else"), "entry 2 .*was altered"),
    "detail altered": (
        lambda vandal: vandal.edit(2, details={**vandal.entry(2)["details"], "attempt": 4}),
        "entry 2 .*was altered",
    ),
    "altered by a fraction": (
        lambda vandal: vandal.edit(2, details={**vandal.entry(2)["details"], "attempt": Decimal("3.5")}),
        "entry 2 .*cannot be read",
    ),
    "altered and hashed anew": (lambda vandal: vandal.reseal(2), "entry 3 .*does not link"),
    "last one altered and hashed anew": (lambda vandal: vandal.reseal(4), "entry 4 is not the one"),
    "unknown event": (lambda vandal: vandal.edit(3, event="pardoned"), "entry 3 .*cannot be read"),
    "not a moment": (lambda vandal: vandal.edit(1, at="long ago"), "entry 1 .*cannot be read"),
    "first removed": (lambda vandal: vandal.remove(1), "entry 1 .*is missing"),
    "middle removed": (lambda vandal: vandal.remove(3), "entry 3 .*is missing"),
    "truncated": (lambda vandal: vandal.remove(4), "entry 4 is missing: .* beneficiary is at 4"),
    "truncated, version set back": (Vandal.truncate_and_hide, "not as the ledger recorded last"),
    "reordered": (Vandal.reorder, "entry 2 .*(altered|does not link)"),
    "version set back": (lambda vandal: vandal.edit_beneficiary(version=3), "has 4 entries, the beneficiary is at 3"),
    "prolonged in the register": (
        lambda vandal: vandal.edit_beneficiary(valid_until="2099-01-01"),
        "not as the ledger recorded last",
    ),
    "revived in the register": (
        lambda vandal: vandal.edit_beneficiary(lapsed=True),
        "status not as the ledger recorded last",
    ),
    **{
        f"{name} put into the register": (
            lambda vandal, name=name, value=value: vandal.edit_beneficiary(**{name: value}),  # type: ignore[misc]
            f"{name} not as the ledger recorded last",
        )
        for name, value in EDITED.items()
    },
    **{
        f"{name} of a benefit put into the register": (
            lambda vandal, fields=fields: vandal.edit_benefit(**fields),  # type: ignore[misc]
            f"benefit 1: {name}.* not as the ledger recorded last",
        )
        for name, fields in EDITED_OF_BENEFITS.items()
    },
    "a benefit put into the register": (
        lambda vandal: vandal.edit_beneficiary(benefits=[benefit_map(a_benefit(benefit_id=one)) for one in "12"]),
        "benefit 2 not as the ledger recorded last",
    ),
    "will end": (lambda vandal: vandal.edit_beneficiary(ends_bucket="2099-01-01#0"), "ends_bucket not as the other"),
    "never due": (lambda vandal: vandal.edit_beneficiary(due_bucket=None), "due_bucket not as the other fields"),
    "due too late": (lambda vandal: vandal.edit_beneficiary(due_bucket="2099-01-01#0"), "due_bucket not as"),
    "in no shard": (lambda vandal: vandal.edit_beneficiary(due_bucket=f"{last_day(vandal)}#7"), "due_bucket not as"),
    "faces due": (lambda vandal: vandal.edit_beneficiary(faces_due="2026-03-01", faces_shard=0), "faces_due, faces_sh"),
    "beneficiary unreadable": (
        lambda vandal: vandal.edit_benefit(category="friend"),
        "beneficiary .*cannot be read",
    ),
    "beneficiary deleted": (Vandal.delete_beneficiary, "nobody is registered, yet the ledger has 4 entries"),
}


@pytest.mark.parametrize("damage", DAMAGES)
def test_damage_is_found_and_named_and_nobody_else_is(damage: str, moto_tables: DynamoTables) -> None:
    tables = moto_tables
    do, named = DAMAGES[damage]
    others = [with_chain(tables, length) for length in (1, 5)]
    victim = with_chain(tables)
    do(Vandal(tables, victim))
    beneficiaries, ledger = tables.name("Beneficiaries"), tables.name("Ledger")
    check = ledger_check(tables.client, beneficiaries, ledger, SHARDS)
    fault = check(victim.beneficiary_id)
    assert fault is not None
    assert victim.beneficiary_id in fault
    assert re.search(named, fault)
    assert [check(other.beneficiary_id) for other in others] == [None] * 2
    told: list[str] = []
    walked = WholeLedger(tables.client, beneficiaries, ledger, segments=3, page_size=2, shards=SHARDS)(
        told.append, lambda _: None
    )
    assert told == [fault]
    assert walked.broken == {victim.beneficiary_id}
    assert walked.people == (2 if damage == "beneficiary deleted" else 3)


def test_without_the_number_of_shards_the_day_alone_is_compared(moto_tables: DynamoTables) -> None:
    victim = with_chain(moto_tables)
    vandal = Vandal(moto_tables, victim)
    check = ledger_check(moto_tables.client, moto_tables.name("Beneficiaries"), moto_tables.name("Ledger"))
    vandal.edit_beneficiary(due_bucket=f"{last_day(vandal)}#7")
    assert check(victim.beneficiary_id) is None
    vandal.edit_beneficiary(due_bucket="2099-01-01#0")
    assert "due_bucket" in str(check(victim.beneficiary_id))


def test_a_person_whose_whole_chain_was_removed_is_missed(tables: DynamoTables) -> None:
    victim = with_chain(tables, length=2)
    vandal = Vandal(tables, victim)
    vandal.remove(1)
    vandal.remove(2)
    check = ledger_check(tables.client, tables.name("Beneficiaries"), tables.name("Ledger"))
    assert check(victim.beneficiary_id) == (
        f"entry 1 is missing: the chain ends there, the beneficiary is at 2: {victim.beneficiary_id}"
    )
    assert check(stranger := an_id()) == f"nothing is stored under this id: {stranger}"


def test_everybody_is_walked_whatever_the_pages_and_segments(tables: DynamoTables) -> None:
    for length in (1, 1, 2, 3, 7, 1, 2):
        with_chain(tables, length)
    for segments, page_size in ((1, 1), (1, 1000), (4, 2)):
        seen: list[int] = []
        walk = WholeLedger(tables.client, tables.name("Beneficiaries"), tables.name("Ledger"), segments, page_size)
        assert walk(pytest.fail, seen.append).people == 7
        assert seen == list(range(1, 8))


def test_somebody_changed_between_the_two_reads_is_no_damage(tables: DynamoTables) -> None:
    stores = tables.stores()
    person = with_chain(tables, length=2)

    class Busy:
        """Is certified after every read, as long as there is something to do."""

        changes = 2

        def __getattr__(self, name: str) -> Any:
            return getattr(stores.register, name)

        def get(self, beneficiary_id: str) -> Beneficiary | None:
            found = stores.register.get(beneficiary_id)
            if found and self.changes:
                self.changes -= 1
                stores.register.commit(certified(found, days=1))
            return found

    assert LedgerCheck(Busy(), stores.ledger)(person.beneficiary_id) is None


def test_what_the_use_cases_write_is_whole(tables: DynamoTables) -> None:
    stores = tables.stores()
    due = [with_chain(tables, length=1), with_chain(tables, length=2)]
    last = due[0].valid_until
    clock = FixedClock()
    clock.move(days=(last - clock.today()).days + 1)
    assert lapsed(Night(stores.register, stores.sweep_runs, clock, SHARDS)()) == 2
    check = ledger_check(tables.client, tables.name("Beneficiaries"), tables.name("Ledger"))
    assert [check(one.beneficiary_id) for one in due] == [None, None]
    found = stores.register.get(due[0].beneficiary_id)
    assert found
    assert found.status is Status.LAPSED


@pytest.fixture
def place(moto_tables: DynamoTables, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    return ["--table", moto_tables.name("Ledger"), "--beneficiaries-table", moto_tables.name("Beneficiaries")]


def test_the_exit_status_tells(moto_tables: DynamoTables, place: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    whole, victim = with_chain(moto_tables), with_chain(moto_tables)
    assert main(place) == 0
    assert capsys.readouterr().out == "2 people checked, 0 broken\n"
    Vandal(moto_tables, victim).remove(4)
    assert main(place) == 1
    assert capsys.readouterr().out == (
        f"BROKEN entry 4 is missing: the chain ends there, the beneficiary is at 4: {victim.beneficiary_id}\n"
        "2 people checked, 1 broken\n"
    )
    assert main([*place, "--beneficiary", whole.beneficiary_id]) == 0
    assert main([*place, "--beneficiary", victim.beneficiary_id]) == 1
    assert capsys.readouterr().out.startswith(f"whole: {whole.beneficiary_id}\nBROKEN entry 4")


def test_tables_that_cannot_be_read_are_neither_whole_nor_broken(
    place: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([*place[:2], "--beneficiaries-table", "no-such-table"]) == 2
    answer = capsys.readouterr()
    assert answer.out == ""
    assert "cannot read the ledger: " in answer.err
    with pytest.raises(SystemExit, match="2"):
        main(place[:2])
