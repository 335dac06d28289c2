"""Grow one register step by step, and sweep the same people at each size."""

import platform
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from statistics import median
from typing import TYPE_CHECKING, Any

from lab.scale.meter import metered
from lab.scale.people import People, load, progress
from lab.scale.sweeps import Night, ScanningRegister, register, sweep
from local.dynamodb_local import Engine
from local.tables import create, drop

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

PREFIX = "scale-"
# By how much the cost of the same due may differ from the smallest to the largest register.
FLAT = 0.10


@dataclass(frozen=True, slots=True)
class Plan:
    """What to measure. `scans` is how often the comparison sweeps: it takes long, and always costs the same.

    Beyond `scanned` people it does not: each page of a scan takes DynamoDB Local the longer the larger the table is,
    until it no longer answers. What a scan asks for there is computed from the sizes before: it reads everything.
    """

    sizes: Sequence[int] = (10_000, 100_000, 1_000_000)
    due: int = 1_000
    shards: int = 4
    runs: int = 3
    scans: int = 1
    scanned: int = 100_000
    today: date = date(2026, 12, 1)


def measure(engine: Engine, plan: Plan, say: Callable[[str], None]) -> dict[str, Any]:
    """The figures of every size, as they are written to JSON."""
    client = engine.client()
    people = People(plan.today, plan.due, plan.shards)
    create(client, PREFIX, ("Beneficiaries",))
    sizes: list[dict[str, Any]] = []
    loaded = 0
    for size in plan.sizes:
        say(f"{size:,} people: loading {size - loaded:,}")
        load(engine.port, f"{PREFIX}Beneficiaries", people, range(loaded, size), progress(size - loaded))
        loaded = size
        say(f"{size:,} people: sweeping {plan.due:,} due by the index")
        by_index = [_night(engine, client, people, plan, scanning=False) for _ in range(plan.runs)]
        sizes.append({"register": size, "index": _figures(by_index)})
        if size <= plan.scanned:
            say(f"{size:,} people: sweeping {plan.due:,} due by a scan")
            by_scan = [_night(engine, client, people, plan, scanning=True) for _ in range(plan.scans)]
            sizes[-1]["scan"] = _figures(by_scan)
        else:
            sizes[-1]["scan"] = computed_scan(size, sizes[:-1])
    drop(client, PREFIX, ("Beneficiaries",))
    return {
        "engine": "DynamoDB Local 1.11.478 in memory",
        "machine": _processor(),
        "python": platform.python_version(),
        "due": plan.due,
        "shards": plan.shards,
        "sizes": sizes,
        "differs": {
            figure: round(_differs([one["index"][figure] for one in sizes]), 4)
            for figure in ("read_units", "write_units", "requests")
        },
        "limit": FLAT,
    }


def _night(engine: Engine, client: "DynamoDBClient", people: People, plan: Plan, *, scanning: bool) -> dict[str, Any]:
    """One sweep, from the same state every time."""
    # Those whom the sweep before made lapse are due again.
    load(engine.port, f"{PREFIX}Beneficiaries", people, range(plan.due), lambda _loaded, _rate: None)
    create(client, PREFIX, ("Ledger", "SweepRuns"))
    try:
        real = register(client, PREFIX, plan.shards)
        scanned = ScanningRegister(client, f"{PREFIX}Beneficiaries", real, plan.today)
        before = time.monotonic(), time.process_time(), engine.cpu_seconds()
        with metered(client) as meter:
            lapsed = sweep(client, PREFIX, scanned if scanning else real, Night(plan.today), plan.shards)
        after = time.monotonic(), time.process_time(), engine.cpu_seconds()
    finally:
        drop(client, PREFIX, ("Ledger", "SweepRuns"))
    if lapsed != plan.due:
        raise RuntimeError(f"{plan.due} were due, and {lapsed} lapsed")
    wall, client_cpu, engine_cpu = (end - start for start, end in zip(before, after, strict=True))
    return {
        "read_units": meter.read_units,
        "write_units": meter.write_units,
        "engine_write_units": meter.engine_write_units,
        "requests": sum(meter.requests.values()),
        "by_operation": dict(sorted(meter.requests.items())),
        "client_cpu_s": round(client_cpu, 2),
        "engine_cpu_s": round(engine_cpu, 2),
        "wall_s": round(wall, 2),
    }


def _figures(nights: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """Counts, which must be the same every time, and medians of times."""
    first = nights[0]
    counts = ("read_units", "write_units", "engine_write_units", "requests", "by_operation")
    for night in nights[1:]:
        if any(night[name] != first[name] for name in counts):
            raise RuntimeError("the same sweep asked for different things")
    times = {name: median(night[name] for night in nights) for name in ("client_cpu_s", "engine_cpu_s", "wall_s")}
    return {**{name: first[name] for name in counts}, **times, "runs": len(nights)}


def computed_scan(size: int, measured: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """What a scan of so many asks for, on the line through the two largest that were measured. No times."""
    (few, less), (many, more) = [(one["register"], one["scan"]) for one in measured if "wall_s" in one["scan"]][-2:]
    beyond = (size - many) / (many - few)
    counts = {
        name: more[name] + (more[name] - less[name]) * beyond for name in ("read_units", "write_units", "requests")
    }
    return {**counts, "requests": round(counts["requests"]), "computed": True}


def _differs(values: Sequence[float]) -> float:
    """By what part of the smallest value the largest is greater."""
    return max(values) / min(values) - 1


def _processor() -> str:
    try:
        with open("/proc/cpuinfo", encoding="utf-8") as info:  # noqa: PTH123 (not a file)
            return next(line.split(":", 1)[1].strip() for line in info if line.startswith("model name"))
    except (OSError, StopIteration):
        return platform.machine()
