"""These tests look at the project itself; none of them may call anywhere."""

import pytest


@pytest.fixture(autouse=True)
def _no_network(socket_disabled: None) -> None:
    """Opening a socket fails."""
