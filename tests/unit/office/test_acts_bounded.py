"""What one clerk does to one record is bounded in a day, in one place: nobody fills a ledger until a decision that
reads all of it takes too long (adr/0068)."""

import pytest

from lifecert.application.office.set_contact import NewContact, SetContact
from lifecert.application.shared.reviewing import OpenReview
from lifecert.domain.actor import Actor, Role
from lifecert.domain.acts import MOST_ACTS_DAY
from lifecert.domain.errors import LimitReached
from lifecert.domain.ledger import verify_chain
from lifecert.domain.notice import NoticeChannel
from lifecert.domain.review import Proposal, ReviewKind
from lifecert.domain.status import EndCause
from tests.support.builders import CLERK, HELPER, an_id
from tests.support.fakes.notices import FakeSeal
from tests.support.open_cases import SECOND, STRANGER, TODAY, Office

PHONE = NewContact(NoticeChannel.SMS, "+8613800000000")


def full() -> tuple[Office, SetContact]:
    """A record to which one clerk has added as much as may be today."""
    office = Office()
    setting = SetContact(office.store.register, FakeSeal(), office.clock)
    for _ in range(MOST_ACTS_DAY):
        setting(office.id, PHONE, CLERK)
    return office, setting


def test_whatever_a_clerk_does_counts_and_nothing_is_changed_past_the_bound() -> None:
    office, setting = full()
    before, entries = office.beneficiary, len(office.store.entries[office.id])
    with pytest.raises(LimitReached):
        setting(office.id, PHONE, CLERK)
    with pytest.raises(LimitReached):
        office.seen()
    with pytest.raises(LimitReached):
        office.propose(office.id, Proposal(ReviewKind.END, TODAY, EndCause.OTHER), an_id(), CLERK)
    assert (office.beneficiary, len(office.store.entries[office.id])) == (before, entries)
    assert not office.store.reviews
    assert verify_chain(office.store.entries[office.id])


def test_colleagues_the_person_registers_and_the_next_day_go_on() -> None:
    office, setting = full()
    office.seen(SECOND)
    office.open(ReviewKind.DEATH_REPORT, day=TODAY)
    office.report.of_known(office.id, None, HELPER)
    office.shows_face(HELPER)
    office.shows_face(STRANGER)
    office.clock.move(days=1)
    setting(office.id, PHONE, CLERK)


def test_a_death_is_proposed_and_withdrawn_as_often_as_anything_is_done() -> None:
    """Each keeps machines from accepting until two see the person."""
    office, death = Office(), Proposal(ReviewKind.END, TODAY, EndCause.DECEASED)
    for _ in range(MOST_ACTS_DAY // 2):
        proposed = office.propose(office.id, death, an_id(), CLERK)
        office.confirm(proposed.review_id, CLERK, confirm=False)
    with pytest.raises(LimitReached):
        office.propose(office.id, death, an_id(), CLERK)
    assert office.beneficiary.doubts == ()


def test_the_case_of_unusually_many_is_no_act_of_who_does_so_much() -> None:
    """Twenty-nine contacts before each certificate kept an account from ever being looked at."""
    office, setting = full()
    opening = OpenReview(office.store.register, office.clock)
    opening(office.id, ReviewKind.UNUSUAL_VOLUME, Actor(CLERK.user_id, Role.CLERK))
    with pytest.raises(LimitReached):
        setting(office.id, PHONE, CLERK)


def test_the_last_act_of_a_day_gives_its_answer_when_it_is_repeated() -> None:
    """The first answer was lost on its way: it was done, and is told so."""
    office, end = Office(), Proposal(ReviewKind.END, TODAY, EndCause.OTHER)
    setting = SetContact(office.store.register, FakeSeal(), office.clock)
    for _ in range(MOST_ACTS_DAY - 1):
        setting(office.id, PHONE, CLERK)
    proposed = office.propose(office.id, end, key := an_id(), CLERK)
    assert office.propose(office.id, end, key, CLERK) == proposed
    with pytest.raises(LimitReached):
        office.propose(office.id, end, an_id(), CLERK)
