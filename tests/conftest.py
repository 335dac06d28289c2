"""What tests of every kind share."""

from collections.abc import Iterator

import pytest

from local.deploy import Deployment, deploy
from local.dynamodb_local import Engine, EngineMissing, install
from local.dynamodb_local import run as dynamodb_local_run
from local.stack import Stack, run


@pytest.fixture(scope="session")
def local_aws() -> Iterator[Stack]:
    """A local AWS, empty at first, that lasts as long as the test session."""
    with run() as local:
        yield local


@pytest.fixture(scope="session")
def dynamodb_local() -> Iterator[Engine]:
    """Amazon's DynamoDB Local, where there is Java."""
    try:
        install()
    except EngineMissing as missing:
        pytest.skip(str(missing))
    with dynamodb_local_run() as engine:
        yield engine


@pytest.fixture(scope="session")
def stack(local_aws: Stack) -> Deployment:
    """The built template, deployed into the local AWS. Needs `make build`."""
    return deploy(local_aws.aws)
