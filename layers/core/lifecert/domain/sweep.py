"""What a sweep must look at, and what it reports."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta


@dataclass(frozen=True, slots=True)
class Partition:
    """One partition of the `by_due` index: all active beneficiaries of one shard whose year ends on `day`."""

    day: date
    shard: int

    @property
    def bucket(self) -> str:
        """The index key."""
        return f"{self.day.isoformat()}#{self.shard}"


def shard_of(beneficiary_id: str, shards: int) -> int:
    """The shard, 0 to shards - 1, of a beneficiary: stable and evenly spread."""
    return int.from_bytes(hashlib.sha256(beneficiary_id.encode()).digest()[:4]) % shards


def partitions(first_day: date, today: date, shards: int) -> Iterator[Partition]:
    """Every partition whose last covered day is from `first_day` to the day before `today`."""
    for offset in range((today - first_day).days):
        for shard in range(shards):
            yield Partition(first_day + timedelta(days=offset), shard)


@dataclass(slots=True)
class SweepRun:
    """Progress and report of one run, saved after every partition so that a run that died goes on.

    `first_day` to the day before `run_date` are the ends of years it looks at. `done` holds finished index
    keys, `lapsed` counts by category and district (`category/district`), `failed` the ids left undone.
    """

    run_date: date
    first_day: date
    dry_run: bool = False
    done: set[str] = field(default_factory=set)
    lapsed: dict[str, int] = field(default_factory=dict)
    left_alone: int = 0
    failed: list[str] = field(default_factory=list)
    finished: bool = False

    @property
    def lapsed_total(self) -> int:
        """How many lapsed, or would in a dry run."""
        return sum(self.lapsed.values())
