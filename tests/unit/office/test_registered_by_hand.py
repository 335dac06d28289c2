"""Whom one clerk registered by hand, another confirms before a certificate of theirs counts (adr/0033)."""

from datetime import date, timedelta

import pytest

from lifecert.application.office.certify_in_person import CertifyInPerson
from lifecert.application.office.confirm_proposal import ConfirmProposal
from lifecert.application.office.register_beneficiary import NewBenefit, RegisterBeneficiary, Registration
from lifecert.domain.actor import Group, User
from lifecert.domain.category import Category
from lifecert.domain.certificate import Certificate
from lifecert.domain.errors import ActedInCase, GroundUnsuitable
from lifecert.domain.ledger import verify_chain
from lifecert.domain.person import IdNumber
from lifecert.domain.review import Ground, Review, ReviewKind, ReviewOutcome
from lifecert.domain.sighting import Document, PresenceGround
from ops.recorded import Recorded
from tests.support.builders import (
    CLERK,
    NOW,
    PROOFS,
    an_id,
    an_issuer,
    at_the_counter,
)
from tests.support.fakes.access import looking_up, references_of_payers
from tests.support.fakes.clock import FixedClock
from tests.support.fakes.keys import FakePersonKeys
from tests.support.fakes.notices import FakeSeal
from tests.support.fakes.photos import MemoryPhotos
from tests.support.fakes.store import MemoryStore
from tests.support.verifying import review_decider

SECOND, THIRD = (User(f"clerk-{number}", frozenset({Group.CLERK})) for number in (2, 3))
TODAY = date(2026, 3, 1)


class Office:
    """Somebody whom CLERK alone says there is."""

    def __init__(self) -> None:
        self.store, self.clock = MemoryStore(), FixedClock(NOW)
        store, issuer = self.store, an_issuer()
        register, reviews, ledger = store.register, store.reviews_port, store.ledger
        keys, references, told = FakePersonKeys(), references_of_payers(store), looking_up(store, self.clock)
        self.by_hand = RegisterBeneficiary(register, keys, FakeSeal(), self.clock, ledger, ("fund",), references, told)
        benefit = NewBenefit(Category.RESIDENT_PENSION, "110101", date(2025, 6, 1))
        self.person = Registration("王小明", IdNumber.parse("11010519491231002X"), benefit)
        self.key = an_id()
        self.id = self.registered()
        self.see = CertifyInPerson(register, store.certificates_port, reviews, store.ledger, self.clock, issuer, PROOFS)
        self.confirm = ConfirmProposal(register, reviews, ledger, self.clock, issuer, PROOFS)
        self.decide = review_decider(store, MemoryPhotos(), self.clock)

    def registered(self) -> str:
        return self.by_hand(self.person, CLERK, self.key).beneficiary_id

    @property
    def case(self) -> Review:
        (review,) = [one for one in self.store.reviews.values() if one.kind is ReviewKind.REGISTRATION]
        return review

    def seen_by(self, clerk: User) -> Certificate | Review:
        return self.see(self.id, at_the_counter(self.clock.today()), clerk, an_id())

    def whole(self) -> bool:
        person, told = self.store.beneficiaries[self.id], Recorded()
        for entry in self.store.entries[self.id]:
            told.take(entry)
        return not told.differences(person) and verify_chain(self.store.entries[self.id]) == person.version


def test_nobody_is_certified_by_the_word_of_the_clerk_who_registered_them() -> None:
    """One clerk registered a made-up person, enrolled a face and certified: a paid year, with arrears."""
    office = Office()
    assert isinstance(office.seen_by(CLERK), Review)
    with pytest.raises(ActedInCase):
        office.decide(office.case.review_id, ReviewOutcome.ACCEPT, Ground.CONFIRMED, CLERK)
    assert office.store.certificates == {}
    assert office.registered() == office.id
    assert len(office.store.reviews) == 2, "a repeat asks nobody twice"
    assert office.whole()


def test_once_another_clerk_has_confirmed_that_the_person_exists_one_is_enough() -> None:
    office = Office()
    office.decide(office.case.review_id, ReviewOutcome.ACCEPT, Ground.CONFIRMED, SECOND)
    assert isinstance(office.seen_by(CLERK), Certificate)
    assert office.whole()


def test_two_clerks_who_saw_the_person_are_a_confirmation_too() -> None:
    office = Office()
    seen = office.seen_by(SECOND)
    assert isinstance(seen, Review)
    office.confirm(seen.review_id, CLERK, confirm=True)
    assert office.store.beneficiaries[office.id].open_cases == ()
    office.clock.move(days=1)
    assert isinstance(office.seen_by(CLERK), Certificate)
    assert office.whole()


def test_whom_a_second_clerk_does_not_know_stays_doubted_until_two_have_seen_them() -> None:
    office = Office()
    office.decide(office.case.review_id, ReviewOutcome.REFUSE, Ground.UNFOUNDED, SECOND)
    seen = office.seen_by(THIRD)
    assert isinstance(seen, Review)
    office.confirm(seen.review_id, SECOND, confirm=True)
    assert office.store.beneficiaries[office.id].open_cases == ()
    assert office.whole()


@pytest.mark.parametrize(
    ("document", "days_ago", "needed"),
    [
        (Document.ID_CARD, 7, False),
        (Document.ID_CARD, 8, True),
        (Document.KNOWN_PERSONALLY, 0, True),
    ],
)
def test_who_is_only_known_or_was_seen_long_ago_is_certified_for_a_ground(
    document: Document, days_ago: int, needed: bool
) -> None:
    office = Office()
    office.decide(office.case.review_id, ReviewOutcome.ACCEPT, Ground.CONFIRMED, SECOND)
    seen_on = TODAY - timedelta(days=days_ago)
    if needed:
        with pytest.raises(GroundUnsuitable):
            office.see(office.id, at_the_counter(seen_on, document), CLERK, "key-000001")
        assert office.store.certificates == {}
    ground = PresenceGround.HOME_VISIT if needed else None
    office.see(office.id, at_the_counter(seen_on, document, ground), CLERK, "key-000001")
    assert len(office.store.certificates) == 1
    assert office.store.entries[office.id][-1].details.get("ground") == ground
