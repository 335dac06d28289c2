"""An existing register on the deployed template: uploaded by one clerk, checked, released by another, on the queue
whose messages come twice."""

import json
import uuid
from datetime import date
from typing import Any

import pytest
import requests

from local.demo.phone import Phone, Refused
from local.deploy import Deployment
from tests.support.deployed import another_id_number, today
from tests.support.patience import PATIENCE_SECONDS, wait_for

HEADER = "name,id_number,category,district,benefit_start,last_certified_on,last_certified_by,phone,line_key"


def until(clerk: Phone, import_id: str, state: str) -> dict[str, Any]:
    """The import once it has come so far."""

    def reached() -> dict[str, Any]:
        found = clerk.expect(200, "GET", f"/staff/imports/{import_id}")
        return found if found["register_import"]["state"] == state else {}

    return wait_for(reached, f"the import is {state}")


def brought(clerk: Phone, content: bytes) -> dict[str, Any]:
    """The import of a file, checked."""
    begun = clerk.expect(201, "POST", "/staff/imports", {"source": "hr"}, Idempotency_Key=str(uuid.uuid4()))
    import_id = begun["register_import"]["import_id"]
    assert clerk.upload(begun["slot"], content) == 204
    clerk.expect(202, "POST", f"/staff/imports/{import_id}/dry-run")
    return until(clerk, import_id, "checked")


def test_a_register_comes_in_by_two_clerks_and_once(stack: Deployment, clerk: Phone, other_clerk: Phone) -> None:
    one, other = another_id_number(), another_id_number()
    lines = [
        HEADER,
        f"周桂英,{one},resident_pension,330106,2012-01-01,1999-05-01,village,13800138000,A-1",
        f"王淑芬,{other},resident_pension,330106,2012-01-01,,,,",
    ]
    content = ("\n".join([*lines, "=2+2,x", ""])).encode("gb18030")
    checked = brought(clerk, content)
    shown = checked["register_import"]
    assert (shown["written"], shown["lines"]) == ("gb18030", 4)
    assert (shown["checked"]["people"], shown["checked"]["refused"]) == (2, {"columns": 1})
    told = requests.get(checked["checked_lines"], timeout=PATIENCE_SECONDS).content.decode("utf-8-sig")
    assert told == "line,line_key,outcome,why\r\n4,,refused,columns\r\n"

    path, release = f"/staff/imports/{shown['import_id']}", {"digest": shown["digest"]}
    with pytest.raises(Refused, match="403 second_clerk_needed"):
        clerk.expect(202, "POST", f"{path}/release", release)
    other_clerk.expect(202, "POST", f"{path}/release", release)
    done = until(clerk, shown["import_id"], "finished")["register_import"]
    assert done["registered"] == shown["checked"]

    # As if a worker had died after its last write: its message comes again.
    sqs = stack.aws.session().client("sqs", endpoint_url=stack.aws.endpoint)
    for phase in ("survey", "check", "register"):
        body = json.dumps({"import_id": shown["import_id"], "phase": phase, "part": 0})
        sqs.send_message(QueueUrl=stack.outputs["ImportQueueUrl"], MessageBody=body)

    again = brought(clerk, content)["register_import"]
    assert (again["same_as"], again["checked"]["people"]) == (shown["import_id"], 0)
    assert again["checked"]["known"] == {"already_registered": 2}

    with pytest.raises(Refused, match="409 already_registered"):
        clerk.register("周桂英", one, "resident_pension", "330106", "2012-01-01")
    known = clerk.expect(200, "GET", f"{path}")["register_import"]
    assert known == done
    table = stack.aws.dynamodb()
    pages = table.get_paginator("scan").paginate(TableName=stack.outputs["BeneficiariesTable"])
    ours = [
        item
        for page in pages
        for item in page["Items"]
        if item.get("registered_by", {}).get("S") == f"import:{shown['import_id']}"
    ]
    assert len(ours) == 2
    for item in ours:
        person = clerk.expect(200, "GET", f"/beneficiaries/{item['beneficiary_id']['S']}")
        assert person["status"] == "active"
        assert 29 <= (date.fromisoformat(person["valid_until"]) - today()).days <= 367
        (entry,) = person["history"]
        assert (entry["event"], entry["details"]["year_from"]) == ("registered", "drawn")
        assert entry["details"]["source"] == "hr"
