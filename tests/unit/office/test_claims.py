"""Claims: one clerk at a time works on a case, and nobody holds it up by that."""

from dataclasses import replace
from datetime import timedelta

import pytest

from lifecert.application.office.claim_review import ClaimReview
from lifecert.domain.actor import Actor, Role, User
from lifecert.domain.change import Change, record
from lifecert.domain.errors import ActedInCase, ReviewClaimed, ReviewDecidedBefore, ReviewNotFound
from lifecert.domain.invitation import user_of
from lifecert.domain.ledger import Detail, LedgerEvent
from lifecert.domain.review import CLAIM_LASTS, Claim, Ground
from tests.support.builders import CLERK, HELPER, an_id
from tests.support.reviewing import ACCEPT, OTHER, Office


def claiming(office: Office) -> ClaimReview:
    return ClaimReview(office.store.register, office.store.reviews_port, office.store.ledger, office.clock)


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


def test_who_issued_the_letter_of_a_try_is_told_at_once_that_another_clerk_decides_it() -> None:
    """Else they compare two faces, choose, and are refused then; and the oldest case of the queue stays theirs."""
    office = Office()
    invitation_id = an_id()
    issued: dict[str, Detail] = {"invitation_id": invitation_id, "expires_on": "2031-03-01", "guardian": False}
    holder = replace(office.person, invitation_id=invitation_id)
    by_clerk = Actor(CLERK.user_id, Role.CLERK)
    after, entry = record(holder, LedgerEvent.INVITATION_ISSUED, by_clerk, office.clock.now(), issued)
    office.store.register.commit(Change(office.person.version, after, entry))
    review_id = office.review(office.attempt(User(user_of(invitation_id)))).review_id
    with pytest.raises(ActedInCase):
        claiming(office)(review_id, CLERK, take=True)
    assert office.store.reviews[review_id].claim is None
    assert claiming(office)(review_id, OTHER, take=True).claim


def test_who_had_a_hand_in_a_case_that_is_decided_is_told_that_it_is_decided() -> None:
    office = Office()
    session = office.attempt()
    review_id = office.review(session).review_id
    office.decide(review_id, ACCEPT, Ground.SAME_PERSON, OTHER, session.session_id)
    for user in (CLERK, OTHER):
        with pytest.raises(ReviewDecidedBefore):
            claiming(office)(review_id, user, take=True)
