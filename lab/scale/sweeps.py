"""The two sweeps that are compared: the product's own, and the one that people write first."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from lifecert.adapters.dynamodb.sweep_runs import DynamoSweepRuns
from lifecert.adapters.dynamodb.transaction import ChangeTables, DynamoChangingRegister, changing_register
from lifecert.application.sweep.close import CloseRun
from lifecert.application.sweep.kinds import Kind, Lapse
from lifecert.application.sweep.plan import PlanSweep, Scope
from lifecert.application.sweep.work import WorkSweep
from lifecert.domain.beneficiary import Beneficiary
from lifecert.domain.change import Change
from lifecert.domain.number import NumberClaim
from lifecert.domain.sweep import JobKind, Partition, RunState, SweepRun, Task
from lifecert.domain.sweep_report import SweepReport
from lifecert.ports.register import ChangingRegister

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

ZONE = ZoneInfo("Asia/Shanghai")
TABLES = ("Beneficiaries", "Ledger", "SweepRuns")


@dataclass(frozen=True, slots=True)
class Night:
    """Half past twelve, in the deployment's zone."""

    day: date

    def now(self) -> datetime:
        """That moment."""
        return datetime.combine(self.day, time(0, 30), ZONE).astimezone(UTC)

    def local(self) -> datetime:
        """The same, as the zone has it."""
        return self.now().astimezone(ZONE)

    def day_of(self, moment: datetime) -> date:
        """The day of any moment, in the same zone."""
        return moment.astimezone(ZONE).date()

    def today(self) -> date:
        """That day."""
        return self.day


def register(client: "DynamoDBClient", prefix: str, shards: int) -> DynamoChangingRegister:
    """The product's adapter over the benchmark's tables."""
    return changing_register(client, ChangeTables(f"{prefix}Beneficiaries", f"{prefix}Ledger"), shards)


def sweep(client: "DynamoDBClient", prefix: str, found: ChangingRegister, night: Night, shards: int) -> int:
    """One night of the product's sweep, the night before having gone well; how many lapsed.

    Planner and one worker, one after the other, with a list for a queue: what is metered is the database.
    """
    runs = DynamoSweepRuns(client, f"{prefix}SweepRuns")
    before = night.day - timedelta(days=1)
    ran = SweepRun(f"{before.isoformat()}.1", before, before, night.now())
    runs.begin(ran, None)
    runs.lay_out(ran.run_id, [])
    runs.close(ran.run_id, RunState.FINISHED, {}, 0)
    kinds: dict[JobKind, Kind] = {JobKind.LAPSE: Lapse()}
    close, queue = CloseRun(runs, _NoReports()), _Queue()
    PlanSweep(Scope(found, runs, kinds, shards), runs, queue, night, close)()
    work = WorkSweep(found, runs, queue, night, kinds, lambda: None, close)
    ended = [report for task in queue.tasks if (report := work(task))]
    return ended[0].tallies[JobKind.LAPSE].total


@dataclass(slots=True)
class _Queue:
    tasks: list[Task] = field(default_factory=list)

    def send(self, tasks: Iterable[Task]) -> None:
        self.tasks += tasks


class _NoReports:
    def write(self, report: SweepReport) -> None:
        """A report is an object in S3, and no business of the database."""


@dataclass(slots=True)
class ScanningRegister:
    """The register as one finds the due in it without an index: by a filter over the whole table.

    The first partition asked for is answered with everybody due, the others with nobody: one scan a sweep.
    """

    client: "DynamoDBClient"
    table: str
    real: ChangingRegister
    today: date
    asked: bool = field(default=False)

    def has_due(self, partition: Partition) -> bool:
        """Yes for the first partition, and no for the others."""
        first, self.asked = not self.asked, True
        return first

    def due(self, partition: Partition, after: str | None = None) -> Iterator[str]:
        """Everybody active whose year is over, page by page."""
        pages = self.client.get_paginator("scan").paginate(
            TableName=self.table,
            FilterExpression="lapsed = :no AND valid_until < :today",
            ProjectionExpression="beneficiary_id",
            ExpressionAttributeValues={":no": {"BOOL": False}, ":today": {"S": self.today.isoformat()}},
        )
        for page in pages:
            for item in page["Items"]:
                yield item["beneficiary_id"]["S"]

    def get(self, beneficiary_id: str) -> Beneficiary | None:
        """As ever."""
        return self.real.get(beneficiary_id)

    def at_place(self, place: str) -> Beneficiary | NumberClaim | None:
        """As ever."""
        return self.real.at_place(place)

    def get_several(self, beneficiary_ids: Sequence[str]) -> tuple[Beneficiary, ...]:
        """As ever."""
        return self.real.get_several(beneficiary_ids)

    def find_by_person(self, person_keys: Sequence[str]) -> Beneficiary | None:
        """As ever."""
        return self.real.find_by_person(person_keys)

    def commit(self, change: Change) -> None:
        """As ever."""
        self.real.commit(change)
