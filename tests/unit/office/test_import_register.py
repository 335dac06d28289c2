"""An existing register comes in: each line as if registered by hand, all of it by two people, once, whatever dies."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from lifecert.application.office import import_register
from lifecert.application.office.id_number import ConfirmIdNumber, ProposeIdNumber
from lifecert.application.office.prepare_import import (
    BROUGHT,
    GetImport,
    ListImports,
    NewImport,
    PrepareImport,
    ReleaseImport,
    StartDryRun,
    StopImport,
)
from lifecert.domain.amendment import AmendGround
from lifecert.domain.category import Category
from lifecert.domain.errors import (
    ImportDigestDiffers,
    ImportFileMissing,
    ImportNotReady,
    LimitReached,
    NotAllowed,
    RegisterImportNotFound,
    SecondClerkNeeded,
)
from lifecert.domain.intake import (
    FileFault,
    ImportState,
    YearFrom,
    drawn_day,
)
from lifecert.domain.ledger import facts_of, verify_chain
from lifecert.domain.limits import FindLimits
from lifecert.domain.number import place_of
from lifecert.domain.person import IdNumber
from lifecert.domain.published import published_events
from lifecert.domain.status import Status
from lifecert.domain.year import add_months
from ops.recorded import Recorded
from tests.support.builders import CLERK, HELPER
from tests.support.fakes.access import counting, looking_up
from tests.support.fakes.keys import FakePersonKeys
from tests.support.fakes.notices import FakeSeal
from tests.support.intake_world import HEADER, LI, SECOND, TODAY, WANG, ZHAO, Intake, line


@pytest.fixture
def intake() -> Intake:
    return Intake()


# --- a good file ---------------------------------------------------------------------------------------------------


def test_people_are_registered_by_two_and_the_ledger_says_where_each_line_came_from(intake: Intake) -> None:
    checked = intake.check(f"{HEADER}\n{line('王淑芬', WANG, on='2025-09-10', by='village', key='A-17')}\n")
    assert checked.state is ImportState.CHECKED
    assert not intake.store.beneficiaries, "a dry run registers nobody"
    done = intake.release(checked)
    assert (done.state, done.registered) == (ImportState.FINISHED, checked.checked)
    wang, entry = intake.of(WANG), intake.entry(WANG)
    assert (wang.status, wang.valid_until) == (Status.ACTIVE, date(2026, 9, 10))
    assert (wang.masked_name, wang.registered_by) == ("王*芬", f"import:{done.import_id}")
    details = entry.details
    assert (details["import_id"], details["source"], details["line_key"]) == (done.import_id, "hr", "A-17")
    assert (details["prepared_by"], details["released_by"]) == (CLERK.user_id, SECOND.user_id)
    assert (details["year_from"], details["last_certified_on"]) == (YearFrom.IMPORTED, "2025-09-10")
    assert details["last_certified_by"] == "village"
    assert verify_chain([entry]) == 1
    assert f"{BROUGHT}{done.import_id}" not in intake.files.files, "the file is personal data"


def test_what_is_stored_is_what_the_ledger_tells(intake: Intake) -> None:
    intake.take(line("王淑芬", WANG, phone="13800138000"))
    person = intake.of(WANG)
    recorded = Recorded()
    recorded.take(intake.entry(WANG))
    assert recorded.differences(person) == []
    assert person.contact_channel == "sms"
    assert intake.store.contacts[person.beneficiary_id].sealed_address == FakeSeal().seal(
        person.beneficiary_id, "+8613800138000"
    )


def test_a_line_without_a_key_is_known_by_its_number(intake: Intake) -> None:
    intake.take(line("王淑芬", WANG), line("李四", LI))
    assert [intake.entry(one).details["line_key"] for one in (WANG, LI)] == ["2", "3"]


def test_nobody_comes_in_lapsed_and_no_payer_hears_of_a_lapse(intake: Intake) -> None:
    done = intake.take(line("王淑芬", WANG, on="1999-05-01", by="village"), line("李四", LI))
    for id_number in (WANG, LI):
        person = intake.of(id_number)
        assert person.status is Status.ACTIVE
        assert TODAY + timedelta(days=30) <= person.valid_until <= add_months(TODAY, 12)
        (event,) = published_events(intake.entry(id_number))
        assert (event.type, event.detail["status"]) == ("BeneficiaryRegistered", "active")
        assert not set(event.detail) & {"import_id", "source", "line_key", "year_from", "prepared_by", "released_by"}
    assert intake.entry(WANG).details["last_certified_on"] == "1999-05-01", "it is kept, and counts for nothing"
    assert done.registered
    assert done.registered.years == {YearFrom.DRAWN: 2}


def test_due_dates_are_spread_evenly_and_always_the_same() -> None:
    keys = FakePersonKeys()
    hashes = [keys.person_key(str(number)) for number in range(20_000)]
    days = [drawn_day(one, TODAY) for one in hashes]
    assert days == [drawn_day(one, TODAY) for one in hashes]
    assert (min(days), max(days)) == (TODAY + timedelta(days=30), add_months(TODAY, 12))
    months = [days.count(TODAY + timedelta(days=30 + offset)) for offset in range(336)]
    assert 20 < min(months) < max(months) < 110, "some 60 a day"
    assert drawn_day("f" * 64, TODAY) == add_months(TODAY, 12)


@pytest.mark.parametrize(
    ("start", "on", "valid_until", "origin"),
    [
        ("2010-01-01", "2025-03-01", date(2026, 3, 1), YearFrom.IMPORTED),  # the last day still counts
        ("2010-01-01", "2025-02-28", None, YearFrom.DRAWN),
        ("2025-08-01", "", date(2026, 8, 1), YearFrom.BENEFIT_START),
        ("2025-08-01", "2025-06-01", date(2026, 8, 1), YearFrom.BENEFIT_START),
        ("2025-08-01", "2025-12-01", date(2026, 12, 1), YearFrom.IMPORTED),
        ("2026-05-01", "", date(2027, 3, 1), YearFrom.BENEFIT_START),  # to come: from the day of the release
    ],
)
def test_whoever_is_still_covered_keeps_their_day(
    intake: Intake, start: str, on: str, valid_until: date | None, origin: YearFrom
) -> None:
    intake.take(line("王淑芬", WANG, start, on=on, by="hospital" if on else ""))
    assert intake.entry(WANG).details["year_from"] == origin
    assert intake.of(WANG).valid_until == (valid_until or drawn_day(intake.keys.person_key(WANG), TODAY))


def test_a_due_date_is_drawn_from_the_day_of_the_release_however_long_it_takes(intake: Intake) -> None:
    checked = intake.check(f"{HEADER}\n{line('王淑芬', WANG)}\n")
    ReleaseImport(intake.runs, intake.files, intake.clock, intake.queue)(checked.import_id, checked.digest, SECOND)
    intake.clock.move(days=3)
    intake.queue.drain(intake.work)
    assert intake.of(WANG).valid_until == drawn_day(intake.keys.person_key(WANG), TODAY)


def test_lines_of_one_person_are_one_person_with_several_benefits(intake: Intake) -> None:
    header = "name,id_number,category,district,benefit_start,payer,category_2,district_2,benefit_start_2,payer_2"
    done = intake.take(
        f"王淑芬,{WANG},resident_pension,330106,2010-01-01,,injury_care,110101,2012-01-01,mine",
        f"王淑芬,{WANG},survivor_allowance,330106,2025-10-01,,,,,",
        header=header,
    )
    assert [(one.benefit_id, one.category, one.payer) for one in intake.of(WANG).benefits] == [
        ("1", Category.RESIDENT_PENSION, "fund"),
        ("2", Category.INJURY_CARE, "mine"),
        ("3", Category.SURVIVOR_ALLOWANCE, "fund"),
    ]
    assert [fact["benefit"] for fact in facts_of(intake.entry(WANG))] == ["1", "2", "3"]
    assert done.registered
    assert (done.registered.people, done.registered.benefits, done.registered.lines) == (1, 3, 2)


def test_json_lines_take_the_same(intake: Intake) -> None:
    benefits = (
        '[{"category": "injury_disability", "district": "330106", "benefit_start": "2010-01-01", "injury_grade": 4}]'
    )
    content = f'{{"name": "王淑芬", "id_number": "{WANG}", "phone": null, "benefits": {benefits}}}\n'
    intake.release(intake.check(content))
    assert intake.of(WANG).benefits[0].injury_grade == 4


# --- two people ----------------------------------------------------------------------------------------------------


def test_nobody_releases_what_they_prepared_or_let_be_checked(intake: Intake) -> None:
    import_id = intake.prepare(f"{HEADER}\n{line('王淑芬', WANG)}\n")
    third = replace(CLERK, user_id="clerk-3")
    intake.dry_run(import_id, third)
    intake.queue.drain(intake.work)
    digest = intake.runs.runs[import_id].digest
    release = ReleaseImport(intake.runs, intake.files, intake.clock, intake.queue)
    for user in (CLERK, third):
        with pytest.raises(SecondClerkNeeded):
            release(import_id, digest, user)
    with pytest.raises(NotAllowed):
        release(import_id, digest, HELPER)
    assert not intake.queue.waiting
    assert release(import_id, digest, SECOND).state is ImportState.REGISTERING


def test_only_the_very_file_of_a_finished_dry_run_is_released(intake: Intake) -> None:
    import_id = intake.prepare(f"{HEADER}\n{line('王淑芬', WANG)}\n")
    release = ReleaseImport(intake.runs, intake.files, intake.clock, intake.queue)
    with pytest.raises(ImportNotReady):
        release(import_id, "", SECOND)
    intake.dry_run(import_id, CLERK)
    with pytest.raises(ImportNotReady):
        release(import_id, "", SECOND)
    intake.queue.drain(intake.work)
    checked = intake.runs.runs[import_id]
    with pytest.raises(ImportDigestDiffers):
        release(import_id, "0" * 64, SECOND)
    kept = intake.files.files[checked.file]
    intake.files.files[checked.file] = kept + line("李四", LI).encode() + b"\n"
    with pytest.raises(ImportDigestDiffers):
        release(import_id, checked.digest, SECOND)
    intake.files.files[checked.file] = kept
    intake.clock.move(days=14, seconds=1)
    with pytest.raises(ImportDigestDiffers):
        release(import_id, checked.digest, SECOND)
    assert not intake.store.beneficiaries


def test_a_file_that_is_replaced_after_the_release_registers_nobody(intake: Intake) -> None:
    checked = intake.check(f"{HEADER}\n{line('王淑芬', WANG)}\n")
    ReleaseImport(intake.runs, intake.files, intake.clock, intake.queue)(checked.import_id, checked.digest, SECOND)
    intake.files.files[checked.file] = f"{HEADER}\n{line('王淑芬', LI)}\n".encode()
    intake.queue.drain(intake.work)
    found = intake.runs.runs[checked.import_id]
    assert (found.state, found.fault) == (ImportState.REFUSED, FileFault.CHANGED)
    assert not intake.store.beneficiaries


def test_an_import_that_is_stopped_registers_nobody_more(intake: Intake, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(import_register, "CHUNK", 1)
    checked = intake.check("\n".join([HEADER, *(line("王淑芬", one) for one in (WANG, LI, ZHAO)), ""]))
    stop = StopImport(intake.runs, intake.files, intake.clock)
    register = intake.store.register

    class Stopping:
        def __getattr__(self, name: str) -> Any:
            return getattr(register, name)

        def commit(self, change: Any) -> None:
            register.commit(change)
            stop(checked.import_id, SECOND)

    ReleaseImport(intake.runs, intake.files, intake.clock, intake.queue)(checked.import_id, checked.digest, SECOND)
    intake.queue.drain(intake.work_with(register=Stopping()))
    assert list(intake.store.beneficiaries) == [intake.keys.beneficiary_id(WANG)]
    assert intake.runs.runs[checked.import_id].state is ImportState.STOPPED
    assert not intake.files.files
    assert not intake.queue.dead
    assert stop(checked.import_id, SECOND).state is ImportState.STOPPED
    with pytest.raises(ImportNotReady):
        intake.dry_run(checked.import_id, CLERK)


def test_what_is_over_cannot_be_stopped_and_what_is_not_there_not_found(intake: Intake) -> None:
    done = intake.take(line("王淑芬", WANG))
    with pytest.raises(ImportNotReady):
        StopImport(intake.runs, intake.files, intake.clock)(done.import_id, CLERK)
    with pytest.raises(RegisterImportNotFound):
        GetImport(intake.runs, intake.files)("0" * 36, CLERK)
    with pytest.raises(NotAllowed):
        StopImport(intake.runs, intake.files, intake.clock)(done.import_id, HELPER)
    view = GetImport(intake.runs, intake.files)(done.import_id, CLERK)
    assert view.checked_link != view.registered_link
    assert [one.import_id for one in ListImports(intake.runs)(CLERK)] == [done.import_id]


def test_a_dry_run_needs_a_file_and_a_clerk(intake: Intake) -> None:
    prepare = PrepareImport(intake.runs, intake.files, intake.clock)
    with pytest.raises(NotAllowed):
        prepare(NewImport("hr"), HELPER, "key-1")
    prepared = prepare(NewImport("hr"), CLERK, "key-1")
    assert prepared.slot
    assert prepared.slot.fields["key"] == prepared.register_import.file
    assert prepare(NewImport("hr"), CLERK, "key-1").register_import == prepared.register_import
    dry_run = intake.dry_run
    with pytest.raises(ImportFileMissing):
        dry_run(prepared.register_import.import_id, CLERK)
    with pytest.raises(NotAllowed):
        dry_run(prepared.register_import.import_id, HELPER)


def test_a_dry_run_counts_as_a_look_up_and_its_repeat_as_none(intake: Intake) -> None:
    """Of a file of one line it tells whether somebody is registered."""
    limits = FindLimits(2, 2)
    dry_run = StartDryRun(intake.runs, intake.files, intake.queue, counting(intake.store, intake.clock, limits))
    numbers = [intake.prepare(f"{HEADER}\n{line('王淑芬', WANG)}\n", f"key-{n}") for n in range(3)]
    for import_id in (*numbers[:2], *numbers[:2]):
        dry_run(import_id, CLERK)
    with pytest.raises(LimitReached):
        dry_run(numbers[2], CLERK)
    assert intake.runs.runs[numbers[2]].state is ImportState.AWAITING_FILE
    dry_run(numbers[2], SECOND)


def test_a_file_that_lies_in_the_bucket_is_taken_by_its_name(intake: Intake) -> None:
    intake.files.files["registers/big.csv"] = f"{HEADER}\n{line('王淑芬', WANG)}\n".encode()
    prepare = PrepareImport(intake.runs, intake.files, intake.clock)
    prepared = prepare(NewImport("hr", file="big.csv"), CLERK, "key-1")
    assert prepared.slot is None
    intake.dry_run(prepared.register_import.import_id, CLERK)
    intake.queue.drain(intake.work)
    assert intake.release(intake.runs.runs[prepared.register_import.import_id]).registered
    with pytest.raises(ImportFileMissing):
        prepare(NewImport("hr", file="../incoming/x"), CLERK, "key-2")


def test_whose_number_once_stood_in_another_record_comes_in(intake: Intake) -> None:
    intake.take(line("王淑芬", WANG))
    mistyped, store, number = intake.of(WANG), intake.store, IdNumber.parse(LI)
    looks = looking_up(store, intake.clock)
    propose = ProposeIdNumber(store.register, store.reviews_port, intake.clock, intake.keys, looks)
    confirm = ConfirmIdNumber(store.register, store.reviews_port, store.ledger, intake.clock, intake.keys, looks)
    proposal = propose(mistyped.beneficiary_id, number, AmendGround.MISTYPED, CLERK, "key-1")
    confirm(proposal.review_id, number, SECOND)
    done = intake.take(line("李秀英", WANG), line("王淑芬", LI), key="key-2")
    assert done.registered
    assert (done.registered.people, done.registered.known) == (1, {"already_registered": 1})
    owner = store.beneficiaries[place_of(mistyped.beneficiary_id, 1)]
    assert (owner.masked_name, owner.person_key) == ("李*英", intake.keys.person_key(WANG))
    again = intake.take(line("李秀英", WANG), key="key-3")
    assert again.registered
    assert again.registered.known == {"already_registered": 1}
    assert len(store.beneficiaries) == 2
