"""`python -m lab.scale.migration`: what `ops.migrate_benefits` takes for a register of any size, on DynamoDB Local."""

import argparse
import json
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from lab.scale.meter import Meter, metered
from lab.scale.people import Item, People, load, progress
from lab.scale.run import PREFIX, Plan
from lifecert.adapters.dynamodb.values import plain, typed
from local.dynamodb_local import Engine, EngineMissing, run
from local.tables import create, drop
from ops.migrate_benefits import BenefitMigration, Done, flat

SEGMENTS = 4


@dataclass(frozen=True)
class PeopleOfBefore(People):
    """The same people as the release before stored them."""

    def item(self, number: int) -> Item:
        """That person, in DynamoDB's own form."""
        new = plain(super().item(number))
        changed = flat(new)
        gone = {*(name for name, value in changed.items() if value is None), "benefits_kept", "lapsed"}
        return dict(typed({name: value for name, value in {**new, **changed}.items() if name not in gone}))


def measure(engine: Engine, people: int, segments: int = SEGMENTS) -> dict[str, Any]:
    """Seconds and units of migrating everybody, of a run that finds nothing left, and of undoing it."""
    client, table = engine.client(), f"{PREFIX}Beneficiaries"
    create(client, PREFIX, ("Beneficiaries",))
    try:
        load(engine.port, table, PeopleOfBefore(Plan().today, 0, Plan().shards), range(people), progress(people))
        migration = BenefitMigration(client, table, segments=segments)
        told: dict[str, Any] = {"people": people, "segments": segments}
        for name, undo in (("migrate", False), ("repeat", False), ("undo", True)):
            began, cpu = time.monotonic(), time.process_time()
            with metered(client) as meter:
                done = migration(undo=undo, progress=_Every30())
            told[name] = _figures(done, meter, time.monotonic() - began, time.process_time() - cpu)
            print(f"{name}: {json.dumps(told[name])}", file=sys.stderr, flush=True)
    finally:
        drop(client, PREFIX, ("Beneficiaries",))
    return told


def _figures(done: Done, meter: Meter, seconds: float, cpu_seconds: float) -> dict[str, Any]:
    return {
        "became": dict(done.became),
        "seconds": round(seconds, 1),
        "client_cpu_seconds": round(cpu_seconds, 1),
        "requests": sum(meter.requests.values()),
        "read_units": meter.read_units,
        "write_units": meter.write_units,
    }


class _Every30:
    """Says how far it is every half minute."""

    def __init__(self) -> None:
        self._next = time.monotonic() + 30

    def __call__(self, done: Done) -> None:
        if time.monotonic() >= self._next:
            self._next = time.monotonic() + 30
            print(f"  {done.read:,} read, {done.became.total():,} done", file=sys.stderr, flush=True)


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the figures as JSON; 2 when they could not be measured."""
    parser = argparse.ArgumentParser(prog="python -m lab.scale.migration", description=__doc__)
    parser.add_argument("--people", type=int, default=1_000_000, help="size of the register (%(default)s)")
    asked = parser.parse_args(arguments)
    try:
        with run(lambda line: print(line, file=sys.stderr, flush=True), for_long=True) as engine:
            print(json.dumps(measure(engine, asked.people), indent=2))
    except EngineMissing as missing:
        print(f"migration: {missing}", file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
