"""Engines for the contract suite. moto comes first, so that a broken adapter is known before anything starts."""

from collections.abc import Iterator

import boto3
import pytest
from moto import mock_aws

from local.aws import REGION, Aws
from local.dynamodb_local import Engine
from local.stack import Stack
from tests.support.engines import DynamoTables, Stores, memory_stores


@pytest.fixture
def moto_session() -> Iterator[boto3.Session]:
    """An empty AWS inside this process, for one test."""
    with mock_aws():
        yield boto3.Session(aws_access_key_id="test", aws_secret_access_key="test", region_name=REGION)


@pytest.fixture
def aws(local_aws: Stack) -> Aws:
    """Clients for the local AWS."""
    return local_aws.aws


@pytest.fixture
def moto_tables(moto_session: boto3.Session) -> DynamoTables:
    tables = DynamoTables(moto_session.client("dynamodb"))
    tables.create()
    return tables


@pytest.fixture
def local_tables(aws: Aws) -> Iterator[DynamoTables]:
    tables = DynamoTables(aws.dynamodb())
    tables.create()
    yield tables
    tables.drop()


@pytest.fixture(scope="session")
def lasting_tables(dynamodb_local: Engine) -> DynamoTables:
    tables = DynamoTables(dynamodb_local.client())
    tables.create()
    return tables


@pytest.fixture
def amazon_tables(lasting_tables: DynamoTables) -> Iterator[DynamoTables]:
    yield lasting_tables
    lasting_tables.empty()


@pytest.fixture(params=["moto", "local", "amazon"])
def tables(request: pytest.FixtureRequest) -> DynamoTables:
    """The tables of one real engine, to look into."""
    found: DynamoTables = request.getfixturevalue(f"{request.param}_tables")
    return found


@pytest.fixture(params=["memory", "moto", "local", "amazon"])
def stores(request: pytest.FixtureRequest) -> Stores:
    """The ports on every engine."""
    if request.param == "memory":
        return memory_stores()
    found: DynamoTables = request.getfixturevalue(f"{request.param}_tables")
    return found.stores()


@pytest.fixture(params=["memory", "local", "amazon"])
def racing(request: pytest.FixtureRequest) -> Stores:
    """The ports on every engine that many threads may use at once; moto checks and writes in two steps."""
    if request.param == "memory":
        return memory_stores()
    found: DynamoTables = request.getfixturevalue(f"{request.param}_tables")
    return found.stores()
