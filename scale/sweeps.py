"""The two sweeps that are compared: the product's own, and the one that people write first."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from lifecert.adapters.dynamodb_register import ChangeTables, DynamoRegister
from lifecert.adapters.dynamodb_sweep_runs import DynamoSweepRuns
from lifecert.application.sweep import Sweep
from lifecert.domain.beneficiary import Beneficiary, Change
from lifecert.domain.sweep import Partition, SweepRun
from lifecert.ports.stores import Register

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

    def day_of(self, moment: datetime) -> date:
        """The day of any moment, in the same zone."""
        return moment.astimezone(ZONE).date()

    def today(self) -> date:
        """That day."""
        return self.day


def register(client: "DynamoDBClient", prefix: str, shards: int) -> DynamoRegister:
    """The product's adapter over the benchmark's tables."""
    return DynamoRegister(client, ChangeTables(f"{prefix}Beneficiaries", f"{prefix}Ledger"), shards)


def sweep(client: "DynamoDBClient", prefix: str, found: Register, night: Night, shards: int) -> int:
    """One night of the product's sweep, the night before having gone well; how many lapsed."""
    runs = DynamoSweepRuns(client, f"{prefix}SweepRuns")
    before = night.day - timedelta(days=1)
    runs.save(SweepRun(before, before, finished=True))
    return Sweep(found, runs, night, shards)().lapsed_total


@dataclass(slots=True)
class ScanningRegister:
    """The register as one finds the due in it without an index: by a filter over the whole table.

    The first partition asked for is answered with everybody due, the others with nobody: one scan a sweep.
    """

    client: "DynamoDBClient"
    table: str
    real: Register
    today: date
    scanned: bool = field(default=False)

    def due(self, partition: Partition) -> Iterator[str]:
        """Everybody active whose year is over, page by page."""
        if self.scanned:
            return
        self.scanned = True
        pages = self.client.get_paginator("scan").paginate(
            TableName=self.table,
            FilterExpression="#status = :active AND valid_until < :today",
            ProjectionExpression="beneficiary_id",
            ExpressionAttributeNames={"#status": "status"},
            ExpressionAttributeValues={":active": {"S": "active"}, ":today": {"S": self.today.isoformat()}},
        )
        for page in pages:
            for item in page["Items"]:
                yield item["beneficiary_id"]["S"]

    def get(self, beneficiary_id: str) -> Beneficiary | None:
        """As ever."""
        return self.real.get(beneficiary_id)

    def find_by_person(self, person_key: str) -> Beneficiary | None:
        """As ever."""
        return self.real.find_by_person(person_key)

    def commit(self, change: Change) -> None:
        """As ever."""
        self.real.commit(change)
