"""What a change is held to: `make check` asks for everything, `.ci/run` for what CI has the time for."""

import os
import subprocess
from pathlib import Path

import pytest

from tests.architecture.test_examples import planned
from tests.support.templates import ROOT

QUICK = {
    "format": "ruff format --check .",
    "lint": "ruff check .",
    "types": "-m mypy",
    "secrets": "detect-secrets-hook",
    "dependencies": "-m ops.checks.dependencies",
    "template": "sam validate --lint",
    "nested templates": "cfn-lint infra/data.yaml",
}
# A make that tells what it is asked, and fails at what FAILING names.
MAKE = '#!/bin/sh\necho "make $*"\ncase " $FAILING " in *" $1 "*) exit 2;; esac\n'


@pytest.mark.parametrize("part", QUICK.values(), ids=QUICK)
def test_what_is_quick_to_tell_is_asked_for_both_ways(part: str) -> None:
    assert part in planned("quick-check")
    assert part in planned("check")


def test_check_runs_every_test_and_measures_what_they_cover() -> None:
    lines = planned("check").splitlines()
    [tests] = [line for line in lines if " -m pytest " in line]
    assert "--cov " in tests
    assert "tests/" not in tests, "all of them"
    domain, rest = (line for line in lines if "coverage report" in line)
    assert "--include '*/lifecert/domain/*' --fail-under 100" in domain
    assert "--omit '*/lifecert/domain/*' --fail-under 95" in rest


def ci(tmp_path: Path, failing: str) -> tuple[int, list[str]]:
    """The exit status of .ci/run and what it prints, when these targets fail."""
    make = tmp_path / "make"
    make.write_text(MAKE, encoding="utf-8")
    make.chmod(0o755)
    environment = {**os.environ, "PATH": f"{tmp_path}{os.pathsep}{os.environ['PATH']}", "FAILING": failing}
    done = subprocess.run([ROOT / ".ci/run"], env=environment, check=False, capture_output=True, text=True)
    return done.returncode, done.stdout.splitlines()


def test_ci_asks_for_what_is_quick_and_then_for_the_tests_whose_summary_comes_last(tmp_path: Path) -> None:
    assert ci(tmp_path, failing="") == (0, ["make quick-check", "make test"])
    assert "make test " in (ROOT / "README.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("failing", ["quick-check", "test", "quick-check test"])
def test_ci_fails_with_either_and_runs_the_tests_all_the_same(tmp_path: Path, failing: str) -> None:
    status, told = ci(tmp_path, failing)
    assert status != 0
    assert told[0] == "make quick-check"
    assert told[-1] == "make test"
