"""What a sweep looks at: jobs over partitions of the `by_due` index, and the run they belong to."""

import hashlib
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum

from lifecert.domain.beneficiary import Beneficiary
from lifecert.domain.status import Status


class Among(StrEnum):
    """Whom a partition is of."""

    ACTIVE = "active"
    LAPSED = "lapsed"
    ENDING = "ending"


@dataclass(frozen=True, slots=True)
class Partition:
    """One partition of a sparse index: beneficiaries of one shard and one day.

    `among` ACTIVE: those whose year ends on `day`, whom the sweep reminds and lapses. `among` LAPSED: those lapsed
    whose grace days count from `day`, and of whom a payment is neither held nor proposed to be. Both are in `by_due`,
    where nobody else is. `among` ENDING: those of whom a benefit ends on `day` as planned, whatever else; they are in
    `by_planned_end`.
    """

    day: date
    shard: int
    among: Among = Among.ACTIVE

    @property
    def bucket(self) -> str:
        """The index key: `<day>#<shard>`, with `lapsed#` in front for the lapsed."""
        key = f"{self.day.isoformat()}#{self.shard}"
        return f"{self.among}#{key}" if self.among is Among.LAPSED else key


def shard_of(beneficiary_id: str, shards: int) -> int:
    """The shard, 0 to shards - 1, of a beneficiary: stable and evenly spread."""
    return int.from_bytes(hashlib.sha256(beneficiary_id.encode()).digest()[:4]) % shards


def partition_of(beneficiary: Beneficiary, shards: int) -> Partition | None:
    """Where a beneficiary stands in `by_due`; None for the terminated, and the lapsed of whom every payment is held or
    proposed to be."""
    shard = shard_of(beneficiary.beneficiary_id, shards)
    match beneficiary.status:
        case Status.ACTIVE:
            return Partition(beneficiary.valid_until, shard)
        case Status.LAPSED if beneficiary.can_be_held:
            day = min(beneficiary.grace_begins_on(one) for one in beneficiary.can_be_held)
            return Partition(day, shard, Among.LAPSED)
    return None


def ending_partition_of(beneficiary: Beneficiary, shards: int) -> Partition | None:
    """Where a beneficiary stands in `by_planned_end`; None for whom no end is planned."""
    day = beneficiary.next_planned_end
    return Partition(day, shard_of(beneficiary.beneficiary_id, shards), Among.ENDING) if day else None


class JobKind(StrEnum):
    """What a job does to the people of its partition."""

    LAPSE = "lapse"
    REMIND = "remind"
    NOTICE = "notice"
    PROPOSE = "propose"
    HOLD = "hold"
    END = "end"


@dataclass(frozen=True, slots=True)
class Job:
    """One partition's work in a run: of the `by_due` index, or with `batch_id` of a decided hold batch."""

    kind: JobKind
    day: date
    shard: int
    batch_id: str | None = None

    @property
    def key(self) -> str:
        """Unique within a run."""
        key = f"{self.kind}#{self.day.isoformat()}#{self.shard}"
        return f"{key}#{self.batch_id}" if self.batch_id else key

    @staticmethod
    def of(key: str) -> "Job":
        """The job with this key. Raises ValueError."""
        kind, day, shard, *batch = key.split("#")
        if len(batch) != (kind == JobKind.HOLD):
            raise ValueError("only a hold, and every hold, is of a batch")
        return Job(JobKind(kind), date.fromisoformat(day), int(shard), str(uuid.UUID(batch[0])) if batch else None)


@dataclass(frozen=True, slots=True)
class Task:
    """A message to a worker: a job of a run, from its beginning or to go on with.

    `after` is the last id that was looked at, `again` are ids before it that failed and are to be tried once more.
    """

    run_id: str
    job: Job
    after: str | None = None
    again: tuple[str, ...] = ()


class RunState(StrEnum):
    """How far a run is. `left_undone`: every job ended, but some left people undone after their last try."""

    PLANNING = "planning"
    RUNNING = "running"
    FINISHED = "finished"
    LEFT_UNDONE = "left_undone"


@dataclass(frozen=True, slots=True)
class SweepRun:
    """One run of the sweep.

    It makes good what runs on the days after `first_day`, up to `run_date`, had to do. `previous` is the run before
    it that ended, `totals` how many each kind of job changed, and `failed` how many people are left undone, once it
    ended itself.
    """

    run_id: str
    run_date: date
    first_day: date
    planned_at: datetime
    state: RunState = RunState.PLANNING
    previous: str | None = None
    totals: Mapping[str, int] = field(default_factory=dict)
    failed: int = 0

    @property
    def ended(self) -> bool:
        """Whether its report is written."""
        return self.state in (RunState.FINISHED, RunState.LEFT_UNDONE)


@dataclass(slots=True)
class Tally:
    """What was done to people: `changed` by `category/district`, and who needed nothing."""

    changed: dict[str, int] = field(default_factory=dict)
    left_alone: int = 0

    def count(self, changed: Beneficiary | None) -> None:
        """Count one person; None is one who needed nothing."""
        if changed is None:
            self.left_alone += 1
        else:
            key = f"{changed.category}/{changed.district}"
            self.changed[key] = self.changed.get(key, 0) + 1

    def add(self, other: "Tally") -> None:
        """Add another's counts."""
        for key, number in other.changed.items():
            self.changed[key] = self.changed.get(key, 0) + number
        self.left_alone += other.left_alone

    @property
    def total(self) -> int:
        """How many were changed."""
        return sum(self.changed.values())

    @property
    def seen(self) -> int:
        """How many were looked at."""
        return self.total + self.left_alone
