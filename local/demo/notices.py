"""Notices on the local stack: waited for, and said to have arrived, as SNS would say it."""

import base64
import gzip
import json
import time

from local.demo.phone import Phone
from local.deploy import Deployment

SECONDS = 300  # only ever reached by what never comes


def sent(clerk: Phone, beneficiary_id: str, days_before: int) -> str:
    """The channel's id of the notice of one reminder, once it is on its way. Raises AssertionError when it is not."""
    until = time.monotonic() + SECONDS
    while time.monotonic() < until:
        history = clerk.standing(beneficiary_id)["history"]
        due = [entry["seq"] for entry in history if entry["details"].get("days_before") == days_before]
        for entry in history:
            if entry["event"] == "notice_sent" and entry["details"]["reminder_seq"] in due:
                return str(entry["details"]["message_id"])
        time.sleep(0.2)
    raise AssertionError(f"no notice within {SECONDS} s")


def arrived(deployed: Deployment, message_id: str, address: str) -> dict[str, int]:
    """Hand over what SNS writes to its delivery log, as CloudWatch Logs does it; what was noted."""
    said = {"notification": {"messageId": message_id}, "delivery": {"destination": address}, "status": "SUCCESS"}
    batch = {"messageType": "DATA_MESSAGE", "logEvents": [{"id": "1", "message": json.dumps(said)}]}
    data = base64.b64encode(gzip.compress(json.dumps(batch).encode())).decode()
    answer = deployed.aws.functions().invoke(
        FunctionName=deployed.outputs["NoticeReceiptFunction"], Payload=json.dumps({"awslogs": {"data": data}}).encode()
    )
    noted: dict[str, int] = json.loads(answer["Payload"].read())
    return noted
