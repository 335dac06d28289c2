"""No personal data, token or upload form reaches a log: everything the functions wrote, after a whole way through."""

import base64
import json
import re
from typing import Any

from local.deploy import Deployment
from local.phone import Phone
from tests.e2e.world import Known

ENOUGH_LINES = 10


def logged(stack: Deployment) -> list[str]:
    logs = stack.aws.logs()
    lines = []
    for page in logs.get_paginator("describe_log_groups").paginate():
        for group in page["logGroups"]:
            for events in logs.get_paginator("filter_log_events").paginate(logGroupName=group["logGroupName"]):
                lines += [event["message"] for event in events["events"]]
    return lines


def secrets_of(session: dict[str, Any], known: Known, token: str) -> set[str]:
    """What must never be found, in every form it might take."""
    names = {known.name, json.dumps(known.name).strip('"'), base64.b64encode(known.name.encode()).decode()}
    form = {value for slot in session["slots"] for key, value in slot["fields"].items() if key.startswith("x-amz-se")}
    policies = {slot["fields"]["policy"] for slot in session["slots"]}
    signatures = {slot["fields"]["x-amz-signature"] for slot in session["slots"]}
    return {*names, known.id_number, known.id_number[:17], token, token.split(".")[2], *form, *policies, *signatures}


def test_nothing_personal_is_logged(stack: Deployment, phone: Phone, ming: Known, token_of: Any) -> None:
    session = phone.start(ming.name, ming.id_number)
    phone.show(session, ming.camera)
    phone.verify(session["session_id"])
    phone.call("POST", "/sessions", f'{{"beneficiary": {{"name": "{ming.name}", "id_number": "{ming.id_number}"')
    phone.call("GET", f"/beneficiaries/{ming.id_number}")
    lines = logged(stack)
    ours = [line for line in lines if session["session_id"] in line]
    assert len(lines) > ENOUGH_LINES
    assert ours, "the way through left no line at all, so that nothing was looked at"
    text = "\n".join(lines)
    found = [secret for secret in secrets_of(session, ming, token_of("daughter@example.org")) if secret in text]
    # An id number in a path is the caller's own mistake, yet it must not be kept either.
    assert not found
    assert not re.search(r"similarity|X-Amz-Signature", text)
