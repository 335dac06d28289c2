"""A clock that the test moves."""

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo


@dataclass(slots=True)
class FixedClock:
    """Stands still until it is set or moved."""

    time: datetime = datetime(2026, 3, 1, 1, 0, tzinfo=UTC)
    zone: ZoneInfo = field(default_factory=lambda: ZoneInfo("Asia/Shanghai"))

    def now(self) -> datetime:
        return self.time

    def local(self) -> datetime:
        return self.time.astimezone(self.zone)

    def day_of(self, moment: datetime) -> date:
        return moment.astimezone(self.zone).date()

    def today(self) -> date:
        return self.day_of(self.time)

    def move(self, **by: float) -> None:
        """As `timedelta`: `clock.move(minutes=5)`."""
        self.time += timedelta(**by)
