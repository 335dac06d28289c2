"""`make bench`: measure the built layers, and write the figures as JSON, a picture and a table."""

import argparse
import json
import sys
from pathlib import Path

from lab.processors import PROCESSORS, ProcessorError
from lab.speed import paths
from lab.speed.measure import QUICK, Plan, measure
from lab.speed.pictures import picture
from lab.speed.process import BUILD, BenchError
from lab.speed.report import report

_COMPARED = [name for name, one in PROCESSORS.items() if not one.cores]  # each measurement has one core anyway


def main(arguments: list[str] | None = None) -> int:
    """Measure; 1 when a target was missed, 2 when it could not be measured."""
    parser = argparse.ArgumentParser(prog="python -m lab.speed", description=__doc__)
    parser.add_argument("--out", type=Path, default=BUILD / "bench", help="folder of bench.json and bench.svg")
    parser.add_argument("--date", required=True, help="written beside the figures, e.g. 2026-11-25")
    parser.add_argument("--quick", action="store_true", help="a few runs of each: shows that it works, no more")
    parser.add_argument("--on", help=f"measure on these processors instead, in turn: {','.join(_COMPARED)}")
    asked = parser.parse_args(arguments)
    try:
        if asked.on:
            return _compare(asked.on.split(","), asked)
        result = measure(QUICK if asked.quick else Plan(), asked.date, lambda told: print(f"bench: {told}", flush=True))
    except (BenchError, ProcessorError) as error:
        print(f"bench: {error}", file=sys.stderr)
        return 2
    asked.out.mkdir(parents=True, exist_ok=True)
    (asked.out / "bench.json").write_text(json.dumps(result, indent=2) + "\n", "utf-8")
    (asked.out / "bench.svg").write_text(picture(result), "utf-8")
    print(f"\n{report(result)}\n\nWritten: {asked.out / 'bench.json'}, {asked.out / 'bench.svg'}")
    return 0 if all(target["met"] for target in result["targets"].values()) else 1


def _compare(processors: list[str], asked: argparse.Namespace) -> int:
    if unknown := set(processors) - set(_COMPARED):
        raise ProcessorError(f"no such processor: {', '.join(sorted(unknown))}")
    turns = paths.QUICK if asked.quick else paths.Turns()
    result = paths.compare(processors, turns, asked.date, lambda told: print(f"bench: {told}", flush=True))
    asked.out.mkdir(parents=True, exist_ok=True)
    (asked.out / "paths.json").write_text(json.dumps(result, indent=2) + "\n", "utf-8")
    print(f"\n{paths.report(result)}\n\nWritten: {asked.out / 'paths.json'}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
