"""What the work lists go by and no record had before: of which day the newest photo is, and that a notice failed."""

from datetime import date, timedelta

import pytest

from lifecert.application.office.set_contact import NewContact
from lifecert.bootstrap import notices, records
from lifecert.domain.evidence import EnrolmentEvidence
from lifecert.domain.notice import NoticeChannel
from lifecert.domain.reference import Replacement
from lifecert.domain.review import ReviewOutcome
from lifecert.domain.session import ImageType
from lifecert.domain.work_list import WorkList, rows_of
from tests.support.builders import CLERK, NOW, face
from tests.support.enrolling import CONSENT, PASSED, SECOND_CLERK, TAKEN, Enrolling, decide, the_override
from tests.support.wiring.people import REMINDED
from tests.support.wiring.world import World

LATER = TAKEN + timedelta(days=900)


def enrol(world: Enrolling, taken: date | None, number: int = 0, replacement: Replacement | None = None) -> None:
    world.analyser.enrolment = EnrolmentEvidence(PASSED, face(number))
    begun = world.begin(world.id, "office", taken, ImageType.JPEG, CLERK, CONSENT, replacement)
    world.photos.upload(begun.enrolment.upload_key, b"photo")
    world.finish(world.id, begun.enrolment.reference_id, CLERK)


def of_the_photo(world: Enrolling) -> date | None:
    return world.store.beneficiaries[world.id].reference_on


def test_the_newest_photo_counts_whichever_was_enrolled_last() -> None:
    world = Enrolling()
    assert of_the_photo(world) == TAKEN
    enrol(world, LATER)
    assert of_the_photo(world) == LATER
    enrol(world, TAKEN)
    assert of_the_photo(world) == LATER, "an older one beside it makes it no older"
    assert world.store.entries[world.id][-1].details["reference_on"] == LATER.isoformat()


def test_a_photo_of_no_known_day_is_of_the_day_on_which_it_is_enrolled() -> None:
    world = Enrolling()
    enrol(world, None)
    assert of_the_photo(world) == NOW.date()


@pytest.mark.parametrize(("outcome", "expected"), [(ReviewOutcome.ACCEPT, TAKEN), (ReviewOutcome.REFUSE, LATER)])
def test_one_in_the_place_of_others_is_alone_and_they_come_back_when_it_is_worthless(
    outcome: ReviewOutcome, expected: date
) -> None:
    world = Enrolling()
    enrol(world, LATER)
    enrol(world, TAKEN, 1, Replacement.AGED)
    assert of_the_photo(world) == TAKEN
    decide(world, the_override(world), outcome, SECOND_CLERK)
    assert of_the_photo(world) == expected


def lists(world: World) -> set[WorkList]:
    return {row.wanted for row in rows_of(world.store.beneficiaries[REMINDED.id])}


def test_whose_notice_failed_is_listed_through_later_reminders_until_there_is_another_contact(world: World) -> None:
    assert WorkList.NOTICE_FAILED not in lists(world)
    assert notices.note_delivery().failed("message-of-this-test")
    assert WorkList.NOTICE_FAILED in lists(world)
    person = world.store.beneficiaries[REMINDED.id]
    world.clock.move(days=(person.valid_until - world.clock.today()).days - 30)
    world.night()
    reminded = world.store.beneficiaries[REMINDED.id]
    assert reminded.notice
    assert reminded.notice.days_before == 30
    assert reminded.notice.failed_on == NOW.date(), "nothing has arrived meanwhile"
    records.set_contact()(REMINDED.id, NewContact(NoticeChannel.SMS, "+8613800138001"), CLERK)
    assert WorkList.NOTICE_FAILED not in lists(world)


def test_whose_notice_failed_and_another_arrives_knows_and_is_listed_no_more(world: World) -> None:
    note = notices.note_delivery()
    assert note.failed("message-of-this-test")
    assert note("message-of-this-test")
    assert WorkList.NOTICE_FAILED not in lists(world)
