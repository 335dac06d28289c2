"""A clerk finds somebody over HTTP, and an auditor and the person read who looked, on the deployed roles and tables."""

import json
from collections.abc import Callable

import pytest

from lifecert.adapters.dynamodb.access_log import DynamoAccessLog
from local.demo.cast import MING
from local.demo.phone import Phone
from local.deploy import Deployment
from ops import export_record, index_payment_references
from tests.support.deployed import Known, another_id_number

FIND = "/staff/beneficiaries/find"


def found(by: Phone, **wanted: str) -> list[dict[str, object]]:
    people: list[dict[str, object]] = by.expect(200, "POST", FIND, wanted)["people"]
    return people


@pytest.fixture
def auditor(phone_of: Callable[[str], Phone]) -> Phone:
    return phone_of("auditor@example.org")


def test_somebody_is_found_and_who_looked_is_written_down(
    stack: Deployment,
    clerk: Phone,
    auditor: Phone,
    phone: Phone,
    registered: Callable[..., Known],
    capsys: pytest.CaptureFixture[str],
) -> None:
    known = registered(MING)
    [by_number] = found(clerk, id_number=known.id_number)
    assert (by_number["beneficiary_id"], by_number["birth_year"]) == (known.beneficiary_id, int(known.id_number[6:10]))
    assert found(auditor, id_number=known.id_number, name=known.name) == [by_number]
    assert found(clerk, id_number=known.id_number, name="Nobody At All") == []
    assert found(clerk, id_number=another_id_number()) == []
    assert phone.call("POST", FIND, {"id_number": known.id_number}).status == 403
    reference = f"P-{known.id_number}"
    benefit = {"category": "survivor_allowance", "district": "110101", "benefit_start": "2026-01-01"}
    path = f"/staff/beneficiaries/{known.beneficiary_id}"
    added = {**benefit, "payer_reference": reference}
    payer = clerk.expect(201, "POST", f"{path}/benefits", added, **{"Idempotency-Key": f"find-{known.id_number}"})[
        "payer"
    ]
    [by_reference] = found(clerk, payer=payer, payer_reference=reference)
    assert (by_reference["beneficiary_id"], by_reference["birth_year"]) == (known.beneficiary_id, None)
    # As for people of before: the hint is gone, and the pass brings it back.
    references = stack.outputs["PaymentReferencesTable"]
    dynamodb = stack.aws.dynamodb()
    for item in dynamodb.scan(TableName=references)["Items"]:
        if item["beneficiary_id"]["S"] == known.beneficiary_id:
            dynamodb.delete_item(TableName=references, Key=item)
    assert found(clerk, payer=payer, payer_reference=reference) == []
    assert index_payment_references.main(["--endpoint-url", stack.aws.endpoint, "--per-second", "1000"]) == 0
    assert found(clerk, payer=payer, payer_reference=reference) == [by_reference]
    clerk.expect(200, "GET", f"/beneficiaries/{known.beneficiary_id}")
    told = auditor.expect(200, "GET", f"{path}/accesses?limit=50")["accesses"]
    assert [(one["role"], one["action"]) for one in told][:5] == [
        ("clerk", "read"),
        ("clerk", "found"),
        ("clerk", "found"),
        ("auditor", "found"),
        ("clerk", "found"),
    ]
    assert clerk.call("GET", f"{path}/accesses").status == 403
    capsys.readouterr()
    about = ["--endpoint-url", stack.aws.endpoint, "--beneficiary", known.beneficiary_id]
    assert export_record.main(about) == 0
    accesses = json.loads(capsys.readouterr().out)["accesses"]
    assert [one["action"] for one in accesses][-2:] == ["read", "exported"]
    log = DynamoAccessLog(dynamodb, stack.outputs["AccessLogTable"])
    assert len(log.listed(known.beneficiary_id, 99).items) == len(accesses)


def test_who_is_registered_already_is_named_to_the_clerk(
    clerk: Phone, auditor: Phone, registered: Callable[..., Known]
) -> None:
    known = registered(MING)
    again = {
        "name": known.name,
        "id_number": known.id_number,
        "category": "resident_pension",
        "district": "110101",
        "benefit_start": "2026-01-01",
    }
    refused = clerk.call("POST", "/staff/beneficiaries", again, {"Idempotency-Key": f"again-{known.id_number}"})
    assert (refused.status, refused.body["code"]) == (409, "already_registered")
    assert refused.body["beneficiary_id"] == known.beneficiary_id
    path = f"/staff/beneficiaries/{known.beneficiary_id}/accesses?limit=1"
    assert auditor.expect(200, "GET", path)["accesses"][0]["action"] == "registered_again"
