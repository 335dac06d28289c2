"""The certification year (design.md §3 rule 1)."""

from datetime import date

import pytest

from lifecert.domain.year import ArrearsPeriod, add_months, is_over, period, valid_until_after


@pytest.mark.parametrize(
    ("certified", "valid_until"),
    [
        (date(2026, 11, 24), date(2027, 11, 24)),
        (date(2026, 12, 31), date(2027, 12, 31)),
        (date(2024, 2, 29), date(2025, 2, 28)),  # a leap day becomes the 28th
        (date(2023, 2, 28), date(2024, 2, 28)),  # and does not come back in a leap year
        (date(2027, 3, 1), date(2028, 3, 1)),
    ],
)
def test_valid_until_is_twelve_calendar_months_later(certified: date, valid_until: date) -> None:
    assert valid_until_after(certified) == valid_until


def test_the_last_day_still_counts() -> None:
    assert not is_over(date(2027, 5, 1), today=date(2026, 5, 2))
    assert not is_over(date(2027, 5, 1), today=date(2027, 5, 1))
    assert is_over(date(2027, 5, 1), today=date(2027, 5, 2))


@pytest.mark.parametrize(
    ("day", "months", "later"),
    [
        (date(2026, 1, 31), 1, date(2026, 2, 28)),
        (date(2028, 1, 31), 1, date(2028, 2, 29)),
        (date(2026, 11, 30), 1, date(2026, 12, 30)),
        (date(2026, 12, 31), 1, date(2027, 1, 31)),
        (date(2026, 12, 31), 2, date(2027, 2, 28)),
        (date(2026, 5, 31), 0, date(2026, 5, 31)),
        (date(2026, 5, 15), 30, date(2028, 11, 15)),
    ],
)
def test_months_are_those_of_the_calendar_and_a_short_month_ends_early(day: date, months: int, later: date) -> None:
    assert add_months(day, months) == later


def test_a_period_is_of_some_days_or_one_and_of_none_is_none() -> None:
    day = date(2026, 5, 31)
    assert period(day, date(2026, 6, 30)) == ArrearsPeriod(day, date(2026, 6, 30))
    assert period(day, day) == ArrearsPeriod(day, day)
    assert period(day, date(2026, 5, 30)) is None
