"""`make bench-scale`: sweep the same due in registers of growing size; figures as JSON, a picture and a table."""

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from lab.scale.pictures import picture
from lab.scale.run import Plan, measure
from local.dynamodb_local import EngineMissing, run
from local.stack import BUILD


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure; 1 when the cost is not flat, 2 when it could not be measured."""
    parser = argparse.ArgumentParser(prog="python -m lab.scale", description=__doc__)
    parser.add_argument("--out", type=Path, default=BUILD / "scale", help="folder of scale.json and scale.svg")
    parser.add_argument("--date", required=True, help="written beside the figures, e.g. 2026-11-25")
    parser.add_argument("--sizes", type=_sizes, default=Plan().sizes, help="people, e.g. 10000,100000,1000000")
    parser.add_argument("--due", type=int, default=Plan().due, help="how many of them are due")
    asked = parser.parse_args(arguments)
    if not 0 < asked.due <= asked.sizes[0]:
        parser.error(f"--due must be from 1 to the smallest size, {asked.sizes[0]}")
    if asked.sizes[-1] > Plan().scanned and len([size for size in asked.sizes if size <= Plan().scanned]) < 2:
        parser.error(f"--sizes above {Plan().scanned} need two below, from which a scan's cost is computed")
    try:
        with run(_say, for_long=True) as engine:
            result = {"date": asked.date, **measure(engine, Plan(asked.sizes, asked.due), _say)}
    except EngineMissing as missing:
        print(f"bench-scale: {missing}", file=sys.stderr)
        return 2
    asked.out.mkdir(parents=True, exist_ok=True)
    (asked.out / "scale.json").write_text(json.dumps(result, indent=2) + "\n", "utf-8")
    (asked.out / "scale.svg").write_text(picture(result), "utf-8")
    print(f"\n{table(result)}\n\nWritten: {asked.out / 'scale.json'}, {asked.out / 'scale.svg'}")
    flat = max(result["differs"].values()) <= result["limit"]
    print(f"{'Flat' if flat else 'NOT FLAT'} within {result['limit']:.0%}: {result['differs']}")
    return 0 if flat else 1


def table(result: dict[str, Any]) -> str:
    """The figures for people, in Markdown."""
    lines = [
        "| people | sweep | requests | read units | write units | CPU client, engine (s) | wall (s) |",
        "|---:|---|---:|---:|---:|---:|---:|",
    ]
    for one in result["sizes"]:
        for kind in ("index", "scan"):
            row = one[kind]
            times = "computed |"
            if "wall_s" in row:
                times = f"{row['client_cpu_s']:.1f}, {row['engine_cpu_s']:.1f} | {row['wall_s']:.1f}"
            counts = f"{row['requests']:,} | {row['read_units']:,.0f} | {row['write_units']:,.0f}"
            lines.append(f"| {one['register']:,} | {kind} | {counts} | {times} |")
    return "\n".join(lines)


def _sizes(text: str) -> list[int]:
    sizes = [int(part) for part in text.split(",")]
    if sizes != sorted(set(sizes)) or sizes[0] < 1:
        raise argparse.ArgumentTypeError("sizes must grow")
    return sizes


def _say(line: str) -> None:
    print(f"bench-scale: {line}", file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
