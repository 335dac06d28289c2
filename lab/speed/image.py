"""`make bench-image`: the built layers and what the container image lays out, in turn, on one core.

Both are run by the same interpreter, each in processes of its own. What an engine adds, and how long Lambda takes to
fetch either, is not in it.
"""

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from lab.speed.measure import FUNCTION, machine, prepare, settings
from lab.speed.numbers import spread
from lab.speed.process import BUILD, LAYERS, ROOT, RUNTIME, BenchError, run

IMAGE = BUILD / f"image/python{sys.version_info[0]}.{sys.version_info[1]}/root"
# Where each has its packages, and the handler of verify_face.
KINDS = {
    "layers": (LAYERS, FUNCTION),
    "image": ((IMAGE / "opt/python",), IMAGE / "var/task" / FUNCTION.name),
}
FIGURES = ("ready_cpu_ms", "decided_cpu_ms", "cold_peak_mb", "warm_cpu_ms", "embed_cpu_ms", "warm_peak_mb")


def once(kind: str, photos: Path, runs: int) -> dict[str, float]:
    """One cold start and one process of warm verifications of three frames. Raises BenchError."""
    packages, function = KINDS[kind]
    variables = settings()
    cold = run([RUNTIME, "-m", "lab.speed.cold", photos], path=(function, *packages, ROOT), variables=variables)
    warm = run([RUNTIME, "-m", "lab.speed.probe", "warm", photos, runs, 1], path=(*packages, ROOT))
    if cold["outcome"] != "accepted":
        raise BenchError(f"{kind}: the sample frames were not accepted but {cold['outcome']}")
    told = (cold["ready"]["cpu_ms"], cold["decided"]["cpu_ms"], cold["peak_mb"])
    stages = warm["stages"]["embed"]["cpu_ms"]["median"]
    return dict(zip(FIGURES, (*told, warm["frames_3"]["cpu_ms"]["median"], stages, warm["peak_mb"]), strict=True))


def measure(rounds: int, runs: int, photos: Path = BUILD / "bench/photos") -> dict[str, Any]:
    """Each kind so many times, in turn, after one round that brings the files into the system's memory."""
    prepare(photos, ())
    seen: dict[str, list[dict[str, float]]] = {kind: [] for kind in KINDS}
    for number in range(rounds + 1):
        for kind, figures in seen.items():
            told = once(kind, photos, runs)
            if number:
                figures.append(told)
    return {kind: {name: spread([one[name] for one in told]) for name in FIGURES} for kind, told in seen.items()}


def main(arguments: Sequence[str] | None = None) -> int:
    """Print a table of medians, and the least and most of each; write all as JSON."""
    parser = argparse.ArgumentParser(prog="python -m lab.speed.image", description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--runs", type=int, default=10, help="warm verifications of each process (%(default)s)")
    parser.add_argument("--date", required=True, help="written beside the figures")
    parser.add_argument("--out", type=Path, default=BUILD / "bench/image.json")
    asked = parser.parse_args(arguments)
    try:
        found = measure(asked.rounds, asked.runs)
    except BenchError as error:
        print(f"bench-image: {error}", file=sys.stderr)
        return 2
    asked.out.write_text(json.dumps({"date": asked.date, "machine": machine(), **found}, indent=2) + "\n", "utf-8")
    for name in FIGURES:
        one, other = (found[kind][name] for kind in KINDS)
        print(
            f"{name:16} "
            + " beside ".join(f"{s['median']:7.1f} [{s['min']:.1f}, {s['max']:.1f}]" for s in (one, other))
        )
    print(f"({' beside '.join(KINDS)}, {asked.rounds} of each in turn)\nWritten: {asked.out}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
