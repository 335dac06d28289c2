"""What a test does without a program that it needs and that no wheel brings."""

import os
from typing import NoReturn

import pytest


def missing(why: str) -> NoReturn:
    """Skip, since not everybody has everything; under CI=true fail, since there a test that is left out is not seen."""
    if os.environ.get("CI") == "true":
        pytest.fail(f"{why} (make test-tools)")
    pytest.skip(f"{why} (make test-tools)")
