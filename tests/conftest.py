"""What tests of every kind share."""

from collections.abc import Iterator

import pytest

from local.deploy import Deployment, deploy
from local.stack import run


@pytest.fixture(scope="session")
def stack() -> Iterator[Deployment]:
    """The built template, deployed into a local AWS that lasts as long as the test session. Needs `make build`."""
    with run() as local:
        yield deploy(local.aws)
