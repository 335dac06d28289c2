"""What is published reaches a queue behind the bus as it was meant."""

import json
from typing import TYPE_CHECKING, Any

import boto3
import pytest

from lifecert.adapters.messages.bus import EventBridgeBus
from lifecert.domain.ledger import LedgerEvent
from lifecert.domain.published import published_events
from local.aws import Aws
from tests.support.builders import a_beneficiary, a_change, an_id
from tests.support.patience import wait_for
from tests.support.templates import unrolled

if TYPE_CHECKING:
    from mypy_boto3_events import EventBridgeClient
    from mypy_boto3_sqs import SQSClient


@pytest.fixture
def moto_clients(moto_session: boto3.Session) -> "tuple[EventBridgeClient, SQSClient]":
    return moto_session.client("events"), moto_session.client("sqs")


@pytest.fixture
def local_clients(aws: Aws) -> "tuple[EventBridgeClient, SQSClient]":
    return aws.events(), aws.sqs()


@pytest.mark.parametrize("engine", ["moto", "local"])
def test_an_event_arrives(engine: str, request: pytest.FixtureRequest) -> None:
    events, sqs = request.getfixturevalue(f"{engine}_clients")
    bus = f"bus-{an_id()}"
    events.create_event_bus(Name=bus)
    queue = sqs.create_queue(QueueName=f"queue-{an_id()}")["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    pattern = json.dumps({"source": ["lifecert"], "detail-type": ["BeneficiaryCertified"]})
    events.put_rule(Name=f"rule-{bus}", EventBusName=bus, EventPattern=pattern)
    events.put_targets(Rule=f"rule-{bus}", EventBusName=bus, Targets=[{"Id": "1", "Arn": arn}])
    details = {"valid_until": "2027-03-01", "payment_was_held": False, "arrears_first_day": None, "status": "有效"}
    change = a_change(a_beneficiary(), LedgerEvent.CERTIFIED, details=details)
    (event,) = published_events(change.entry)
    EventBridgeBus(events, bus).publish(event)
    message = receive(sqs, queue)
    assert message["source"] == "lifecert"
    assert message["detail-type"] == "BeneficiaryCertified"
    assert message["detail"] == dict(event.detail)
    assert details.items() <= message["detail"].items()
    assert message["detail"]["event_id"] == f"{change.after.beneficiary_id}:1"
    if engine == "moto":  # the local AWS puts its own time there
        assert message["time"].startswith("2026-03-01T01:00:00")


@pytest.mark.parametrize("engine", ["moto", "local"])
def test_a_payers_rule_passes_on_its_own_events_and_no_other(engine: str, request: pytest.FixtureRequest) -> None:
    """The pattern of the template, on a bus with two payers."""
    events, sqs = request.getfixturevalue(f"{engine}_clients")
    bus, queues = f"bus-{an_id()}", {}
    events.create_event_bus(Name=bus)
    resources = unrolled("events", Payers="fund,mine")["Resources"]
    for payer in ("fund", "mine"):
        queues[payer] = sqs.create_queue(QueueName=f"queue-{an_id()}")["QueueUrl"]
        attributes = sqs.get_queue_attributes(QueueUrl=queues[payer], AttributeNames=["QueueArn"])["Attributes"]
        pattern = resources[f"Payer{payer}Rule"]["Properties"]["EventPattern"]
        events.put_rule(Name=f"{payer}-{bus}", EventBusName=bus, EventPattern=json.dumps(pattern))
        events.put_targets(
            Rule=f"{payer}-{bus}", EventBusName=bus, Targets=[{"Id": "1", "Arn": attributes["QueueArn"]}]
        )
    benefits = [{"benefit": number, "payer": payer} for number, payer in (("1", "fund"), ("2", "mine"), ("3", "else"))]
    told = {"status": "lapsed", "valid_until": "2027-03-01", "benefits": benefits}
    lapsed = a_change(a_beneficiary(), LedgerEvent.LAPSED, details=told)
    reminder = a_change(lapsed.after, LedgerEvent.REMINDER_DUE, details={"channel": None})
    for event in (*published_events(reminder.entry), *published_events(lapsed.entry)):
        EventBridgeBus(events, bus).publish(event)
    for payer, number in (("fund", "1"), ("mine", "2")):
        assert receive(sqs, queues[payer])["detail"]["event_id"] == f"{lapsed.after.beneficiary_id}:1:{number}"
        left = sqs.get_queue_attributes(QueueUrl=queues[payer], AttributeNames=["ApproximateNumberOfMessages"])
        assert left["Attributes"]["ApproximateNumberOfMessages"] == "0", "the one event, and no other"


def receive(sqs: "SQSClient", queue: str) -> dict[str, Any]:
    messages = wait_for(
        lambda: sqs.receive_message(QueueUrl=queue, WaitTimeSeconds=1).get("Messages", []), "an event in the queue"
    )
    body: dict[str, Any] = json.loads(messages[0]["Body"])
    return body
