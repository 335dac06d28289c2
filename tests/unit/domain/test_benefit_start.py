"""From when a benefit may be drawn: what is refused, what is asked back, and what is taken as it stands."""

from datetime import date

import pytest

from lifecert.domain.benefit_start import check_start
from lifecert.domain.errors import DayImpossible, StartUnlikely

TODAY, BORN = date(2026, 3, 1), date(1949, 12, 31)


@pytest.mark.parametrize("start", [date(2026, 3, 1), date(2026, 6, 1), date(1986, 3, 1), date(2024, 2, 29)])
def test_a_start_near_today_or_within_forty_years_is_taken(start: date) -> None:
    check_start(start, TODAY, BORN, checked=False)


@pytest.mark.parametrize("start", [date(2026, 6, 2), date(2027, 3, 1), date(1986, 2, 28), date(1949, 12, 31)])
def test_one_far_from_today_is_taken_once_somebody_looked_again(start: date) -> None:
    with pytest.raises(StartUnlikely):
        check_start(start, TODAY, BORN, checked=False)
    check_start(start, TODAY, BORN, checked=True)


@pytest.mark.parametrize("start", [date(2027, 3, 2), date(2062, 9, 1), date(1949, 12, 30)])
@pytest.mark.parametrize("checked", [False, True])
def test_one_before_the_birth_or_beyond_a_year_is_never_taken(start: date, checked: bool) -> None:
    with pytest.raises(DayImpossible):
        check_start(start, TODAY, BORN, checked=checked)


def test_where_nobody_knows_the_birth_the_other_limits_hold() -> None:
    check_start(date(1949, 12, 30), TODAY, None, checked=True)
    with pytest.raises(StartUnlikely):
        check_start(date(1949, 12, 30), TODAY, None, checked=False)
