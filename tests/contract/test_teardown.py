"""Teardown keeps data unless it is named to go, and asks for the stack's name."""

import json
from typing import Any

import boto3
import pytest

from ops import teardown
from ops.deployment import UnknownStack
from ops.teardown import NotTakenDown, take_down

TEMPLATE = {
    "Parameters": {"Stage": {"Type": "String"}},
    "Resources": {
        "Frames": {"Type": "AWS::S3::Bucket"},
        "Queue": {"Type": "AWS::SQS::Queue"},
    },
    "Outputs": {"FramesBucket": {"Value": {"Ref": "Frames"}}, "Other": {"Value": "x"}},
}


class Account:
    """An account with one stack, in whose bucket lie two versions of a photo."""

    def __init__(self, session: boto3.Session, stage: str) -> None:
        self.cloudformation, self.s3 = session.client("cloudformation"), session.client("s3")
        self.cloudformation.create_stack(
            StackName="lifecert",
            TemplateBody=json.dumps(TEMPLATE),
            Parameters=[{"ParameterKey": "Stage", "ParameterValue": stage}],
        )
        outputs = self.cloudformation.describe_stacks(StackName="lifecert")["Stacks"][0]["Outputs"]
        self.bucket = next(one["OutputValue"] for one in outputs if one["OutputKey"] == "FramesBucket")
        self.s3.put_bucket_versioning(Bucket=self.bucket, VersioningConfiguration={"Status": "Enabled"})
        for content in (b"one", b"two"):
            self.s3.put_object(Bucket=self.bucket, Key="frames/1", Body=content)
        self.said: list[str] = []

    def take_down(self, *, delete_data: bool, typed: str = "lifecert") -> None:
        take_down("lifecert", None, delete_data=delete_data, ask=lambda _: typed, say=self.said.append)

    @property
    def stands(self) -> bool:
        return bool(self.cloudformation.list_stacks(StackStatusFilter=["CREATE_COMPLETE"])["StackSummaries"])

    @property
    def versions(self) -> int:
        return len(self.s3.list_object_versions(Bucket=self.bucket).get("Versions", []))


@pytest.fixture
def account(moto_session: boto3.Session, monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.setattr(teardown, "client", lambda service, _: moto_session.client(service))
    return lambda stage: Account(moto_session, stage)


def test_dev_keeps_its_data_unless_told(account: Any) -> None:
    dev = account("dev")
    with pytest.raises(NotTakenDown, match="DATA=delete"):
        dev.take_down(delete_data=False)
    assert dev.stands
    assert dev.versions == 2


def test_dev_goes_whole_when_told(account: Any) -> None:
    dev = account("dev")
    dev.take_down(delete_data=True)
    assert not dev.stands
    assert any("2 versions deleted" in line for line in dev.said)


def test_another_name_deletes_nothing(account: Any) -> None:
    dev = account("dev")
    with pytest.raises(NotTakenDown, match="not its name"):
        dev.take_down(delete_data=True, typed="yes")
    assert dev.stands
    assert dev.versions == 2


def test_prod_never_deletes_data(account: Any) -> None:
    prod = account("prod")
    with pytest.raises(NotTakenDown, match="by hand"):
        prod.take_down(delete_data=True)
    assert prod.stands
    parameters = [{"ParameterKey": "Stage", "ParameterValue": "prod"}]
    assert "stay" in teardown.plan({"Parameters": parameters}, delete_data=False)


def test_a_stack_of_somebody_else_is_left_alone() -> None:
    with pytest.raises(UnknownStack):
        teardown.plan({"Parameters": []}, delete_data=True)
