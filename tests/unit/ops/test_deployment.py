"""Which deployment an operator's tool asks, with whose key, and what it says when it cannot."""

import argparse
from typing import Any

import pytest
from botocore.exceptions import ClientError, EndpointConnectionError, NoCredentialsError, NoRegionError

from local.aws import REGION, Credentials
from local.deploy import STACK_NAME
from ops import deployment
from ops.deployment import DEV_STACK, UnknownStack, add_arguments, add_pace, client, outputs, parse, why
from ops.renew_templates import agreed
from ops.words import counted, people

ENDPOINT = "http://127.0.0.1:4566"


def parsed(*arguments: str, needs_stack: bool = False) -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    add_arguments(parser)
    add_pace(parser, 50.0, "people")
    return parse(parser, arguments, needs_stack=needs_stack)


def test_the_address_of_make_dev_is_enough() -> None:
    assert DEV_STACK == STACK_NAME
    assert parsed("--endpoint-url", ENDPOINT).stack == DEV_STACK
    assert parsed("--endpoint-url", ENDPOINT, "--stack", "another").stack == "another"
    assert parsed().stack is None
    assert parsed("--endpoint-url", ENDPOINT, needs_stack=True).stack == DEV_STACK


@pytest.mark.parametrize("wrong", [[], ["--stack", "a", "--per-second", "0"], ["--stack", "a", "--per-second", "fast"]])
def test_a_tool_ends_with_2_without_a_stack_or_with_no_pace_at_all(
    wrong: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        parsed(*wrong, needs_stack=True)
    assert ended.value.code == 2
    assert ("--per-second" if wrong else "name --stack") in capsys.readouterr().err
    assert parsed("--stack", "a", "--per-second", "0.5", needs_stack=True).per_second == 0.5


@pytest.mark.parametrize("service", ["cloudformation", "dynamodb", "kms", "s3"])
def test_real_credentials_never_go_to_a_local_aws(service: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIAREAL")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "real")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-central-1")
    found = client(service, ENDPOINT)
    key = found._get_credentials()
    assert Credentials(key.access_key, key.secret_key) == Credentials()
    assert (found.meta.region_name, found.meta.endpoint_url) == (REGION, ENDPOINT)
    assert client(service, None).meta.region_name == "eu-central-1"


def test_a_stack_that_is_not_there_is_said_in_words(monkeypatch: pytest.MonkeyPatch) -> None:
    class CloudFormation:
        meta = argparse.Namespace(region_name="eu-central-1")

        def describe_stacks(self, StackName: str) -> Any:
            said: Any = {"Code": "ValidationError", "Message": f"Stack with id {StackName} does not exist"}
            raise ClientError({"Error": said}, "DescribeStacks")

    monkeypatch.setattr(deployment, "client", lambda *_: CloudFormation())
    with pytest.raises(UnknownStack, match="no stack lifecert-dev in this account and the region eu-central-1"):
        outputs("lifecert-dev", None)
    with pytest.raises(UnknownStack, match=f"no stack lifecert-dev at {ENDPOINT}"):
        outputs("lifecert-dev", ENDPOINT)


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (NoRegionError(), "no region is set"),
        (NoCredentialsError(), "no AWS credentials are set"),
        (EndpointConnectionError(endpoint_url=ENDPOINT), f"nothing answers at {ENDPOINT}"),
        (UnknownStack("there is no stack x"), "there is no stack x"),
        (UnknownStack(), "UnknownStack"),
    ],
)
def test_what_went_wrong_is_said_in_words(error: Exception, said: str) -> None:
    assert why(error).startswith(said)


@pytest.mark.parametrize(("typed", "agreed_to"), [("abc", True), (" abc\n", True), ("y", False), ("", False)])
def test_another_secret_is_asked_for_by_name(typed: str, agreed_to: bool, capsys: pytest.CaptureFixture[str]) -> None:
    assert agreed("abc", "1", lambda _: typed) is agreed_to
    assert "protects new templates under the secret 1, and not under abc" in capsys.readouterr().err


def test_the_deployments_own_secret_is_not_asked_for_and_nobody_there_means_no() -> None:
    def nobody(_: str) -> str:
        raise EOFError

    assert agreed("1", "1", nobody)
    assert not agreed("abc", "1", nobody)


def test_one_is_one() -> None:
    assert [people(count) for count in (0, 1, 2, 1000)] == ["0 people", "1 person", "2 people", "1,000 people"]
    assert counted(1, "entry", "entries") == "1 entry"
