"""Start and stop the local AWS: one ministack process, on loopback by default, with all its files under `.build/stack`.

It enforces execution roles and signatures, and its functions see boto3 and their layers only. Whatever happens
to the program that started it, it leaves no process behind.
"""

import errno
import fcntl
import http.client
import os
import shutil
import signal
import socket
import subprocess
import sysconfig
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path
from types import FrameType
from urllib.parse import urlsplit

from local.aws import REGION, Aws

ROOT = Path(__file__).resolve().parents[1]
BUILD = ROOT / ".build"
DEFAULT_PORT = 4566
LOOPBACK = "127.0.0.1"
START_SECONDS = 300.0  # on a machine busy with other things; what fails is told at once
STOP_SECONDS = 10.0
MAX_STACKS = 8

Say = Callable[[str], None]


class StackError(RuntimeError):
    """The local AWS cannot be started or used; the message says what to do."""


@dataclass(frozen=True, slots=True)
class Stack:
    """A running local AWS: `aws` makes clients for it, `folder` holds its files and its log."""

    aws: Aws
    folder: Path
    pid: int

    @property
    def log(self) -> Path:
        """What ministack and the functions' start-up wrote."""
        return self.folder / "ministack.log"


@contextmanager
def run(say: Say = print, port: int | None = None, host: str = LOOPBACK) -> Iterator[Stack]:
    """Run a local AWS for the length of a `with` block; every way out of it ends the process and its children.

    `port` None takes the usual one, or a free one if that is taken; `say` is told which, and that the end has begun
    when the block is interrupted. `host` is an address of this machine: other than loopback, everybody who reaches it
    is the local AWS's root user. SIGTERM and SIGHUP leave the block as an exception, like Ctrl-C. A second run side by
    side gets a folder of its own.

    Raises:
        StackError: nothing was set up, the host is not this machine's, or ministack did not come up; with the end of
            its log.
    """
    python = BUILD / "runtime" / "bin" / "python"
    if not python.exists():
        raise StackError("The interpreter of the local functions is missing: run `make setup`.")
    folder, lock = _claim_folder()
    try:
        # Two that begin at the same moment both find the usual one free: it is for whoever has the first folder.
        usual = folder == BUILD / "stack"
        port = _choose_port(say, host, usual=usual) if port is None else port
        # SIGINT as well: a shell starts background jobs deaf to it.
        with (
            _handlers(_raise_exit, signal.SIGTERM, signal.SIGHUP),
            _handlers(signal.default_int_handler, signal.SIGINT),
        ):
            aws = Aws(f"http://{host}:{port}")
            process = _spawn(python, folder, aws.endpoint, lock)
            try:
                stack = Stack(aws, folder, process.pid)
                _wait_until_ready(process, stack)
                yield stack
            except (KeyboardInterrupt, SystemExit):
                say(
                    "\nStopping: the functions and the local AWS are ended, then their files are deleted,\n"
                    "a gigabyte or more, which takes a while on a slow disk."
                )
                raise
            finally:
                _stop(process)
    finally:
        shutil.rmtree(folder / "tmp", ignore_errors=True)
        os.close(lock)


def _claim_folder() -> tuple[Path, int]:
    """Lock and empty the first folder that no other run holds: `.build/stack`, `.build/stack-2`, ..."""
    BUILD.mkdir(exist_ok=True)
    for number in range(1, MAX_STACKS + 1):
        folder = BUILD / ("stack" if number == 1 else f"stack-{number}")
        lock = os.open(folder.with_name(f"{folder.name}.lock"), os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(lock)
            continue
        shutil.rmtree(folder, ignore_errors=True)
        for part in ("tmp", "home", "state"):
            (folder / part).mkdir(parents=True)
        return folder, lock
    raise StackError(f"{MAX_STACKS} local stacks are running already; end one of them.")


def _choose_port(say: Say, host: str, *, usual: bool = True) -> int:
    for port in (DEFAULT_PORT, 0) if usual else (0,):
        with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
            try:
                # As the server itself will, or a port just given up would look taken for a minute.
                probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                probe.bind((host, port))
            except OSError as error:
                if error.errno != errno.EADDRINUSE:
                    raise StackError(f"{host} is not an address of this machine: {error.strerror}.") from error
                continue
            found = int(probe.getsockname()[1])
            if found != DEFAULT_PORT:
                say(f"Port {DEFAULT_PORT} is taken; using {found}.")
            return found
    raise StackError(f"No port is free on {host}.")


def _spawn(python: Path, folder: Path, endpoint: str, lock: int) -> subprocess.Popen[bytes]:
    place = urlsplit(endpoint)
    # An environment of its own: the caller's AWS settings, proxies and PYTHONPATH must not reach the functions,
    # which inherit all of this.
    environment = {
        "PATH": "/usr/local/bin:/usr/bin:/bin",
        "LANG": "C.UTF-8",
        "HOME": str(folder / "home"),
        "TMPDIR": str(folder / "tmp"),
        "STATE_DIR": str(folder / "state"),
        "S3_DATA_DIR": str(folder / "state" / "s3"),
        "GATEWAY_PORT": str(place.port),
        "BIND_HOST": str(place.hostname),
        "MINISTACK_REGION": REGION,
        "AUTH": "true",
        "IOT_MTLS_ENABLED": "0",
        "SFTP_ENABLED": "0",
        "LAMBDA_WARM_TTL_SECONDS": "60",
        "LOG_LEVEL": "WARNING",
        # There is no X-Ray daemon here.
        "POWERTOOLS_TRACE_DISABLED": "true",
    }
    if place.hostname != LOOPBACK:
        # Where it finds itself, and where functions find it: that is where they tell people to upload.
        environment |= {"MINISTACK_HOST": str(place.hostname), "AWS_ENDPOINT_URL": endpoint}
    with (folder / "ministack.log").open("wb") as log:
        return subprocess.Popen(
            [python, Path(__file__).with_name("launcher.py"), sysconfig.get_path("purelib")],
            cwd=folder,
            env=environment,
            stdin=subprocess.PIPE,
            stdout=log,
            stderr=subprocess.STDOUT,
            # A group of its own, so that it can be ended whole and Ctrl-C reaches only us, who then end it in order.
            start_new_session=True,
            # The lock lasts as long as the process: a folder in use is never emptied.
            pass_fds=(lock,),
        )


def _wait_until_ready(process: subprocess.Popen[bytes], stack: Stack) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        if process.poll() is not None:
            raise StackError(f"The local AWS ended at once (exit {process.returncode}).\n{_tail(stack.log)}")
        if answers(stack.aws.endpoint):
            return
        time.sleep(0.05)
    raise StackError(f"The local AWS was not ready within {START_SECONDS:.0f} s.\n{_tail(stack.log)}")


def answers(endpoint: str) -> bool:
    """Whether a local AWS is there."""
    place = urlsplit(endpoint)
    connection = http.client.HTTPConnection(str(place.hostname), place.port, timeout=2)
    try:
        connection.request("GET", "/_ministack/ready")
        return connection.getresponse().status == HTTPStatus.OK
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def _tail(log: Path, lines: int = 30) -> str:
    text = log.read_text(encoding="utf-8", errors="replace").splitlines()[-lines:]
    return "\n".join([f"The end of {log}:", *text])


def _stop(process: subprocess.Popen[bytes]) -> None:
    """End the process and everything it started; a further Ctrl-C cannot interrupt this."""
    with _handlers(signal.SIG_IGN, signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        if process.stdin:
            process.stdin.close()
        if process.poll() is None:
            process.terminate()
            try:
                process.wait(STOP_SECONDS)
            except subprocess.TimeoutExpired:
                process.kill()
        # Workers end when their input closes; what is stuck in a handler is ended here.
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def _raise_exit(number: int, _frame: FrameType | None) -> None:
    # Ctrl-C too: a shell starts background jobs deaf to it, and Python leaves them so.
    raise KeyboardInterrupt if number == signal.SIGINT else SystemExit(128 + number)


@contextmanager
def _handlers(handler: Callable[[int, FrameType | None], None] | signal.Handlers, *numbers: int) -> Iterator[None]:
    if threading.current_thread() is not threading.main_thread():  # only the main thread may set handlers
        yield
        return
    before = {number: signal.signal(number, handler) for number in numbers}
    try:
        yield
    finally:
        for number, old in before.items():
            signal.signal(number, old)
