"""The certification year: rolling 12 months, counted in days of the deployment's time zone (design.md §3 rule 1)."""

import calendar
from dataclasses import dataclass
from datetime import date, timedelta

MONTHS = 12


def add_months(day: date, months: int) -> date:
    """The same day of the month `months` later, or the last day of that month if it is shorter."""
    years, month0 = divmod(day.month - 1 + months, 12)
    year, month = day.year + years, month0 + 1
    return date(year, month, min(day.day, calendar.monthrange(year, month)[1]))


def valid_until_after(day: date) -> date:
    """The last day covered by a certification made, or a benefit begun, on `day`."""
    return add_months(day, MONTHS)


def is_over(valid_until: date, today: date) -> bool:
    """Whether the year has ended. The last day still counts."""
    return valid_until < today


@dataclass(frozen=True, slots=True)
class ArrearsPeriod:
    """The days, both included, that no certification covered and whose payment is now due."""

    first_day: date
    last_day: date


def period(first_day: date, last_day: date) -> ArrearsPeriod | None:
    """The days from first to last, or None when there are none."""
    return ArrearsPeriod(first_day, last_day) if first_day <= last_day else None


def uncovered_period(valid_until: date, certified_on: date) -> ArrearsPeriod | None:
    """The days between the end of the old year and a new certification that nothing covered."""
    return period(valid_until + timedelta(days=1), certified_on - timedelta(days=1))
