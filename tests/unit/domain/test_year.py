"""The certification year (design.md §3 rule 1)."""

from datetime import date

import pytest

from lifecert.domain.year import ArrearsPeriod, is_over, uncovered_period, valid_until_after


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
    assert not is_over(date(2027, 5, 1), today=date(2027, 5, 1))
    assert is_over(date(2027, 5, 1), today=date(2027, 5, 2))


def test_uncovered_days_are_those_between_the_old_year_and_the_new() -> None:
    assert uncovered_period(date(2026, 5, 31), date(2026, 7, 10)) == ArrearsPeriod(date(2026, 6, 1), date(2026, 7, 9))


@pytest.mark.parametrize("certified", [date(2026, 5, 30), date(2026, 5, 31), date(2026, 6, 1)])
def test_who_certifies_by_the_first_day_after_leaves_nothing_uncovered(certified: date) -> None:
    assert uncovered_period(date(2026, 5, 31), certified) is None
