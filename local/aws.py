"""Clients for the local AWS, as its root user, and the people who sign in to it."""

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

import boto3
from botocore.config import Config

if TYPE_CHECKING:
    from mypy_boto3_cloudformation import CloudFormationClient
    from mypy_boto3_cognito_idp import CognitoIdentityProviderClient
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_events import EventBridgeClient
    from mypy_boto3_kms import KMSClient
    from mypy_boto3_lambda import LambdaClient
    from mypy_boto3_logs import CloudWatchLogsClient
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_sqs import SQSClient
    from mypy_boto3_sts import STSClient

REGION = "us-east-1"
# The code that the local Cognito accepts when it enforces permissions; no mail is sent.
CONFIRMATION_CODE = "123456"
# No proxy: what is on loopback is not reached through one.
CONFIG = Config(retries={"total_max_attempts": 2}, read_timeout=120, s3={"addressing_style": "path"}, proxies={})


@dataclass(frozen=True, slots=True)
class Credentials:
    """An access key; the default is the local AWS's root user."""

    access_key: str = "test"
    secret_key: str = "test"  # noqa: S105 (the local AWS's own, known to everybody)
    token: str | None = None


@cache
def _session(credentials: Credentials) -> boto3.Session:
    # Kept, because the first client of a session costs 150 ms and the next ones 15.
    return boto3.Session(
        aws_access_key_id=credentials.access_key,
        aws_secret_access_key=credentials.secret_key,
        aws_session_token=credentials.token,
        region_name=REGION,
    )


@dataclass(frozen=True, slots=True)
class Aws:
    """The local AWS at `endpoint`, seen with `credentials`."""

    endpoint: str
    credentials: Credentials = Credentials()

    def session(self) -> boto3.Session:
        """A boto3 session with these credentials; its clients need `endpoint_url`."""
        return _session(self.credentials)

    def acting_as(self, credentials: Credentials) -> "Aws":
        """The same local AWS, seen by somebody else."""
        return Aws(self.endpoint, credentials)

    def cloudformation(self) -> "CloudFormationClient":
        """Client."""
        return self.session().client("cloudformation", endpoint_url=self.endpoint, config=CONFIG)

    def cognito(self) -> "CognitoIdentityProviderClient":
        """Client."""
        return self.session().client("cognito-idp", endpoint_url=self.endpoint, config=CONFIG)

    def dynamodb(self) -> "DynamoDBClient":
        """Client."""
        return self.session().client("dynamodb", endpoint_url=self.endpoint, config=CONFIG)

    def events(self) -> "EventBridgeClient":
        """Client."""
        return self.session().client("events", endpoint_url=self.endpoint, config=CONFIG)

    def gateway(self) -> Any:
        """Client of API Gateway."""
        return self.session().client("apigateway", endpoint_url=self.endpoint, config=CONFIG)

    def kms(self) -> "KMSClient":
        """Client."""
        return self.session().client("kms", endpoint_url=self.endpoint, config=CONFIG)

    def functions(self) -> "LambdaClient":
        """Client of Lambda."""
        return self.session().client("lambda", endpoint_url=self.endpoint, config=CONFIG)

    def logs(self) -> "CloudWatchLogsClient":
        """Client."""
        return self.session().client("logs", endpoint_url=self.endpoint, config=CONFIG)

    def s3(self) -> "S3Client":
        """Client."""
        return self.session().client("s3", endpoint_url=self.endpoint, config=CONFIG)

    def sqs(self) -> "SQSClient":
        """Client."""
        return self.session().client("sqs", endpoint_url=self.endpoint, config=CONFIG)

    def sts(self) -> "STSClient":
        """Client."""
        return self.session().client("sts", endpoint_url=self.endpoint, config=CONFIG)
