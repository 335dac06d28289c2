"""No personal data, token or upload form reaches a log: everything the functions wrote in the whole run, read at its
end (conftest.py puts this file last), for everything that any test sent or was told."""

import re
import uuid

from local.demo.phone import Phone
from local.deploy import Deployment
from tests.support.deployed import Known, today
from tests.support.secrets import SECRETS, secrets_in

ENOUGH_LINES = 10


def logged(stack: Deployment) -> list[str]:
    logs = stack.aws.logs()
    lines = []
    for page in logs.get_paginator("describe_log_groups").paginate():
        for group in page["logGroups"]:
            for events in logs.get_paginator("filter_log_events").paginate(logGroupName=group["logGroupName"]):
                lines += [event["message"] for event in events["events"]]
    return lines


def test_nothing_personal_is_logged(stack: Deployment, clerk: Phone, phone: Phone, ming: Known) -> None:
    session = phone.start(ming.name, ming.id_number)
    phone.show(session, ming.camera)
    phone.verify(session["session_id"])
    person = {"name": ming.name, "id_number": ming.id_number}
    of = f"/staff/beneficiaries/{ming.beneficiary_id}"
    clerk.expect(200, "PUT", f"{of}/contact", {"contact": {"channel": "sms", "address": "+8613812345678"}})
    seen = {"seen_on": today().isoformat(), "document": "id_card"}
    clerk.expect(201, "POST", f"{of}/certifications", seen, Idempotency_Key=str(uuid.uuid4()))
    phone.expect(201, "POST", "/reports", {"beneficiary": person})
    # What callers get wrong must not be kept either: half a body, a number and a name where an id belongs.
    phone.call("POST", "/sessions", f'{{"beneficiary": {{"name": "{ming.name}", "id_number": "{ming.id_number}"')
    phone.call("GET", f"/beneficiaries/{ming.id_number}")
    clerk.call("GET", f"/staff/reviews?reason={ming.name}&after={ming.id_number}")
    lines = logged(stack)
    assert len(lines) > ENOUGH_LINES
    assert any(session["session_id"] in line for line in lines), "the way through left no line: nothing was looked at"
    assert {*secrets_in(person), "+8613812345678"} <= SECRETS
    text = "\n".join(lines)
    assert not [secret for secret in SECRETS if secret in text]
    # A traceback may quote the word from our source; a number behind it would be a score.
    telling = re.compile(r"similarity\W{1,4}\d|X-Amz-Signature|X-Amz-Security-Token")
    assert not [line for line in lines if telling.search(line)]
