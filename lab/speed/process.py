"""Run a measurement in a process of its own: from the built layers, with nothing else beside them but boto3."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from time import monotonic
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
BUILD = ROOT / ".build"
LAYERS = (BUILD / "sam/CoreLayer/python", BUILD / "sam/VisionLayer/python")
RUNTIME = BUILD / "runtime/bin/python"
_SECONDS = 1200


class BenchError(RuntimeError):
    """A measurement could not be made. The message says what its process wrote last."""


def run(
    command: Sequence[object],
    *,
    path: Sequence[Path],
    threads: int = 1,
    variables: Mapping[str, str] | None = None,
) -> dict[str, Any]:
    """The JSON object that `command` writes as its last line, run on `threads` cores in an environment of its own.

    Added is `spawned`, the monotonic time in seconds just before it was started. Raises BenchError.
    """
    with on_cores(threads):
        spawned = monotonic()
        process = subprocess.Popen(
            [str(part) for part in command],
            cwd=ROOT,
            env=environment(path, threads, variables or {}),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
    try:
        written, noise = process.communicate(timeout=_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.communicate()
        raise BenchError(f"{' '.join(map(str, command[1:]))}: not done after {_SECONDS} s") from None
    if process.returncode != 0:
        raise BenchError(f"{' '.join(map(str, command[1:]))} ended with {process.returncode}:\n{noise[-2000:]}")
    answer: dict[str, Any] = json.loads(written.strip().splitlines()[-1])
    return {"spawned": spawned, **answer}


def environment(path: Sequence[Path], threads: int, variables: Mapping[str, str]) -> dict[str, str]:
    """All that a measured process knows of its surroundings."""
    return {
        "PATH": "/usr/local/bin:/usr/bin:/bin",
        "LANG": "C.UTF-8",
        "PYTHONPATH": os.pathsep.join(map(str, path)),
        "PYTHONDONTWRITEBYTECODE": "1",
        # Read when numpy and OpenCV are loaded, as the template sets them for the functions.
        "OPENBLAS_NUM_THREADS": str(threads),
        "OMP_NUM_THREADS": str(threads),
        **variables,
    }


@contextmanager
def on_cores(count: int) -> Iterator[None]:
    """Keep this process, and what it starts meanwhile, on its first `count` cores, where the system can."""
    if sys.platform != "linux":
        yield
        return
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, sorted(before)[:count])
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)
