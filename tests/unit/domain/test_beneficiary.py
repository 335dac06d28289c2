"""What follows from a person's benefits."""

from datetime import date

from lifecert.domain.status import Standing, Status
from tests.support.builders import a_beneficiary

ENDED = date(2026, 2, 1)


def test_only_what_is_paid_to_somebody_lapsed_can_be_held() -> None:
    assert a_beneficiary().can_be_held == ()
    lapsed = a_beneficiary(status=Status.LAPSED, valid_until=ENDED)
    assert lapsed.can_be_held == lapsed.benefits
    held = a_beneficiary(standing=Standing(Status.LAPSED, ENDED, held_since=date(2026, 5, 10)))
    assert held.can_be_held == ()
