"""Which deployment a tool looks at: the stack's outputs name its tables."""

import argparse
import time
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import boto3
from botocore.config import Config
from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    EndpointConnectionError,
    NoCredentialsError,
    NoRegionError,
)

from lifecert.domain.errors import LifeCertError

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

# What a tool reports in one line, with exit status 2. Anything else is a fault of the tool.
UNREACHABLE = (BotoCoreError, ClientError, LifeCertError)
# What `make dev` deploys, and the key and region of its local AWS.
DEV_STACK = "lifecert-local"
_DEV: Any = {"region_name": "us-east-1", "aws_access_key_id": "test", "aws_secret_access_key": "test"}
_DEV_CONFIG = Config(s3={"addressing_style": "path"}, proxies={}, retries={"total_max_attempts": 2})


class UnknownStack(LifeCertError):
    """There is no such stack, or it has no such output: it is not LifeCert's, or not finished."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What every tool asks."""
    parser.add_argument("--stack", metavar="NAME", help="the CloudFormation stack, such as lifecert-dev")
    parser.add_argument(
        "--endpoint-url", metavar="URL", help=f"the local AWS, as make dev prints it; its stack is {DEV_STACK}"
    )


def add_pace(parser: argparse.ArgumentParser, default: float, of: str) -> None:
    """How many `of` what a tool changes it takes in a second, as `per_second`."""
    parser.add_argument("--per-second", type=_pace, default=default, help=f"{of} a second, at most (%(default)s)")


def _pace(told: str) -> float:
    pace = float(told)
    if pace <= 0:
        raise argparse.ArgumentTypeError("must be above 0")
    return pace


def parse(
    parser: argparse.ArgumentParser, arguments: Sequence[str] | None, *, needs_stack: bool = True
) -> argparse.Namespace:
    """The arguments. With an address and no stack, the stack is that of make dev; with neither, where one is needed, it
    ends with status 2."""
    asked = parser.parse_args(arguments)
    if asked.endpoint_url and not asked.stack:
        asked.stack = DEV_STACK
    if needs_stack and not asked.stack:
        parser.error("name --stack")
    return asked


def client(service: str, endpoint_url: str | None) -> Any:
    """A client with the caller's credentials and region.

    One address for all services is a local AWS: it is asked with the key that everybody knows, so that real
    credentials never go there and none need be set.
    """
    if endpoint_url is None:
        return boto3.client(service)  # type: ignore[call-overload]
    return boto3.client(service, endpoint_url=endpoint_url, config=_DEV_CONFIG, **_DEV)  # type: ignore[call-overload]


def operator(endpoint_url: str | None) -> str:
    """Who runs a tool that acts as a clerk. Of an assumed role the role's own id: two people who share a role are one,
    and no second person."""
    account: str = client("sts", endpoint_url).get_caller_identity()["UserId"].partition(":")[0]
    return f"operator:{account}"


def dynamodb(endpoint_url: str | None) -> "DynamoDBClient":
    """A client of DynamoDB."""
    found: DynamoDBClient = client("dynamodb", endpoint_url)
    return found


def describe(stack: str, endpoint_url: str | None) -> Mapping[str, Any]:
    """What CloudFormation says of a stack. Raises UnknownStack."""
    cloudformation = client("cloudformation", endpoint_url)
    try:
        found: Mapping[str, Any] = cloudformation.describe_stacks(StackName=stack)["Stacks"][0]
    except ClientError as error:
        if "does not exist" not in str(error):
            raise
        here = f"in this account and the region {cloudformation.meta.region_name}"
        raise UnknownStack(f"there is no stack {stack} {f'at {endpoint_url}' if endpoint_url else here}") from error
    return found


def outputs(stack: str, endpoint_url: str | None) -> Mapping[str, str]:
    """The stack's outputs by name. Raises UnknownStack."""
    return {one["OutputKey"]: one["OutputValue"] for one in describe(stack, endpoint_url).get("Outputs", [])}


def parameter(stack: str, endpoint_url: str | None, name: str) -> str:
    """One of the stack's parameters. Raises UnknownStack."""
    parameters = describe(stack, endpoint_url).get("Parameters", [])
    found = {one["ParameterKey"]: one["ParameterValue"] for one in parameters}
    if name not in found:
        raise UnknownStack(f"the stack {stack} has no parameter {name}")
    return str(found[name])


def why(error: Exception) -> str:
    """What to tell an operator of an error of UNREACHABLE."""
    if isinstance(error, NoRegionError):
        return "no region is set: AWS_REGION names it (or ENDPOINT=url asks the stack of make dev)"
    if isinstance(error, NoCredentialsError):
        return "no AWS credentials are set (ENDPOINT=url, for the stack of make dev, needs none)"
    if isinstance(error, EndpointConnectionError):
        return f"nothing answers at {error.kwargs['endpoint_url']}"
    return str(error) or type(error).__name__


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
