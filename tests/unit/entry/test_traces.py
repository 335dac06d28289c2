"""What reaches X-Ray of an error: its class and where it was, and no text, for texts repeat what was asked for."""

import json
import subprocess
import sys
from typing import Any

import pytest

NUMBER = "+8613800000000"
# Tracing patches botocore for good: it gets a process of its own. What would go to X-Ray is printed.
TRACED = f"""
import sys
from types import SimpleNamespace

import boto3
from botocore.stub import Stubber

from lifecert.adapters.messages.sms import SnsSender
from lifecert.domain.notice import NoticeChannel
from lifecert.entry.log import traced

client = boto3.client("sns", region_name="eu-central-1", aws_access_key_id="x", aws_secret_access_key="x")
stub = Stubber(client)
stub.add_client_error("publish", "InvalidParameter", "Invalid parameter: PhoneNumber Reason: {NUMBER} is not valid")
stub.activate()

def handler(event, context):
    if event["by_sns"]:
        SnsSender(client).send(NoticeChannel.SMS, "{NUMBER}", "text")
    raise ValueError("no number: {NUMBER}")

handler = traced(handler)
from aws_xray_sdk.core import xray_recorder
xray_recorder.emitter = SimpleNamespace(send_entity=lambda entity: print(entity.serialize()))
try:
    handler({{"by_sns": sys.argv[1] == "sns"}}, SimpleNamespace(aws_request_id="1"))
except Exception:
    pass
"""


@pytest.mark.parametrize(("by", "kind"), [("sns", "NoticeRefused"), ("handler", "ValueError")])
def test_no_trace_has_the_text_of_an_error(by: str, kind: str) -> None:
    told = subprocess.run(
        [sys.executable, "-c", TRACED, by],
        env={
            "PYTHONPATH": ":".join(sys.path),
            "LAMBDA_TASK_ROOT": "/var/task",
            "_X_AMZN_TRACE_ID": "Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=1",
        },
        capture_output=True,
        text=True,
        timeout=120,
        check=True,
    )
    assert NUMBER not in told.stdout
    assert NUMBER[3:] not in told.stdout
    entities = [json.loads(line) for line in told.stdout.splitlines()]
    kinds = {error["type"] for error in _exceptions(entities)}
    assert kind in kinds, "the class of the error is there"
    assert by != "sns" or "ClientError" in str(kinds) or "InvalidParameter" in str(kinds)


def _exceptions(entities: list[dict[str, Any]]) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    for entity in entities:
        cause = entity.get("cause")
        found += cause.get("exceptions", []) if isinstance(cause, dict) else []
        found += _exceptions(entity.get("subsegments", []))
    return found
