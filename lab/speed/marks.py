"""What a measuring process reads off itself. Standard library alone: the peers' environment has it too."""

import re
import time
from pathlib import Path
from typing import TypedDict


class Mark(TypedDict):
    """A moment: `at` in monotonic seconds, `cpu_ms` of the whole process since it was spawned."""

    at: float
    cpu_ms: float


def mark() -> Mark:
    """This moment."""
    return {"at": time.monotonic(), "cpu_ms": time.process_time() * 1000}


def memory_mb(field: str) -> float:
    """Megabytes (1e6 bytes) of this process: `VmRSS` now, `VmHWM` at its peak; 0 where the system does not say.

    Not `ru_maxrss`: that starts from the parent's memory.
    """
    status = Path("/proc/self/status")
    found = re.search(rf"^{field}:\s+(\d+) kB", status.read_text("ascii"), re.MULTILINE) if status.exists() else None
    return int(found[1]) * 1024 / 1e6 if found else 0.0
