"""What a print house brings back: a letter counts from its posting, and comes to nothing when it comes back."""

from dataclasses import replace
from datetime import date

import pytest

from lifecert.domain.intake import ImportState
from lifecert.domain.ledger import LedgerEvent
from lifecert.domain.office_notice import NoticeResult
from lifecert.domain.scope import Scope
from ops.recorded import Recorded
from tests.support.builders import CLERK
from tests.support.intake_world import LI, SECOND, WANG
from tests.support.letter_world import LetterOffice


@pytest.fixture
def office() -> LetterOffice:
    return LetterOffice()


@pytest.fixture
def letters(office: LetterOffice) -> dict[str, str]:
    printed = {name: row["letter_id"] for name, row in office.printed(office.print()).items()}
    office.clock.move(days=3)
    return printed


def test_a_posted_letter_is_recorded_as_a_clerk_would_have(office: LetterOffice, letters: dict[str, str]) -> None:
    done = office.bring_back(f"{letters['P-1']},posted,2026-03-03")
    assert (done.state, done.registered and done.registered.people) == (ImportState.FINISHED, 1)
    (notice,) = office.of(WANG).office_notices
    assert (notice.notice_id, notice.result, notice.on) == (letters["P-1"], NoticeResult.POSTED, date(2026, 3, 3))
    assert notice.counts_on == date(2026, 3, 10)
    assert notice.recorded_by == CLERK.user_id, "whose word it is, who decides no hold by it"
    assert not office.of(LI).office_notices
    entry = office.store.entries[office.of(WANG).beneficiary_id][-1]
    assert (entry.event, entry.details["released_by"]) == (LedgerEvent.NOTICE_RECORDED, SECOND.user_id)
    assert entry.details["import_id"] == done.import_id


def test_the_ledger_tells_what_is_stored(office: LetterOffice, letters: dict[str, str]) -> None:
    # The year that is over was put into the register by hand here, and is in no entry.
    office.bring_back(f"{letters['P-1']},posted,2026-03-03")
    recorded, person = Recorded(), office.of(WANG)
    for entry in office.store.entries[person.beneficiary_id]:
        recorded.take(entry)
    assert recorded.fields["office_notices"] == person.office_notices
    assert recorded.fields["invitation_id"] == person.invitation_id


def test_one_that_comes_back_told_nobody(office: LetterOffice, letters: dict[str, str]) -> None:
    office.bring_back(f"{letters['P-1']},posted,2026-03-03")
    office.clock.move(days=10)
    office.bring_back(f"{letters['P-1']},returned,2026-03-12", f"{letters['P-2']},returned,2026-03-12", key="second")
    for whose in (WANG, LI):
        (notice,) = office.of(whose).office_notices
        assert (notice.result, notice.counts_on) == (NoticeResult.RETURNED, None)


def test_posted_and_returned_may_stand_in_one_file(office: LetterOffice, letters: dict[str, str]) -> None:
    office.clock.move(days=10)
    lines = f"{letters['P-1']},posted,2026-03-03", f"{letters['P-1']},returned,2026-03-09"
    office.bring_back(*lines)
    (notice,) = office.of(WANG).office_notices
    assert notice.failed_on == date(2026, 3, 9)


def test_the_same_file_twice_tells_nobody_twice(office: LetterOffice, letters: dict[str, str]) -> None:
    line = f"{letters['P-1']},posted,2026-03-03"
    office.bring_back(line)
    again = office.bring_back(line, key="again")
    assert office.told(again) == [(2, "already_recorded")]
    assert len(office.of(WANG).office_notices) == 1


def test_lines_are_refused_by_themselves(office: LetterOffice, letters: dict[str, str]) -> None:
    one, unknown = letters["P-1"], "00000000-0000-4000-8000-000000000000"
    done = office.bring_back(
        f"{unknown},posted,2026-03-03",
        "P-1,posted,2026-03-03",
        f"{one},lost,2026-03-03",
        f"{one},posted,03.03.2026",
        f"{one},posted,2026-03-30",
        f"{one},posted,2026-02-20",
        f"{letters['P-2']},posted,2026-03-03",
    )
    faults = ["letter_unknown", "letter_id", "outcome", "posted_on", "posted_on", "posted_on"]
    assert [why for _, why in office.told(done)] == faults
    assert not office.of(WANG).office_notices
    assert office.of(LI).office_notices


def test_whoever_certified_meanwhile_has_no_notice_to_record(office: LetterOffice, letters: dict[str, str]) -> None:
    office.put(replace(office.of(WANG), lapsed=False, valid_until=date(2027, 3, 1)))
    done = office.bring_back(f"{letters['P-1']},posted,2026-03-03")
    assert office.told(done) == [(2, "not_lapsed")]
    assert done.registered
    assert done.registered.known == {"not_lapsed": 1}


def test_a_letter_of_another_district_is_nobodys(office: LetterOffice, letters: dict[str, str]) -> None:
    from lifecert.domain.intake import ImportKind

    begun = office.prepare(f"letter_id,outcome,on\n{letters['P-1']},posted,2026-03-03\n", "e", kind=ImportKind.POSTINGS)
    office.runs.runs[begun] = replace(office.runs.runs[begun], scope=Scope(("22",)))
    office.dry_run(begun, CLERK)
    office.queue.drain(office.work)
    assert office.told(office.runs.runs[begun]) == [(2, "letter_unknown")]
