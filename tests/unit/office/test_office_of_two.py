"""An office of two clerks: one enrolled everybody, and the other took down that somebody died. It needs nobody else."""

from datetime import timedelta

import pytest

from lifecert.domain.actor import User
from lifecert.domain.errors import ActedInCase
from lifecert.domain.policy import Decision, Outcome
from lifecert.domain.review import Ground, Review, ReviewOutcome
from tests.support.builders import CLERK
from tests.support.open_cases import SECOND, TODAY, Office, decision_of

CLOSE = (ReviewOutcome.REFUSE, Ground.UNFOUNDED)


def office_of_two() -> tuple[Office, str]:
    office = Office(enrolled_by=(CLERK.user_id,))
    return office, office.report.of_known(office.id, None, SECOND)


def seen_by_both(office: Office, saw: User, confirms: User, days_ago: int = 0) -> None:
    proof = office.seen(saw, f"key-{days_ago}", TODAY - timedelta(days=days_ago))
    assert isinstance(proof, Review)
    office.confirm(proof.review_id, confirms, confirm=True)


def test_who_enrolled_the_face_closes_the_report_once_two_clerks_have_seen_the_person() -> None:
    office, report = office_of_two()
    for clerk in (CLERK, SECOND):
        with pytest.raises(ActedInCase):
            office.decide(report, *CLOSE, clerk)
    seen_by_both(office, SECOND, CLERK)
    with pytest.raises(ActedInCase):
        office.decide(report, *CLOSE, SECOND)  # whoever took it down is still no third party
    office.decide(report, *CLOSE, CLERK)
    office.clock.move(days=350)
    assert decision_of(office.shows_face()) == Decision(Outcome.ACCEPTED)


def test_that_two_saw_the_person_before_the_report_says_nothing_of_it() -> None:
    office, report = office_of_two()
    seen_by_both(office, SECOND, CLERK, days_ago=1)
    with pytest.raises(ActedInCase):
        office.decide(report, *CLOSE, CLERK)
