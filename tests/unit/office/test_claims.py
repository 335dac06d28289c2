"""Claims: one clerk at a time works on a case, and nobody holds it up by that."""

from dataclasses import replace
from datetime import timedelta

import pytest

from lifecert.application.office.claim_review import ClaimReview
from lifecert.domain.errors import ActedInCase, ReviewClaimed, ReviewDecidedBefore, ReviewNotFound
from lifecert.domain.review import CLAIM_LASTS, Claim, Ground
from tests.support.builders import CLERK, HELPER, an_id
from tests.support.reviewing import ACCEPT, OTHER, Office


def claiming(office: Office) -> ClaimReview:
    return ClaimReview(office.store.register, office.store.reviews_port, office.clock)


def test_a_case_is_one_clerks_for_a_quarter_of_an_hour_and_longer_if_they_say_so() -> None:
    office = Office()
    review_id = office.review(office.attempt()).review_id
    claim = claiming(office)
    began = office.clock.now()
    assert claim(review_id, CLERK, take=True).claim == Claim(CLERK.user_id, began + CLAIM_LASTS)
    with pytest.raises(ReviewClaimed):
        claim(review_id, OTHER, take=True)
    office.clock.move(minutes=10)
    assert claim(review_id, CLERK, take=True).claim == Claim(CLERK.user_id, began + timedelta(minutes=25))
    office.clock.move(minutes=14)
    with pytest.raises(ReviewClaimed):
        claim(review_id, OTHER, take=True)
    office.clock.move(minutes=1)
    taken = claim(review_id, OTHER, take=True)
    assert taken.claimed(office.clock.now()) == taken.claim
    # Not theirs any more: nothing is given back.
    assert claim(review_id, CLERK, take=False).claim == taken.claim
    assert claim(review_id, OTHER, take=False).claim is None


def test_who_has_not_claimed_a_case_may_decide_it_and_then_it_is_nobodys() -> None:
    office = Office()
    session = office.attempt()
    review_id = office.review(session).review_id
    before = office.person
    claiming(office)(review_id, CLERK, take=True)
    assert office.person == before, "a claim changes nobody"
    decided = office.decide(review_id, ACCEPT, Ground.SAME_PERSON, OTHER, session.session_id)
    assert decided.claimed(office.clock.now()) is None
    with pytest.raises(ReviewDecidedBefore):
        claiming(office)(review_id, CLERK, take=True)


def test_who_opened_a_case_and_who_is_elsewhere_cannot_take_it() -> None:
    office = Office()
    review_id = office.review(office.attempt()).review_id
    claim = claiming(office)
    with pytest.raises(ActedInCase):
        claim(review_id, replace(CLERK, user_id=HELPER.user_id), take=True)
    with pytest.raises(ReviewNotFound):
        claim(an_id(), CLERK, take=True)
    assert office.store.reviews[review_id].claim is None
