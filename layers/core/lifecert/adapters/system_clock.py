"""The real time."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo


@dataclass(frozen=True, slots=True)
class SystemClock:
    """The machine's clock, moved by `shift_days` (0 but in a demo), and the deployment's calendar."""

    time_zone: ZoneInfo
    shift_days: int = 0

    def now(self) -> datetime:
        """This moment, in UTC."""
        return datetime.now(UTC) + timedelta(days=self.shift_days)

    def local(self) -> datetime:
        """This moment in `time_zone`."""
        return self.now().astimezone(self.time_zone)

    def day_of(self, moment: datetime) -> date:
        """The calendar day of a moment in `time_zone`."""
        return moment.astimezone(self.time_zone).date()

    def today(self) -> date:
        """The calendar day in `time_zone`."""
        return self.day_of(self.now())
