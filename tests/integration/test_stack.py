"""The local AWS comes up by itself, keeps out of the way of others, and leaves no process behind."""

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from local import stack as local_stack
from local.stack import ROOT, StackError, run
from tests.support.patience import PATIENCE_SECONDS, wait_for

# Starts a stack, tells the process and the address, and waits for its end.
PROGRAM = """
import signal, sys
from local.stack import run
with run(say=lambda line: None) as stack:
    print(stack.pid, stack.aws.endpoint, flush=True)
    if sys.argv[1] == "fail":
        raise ValueError
    signal.pause()
"""


@contextmanager
def program(how: str) -> Iterator[tuple[subprocess.Popen[str], int, str]]:
    with subprocess.Popen(
        [sys.executable, "-c", PROGRAM, how],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    ) as process:
        assert process.stdout is not None
        try:
            pid, endpoint = process.stdout.readline().split()
            yield process, int(pid), endpoint
        finally:
            process.kill()


def ended(pid: int) -> bool:
    try:
        # Also a zombie that nobody has waited for yet has ended.
        if Path(f"/proc/{pid}").exists() and Path(f"/proc/{pid}/stat").read_text().split(")")[1].split()[0] == "Z":
            return True
        os.kill(pid, 0)
    except (ProcessLookupError, FileNotFoundError):
        return True
    return False


@pytest.mark.parametrize(
    ("number", "status"),
    [(signal.SIGINT, -signal.SIGINT), (signal.SIGTERM, 128 + signal.SIGTERM), (signal.SIGKILL, -signal.SIGKILL)],
)
def test_it_ends_with_the_program_however_that_ends(number: signal.Signals, status: int) -> None:
    with program("wait") as (process, pid, _):
        assert not ended(pid)
        process.send_signal(number)
        assert process.wait(PATIENCE_SECONDS) == status
        wait_for(lambda: ended(pid), "the end of the local AWS")


def test_it_ends_when_the_program_fails() -> None:
    with program("fail") as (process, pid, _):
        assert process.wait(PATIENCE_SECONDS) == 1
        wait_for(lambda: ended(pid), "the end of the local AWS")


def test_two_run_side_by_side() -> None:
    with program("wait") as (_, first, address), program("wait") as (_, second, other):
        assert first != second
        assert address != other


def test_a_taken_port_is_told_and_avoided(monkeypatch: pytest.MonkeyPatch) -> None:
    lines: list[str] = []
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        monkeypatch.setattr(local_stack, "DEFAULT_PORT", port)
        with run(say=lines.append) as stack:
            assert not stack.aws.endpoint.endswith(f":{port}")
    assert lines == [f"Port {port} is taken; using {stack.aws.endpoint.rsplit(':', 1)[1]}."]


def test_only_whoever_has_the_first_folder_asks_for_the_usual_port(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two that begin at the same moment both find it free; the second then deployed into the first one's AWS."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        monkeypatch.setattr(local_stack, "DEFAULT_PORT", probe.getsockname()[1])
    held, lock = local_stack._claim_folder()
    try:
        with run(say=lambda line: None) as stack:
            assert stack.folder != held
            assert not stack.aws.endpoint.endswith(f":{local_stack.DEFAULT_PORT}")
    finally:
        os.close(lock)


def test_it_listens_on_loopback_only_and_tidies_up() -> None:
    with run(say=lambda line: None) as stack:
        port = int(stack.aws.endpoint.rsplit(":", 1)[1])
        listening = {
            line.split()[1]
            for table in ("tcp", "tcp6")
            for line in Path(f"/proc/net/{table}").read_text().splitlines()[1:]
            if line.split()[3] == "0A" and line.split()[1].endswith(f":{port:04X}")
        }
        assert listening == {f"0100007F:{port:04X}"}
        assert (stack.folder / "tmp").is_dir()
    assert ended(stack.pid)
    assert not (stack.folder / "tmp").exists()


def test_a_failed_start_shows_the_end_of_the_log(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    broken = tmp_path / "launcher.py"
    broken.write_text("raise SystemExit('no ministack today')")
    monkeypatch.setattr(local_stack, "__file__", str(tmp_path / "stack.py"))
    with pytest.raises(StackError, match="no ministack today"), run(say=lambda line: None):
        pass
