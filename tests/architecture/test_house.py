"""What the house looks like from outside: few folders in the root, and every one of them told in the README."""

import subprocess

from tests.support.templates import ROOT

MOST = 12


def tracked_folders() -> set[str]:
    """Folders of the root that git knows, hidden ones aside."""
    listed = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    return {path.split("/")[0] for path in listed.splitlines() if "/" in path and not path.startswith(".")}


def test_the_root_has_few_folders_and_the_readme_tells_each() -> None:
    folders = tracked_folders()
    assert 0 < len(folders) <= MOST
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    assert not [folder for folder in folders if f"\n{folder}/" not in text]
