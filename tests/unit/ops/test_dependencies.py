"""What `make dependencies` and `make audit` find, and that they say so when they could not look."""

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from ops.checks import dependencies
from ops.checks.advisories import known_faults, main
from ops.checks.dependencies import Locked, differing, faults, licence_of, locked, unsuitable

LOCK = """\
one==1.0 \\
    --hash=sha256:aa \\
    --hash=sha256:bb
two[extra]==2.0 ; python_version < '3' \\
    --hash=sha256:cc
three==3.0
"""


def lock(folder: Path, text: str) -> Path:
    path = folder / "lock.txt"
    path.write_text(text, encoding="utf-8")
    return path


def test_a_lock_is_read_with_hashes_and_markers(tmp_path: Path) -> None:
    assert list(locked(lock(tmp_path, LOCK))) == [
        Locked("one", "1.0", hashed=True, here=True),
        Locked("two", "2.0", hashed=True, here=False),
        Locked("three", "3.0", hashed=False, here=True),
    ]


@pytest.mark.parametrize("loose", ["one", "one>=1", "one==1.*", "one>=1,==1.2"])
def test_a_version_that_is_not_exact_is_refused(tmp_path: Path, loose: str) -> None:
    with pytest.raises(ValueError, match=r"lock\.txt: one"):
        list(locked(lock(tmp_path, loose)))


def test_what_is_installed_is_what_is_locked() -> None:
    wanted = [Locked("one", "1.0", True, True), Locked("two", "2.0", True, True), Locked("else", "1", True, False)]
    assert list(differing(wanted, {"one": "1.0", "two": "2.0"})) == []
    assert list(differing(wanted, {"one": "1.1", "four": "4"})) == [
        "one: locked 1.0, installed 1.1",
        "two: locked 2.0, installed not at all",
        "four: installed, and in no lock",
    ]


@pytest.mark.parametrize(
    ("licence", "in_tools", "in_layers"),
    [
        ("MIT", True, True),
        ("Apache-2.0 OR BSD-3-Clause", True, True),
        ("Mozilla Public License 2.0 (MPL 2.0)", True, False),
        ("GNU General Public License v3 (GPLv3)", False, False),
        ("AGPL-3.0-only", False, False),
        ("Proprietary", False, False),
        ("Limited use", False, False),
        ("", False, False),
    ],
)
def test_which_licences_may_be_used_and_which_passed_on(licence: str, in_tools: bool, in_layers: bool) -> None:
    assert (not list(unsuitable({"one": licence}, shipped=[]))) is in_tools
    assert (not list(unsuitable({"one": licence}, shipped=["one"]))) is in_layers


def test_a_fault_is_told(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(dependencies, "ROOT", tmp_path)
    monkeypatch.setattr(dependencies, "TOOLS", (lock(tmp_path, LOCK),))
    monkeypatch.setattr(dependencies, "SHIPPED", ())
    monkeypatch.setattr(dependencies, "RUNTIME", tmp_path / "lock.txt")
    monkeypatch.setattr(dependencies, "licence_of", lambda _one: "GPL-3.0-only")
    monkeypatch.setattr(dependencies, "incomplete", lambda: iter(["one requires four"]))
    found = set(faults())
    assert found >= {"lock.txt: three has no hash", "one: locked 1.0, installed not at all", "one requires four"}
    assert "pytest: licence GPL-3.0-only" in found
    assert dependencies.main() == 1


def test_a_licence_is_told_in_one_of_three_ways() -> None:
    for said, licence in (
        ({"license_expression": "MIT", "license": "see file"}, "MIT"),
        ({"classifier": ["Typing :: Typed", "License :: OSI Approved :: MIT License"]}, "MIT License"),
        ({"license": "BSD 3-Clause\n\nCopyright"}, "BSD 3-Clause"),
        ({}, ""),
    ):
        one: Any = SimpleNamespace(metadata=SimpleNamespace(json=said))
        assert licence_of(one) == licence


def test_advisories_are_named_by_package(capsys: pytest.CaptureFixture[str]) -> None:
    asked: dict[str, Any] = {}

    def ask(query: dict[str, Any]) -> dict[str, Any]:
        asked.update(query)
        results: list[dict[str, Any]] = [{} for _ in query["queries"]]
        results[1] = {"vulns": [{"id": "GHSA-2"}, {"id": "CVE-1"}]}
        return {"results": results}

    packages = [Locked("one", "1.0", True, True), Locked("two", "2.0", True, False)]
    assert known_faults(packages, ask) == {"two 2.0": ["CVE-1", "GHSA-2"]}
    assert asked["queries"][0] == {"package": {"ecosystem": "PyPI", "name": "one"}, "version": "1.0"}
    assert main([], ask) == 1
    assert "1 with advisories" in capsys.readouterr().out
    assert main([], lambda query: {"results": [{}] * len(query["queries"])}) == 0


def test_without_a_network_nothing_passes_for_checked(capsys: pytest.CaptureFixture[str]) -> None:
    def ask(_query: dict[str, Any]) -> dict[str, Any]:
        raise OSError("no route")

    assert main([], ask) == 3
    assert "NOTHING WAS CHECKED" in capsys.readouterr().err
