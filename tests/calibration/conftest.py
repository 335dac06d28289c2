"""The portraits of the vision tests, in the layouts that the tool reads."""

import shutil
from pathlib import Path

import pytest

from lab.calibration.templates import Pipeline
from lifecert.adapters.files.policy import load_policy
from lifecert.domain.policy import Policy

_PORTRAITS = Path(__file__).parents[2] / ".build/portraits"
NAMES = {
    "obama.jpg": "Barack_Obama_0001.jpg",
    "obama2.jpg": "Barack_Obama_0002.jpg",
    "obama3.jpg": "Barack_Obama_0003.jpg",
    "biden.jpg": "Joe_Biden_0001.jpg",
    "astronaut.png": "Eileen_Collins_0001.png",
}


@pytest.fixture(scope="session")
def people(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder in the layout of LFW: five portraits of three people."""
    folder = tmp_path_factory.mktemp("people")
    for source, target in NAMES.items():
        if not (_PORTRAITS / source).is_file():
            pytest.fail(f"{source} not in .build/portraits: run `make setup` first")
        shutil.copy(_PORTRAITS / source, folder / target)
    return folder


@pytest.fixture(scope="session")
def policy() -> Policy:
    return load_policy()


@pytest.fixture(scope="session")
def pipeline(policy: Policy) -> Pipeline:
    return Pipeline(policy)
