"""How a tool finds the tables."""

import json

import boto3
import pytest

from ops.deployment import UnknownStack, output, outputs


def test_the_stack_names_its_tables(moto_session: boto3.Session, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_DEFAULT_REGION", moto_session.region_name)
    template = {
        "Resources": {"Topic": {"Type": "AWS::SNS::Topic", "Properties": {"TopicName": "t"}}},
        "Outputs": {"LedgerTable": {"Value": "ledger-1"}},
    }
    moto_session.client("cloudformation").create_stack(StackName="dev", TemplateBody=json.dumps(template))
    found = outputs("dev", None)
    assert output(found, "LedgerTable") == "ledger-1"
    with pytest.raises(UnknownStack, match="SessionsTable"):
        output(found, "SessionsTable")
