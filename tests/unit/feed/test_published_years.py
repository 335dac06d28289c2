"""What leaves for the payer in two years: as its schema says, and nothing beside it."""

import json
from datetime import date
from typing import Any

import pytest
from jsonschema import Draft202012Validator  # type: ignore[import-untyped]

from lifecert.domain.category import Category
from tests.support.builders import (
    HELPER,
)
from tests.support.published import ARREARS, COMMON, RECLAIM, SCHEMAS, STANDING, World, faults, two_years


@pytest.fixture
def years() -> World:
    return two_years()


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
        "CertifiedNoticeDue",
        "CertifyAgainDue",
        "ConsentWithdrawn",
        "WithdrawalUndone",
        "BeneficiaryTerminated",
        "BeneficiaryCorrected",
        "CertificateRevoked",
        "ReminderDue",
        "BeneficiaryAmended",
        "BenefitStartCorrected",
        "StartCorrectedNoticeDue",
    ]
    assert [faults(name, detail) for name, detail in published] == [[]] * 18
    assert {name for name, _ in published} == set(SCHEMAS)
    assert [detail["seq"] for _, detail in published] == [
        1,
        5,
        6,
        7,
        8,
        11,
        13,
        13,
        15,
        16,
        17,
        19,
        21,
        23,
        23,
        24,
        26,
        26,
    ]
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
    started = {"start", "start_before", "ended_on"}
    assert details["BenefitStartCorrected"].keys() == STANDING | ARREARS | RECLAIM | started
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
    assert details["CertifiedNoticeDue"].keys() == COMMON | {"channel"}
    assert details["StartCorrectedNoticeDue"].keys() == COMMON | {"channel"}
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
    ("BenefitStartCorrected", {"start": None}),
    ("BenefitStartCorrected", {"status": "terminated"}),
    ("BenefitStartCorrected", {"ended_on": "2027-03-02"}),
    ("BenefitStartCorrected", {"unpaid_since": "2027-03-02", "payment_held": False, "held_since": None}),
    ("BenefitStartCorrected", {"payment_held": True, "held_since": None}),
    ("BenefitStartCorrected", {"arrears_last_day": None}),
    ("BenefitStartCorrected", {"reclaim_first_day": "2027-03-02"}),
    ("BenefitStartCorrected", {"ground": "mistyped"}),
    ("StartCorrectedNoticeDue", {"channel": "post"}),
    ("StartCorrectedNoticeDue", {"start": "2027-03-02"}),
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
    ("CertifiedNoticeDue", {"channel": None}),
    ("CertifiedNoticeDue", {"certificate_id": "c"}),
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
