"""What the city holds its register to, of one person."""

from datetime import date
from types import SimpleNamespace
from typing import Any

import pytest

from lab.city.checks import of_a_death
from lab.city.people import Citizen
from lifecert.domain.benefit import BenefitEnd
from lifecert.domain.status import EndCause
from tests.support.builders import a_beneficiary, a_benefit

DIED = date(2026, 4, 3)
CITY: Any = SimpleNamespace(today=date(2026, 5, 1))


@pytest.mark.parametrize(
    ("starts", "ends", "right"),
    [
        (date(2019, 7, 6), DIED, True),
        (date(2019, 7, 6), date(2026, 4, 9), False),
        (date(2026, 5, 3), date(2026, 5, 3), True),  # it had not begun
        (date(2026, 5, 3), DIED, False),
    ],
)
def test_the_dead_are_ended_from_their_death_and_what_had_not_begun_on_its_start(
    starts: date, ends: date, right: bool
) -> None:
    citizen = Citizen(1, "周桂英", "", "330106", [], "", None, died_on=DIED)
    record = a_beneficiary(benefits=(a_benefit(start=starts, end=BenefitEnd(ends, EndCause.DECEASED)),))
    assert (of_a_death(CITY, citizen, record) == "") is right
