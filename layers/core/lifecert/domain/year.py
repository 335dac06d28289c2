"""The certification year: rolling 12 months, counted in days of the deployment's time zone (design.md §3 rule 1)."""

import calendar
from dataclasses import dataclass
from datetime import date

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
    """Days, both included, that were not paid and are due now; or that were paid and are not due after all."""

    first_day: date
    last_day: date


def period(first_day: date, last_day: date) -> ArrearsPeriod | None:
    """The days from first to last, or None when there are none."""
    return ArrearsPeriod(first_day, last_day) if first_day <= last_day else None
