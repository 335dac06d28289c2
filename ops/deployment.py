"""Which deployment a tool looks at: the stack's outputs name its tables."""

import argparse
import time
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

import boto3
from botocore.exceptions import BotoCoreError, ClientError

from lifecert.domain.errors import LifeCertError

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

# What a tool reports in one line, with exit status 2. Anything else is a fault of the tool.
UNREACHABLE = (BotoCoreError, ClientError, LifeCertError)


class UnknownStack(LifeCertError):
    """The stack has no such output: it is not LifeCert's, or not finished."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What every tool asks."""
    parser.add_argument("--stack", metavar="NAME", help="the CloudFormation stack, such as lifecert-dev")
    parser.add_argument("--endpoint-url", metavar="URL", help="another AWS, such as the one that make dev prints")


def client(service: str, endpoint_url: str | None) -> Any:
    """A client with the caller's credentials and region."""
    return boto3.client(service, endpoint_url=endpoint_url)  # type: ignore[call-overload]


def dynamodb(endpoint_url: str | None) -> "DynamoDBClient":
    """A client of DynamoDB."""
    found: DynamoDBClient = client("dynamodb", endpoint_url)
    return found


def outputs(stack: str, endpoint_url: str | None) -> Mapping[str, str]:
    """The stack's outputs by name."""
    answer = client("cloudformation", endpoint_url).describe_stacks(StackName=stack)
    return {one["OutputKey"]: one["OutputValue"] for one in answer["Stacks"][0].get("Outputs", [])}


def parameter(stack: str, endpoint_url: str | None, name: str) -> str:
    """One of the stack's parameters. Raises UnknownStack."""
    answer = client("cloudformation", endpoint_url).describe_stacks(StackName=stack)
    found = {one["ParameterKey"]: one["ParameterValue"] for one in answer["Stacks"][0].get("Parameters", [])}
    if name not in found:
        raise UnknownStack(f"the stack has no parameter {name}")
    return str(found[name])


def output(found: Mapping[str, str], name: str) -> str:
    """One output. Raises UnknownStack."""
    if name not in found:
        raise UnknownStack(f"the stack has no output {name}")
    return found[name]


def at_most(per_second: float) -> Callable[[], None]:
    """Waits so that calls come no faster than this."""
    last = 0.0

    def wait() -> None:
        nonlocal last
        time.sleep(max(0.0, last + 1 / per_second - time.monotonic()))
        last = time.monotonic()

    return wait
