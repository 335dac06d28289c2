"""What leaves for the payer: as its schema says, and nothing beside it."""

import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from jsonschema import Draft202012Validator  # type: ignore[import-untyped]

from lifecert.application.faces.consent import UndoGround, UndoWithdrawal, WithdrawConsent
from lifecert.application.feed.publish import Publish
from lifecert.application.notices.note_delivery import NoteDelivery
from lifecert.application.office.amend_record import AmendRecord, RightRecord
from lifecert.application.office.end_cases import EndCases
from lifecert.application.office.entitlement import ConfirmProposal, Propose
from lifecert.application.office.register_beneficiary import NewBenefit, RegisterBeneficiary, Registration
from lifecert.domain.amendment import AmendGround
from lifecert.domain.category import Category
from lifecert.domain.hold import HoldChoice, HoldDecision, HoldGround, HoldState
from lifecert.domain.ledger import LedgerEntry, LedgerEvent
from lifecert.domain.notice import NoticeChannel, SentNotice
from lifecert.domain.person import IdNumber
from lifecert.domain.published import PublishedEvent, published_events
from lifecert.domain.reasons import Reason
from lifecert.domain.review import Proposal, ReviewKind
from lifecert.domain.status import EndCause
from tests.support.builders import (
    CLERK,
    HELPER,
    a_beneficiary,
    a_change,
    a_reference,
    a_session,
    an_enrolment,
    an_id,
    an_issuer,
    failed_evidence,
    good_evidence,
    registration,
)
from tests.support.fakes.access import noting, references_of_payers
from tests.support.fakes.analysers import ScriptedAnalyser
from tests.support.fakes.clock import FixedClock
from tests.support.fakes.feed import MemoryBus, MemoryChanges, MemoryHeads
from tests.support.fakes.keys import FakePersonKeys
from tests.support.fakes.notices import FakeSeal, MemorySentNotices
from tests.support.fakes.photos import MemoryPhotos
from tests.support.fakes.store import MemoryStore
from tests.support.sweeping import GRACE_DAYS, Night
from tests.support.templates import ROOT
from tests.support.verifying import verifier
from tests.support.vouching import vouched

SCHEMAS = {path.stem: json.loads(path.read_text(encoding="utf-8")) for path in (ROOT / "infra/schemas").glob("*.json")}
COMMON = {"event_id", "beneficiary_id", "seq", "at"}
STANDING = COMMON | {
    "benefit",
    "payer",
    "payer_reference",
    "status",
    "valid_until",
    "payment_held",
    "held_since",
    "unpaid_since",
}
ARREARS = {"arrears_first_day", "arrears_last_day"}
RECLAIM = {"reclaim_first_day", "reclaim_last_day"}


def faults(name: str, detail: Mapping[str, Any]) -> list[str]:
    checker = Draft202012Validator.FORMAT_CHECKER
    return [
        str(error.message) for error in Draft202012Validator(SCHEMAS[name], format_checker=checker).iter_errors(detail)
    ]


class World:
    """The use cases that write what is published, over one store."""

    def __init__(self) -> None:
        self.store, self.clock, self.photos = MemoryStore(), FixedClock(), MemoryPhotos()
        self.analyser = ScriptedAnalyser()
        register, ledger = self.store.register, self.store.ledger
        references, told = references_of_payers(self.store), noting(self.store, self.clock)
        self.register = RegisterBeneficiary(
            register, FakePersonKeys(), FakeSeal(), self.clock, ledger, ("fund",), references, told
        )
        store = self.store
        self.sweep = Night(store.register, store.sweep_runs, self.clock, store.shards, batches=store.hold_batches)
        self.verify = verifier(store, self.photos, self.analyser, self.clock)

    def registered(self, category: Category = Category.RESIDENT_PENSION, start: date = date(2025, 9, 1)) -> str:
        number = IdNumber.parse("11010519491231002X")
        asked = Registration("王小明", number, NewBenefit(category, "110101", start))
        registered = self.register(asked, CLERK, an_id())
        return vouched(self.store.register, self.store.reviews_port, self.clock, registered.beneficiary_id)

    def enrolled(self, beneficiary_id: str) -> None:
        person = self.store.beneficiaries[beneficiary_id]
        enrolment = an_enrolment(person)
        self.store.references.begin(enrolment)
        changed = {"has_reference": True, "reference_ids": (enrolment.reference_id,)}
        event = LedgerEvent.REFERENCE_ENROLLED
        self.store.register.commit(a_change(person, event, reference=a_reference(enrolment), changed=changed))

    def shown(self, beneficiary_id: str, *, well: bool = True, uncertain: bool = False) -> None:
        self.analyser.evidence = good_evidence(0.4 if uncertain else 0.9) if well else failed_evidence(Reason.TOO_DARK)
        now = self.clock.now()
        deadline = now.replace(minute=59)
        session = a_session(beneficiary_id=beneficiary_id, opened_at=now, deadline=deadline)
        self.store.sessions.open(session)
        for number in range(1, len(session.challenge) + 1):
            self.photos.upload(session.frame_key(number), an_id().encode(), session.opened_at)
        self.verify(session.session_id, HELPER)

    def doubted(self, beneficiary_id: str) -> None:
        """Photos that a human must look at, and nobody does."""
        self.clock.move(days=1)
        self.shown(beneficiary_id, uncertain=True)
        self.clock.move(days=30)
        store = self.store
        ports = (store.register, store.reviews_port, store.reviews_port, store.ledger, self.photos, self.clock)
        assert EndCases(*ports)().ended == 1

    def held(self, beneficiary_id: str) -> None:
        """A notice arrives, the grace days pass, and the office approves the whole batch."""
        sent = SentNotice("m", beneficiary_id, NoticeChannel.SMS, self.valid_until(beneficiary_id), self.clock.now())
        assert NoteDelivery(self.store.register, MemorySentNotices({"m": sent}), self.clock)("m")
        self.clock.move(days=GRACE_DAYS + 1)
        self.sweep()
        approved = HoldDecision(HoldChoice.ALL, HoldGround.NOT_HEARD_OF, "clerk-2", self.clock.now())
        (batch,) = self.store.hold_batches.listed(HoldState.OPEN, 10).items
        assert self.store.hold_batches.decide(batch.batch_id, approved)
        self.clock.move(days=1)
        self.sweep()

    def valid_until(self, beneficiary_id: str) -> date:
        return self.store.beneficiaries[beneficiary_id].valid_until

    def agreed(self, beneficiary_id: str, proposal: Proposal) -> None:
        """One clerk proposes and another confirms."""
        store = self.store
        propose = Propose(store.register, store.reviews_port, store.certificates_port, self.clock)
        proposed = propose(beneficiary_id, proposal, f"key-{proposal.kind}", CLERK)
        confirm = ConfirmProposal(store.register, store.reviews_port, store.ledger, self.clock, an_issuer())
        confirm(proposed.review_id, replace(CLERK, user_id="clerk-2"), confirm=True)

    def published(self) -> list[tuple[str, dict[str, Any]]]:
        """Types and details as they come out of the bus: as JSON."""
        bus = MemoryBus()
        for entries in self.store.entries.values():
            for entry in entries:
                Publish(bus, MemoryChanges(), MemoryHeads(), FixedClock())(entry)
        return [(event.type, json.loads(json.dumps(dict(event.detail)))) for event in bus.events]


@pytest.fixture
def years() -> World:
    """Registered, enrolled, failed, certified; lapsed a year later, told so, held, and certified again a month after
    that. Then ended by mistake, corrected, and the last certificate revoked; moved house."""
    world = World()
    person = world.registered()
    world.enrolled(person)
    world.shown(person, well=False)
    world.shown(person)
    world.clock.move(days=340)
    world.sweep()
    world.clock.move(days=26)
    world.sweep()
    world.clock.move(days=1)
    world.sweep()
    world.held(person)
    world.clock.move(days=30)
    world.shown(person)
    world.doubted(person)
    WithdrawConsent(world.store.register, world.clock)(person, CLERK)
    UndoWithdrawal(world.store.register, world.clock, world.store.limits)(person, CLERK, UndoGround.MISTAKE)
    for proposal in (
        Proposal(ReviewKind.END, world.clock.today(), EndCause.DECEASED),
        Proposal(ReviewKind.CORRECTION),
        Proposal(ReviewKind.REVOCATION, certificate_id=world.store.beneficiaries[person].certificate_id),
    ):
        world.agreed(person, proposal)
    keys, moved = FakePersonKeys(), RightRecord(None, "1", "330106")
    amend = AmendRecord(world.store.register, world.store.ledger, world.clock, keys, references_of_payers(world.store))
    amend(person, moved, AmendGround.MOVED_HOUSE, CLERK, an_id())
    return world


def test_every_event_of_two_years_is_as_its_schema_says(years: World) -> None:
    published = years.published()
    assert [name for name, _ in published] == [
        "BeneficiaryRegistered",
        "BeneficiaryCertified",
        "ReminderDue",
        "BeneficiaryLapsed",
        "ReminderDue",
        "PaymentHeld",
        "BeneficiaryCertified",
        "CertifyAgainDue",
        "ConsentWithdrawn",
        "WithdrawalUndone",
        "BeneficiaryTerminated",
        "BeneficiaryCorrected",
        "CertificateRevoked",
        "ReminderDue",
        "BeneficiaryAmended",
    ]
    assert [faults(name, detail) for name, detail in published] == [[]] * 15
    assert {name for name, _ in published} == set(SCHEMAS)
    assert [detail["seq"] for _, detail in published] == [1, 5, 6, 7, 8, 11, 12, 14, 15, 16, 18, 20, 22, 22, 23]
    last = published[6][1]
    assert published[5][1]["held_since"] == published[5][1]["unpaid_since"] == "2027-06-03"
    assert (last["status_before"], last["payment_was_held"], last["held_since"]) == ("lapsed", True, None)
    # What was not paid, and not what no certification covered.
    assert (last["arrears_first_day"], last["arrears_last_day"]) == ("2027-06-03", "2027-07-02")


def test_a_payer_is_told_no_more_than_it_needs(years: World) -> None:
    details = dict(years.published())
    before = {"status_before"}
    assert details["BeneficiaryRegistered"].keys() == STANDING | {"category", "district", "start"}
    known = {"category", "district", "start"}
    amended = {"category_before", "district_before", "payer_reference_before"}
    assert details["BeneficiaryAmended"].keys() == STANDING | known | amended
    assert details["BeneficiaryCertified"].keys() == STANDING | before | ARREARS | {
        "certificate_id",
        "payment_was_held",
    }
    assert details["BeneficiaryTerminated"].keys() == STANDING | before | ARREARS | RECLAIM | {"ended_on"}
    assert details["BeneficiaryCorrected"].keys() == STANDING | before | ARREARS
    assert details["CertificateRevoked"].keys() == STANDING | before | ARREARS | RECLAIM | {"certificate_id"}
    assert details["PaymentHeld"].keys() == details["BeneficiaryLapsed"].keys() == STANDING
    assert details["ReminderDue"].keys() == COMMON | {"days_before", "valid_until", "channel"}
    assert details["CertifyAgainDue"].keys() == details["WithdrawalUndone"].keys() == COMMON | {"channel"}
    assert details["ConsentWithdrawn"].keys() == COMMON | {"channel", "faces_go_on"}
    text = json.dumps(years.published())
    (certified,) = [entry for entry in next(iter(years.store.entries.values())) if entry.seq == 4]
    for name in (
        "session_id",
        "consent_version",
        "policy_version",
        "calibration_version",
        "model_version",
        "evidence_digest",
    ):
        assert name in certified.details, "the ledger keeps it"
        assert str(certified.details[name]) not in text
    assert HELPER.user_id not in text


@pytest.mark.parametrize("category", list(Category))
def test_every_category_may_be_registered_and_whose_year_is_over_too(category: Category) -> None:
    world = World()
    world.registered(category, start=date(2020, 2, 29))
    [(name, detail)] = world.published()
    assert faults(name, detail) == []
    assert (detail["category"], detail["status"], detail["valid_until"]) == (category, "lapsed", "2021-02-28")


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


@pytest.mark.parametrize("name", sorted(SCHEMAS))
def test_the_schemas_themselves(name: str) -> None:
    schema = SCHEMAS[name]
    Draft202012Validator.check_schema(schema)
    assert schema["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    assert schema["title"] == name
    assert schema["additionalProperties"] is False
    assert set(schema["required"]) == set(schema["properties"])
    assert all(member.get("description") for member in schema["properties"].values())


WRONG: list[tuple[str, dict[str, Any]]] = [
    ("BeneficiaryRegistered", {"session_id": "s"}),
    ("BeneficiaryRegistered", {"planned_end": "2030-01-01"}),
    ("BeneficiaryRegistered", {"district": "湖南"}),
    ("BeneficiaryRegistered", {"category": "friend"}),
    ("BeneficiaryRegistered", {"status": "terminated"}),
    ("BeneficiaryRegistered", {"beneficiary_id": "王小明"}),
    ("BeneficiaryRegistered", {"seq": 0}),
    ("BeneficiaryRegistered", {"at": "2026-03-01T09:00:00+08:00"}),
    ("BeneficiaryCertified", {"valid_until": "2027-02-30"}),
    ("BeneficiaryCertified", {"valid_until": None}),
    ("BeneficiaryCertified", {"arrears_first_day": "2027-03-02", "arrears_last_day": None}),
    ("BeneficiaryCertified", {"arrears_first_day": None, "arrears_last_day": "2027-03-02"}),
    ("BeneficiaryCertified", {"status": "lapsed"}),
    ("BeneficiaryCertified", {"event_id": "1"}),
    ("BeneficiaryLapsed", {"status": "active"}),
    ("BeneficiaryLapsed", {"held": True}),
    ("BeneficiaryCertified", {"payment_was_held": False}),
    ("BeneficiaryCertified", {"payment_held": True}),
    ("BeneficiaryCertified", {"held_since": "2027-06-03"}),
    ("BeneficiaryCertified", {"unpaid_since": "2027-06-03"}),
    ("BeneficiaryCertified", {"benefit": "9"}),
    ("BeneficiaryCertified", {"payer": "Fund"}),
    ("BeneficiaryCertified", {"payer_reference": ""}),
    ("PaymentHeld", {"payment_held": False}),
    ("PaymentHeld", {"held_since": None}),
    ("PaymentHeld", {"status": "active"}),
    ("PaymentHeld", {"decided_by": "clerk-1"}),
    ("BeneficiaryTerminated", {"status": "lapsed"}),
    ("BeneficiaryTerminated", {"ended_on": None}),
    ("BeneficiaryTerminated", {"cause": "deceased"}),
    ("BeneficiaryTerminated", {"unpaid_since": None}),
    ("BeneficiaryTerminated", {"reclaim_first_day": "2027-03-02", "reclaim_last_day": None}),
    ("BeneficiaryAmended", {"status": "terminated"}),
    ("BeneficiaryAmended", {"payment_held": True, "held_since": None}),
    ("BeneficiaryAmended", {"ground": "moved_house"}),
    ("BeneficiaryAmended", {"district_before": None}),
    ("BeneficiaryCorrected", {"status": "ended"}),
    ("BeneficiaryCorrected", {"arrears_first_day": "2027-03-02", "arrears_last_day": None}),
    ("CertificateRevoked", {"certificate_id": None}),
    ("CertificateRevoked", {"payment_held": "no"}),
    ("CertificateRevoked", {"payment_held": False}),
    ("CertificateRevoked", {"unpaid_since": None}),
    ("CertificateRevoked", {"proposed_by": "clerk-1"}),
    ("ReminderDue", {"channel": "post"}),
    ("ReminderDue", {"address": "+8613800000000"}),
    ("ReminderDue", {"days_before": -1}),
    ("ReminderDue", {"payer": "fund"}),
    ("CertifyAgainDue", {"channel": "post"}),
    ("CertifyAgainDue", {"review_id": "r"}),
]


@pytest.mark.parametrize(("name", "fault"), WRONG)
def test_the_schemas_refuse_what_is_wrong(name: str, fault: dict[str, Any], years: World) -> None:
    detail = dict(years.published())[name]
    assert faults(name, {**detail, **fault})


@pytest.mark.parametrize("name", sorted(SCHEMAS))
def test_no_member_may_be_missing(name: str, years: World) -> None:
    detail = dict(years.published())[name]
    for member in detail:
        assert faults(name, {key: value for key, value in detail.items() if key != member})
