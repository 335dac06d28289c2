"""What each pipeline is asked to do, and how that is measured. Standard library alone: the peers have nothing else."""

import json
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from lab.speed.numbers import spread

_WARM_UP = 2


@dataclass(frozen=True, slots=True)
class Job:
    """Verify `frames` against `reference` so many times, and compare `pairs` of photos."""

    reference: Path
    frames: Sequence[Path]
    runs: int
    pairs: Sequence[tuple[Path, Path]]

    @classmethod
    def read(cls, path: Path) -> "Job":
        """As `lab.speed.peers` wrote it."""
        told = json.loads(path.read_text("utf-8"))
        pairs = [(Path(one), Path(other)) for one, other in told["pairs"]]
        return cls(Path(told["reference"]), [Path(frame) for frame in told["frames"]], told["runs"], pairs)


def measured(
    job: Job,
    verify: Callable[[], object],
    embed: Callable[[Path], Any],
    similarity: Callable[[Any, Any], float],
) -> dict[str, Any]:
    """CPU and wall milliseconds of verifications; similarities of the pairs, None where a face was not found.

    `embed` gives None for such a photo. Each photo is embedded once.
    """
    cpu, wall = [], []
    for number in range(_WARM_UP + job.runs):
        before = time.process_time(), time.perf_counter()
        verify()
        if number >= _WARM_UP:
            cpu.append((time.process_time() - before[0]) * 1000)
            wall.append((time.perf_counter() - before[1]) * 1000)
    embedded = {path: embed(path) for path in dict.fromkeys(path for pair in job.pairs for path in pair)}
    similarities = [
        None if embedded[one] is None or embedded[other] is None else similarity(embedded[one], embedded[other])
        for one, other in job.pairs
    ]
    return {"cpu_ms": spread(cpu), "wall_ms": spread(wall), "similarities": similarities}
