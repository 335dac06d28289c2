"""One person's record: everything of that person, nothing of others, no secret."""

import base64
import json
from dataclasses import asdict, replace
from datetime import date, timedelta
from typing import Any

import pytest

from lifecert.adapters.dynamodb.access_log import access_item
from lifecert.adapters.dynamodb.certificates import certificate_item
from lifecert.adapters.dynamodb.invitations import invitation_item
from lifecert.adapters.dynamodb.ledger import ledger_item
from lifecert.adapters.dynamodb.references import IMPRINT_ATTRIBUTES, enrolment_item, reference_item
from lifecert.adapters.dynamodb.register import beneficiary_item
from lifecert.adapters.dynamodb.reviews import review_item
from lifecert.adapters.dynamodb.sessions import session_item
from lifecert.adapters.dynamodb.work_lists import place_of_person
from lifecert.domain.beneficiary import Beneficiary
from lifecert.domain.consent import FaceConsent
from lifecert.domain.errors import BeneficiaryNotFound
from lifecert.domain.evidence import Evidence, Template
from lifecert.domain.ledger import LedgerEvent
from lifecert.domain.mandate import Mandate, MandateKind, MandateRight
from lifecert.domain.office_notice import NoticeResult, NoticeWay, OfficeNotice
from lifecert.domain.session import Session
from ops import export_record
from ops.deployment import UNREACHABLE
from ops.export_record import SHOWN, WITHHELD, Record
from ops.migrate_benefits import FLAT
from tests.support.builders import (
    MODEL,
    NOW,
    VALID_UNTIL,
    a_certificate,
    a_change,
    a_reference,
    a_review,
    a_session,
    an_access,
    an_enrolment,
    an_id,
    an_invitation,
    decided,
    good_evidence,
    registration,
)
from tests.support.engines import DynamoTables

SIMILARITY = 0.876543
VECTOR = bytes(range(1, 129)) * 4


def evidence() -> Evidence:
    return good_evidence(SIMILARITY)


def session_of(person: Beneficiary, **fields: Any) -> Session:
    return a_session(beneficiary_id=person.beneficiary_id, request_digest=an_id() * 2, **fields)


def with_everything(tables: DynamoTables, user_id: str) -> Beneficiary:
    """Somebody of whom every table holds something, written as the use cases write it."""
    stores = tables.stores()
    visit = (NoticeWay.VISIT, NoticeResult.TOLD, date(2026, 3, 1), user_id)
    told = (OfficeNotice(an_id(), VALID_UNTIL, *visit),)
    change = registration(person_key=an_id(), name_key=an_id(), office_notices=told)
    stores.register.commit(change)
    for _ in range(2):
        enrolment = an_enrolment(change.after)
        stores.references.begin(enrolment)
    reference = a_reference(enrolment, template=Template(VECTOR, MODEL))
    change = a_change(change.after, LedgerEvent.REFERENCE_ENROLLED, reference=reference)
    stores.register.commit(change)
    review = a_review(change.after)
    failed = stores.sessions.open(session_of(change.after, user_id=user_id))
    change = a_change(
        change.after,
        review=review,
        session=replace(decided(failed), evidence=json.dumps(asdict(evidence()))),
        details={"review_id": review.review_id, "reason": None},
    )
    stores.register.commit(change)
    invitation = an_invitation(change.after.beneficiary_id, digits_key=an_id(), text_key=an_id())
    change = a_change(change.after, LedgerEvent.INVITATION_ISSUED, invitation=invitation)
    stores.register.commit(change)
    by_invitation = {"user_id": an_id(), "secret_digest": an_id(), "helper_name": b"sealed name"}
    later = session_of(change.after, opened_at=NOW + timedelta(minutes=1), **by_invitation)
    later = replace(stores.sessions.open(later), observations='{"camera":"front"}')
    days = (date(2026, 3, 1), date(2027, 3, 1))
    change = a_change(
        change.after,
        LedgerEvent.CERTIFIED,
        session=decided(later),
        certificate=a_certificate(change.after, actor_id=user_id),
        changed={
            "certified_by": (user_id,),
            "own_account": user_id,
            "withdrawn_by": user_id,
            "consent": FaceConsent("2025-1", NOW, user_id, guardian=True),
            "mandates": (Mandate(an_id(), MandateKind.HELPER, user_id, tuple(MandateRight), *days, False),),
        },
        details={"holder": user_id, "helpers": f"{user_id},{user_id}"},
    )
    stores.register.commit(change)
    return change.after


def record(tables: DynamoTables) -> Record:
    return Record(tables.client, {name: tables.name(name) for name in SHOWN})


def test_everything_of_that_person_is_there(tables: DynamoTables) -> None:
    person, other = with_everything(tables, "daughter"), with_everything(tables, "stranger")
    found = record(tables)(person.beneficiary_id)
    assert {name: len(part) for name, part in found.items() if isinstance(part, list)} == {
        "references": 2,
        "sessions": 2,
        "certificates": 1,
        "reviews": 1,
        "ledger": 5,
        "accesses": 1,
        "not_included": len(export_record.NOT_INCLUDED),
    }
    assert found["beneficiary"]["masked_name"] == "王*明"
    assert found["beneficiary"]["valid_until"] == "2026-06-30"
    consent = found["beneficiary"]["consent"]
    assert (consent["version"], consent["guardian"]) == ("2025-1", True)
    who = found["beneficiary"]["own_account"]
    assert who.startswith("account-")
    assert (consent["recorded_by"], found["beneficiary"]["withdrawn_by"]) == (who, who)
    (visit,) = found["beneficiary"]["office_notices"]
    assert (visit["way"], visit["recorded_by"]) == ("visit", who)
    assert found["ledger"][-1]["details"]["helpers"] == f"{who},{who}"
    (mandate,) = found["beneficiary"]["mandates"]
    assert (mandate["kind"], mandate["holder"], found["ledger"][-1]["details"]["holder"]) == ("helper", who, who)
    assert found["sessions"][0]["consent"] == {
        "version": "2026-1",
        "given_at": "2026-03-01T01:00:00.000000+00:00",
        "guardian": False,
    }
    assert [entry["seq"] for entry in found["ledger"]] == [1, 2, 3, 4, 5]
    assert found["invitation"]["expires_on"] == "2031-03-01"
    assert [one.get("observations") for one in found["sessions"]] == [None, {"camera": "front"}]
    assert found["ledger"][-1]["hash"] == person.ledger_head
    assert found["reviews"][0]["review_id"] == found["ledger"][2]["details"]["review_id"]
    text = json.dumps(found)
    assert other.beneficiary_id not in text
    ids = {part["beneficiary_id"] for name in ("references", "sessions", "reviews", "ledger") for part in found[name]}
    assert ids == {person.beneficiary_id}


def test_nothing_secret_is_there(tables: DynamoTables) -> None:
    person = with_everything(tables, "daughter")
    text = json.dumps(record(tables)(person.beneficiary_id), ensure_ascii=False)
    digests = [
        tables.item("Sessions", session_id=session["session_id"])["request_digest"]
        for session in tables.index("Sessions", "by_beneficiary", beneficiary_id=person.beneficiary_id)
    ]
    assert len(digests) == 2
    secrets = [person.person_key, person.name_key, "daughter", str(SIMILARITY), base64.b64encode(VECTOR).decode()]
    for secret in (*secrets, *digests, VECTOR.hex()):
        assert secret not in text


def test_who_acted_is_told_apart_and_not_named(tables: DynamoTables) -> None:
    person = with_everything(tables, "daughter")
    found = record(tables)(person.beneficiary_id)
    first, second = (session["user_id"] for session in found["sessions"])
    assert first != second
    assert found["beneficiary"]["certified_by"] == [first]
    assert found["certificates"][0]["actor_id"] == first


def test_what_was_measured_is_told_without_numbers(tables: DynamoTables) -> None:
    person = with_everything(tables, "daughter")
    told = record(tables)(person.beneficiary_id)["sessions"][0]["evidence"]
    assert [frame["step"] for frame in told["frames"]] == [str(frame.step) for frame in evidence().frames]
    measures = [measure for frame in told["frames"] for measure in frame["measures"]]
    assert measures
    assert all(measure.keys() == {"name", "verdict", "reason"} for measure in measures)
    assert told["compared_with"] == [match.reference_id for match in evidence().matches]
    assert "timings_ms" not in told


def test_the_person_reads_who_opened_their_record_and_that_this_was_one_time_more(tables: DynamoTables) -> None:
    person, other = with_everything(tables, "daughter"), with_everything(tables, "stranger")
    for opened in (an_access(person.beneficiary_id), an_access(other.beneficiary_id, by="clerk-2")):
        tables.stores().access_log.note(opened)
    for times in (1, 2):
        accesses = record(tables)(person.beneficiary_id)["accesses"]
        told = [(one["role"], one["action"]) for one in accesses]
        assert told == [("clerk", "read"), *[("operator", "exported")] * times]
        assert accesses[0]["actor_id"].startswith("account-")
        assert (accesses[0]["at"][:10], accesses[-1]["actor_id"]) == ("2026-03-01", "export_record")
    assert [one.role for one in tables.stores().access_log.listed(other.beneficiary_id, 9).items] == ["clerk"]


def test_no_record_is_told_while_the_access_log_cannot_be_written(tables: DynamoTables) -> None:
    person = with_everything(tables, "daughter")
    names = {name: tables.name(name) for name in SHOWN} | {"AccessLog": tables.name("NoSuchTable")}
    with pytest.raises(UNREACHABLE):
        Record(tables.client, names)(person.beneficiary_id)


def test_nobody_has_no_record(tables: DynamoTables) -> None:
    nobody = an_id()
    with pytest.raises(BeneficiaryNotFound):
        record(tables)(nobody)
    assert tables.stores().access_log.listed(nobody, 9).items == ()


def test_what_is_left_of_a_deleted_beneficiary_is_still_theirs_to_see(tables: DynamoTables) -> None:
    person = with_everything(tables, "daughter")
    key = {"beneficiary_id": {"S": person.beneficiary_id}}
    tables.client.delete_item(TableName=tables.name("Beneficiaries"), Key=key)
    found = record(tables)(person.beneficiary_id)
    assert found["beneficiary"] == {}
    assert len(found["ledger"]) == 5
    assert len(found["reviews"]) == 1


def test_every_attribute_that_is_written_is_shown_or_withheld_on_purpose() -> None:
    person = registration().after
    enrolment = an_enrolment(person)
    written = {
        "Beneficiaries": beneficiary_item(person, 2).keys() | set(FLAT),
        "References": enrolment_item(enrolment).keys()
        | reference_item(a_reference(enrolment)).keys()
        | {"of_reference", *IMPRINT_ATTRIBUTES},
        "Sessions": session_item(a_session()).keys(),
        "Invitations": invitation_item(an_invitation(person.beneficiary_id)).keys(),
        "Certificates": certificate_item(a_certificate(person)).keys() | {"revoked_for"},
        "Reviews": review_item(a_review(person)).keys() | {"claimed_by", "claimed_until"},
        "Ledger": ledger_item(registration().entry).keys(),
        "AccessLog": access_item(an_access("b"), "row").keys(),
        "WorkLists": {*place_of_person("b"), "version", "counted", "rows"},
    }
    assert {table: SHOWN[table] | WITHHELD.get(table, frozenset()) for table in SHOWN} == written
    assert not any(SHOWN[table] & WITHHELD[table] for table in WITHHELD)


def test_the_command_prints_it(
    moto_tables: DynamoTables, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    person = with_everything(moto_tables, "daughter")
    names = {f"{name}Table": moto_tables.name(name) for name in SHOWN}
    monkeypatch.setattr(export_record, "outputs", lambda stack, endpoint: names if stack == "lifecert-dev" else {})
    ask = ["--stack", "lifecert-dev", "--beneficiary"]
    assert export_record.main([*ask, person.beneficiary_id]) == 0
    printed = capsys.readouterr().out
    again = record(moto_tables)(person.beneficiary_id)
    assert len(again.pop("accesses")) == 2
    told = json.loads(printed)
    assert len(told.pop("accesses")) == 1
    assert told == again
    assert "王*明" in printed
    names["CountersTable"] = moto_tables.name("Counters")
    assert export_record.main([*ask, person.beneficiary_id, "--summary"]) == 0
    report = capsys.readouterr().out
    assert "faces         1 (photo and template each). Deleted 90 days after the entitlement ends" in report
    assert (
        "consent       to keep faces version 2025-1, given by a guardian on 2026-03-01; to a session version 2026-1"
        in report
    )
    assert "enrolments    1 begun and not finished. Deleted from 2026-03-02 to 2026-03-02" in report
    assert "sessions      2. Deleted from 2027-04-05 to 2027-04-05" in report
    assert "opened        3 times by the office. Deleted from 20" in report
    assert "daughter" not in report
    assert export_record.main([*ask, an_id()]) == 1
    assert export_record.main(["--stack", "other", *ask[2:], person.beneficiary_id]) == 2
    assert capsys.readouterr().out == ""
