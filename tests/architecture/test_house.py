"""What the house looks like from outside: few folders in the root, and every one of them told in the README."""

import subprocess
from functools import cache

import pytest

from tests.support.templates import ROOT

MOST = 12


@cache
def tracked() -> tuple[str, ...]:
    """The files that git knows, hidden ones aside."""
    listed = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    return tuple(path for path in listed.splitlines() if not path.startswith("."))


def tracked_folders(under: str = "") -> set[str]:
    """Folders of the root that git knows, or of one of its folders."""
    below = (path.removeprefix(under) for path in tracked() if path.startswith(under))
    return {path.split("/")[0] for path in below if "/" in path}


def test_the_root_has_few_folders_and_the_readme_tells_each() -> None:
    folders = tracked_folders()
    assert 0 < len(folders) <= MOST
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    assert not [folder for folder in folders if f"\n{folder}/" not in text]


@pytest.mark.parametrize(
    ("page", "folder"),
    [(page, folder) for page in ("README.md", "README.zh-CN.md") for folder in ("clients/", "lab/", "web/")]
    # In Chinese these have no slash behind them.
    + [("README.md", "tests/")],
)
def test_the_readme_tells_what_is_in_folders_of_several(page: str, folder: str) -> None:
    text = (ROOT / page).read_text(encoding="utf-8")
    (line,) = (line for line in text.splitlines() if line.startswith(f"{folder} "))
    inside = tracked_folders(folder)
    assert len(inside) > 2
    assert not [room for room in inside if room not in line]
