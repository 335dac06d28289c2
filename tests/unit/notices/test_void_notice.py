"""Letters, visits and public notices that told nobody: what falls with one that came back, or never was."""

from dataclasses import replace

import pytest

from lifecert.application.notices.record_notice import Voiding
from lifecert.application.office.set_contact import NewContact, SetContact
from lifecert.domain.errors import (
    DayInFuture,
    DayTooEarly,
    GroundUnsuitable,
    OfficeNoticeFailed,
    OfficeNoticeNotFound,
    PublicNoticeTooEarly,
)
from lifecert.domain.hold import HoldChoice, HoldOutcome, HoldState
from lifecert.domain.ledger import LedgerEvent
from lifecert.domain.notice import NoticeChannel
from lifecert.domain.office_notice import NoticeResult
from lifecert.domain.telling import Telling
from tests.support.builders import CLERK, an_id
from tests.support.fakes.notices import FakeSeal
from tests.support.holding import GRACE
from tests.support.office_notices import LETTER, PUBLIC, RETURNED, VISIT, Office


def test_a_letter_that_comes_back_counted_for_nothing_and_the_proposal_is_off() -> None:
    office = Office()
    letter = office.give(LETTER)
    office.nights(7 + GRACE + 1)
    batch_id = office.decide(HoldChoice.ALL)
    office.void(letter)
    assert office.telling() is Telling.NO_CONTACT, "they are among the untold again"
    assert office.nights().totals["hold"] == 0
    assert not office.standing("old").is_held
    assert office.outcomes(batch_id) == {"old": HoldOutcome.SUPERSEDED}
    assert office.person("old").office_notices[0].result is RETURNED
    office.give(VISIT)
    office.nights(GRACE)
    assert office.batches(HoldState.OPEN) == ()
    office.nights()
    assert office.the_batch().candidates == 1, "and all the grace days count from the visit"


def test_with_another_notice_left_the_grace_days_begin_anew() -> None:
    office = Office()
    letter = office.give(LETTER)
    office.nights(20)
    office.give(VISIT)
    office.nights(200)
    office.decide(HoldChoice.ALL, batch_id=office.the_batch().batch_id)
    office.void(letter)
    assert office.telling() is Telling.TOLD
    assert office.nights(GRACE).totals["hold"] == 0
    assert office.batches(HoldState.OPEN) == ()
    office.nights()
    assert office.the_batch().candidates == 1, "nobody is forgotten by it"


def test_a_letter_that_told_nobody_first_changes_no_day() -> None:
    office = Office()
    office.give(VISIT)
    day = office.clock.today()
    letter = office.give(LETTER)
    office.nights(GRACE + 1)
    office.void(letter)
    assert office.person("old").notice_delivered_on == day
    assert office.person("old").benefits[0].hold_proposal, "and the proposal stands on the visit"


def test_a_payment_that_is_held_stays_so_and_the_person_is_seen_to_be_untold() -> None:
    office = Office()
    letter = office.give(LETTER)
    office.nights(7 + GRACE + 1)
    office.decide(HoldChoice.ALL)
    office.nights()
    held = office.standing("old")
    office.void(letter)
    assert office.standing("old") == held
    assert held.is_held
    assert office.telling() is Telling.NO_CONTACT


def test_whoever_can_be_told_by_message_is_when_the_letter_comes_back() -> None:
    office = Office()
    letter = office.give(LETTER)
    contact = NewContact(NoticeChannel.SMS, "+8613800000000")
    SetContact(office.store.register, FakeSeal(), office.clock)("old", contact, CLERK)
    before = office.events("old").count(LedgerEvent.REMINDER_DUE)
    office.nights(3)
    assert office.events("old").count(LedgerEvent.REMINDER_DUE) == before, "the letter is on its way"
    office.void(letter)
    office.nights()
    assert office.events("old").count(LedgerEvent.REMINDER_DUE) == before + 1
    assert office.entry("old", LedgerEvent.REMINDER_DUE).details["channel"] == "sms"


def test_a_reminder_of_the_sweep_takes_over_nothing_that_a_clerk_said() -> None:
    office = Office()
    letter = office.give(LETTER)
    SetContact(office.store.register, FakeSeal(), office.clock)("old", NewContact(NoticeChannel.SMS, "1"), CLERK)
    person = office.person("old")
    office.store.beneficiaries["old"] = replace(person, notice=None)
    office.nights(8)
    assert office.events("old")[-1] is LedgerEvent.REMINDER_DUE
    office.void(letter)
    assert office.person("old").notice_delivered_on is None


def test_what_does_not_come_back() -> None:
    office = Office()
    office.nights(2)
    visit = office.give(VISIT)
    with pytest.raises(GroundUnsuitable):
        office.void(visit)
    wrong = NoticeResult.RECORDED_WRONGLY
    assert office.void(visit, wrong).result is wrong
    with pytest.raises(OfficeNoticeFailed):
        office.void(visit, wrong)
    with pytest.raises(OfficeNoticeFailed):
        office.void(office.give(LETTER, RETURNED))
    with pytest.raises(OfficeNoticeNotFound):
        office.record.void("old", an_id(), Voiding(RETURNED, office.days_ago(0), "X1"), CLERK, an_id())
    letter = office.give(LETTER)
    for ago, refused in ((1, DayTooEarly), (-1, DayInFuture)):
        with pytest.raises(refused):
            office.record.void("old", letter.notice_id, Voiding(RETURNED, office.days_ago(ago), "X1"), CLERK, an_id())


def test_what_was_recorded_wrongly_is_no_failed_way() -> None:
    office = Office()
    office.give(LETTER, RETURNED)
    office.void(office.give(VISIT), NoticeResult.RECORDED_WRONGLY)
    with pytest.raises(PublicNoticeTooEarly):
        office.give(PUBLIC)
