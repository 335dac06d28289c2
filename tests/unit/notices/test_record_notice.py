"""Letters, visits and public notices: what a clerk may write down, and from when it counts for a hold."""

from dataclasses import replace
from datetime import timedelta

import pytest

from lifecert.application.notices.record_notice import NewNotice, Voiding
from lifecert.application.office.set_contact import NewContact, SetContact
from lifecert.domain.actor import Group, User
from lifecert.domain.change import Change
from lifecert.domain.errors import (
    DayInFuture,
    DayTooEarly,
    EntitlementEnded,
    NotAllowed,
    NotLapsed,
    PublicNoticeTooEarly,
    TooManyNotices,
    VersionConflict,
)
from lifecert.domain.hold import HoldChoice, HoldDecision, HoldOutcome, HoldState
from lifecert.domain.ledger import LedgerEvent, verify_chain
from lifecert.domain.notice import NoticeChannel
from lifecert.domain.office_notice import MOST_NOTICES, MOST_NOTICES_OF_ONE, NoticeResult, NoticeRules, NoticeWay
from lifecert.domain.published import published_events
from lifecert.domain.telling import Telling
from tests.support.builders import CLERK, HELPER, an_id
from tests.support.fakes.notices import FakeSeal
from tests.support.fakes.register import MemoryRegister
from tests.support.holding import GRACE
from tests.support.office_notices import DECIDER, LETTER, NOBODY, PUBLIC, RETURNED, VISIT, VISITOR, Office


def test_a_visit_counts_from_its_day_and_leads_to_a_hold() -> None:
    office = Office()
    assert office.telling() is Telling.NO_CONTACT
    told = office.give(VISIT)
    assert (told.counts_on, told.recorded_by) == (office.clock.today(), "clerk-5")
    assert office.telling() is Telling.TOLD
    assert office.nights(GRACE).totals["propose"] == 0
    assert office.nights().totals["propose"] == 1
    batch = office.the_batch()
    (candidate,) = office.store.hold_batches.candidates(batch.batch_id, 10).items
    assert (candidate.notice_way, candidate.notice_recorded_by) == (VISIT, "clerk-5")
    assert candidate.notice_delivered_on == told.counts_on
    office.decide(HoldChoice.ALL)
    office.nights()
    assert office.standing("old").is_held
    assert office.entry("old", LedgerEvent.PAYMENT_HELD).details["notice_way"] == "visit"
    assert verify_chain(office.store.ledger.entries("old")) == len(office.store.entries["old"])


def test_a_letter_counts_when_it_is_taken_to_have_arrived() -> None:
    office = Office()
    letter = office.give(LETTER)
    assert letter.counts_on == office.clock.today() + timedelta(days=7)
    assert office.telling() is Telling.COUNTS_LATER
    office.nights(7)
    assert office.telling() is Telling.TOLD
    office.nights(GRACE)
    assert office.batches(HoldState.OPEN) == ()
    office.nights()
    assert office.the_batch().candidates == 1


def test_what_is_written_down_late_takes_no_grace_days_away() -> None:
    """Else a visit said to be of months ago would have somebody proposed tonight, or stand where no night looks."""
    office = Office()
    office.nights(200)
    assert office.give(VISIT, ago=150).counts_on == office.clock.today()
    assert office.give(LETTER, ago=100).counts_on == office.clock.today()
    office.nights(GRACE)
    assert office.batches(HoldState.OPEN) == ()
    office.nights()
    assert office.the_batch().candidates == 1


def test_ways_that_do_not_count_here_are_recorded_and_hold_nobody() -> None:
    office = Office(rules=NoticeRules(frozenset({VISIT}), 7, 30))
    assert office.give(LETTER).counts_on is None
    assert office.telling() is Telling.NO_CONTACT, "and they are in that list still"
    office.nights(GRACE + 30)
    assert office.batches(HoldState.OPEN) == ()


@pytest.mark.parametrize(
    "before",
    [
        (),
        ((LETTER, RETURNED),),
        ((LETTER, RETURNED), (LETTER, RETURNED)),
        ((VISIT, NOBODY), (VISIT, NOBODY)),
        ((VISIT, NOBODY), (LETTER, NoticeResult.POSTED)),
    ],
)
def test_a_public_notice_is_refused_before_two_other_ways_failed(
    before: tuple[tuple[NoticeWay, NoticeResult], ...],
) -> None:
    office = Office()
    for way, result in before:
        office.give(way, result)
    with pytest.raises(PublicNoticeTooEarly):
        office.give(PUBLIC)


def test_a_public_notice_after_a_letter_came_back_and_nobody_was_there() -> None:
    office = Office()
    office.nights(3)
    letter = office.give(LETTER, ago=3)
    office.void(letter)
    office.give(VISIT, NOBODY)
    with pytest.raises(PublicNoticeTooEarly):
        office.give(PUBLIC, ago=1)  # of a day before they had failed
    published = office.give(PUBLIC)
    assert published.counts_on == office.clock.today() + timedelta(days=30)
    assert office.telling() is Telling.COUNTS_LATER
    office.nights(30 + GRACE)
    assert office.batches(HoldState.OPEN) == ()
    office.nights()
    assert office.the_batch().candidates == 1


def test_a_message_that_failed_is_one_of_the_two_and_one_of_a_year_before_is_not() -> None:
    office = Office()
    office.message_fails()
    office.give(VISIT, NOBODY)
    assert office.give(PUBLIC).counts_on
    office.certify("old")
    office.nights(370)
    office.give(VISIT, NOBODY)
    with pytest.raises(PublicNoticeTooEarly):
        office.give(PUBLIC)


def test_a_message_that_arrived_has_not_failed() -> None:
    office = Office()
    assert office.deliver("old")
    office.message_fails("another")
    office.give(VISIT, NOBODY)
    with pytest.raises(PublicNoticeTooEarly):
        office.give(PUBLIC)


def test_with_another_contact_a_message_is_to_be_tried_again() -> None:
    office = Office()
    office.message_fails()
    office.give(VISIT, NOBODY)
    contact = NewContact(NoticeChannel.SMS, "+8613800000000")
    SetContact(office.store.register, FakeSeal(), office.clock)("old", contact, CLERK)
    with pytest.raises(PublicNoticeTooEarly):
        office.give(PUBLIC)


def test_the_first_notice_that_counts_is_the_one() -> None:
    office = Office()
    office.give(LETTER)
    office.nights(2)
    assert office.deliver("old")
    assert office.person("old").notice_delivered_on == office.clock.today(), "a message before the letter counts"
    other = Office()
    other.give(VISIT)
    first = other.clock.today()
    other.nights(2)
    assert other.deliver("old")
    assert other.person("old").notice_delivered_on == first


@pytest.mark.parametrize(
    ("new", "refused"),
    [
        ((VISIT, -1), DayInFuture),
        ((VISIT, 2), DayTooEarly),  # the last covered day
        ((LETTER, 400), DayTooEarly),
    ],
)
def test_days_on_which_it_cannot_have_been(new: tuple[NoticeWay, int], refused: type[Exception]) -> None:
    office = Office()
    before = office.events("old")
    with pytest.raises(refused):
        office.give(new[0], ago=new[1])
    assert office.events("old") == before
    assert office.give(VISIT, ago=1).on == office.person("old").valid_until + timedelta(days=1)


def test_nobody_is_told_of_a_year_that_still_runs_or_of_what_has_ended() -> None:
    office = Office()
    office.certify("old")
    with pytest.raises(NotLapsed):
        office.give(VISIT)
    office.terminate("old")
    with pytest.raises(EntitlementEnded):
        office.give(VISIT)


def test_what_was_said_before_a_certificate_was_revoked_is_about_something_else() -> None:
    office = Office()
    office.give(VISIT)
    office.nights(10)
    office.certify("old")
    office.nights(10)
    office.revoke("old")
    person = office.person("old")
    assert (person.lapsed, person.notice_delivered_on) == (True, None), "as of a message, that of then does not count"
    with pytest.raises(DayTooEarly):
        office.give(VISIT, ago=1)
    assert office.give(VISIT).counts_on == office.clock.today()


def test_who_says_that_somebody_was_told_does_not_decide_alone_that_they_are_held() -> None:
    office = Office()
    office.give(VISIT, by=DECIDER)
    office.nights(GRACE + 1)
    first = office.decide(HoldChoice.ALL)
    assert office.nights().totals["hold"] == 0
    assert office.outcomes(first) == {"old": HoldOutcome.OWN_NOTICE}
    office.nights()
    assert office.the_batch().candidates == 1, "it is for another to decide the next night"
    office.store.hold_batches.decide(
        office.the_batch().batch_id, replace(_decision(office, first), decided_by="clerk-8")
    )
    office.nights()
    assert office.standing("old").is_held


def _decision(office: Office, batch_id: str) -> HoldDecision:
    batch = office.store.hold_batches.get(batch_id)
    assert batch
    assert batch.decision
    return batch.decision


def test_beside_what_others_say_their_own_word_does_no_harm() -> None:
    office = Office()
    office.give(VISIT, by=DECIDER)
    assert office.deliver("old")
    office.nights(GRACE + 1)
    office.decide(HoldChoice.ALL)
    office.nights()
    assert office.standing("old").is_held
    later = Office()
    later.give(VISIT, by=DECIDER)
    later.nights(30)
    assert later.deliver("old")
    later.nights(GRACE - 29)
    batch_id = later.decide(HoldChoice.ALL)
    later.nights()
    assert later.outcomes(batch_id) == {"old": HoldOutcome.OWN_NOTICE}, "by the message alone the grace days run"


@pytest.mark.parametrize("user", [HELPER, replace(CLERK, groups=frozenset({Group.AUDITOR}))])
def test_only_clerks_record_and_void(user: User) -> None:
    office = Office()
    letter = office.give(LETTER)
    with pytest.raises(NotAllowed):
        office.give(LETTER, by=user)
    with pytest.raises(NotAllowed):
        office.record.void("old", letter.notice_id, Voiding(RETURNED, office.days_ago(0), "X1"), user, an_id())


def test_a_repeat_changes_nothing_more_and_is_answered_the_same() -> None:
    office = Office()
    new, key = NewNotice(LETTER, NoticeResult.POSTED, office.clock.today(), "XA1"), an_id()
    first = office.record("old", new, VISITOR, key)
    assert office.record("old", new, VISITOR, key) == first
    came_back, key = Voiding(RETURNED, office.clock.today(), "XA1"), an_id()
    voided = office.record.void("old", first.notice_id, came_back, VISITOR, key)
    office.nights(1)
    assert office.record.void("old", first.notice_id, came_back, VISITOR, key) == voided
    assert office.events("old")[-2:] == [LedgerEvent.NOTICE_RECORDED, LedgerEvent.NOTICE_VOIDED]
    assert office.person("old").office_notices == (voided,)


def test_of_one_year_only_so_many_and_the_next_begins_without() -> None:
    office, colleague = Office(), replace(VISITOR, user_id="clerk-6")
    for clerk in (VISITOR, colleague):
        for _ in range(MOST_NOTICES_OF_ONE):
            office.give(VISIT, NOBODY, by=clerk)
        with pytest.raises(TooManyNotices):
            office.give(VISIT, by=clerk)
    assert len(office.person("old").office_notices) == MOST_NOTICES
    with pytest.raises(TooManyNotices):
        office.give(VISIT, by=replace(VISITOR, user_id="clerk-7"))
    office.certify("old")
    office.nights(370)
    assert office.give(VISIT) == office.person("old").office_notices[0]
    assert len(office.person("old").office_notices) == 1


def test_what_the_ledger_and_the_payer_hear_of_it() -> None:
    office = Office()
    office.give(LETTER)
    entry = office.entry("old", LedgerEvent.NOTICE_RECORDED)
    assert entry.actor.actor_id == "clerk-5"
    assert entry.details.keys() == {
        *("request", "notice_id", "year", "way", "result", "on", "recorded_by", "proof", "counts_on")
    }
    assert (entry.details["proof"], entry.details["on"]) == ("XA100", office.clock.today().isoformat())
    assert published_events(entry) == ()


def test_somebody_else_was_quicker(monkeypatch: pytest.MonkeyPatch) -> None:
    """The person certifies as the clerk writes: nothing is recorded of a year that runs."""
    office = Office()
    commit, first = MemoryRegister.commit, [True]

    def late(self: MemoryRegister, change: Change) -> None:
        if first and change.entry.event is LedgerEvent.NOTICE_RECORDED:
            first.clear()
            office.certify("old")
            raise VersionConflict
        commit(self, change)

    monkeypatch.setattr(MemoryRegister, "commit", late)
    with pytest.raises(NotLapsed):
        office.give(VISIT)
    assert LedgerEvent.NOTICE_RECORDED not in office.events("old")
