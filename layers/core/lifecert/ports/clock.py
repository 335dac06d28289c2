"""Time, injected."""

from datetime import date, datetime
from typing import Protocol


class Clock(Protocol):
    """The only source of time."""

    def now(self) -> datetime:
        """This moment, aware, in UTC."""
        ...

    def day_of(self, moment: datetime) -> date:
        """The calendar day of a moment in the deployment's time zone."""
        ...

    def local(self) -> datetime:
        """This moment by the deployment's own clock."""
        ...

    def today(self) -> date:
        """The calendar day in the deployment's time zone."""
        ...
