"""`make city`: import a made-up city, let a part of it live a year, and hold the example payers' books against it."""

import argparse
import json
import platform
import sys
from collections.abc import Sequence
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from lab.city.keeping import AnotherPlan, keeping
from lab.city.report import picture, table, taken
from lab.city.run import Plan, live
from local.dynamodb_local import EngineMissing, run
from local.stack import BUILD


def main(arguments: Sequence[str] | None = None) -> int:
    """Import, live and check; 1 when wrong was done to somebody, whose story is told, 2 when nothing could be run."""
    known, parser = Plan(), argparse.ArgumentParser(prog="python -m lab.city", description=__doc__)
    parser.add_argument("--people", type=int, default=known.people, help="people in the register (%(default)s)")
    parser.add_argument("--living", type=int, default=known.living, help="how many of them live (%(default)s)")
    parser.add_argument("--days", type=int, default=known.days, help="for how many nights and days (%(default)s)")
    parser.add_argument("--seed", type=int, default=known.seed, help="another seed is another city (%(default)s)")
    parser.add_argument(
        "--faces",
        type=int,
        default=known.faces,
        help="photos, and challenges, that are drawn anew and really looked at (%(default)s)",
    )
    parser.add_argument(
        "--often",
        type=float,
        default=known.often,
        help="deaths, moves and corrections happen so many times as often as lab/city/table.py says (%(default)s)",
    )
    parser.add_argument("--grace", type=int, default=known.grace, help="days of grace before a hold (%(default)s)")
    parser.add_argument("--keep", type=Path, help="folder in which it is kept from time to time, to go on from there")
    parser.add_argument("--out", type=Path, default=BUILD / "city", help="folder of city.json and city.svg")
    asked = parser.parse_args(arguments)
    if not 0 < asked.living <= asked.people <= 8_000_000 or asked.days < 1 or min(asked.faces, asked.grace - 14) < 0:
        parser.error("--living from 1 to --people, 8,000,000 at most; --days from 1, --faces from 0, --grace from 14")
    plan = Plan(asked.people, asked.living, asked.days, asked.seed, asked.faces, asked.often, asked.grace)
    try:
        with ExitStack() as stack:
            kept = stack.enter_context(keeping(asked.keep)) if asked.keep else None
            engine = stack.enter_context(run(_say, for_long=True, data=kept.tables if kept else None))
            outcome = live(engine, plan, _say, keeping=kept)
    except EngineMissing as missing:
        print(f"city: {missing}", file=sys.stderr)
        return 2
    except AnotherPlan as other:
        parser.error(f"--keep: {other}")
    for story in outcome.stories:
        print(f"\n{story}", file=sys.stderr)
    if "life" in outcome.figures:
        _write(asked.out, {**outcome.figures, "stories": len(outcome.stories)})
    print(f"{len(outcome.stories)} stories" if outcome.stories else "The payers agree with the register to the day.")
    return 1 if outcome.stories else 0


def _write(out: Path, figures: dict[str, Any]) -> None:
    """Leave figures and picture, and print the tables."""
    whole = {
        "date": datetime.now(UTC).date().isoformat(),
        "machine": _processor(),
        "python": platform.python_version(),
        "engine": "DynamoDB Local 1.11.478 in memory",
        **figures,
    }
    out.mkdir(parents=True, exist_ok=True)
    (out / "city.json").write_text(json.dumps(whole, indent=2, ensure_ascii=False) + "\n", "utf-8")
    kept = taken(whole)
    (out / "city.svg").write_text(picture(kept), "utf-8")
    print(f"\n{table(kept)}\n\nWritten: {out / 'city.json'}, {out / 'city.svg'}")


def _processor() -> str:
    path = Path("/proc/cpuinfo")
    told = path.read_text("utf-8").splitlines() if path.exists() else []
    return next((line.partition(":")[2].strip() for line in told if line.startswith("model name")), platform.machine())


def _say(line: str) -> None:
    print(f"city: {line}", file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
