"""What unit tests share: no network, and the functions on fakes."""

from collections.abc import Iterator

import pytest

from tests.support.wiring.factories import world_on_fakes
from tests.support.wiring.world import World


@pytest.fixture(autouse=True)
def _no_network(socket_disabled: None) -> None:
    """Opening a socket fails."""


@pytest.fixture
def world() -> Iterator[World]:
    """All functions on fakes."""
    with world_on_fakes() as wired:
        yield wired
