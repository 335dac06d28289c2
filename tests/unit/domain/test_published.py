"""What of a ledger entry leaves for which payer: one event for each benefit, and nothing beside it."""

import json
from dataclasses import replace
from typing import Any

import pytest

from lifecert.application.feed.publish import Publish
from lifecert.domain.ledger import LedgerEntry, LedgerEvent
from lifecert.domain.published import PublishedEvent, published_events
from tests.support.builders import (
    a_beneficiary,
    a_change,
    an_id,
    registration,
)
from tests.support.fakes.clock import FixedClock
from tests.support.fakes.feed import MemoryBus, MemoryChanges, MemoryHeads
from tests.support.published import ARREARS, RECLAIM, SCHEMAS, STANDING, faults


def test_a_new_detail_of_an_entry_stays_inside() -> None:
    entry = an_entry(LedgerEvent.LAPSED, a_benefit(similarity=1), similarity=1)
    (event,) = published_events(entry)
    assert event.detail.keys() == STANDING


def test_what_caused_an_event_travels_beside_its_detail() -> None:
    (event,) = published_events(replace(registration().entry, correlation_id="request-1"))
    assert event.correlation_id == "request-1"
    assert "request-1" not in json.dumps(dict(event.detail))


# --- one event for each benefit ------------------------------------------------------------------------------------


def a_benefit(number: str = "1", payer: str = "fund", **facts: Any) -> dict[str, Any]:
    """What the ledger says of a benefit that a change touched."""
    return {
        "benefit": number,
        "payer": payer,
        "payer_reference": f"account-{number}",
        "status_before": "lapsed",
        "status": "active",
        "payment_was_held": False,
        "payment_held": False,
        "held_since": None,
        "unpaid_since": None,
        "ended_on": None,
        **dict.fromkeys((*sorted(ARREARS), *sorted(RECLAIM))),
        **facts,
    }


def an_entry(event: LedgerEvent, *benefits: dict[str, Any], **details: Any) -> LedgerEntry:
    person = replace(a_beneficiary(), version=6)
    shared = {"status": "active", "valid_until": "2027-03-01", "certificate_id": an_id(), **details}
    return a_change(person, event, details={**shared, "benefits": list(benefits)}).entry


def schema_faults(event: PublishedEvent) -> list[str]:
    return faults(event.type, json.loads(json.dumps(dict(event.detail))))


def test_a_certification_is_told_to_each_payer_with_what_is_due_there() -> None:
    held = {"payment_was_held": True, "arrears_first_day": "2026-01-05", "arrears_last_day": "2026-02-28"}
    entry = an_entry(LedgerEvent.CERTIFIED, a_benefit(), a_benefit("2", "mine", **held))
    fund, mine = published_events(entry)
    assert [one.event_id for one in (fund, mine)] == [f"{entry.beneficiary_id}:7:1", f"{entry.beneficiary_id}:7:2"]
    assert [one.payer for one in (fund, mine)] == ["fund", "mine"]
    assert [one.detail["payer"] for one in (fund, mine)] == ["fund", "mine"]
    assert [one.detail["payer_reference"] for one in (fund, mine)] == ["account-1", "account-2"]
    assert [one.detail["valid_until"] for one in (fund, mine)] == ["2027-03-01"] * 2
    assert [one.detail["arrears_first_day"] for one in (fund, mine)] == [None, "2026-01-05"]
    assert [one.detail["certificate_id"] for one in (fund, mine)] == [entry.details["certificate_id"]] * 2
    assert schema_faults(fund) == schema_faults(mine) == []
    assert "benefits" not in fund.detail
    assert "mine" not in json.dumps(dict(fund.detail))


NEW = {"category": "survivor_allowance", "district": "110101", "start": "2026-02-01", "planned_end": "2030-08-31"}
MOVED: list[tuple[LedgerEvent, str, dict[str, Any]]] = [
    (LedgerEvent.REGISTERED, "BeneficiaryRegistered", NEW),
    (LedgerEvent.BENEFIT_ADDED, "BeneficiaryRegistered", NEW),
    (LedgerEvent.LAPSED, "BeneficiaryLapsed", {"status": "lapsed"}),
    (
        LedgerEvent.PAYMENT_HELD,
        "PaymentHeld",
        {"status": "lapsed", "payment_held": True, "held_since": "2026-02-01", "unpaid_since": "2026-02-01"},
    ),
    (
        LedgerEvent.TERMINATED,
        "BeneficiaryTerminated",
        {
            "status": "terminated",
            "ended_on": "2026-02-10",
            "unpaid_since": "2026-02-10",
            "reclaim_first_day": "2026-02-10",
            "reclaim_last_day": "2026-02-28",
        },
    ),
    (
        LedgerEvent.BENEFIT_ENDED,
        "BeneficiaryTerminated",
        {
            "status": "terminated",
            "ended_on": "2026-02-10",
            "unpaid_since": "2026-02-10",
            "arrears_first_day": "2026-01-10",
            "arrears_last_day": "2026-02-09",
        },
    ),
    (
        LedgerEvent.CORRECTED,
        "BeneficiaryCorrected",
        {
            "status_before": "terminated",
            "status": "lapsed",
            "payment_held": True,
            "held_since": "2026-01-01",
            "unpaid_since": "2026-01-01",
        },
    ),
    (
        LedgerEvent.CERTIFICATE_REVOKED,
        "CertificateRevoked",
        {
            "status": "lapsed",
            "payment_held": True,
            "held_since": "2026-01-01",
            "unpaid_since": "2026-01-01",
            "reclaim_first_day": "2026-01-01",
            "reclaim_last_day": "2026-02-28",
        },
    ),
]


@pytest.mark.parametrize(("event", "name", "facts"), MOVED, ids=[str(event) for event, *_ in MOVED])
def test_every_change_of_a_benefit_is_as_its_schema_says(event: LedgerEvent, name: str, facts: dict[str, Any]) -> None:
    (told,) = published_events(an_entry(event, a_benefit("3", "mine", **facts)))
    assert (told.type, told.payer) == (name, "mine")
    assert schema_faults(told) == []
    promised = SCHEMAS[name]["properties"].keys()
    assert {fact: told.detail[fact] for fact in facts.keys() & promised} == {
        fact: facts[fact] for fact in facts.keys() & promised
    }


def test_a_new_benefit_of_which_the_ledger_says_no_standing_is_paid() -> None:
    new = {"benefit": "2", "payer": "mine", "payer_reference": None, **NEW}
    (told,) = published_events(an_entry(LedgerEvent.BENEFIT_ADDED, new, status="lapsed", valid_until="2026-02-01"))
    assert schema_faults(told) == []
    assert (told.detail["status"], told.detail["payment_held"]) == ("lapsed", False)
    assert (told.detail["unpaid_since"], told.detail["payer_reference"]) == (None, None)


def test_a_change_that_touched_no_benefit_is_told_to_nobody() -> None:
    assert published_events(an_entry(LedgerEvent.TERMINATED)) == ()


def test_a_reminder_is_one_event_and_no_payers() -> None:
    entry = an_entry(LedgerEvent.REMINDER_DUE, a_benefit(), a_benefit("2", "mine"), days_before=7, channel="sms")
    (reminder,) = published_events(entry)
    assert (reminder.event_id, reminder.payer) == (f"{entry.beneficiary_id}:7", "")
    assert schema_faults(reminder) == []


def test_only_what_is_for_a_payer_waits_for_its_files() -> None:
    changes, bus = MemoryChanges(), MemoryBus()
    publish = Publish(bus, changes, MemoryHeads(), FixedClock())
    assert publish(an_entry(LedgerEvent.REMINDER_DUE, days_before=7, channel=None)) == 1
    assert changes.events == {}
    assert publish(an_entry(LedgerEvent.LAPSED, a_benefit(status="lapsed"), a_benefit("2", "mine"))) == 2
    assert sorted(changes.events) == sorted(event.event_id for event in bus.events[1:])


# --- from before benefits were kept --------------------------------------------------------------------------------


def from_before(event: LedgerEvent, **details: Any) -> PublishedEvent:
    change = a_change(replace(a_beneficiary(), version=6), event, details={"valid_until": "2027-03-01", **details})
    (told,) = published_events(change.entry)
    assert told.event_id == f"{change.entry.beneficiary_id}:7", "as it was published then: a repeat is known"
    assert (told.payer, told.detail["benefit"], told.detail["payer_reference"]) == ("fund", "1", None)
    assert schema_faults(told) == []
    return told


def test_an_entry_without_benefits_is_told_to_the_first_payer_under_its_old_id() -> None:
    told = from_before(
        LedgerEvent.REGISTERED,
        status="active",
        category="injury_care",
        district="110101",
        benefit_start="2026-01-01",
    )
    assert (told.detail["start"], told.detail["payment_held"]) == ("2026-01-01", False)
    held = from_before(LedgerEvent.PAYMENT_HELD, status="lapsed", payment_held=True, held_since="2026-02-01")
    assert held.detail["unpaid_since"] == "2026-02-01"
    ended = from_before(LedgerEvent.TERMINATED, status_before="active", status="terminated", ended_on="2026-02-01")
    assert (ended.detail["unpaid_since"], ended.detail["payment_held"]) == ("2026-02-01", False)


@pytest.mark.parametrize(
    ("held_since", "uncovered", "due"),
    [
        (None, ("2026-01-01", "2026-02-28"), (None, None)),
        ("2026-02-10", ("2026-01-01", "2026-02-28"), ("2026-02-10", "2026-02-28")),
        ("2026-03-01", ("2026-01-01", "2026-02-28"), (None, None)),
        (None, (None, None), (None, None)),
    ],
)
def test_arrears_from_before_are_the_days_that_were_not_paid(
    held_since: str | None, uncovered: tuple[str | None, str | None], due: tuple[str | None, str | None]
) -> None:
    """They were the days without a proof of life: of somebody who was paid all the time, none is due."""
    told = from_before(
        LedgerEvent.CERTIFIED,
        certificate_id=an_id(),
        status_before="lapsed",
        status="active",
        payment_was_held=held_since is not None,
        held_since=held_since,
        arrears_first_day=uncovered[0],
        arrears_last_day=uncovered[1],
    )
    assert (told.detail["arrears_first_day"], told.detail["arrears_last_day"]) == due
    assert told.detail["payment_was_held"] is (held_since is not None)
