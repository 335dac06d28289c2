"""A build that fails stops everything after it: `sam deploy` by itself would go on from the sources."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from lab.speed.sizes import ROOT
from tests.support.patience import PATIENCE_SECONDS

# What make finds up to date, so that only building and what follows runs.
REQUIREMENTS = ("requirements/dev.txt", "requirements/runtime.txt")
LAYERS = ("layers/core", "layers/vision", "layers/tokens")
LOCKS = (*REQUIREMENTS, *(f"{layer}/requirements.txt" for layer in LAYERS))
# Writes down how it was called, and fails at what it is told to fail at.
SAM = """#!/bin/sh
echo "$1" >> called
[ "$1" != "$(cat fails)" ] || { echo "sam $1: no such layer" >&2; exit 1; }
"""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """The Makefile in a project where `sam` only writes down that it was called."""
    for folder in (".venv/bin", ".build/runtime/bin", ".build/stamps", "requirements", *LAYERS):
        (tmp_path / folder).mkdir(parents=True)
    shutil.copy(ROOT / "Makefile", tmp_path)
    # With what an office says before its first deployment to production.
    said = (
        (ROOT / "samconfig.toml")
        .read_text()
        .replace('"Stage=prod",', '"Stage=prod",\n"ClerksWithoutDistrict=Nowhere",', 1)
    )
    (tmp_path / "samconfig.toml").write_text(said)
    (tmp_path / "template.yaml").write_text("Resources: {}\n")
    (tmp_path / "layers/vision/assets.py").write_text("")
    for lock in LOCKS:
        (tmp_path / lock).write_text("")
        os.utime(tmp_path / lock, (1, 1))
    (tmp_path / ".venv/bin/python").symlink_to(sys.executable)
    (tmp_path / ".venv/bin/sam").write_text(SAM)
    (tmp_path / ".venv/bin/sam").chmod(0o755)
    for ready in (".venv/.ready", ".build/runtime/.ready"):
        (tmp_path / ready).write_text("")
    (tmp_path / "fails").write_text("")
    return tmp_path


def make(project: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("MAKE")}
    return subprocess.run(
        ["make", *arguments],
        cwd=project,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=PATIENCE_SECONDS,
    )


def called(project: Path) -> list[str]:
    return (project / "called").read_text().split() if (project / "called").exists() else []


@pytest.mark.parametrize("target", ["build", "deploy", "deploy-prod", "size", "demo"])
def test_nothing_runs_after_a_build_that_failed(project: Path, target: str) -> None:
    (project / "fails").write_text("build")
    done = make(project, target)
    assert done.returncode != 0
    assert called(project) == ["build"]
    assert "sam build: no such layer" in done.stdout
    assert "build: sam build failed, see above" in done.stdout


def test_a_failed_build_is_tried_again(project: Path) -> None:
    (project / "fails").write_text("build")
    make(project, "build")
    (project / "fails").write_text("")
    assert make(project, "build").returncode == 0
    assert make(project, "build").returncode == 0
    assert called(project) == ["build", "build"]


@pytest.mark.skipif(sys.version_info[:2] != (3, 11), reason="only python3.11 is refused")
def test_python_311_is_not_deployed(project: Path) -> None:
    done = make(project, "deploy")
    assert done.returncode != 0
    assert "make deploy RUNTIME=python3.13" in done.stdout
    assert called(project) == ["build"]


def test_a_model_that_came_after_a_build_is_built(project: Path) -> None:
    """`make build MODELS=folder` after a build without: the layer would have gone on without the model, untold."""
    models = project / "layers/vision/lifecert_vision/models"
    models.mkdir(parents=True)
    built = []
    for name in ("first.onnx", "", "second.onnx"):
        if name:
            (models / name).write_text("")
        assert make(project, "build").returncode == 0
        built.append(len(called(project)))
    assert built == [1, 1, 2]
