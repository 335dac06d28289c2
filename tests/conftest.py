"""What tests of every kind share."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from _pytest.nodeid import NodeId

# Before anything loads OpenCV, whichever test of a worker comes first: its decoder reads its limit when it is loaded.
import lifecert_vision  # noqa: F401
from local.deploy import Deployment, deploy, search_for_no_duplicates
from local.dynamodb_local import Engine, EngineMissing, install
from local.dynamodb_local import run as dynamodb_local_run
from local.stack import Stack, run
from tests.support.missing import missing

# `make test` has two workers. What shares a deployed stack or an engine stays with one of them, as do the tests of one
# file; the longest come first, so that the workers end at about the same time.
LONGEST_FIRST = ("e2e", "contract", "integration", "artefact")


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Say which tests stay together, and put the longest first; within a folder the order stays as it is."""
    tests = Path(__file__).parent
    order = {folder: place for place, folder in enumerate(LONGEST_FIRST)}
    folders = {item: item.path.relative_to(tests).parts[0] for item in items}
    items.sort(key=lambda item: order.get(folders[item], len(order)))
    shared = hasattr(config, "workerinput")
    for item in items:
        folder = folders[item]
        group = folder if folder in order else f"{folder}/{item.path.name}"
        _name(item, f"@{group}" if shared else "")


def _name(item: pytest.Item, group: str) -> None:
    """Give a test its whole name and its group, by which xdist keeps tests together.

    xdist's own way (the mark `xdist_group`) writes an attribute that pytest 9.2 does not read any more; and
    schemathesis names all its tests alike, of which only the first would run.
    """
    plain = item.name.partition("[")[0]
    whole = item.nodeid if item.name in item.nodeid else item.nodeid.replace(plain, item.name)
    item._id = NodeId.parse(whole + group)


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
    except EngineMissing as error:
        missing(str(error))
    with dynamodb_local_run() as engine:
        yield engine


@pytest.fixture(scope="session")
def stack(local_aws: Stack) -> Deployment:
    """The built template, deployed into the local AWS. Needs `make build`.

    Nobody looks for one face under two people: every test enrols the same three portraits, for people of its own, and
    each would be a case that no machine accepts against.
    """
    deployed = deploy(local_aws.aws)
    search_for_no_duplicates(deployed)
    return deployed
