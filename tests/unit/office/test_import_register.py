"""An existing register comes in: each line as if registered by hand, all of it by two people, once, whatever dies."""

import random
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from lifecert.application.office import import_register
from lifecert.application.office.import_register import WorkImport
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
from lifecert.application.office.register_beneficiary import NewBenefit, RegisterBeneficiary, Registration
from lifecert.domain.beneficiary import Beneficiary
from lifecert.domain.category import Category
from lifecert.domain.errors import (
    ImportDigestDiffers,
    ImportFileMissing,
    ImportNotReady,
    NotAllowed,
    RegisterImportNotFound,
    SecondClerkNeeded,
    StoreUnavailable,
)
from lifecert.domain.intake import (
    Encoding,
    FileFault,
    ImportState,
    Known,
    Phase,
    RegisterImport,
    RowFault,
    YearFrom,
    drawn_day,
)
from lifecert.domain.ledger import LedgerEntry, facts_of, verify_chain
from lifecert.domain.person import IdNumber
from lifecert.domain.published import published_events
from lifecert.domain.status import Status
from lifecert.domain.year import add_months
from ops.recorded import Recorded
from tests.support.builders import CLERK, HELPER
from tests.support.fakes.clock import FixedClock
from tests.support.fakes.intake import MemoryImportQueue, MemoryImportRuns, MemoryRegisterFiles
from tests.support.fakes.keys import FakePersonKeys
from tests.support.fakes.notices import FakeSeal
from tests.support.fakes.store import MemoryStore
from tests.support.mortal import Killed, Life

WANG, LI, ZHAO, CHEN = "11010519491231002X", "440524188001010014", "110101194001010039", "110101194001010055"
SECOND = replace(CLERK, user_id="clerk-2")
PAYERS = ("fund", "mine")
HEADER = "name,id_number,category,district,benefit_start,last_certified_on,last_certified_by,phone,line_key"
WHOLE = HEADER + ",payer,payer_reference,planned_end,injury_grade,start_checked,birth_date,sex"
TODAY = date(2026, 3, 1)


def line(
    name: str, id_number: str, start: str = "2010-01-01", *, on: str = "", by: str = "", phone: str = "", key: str = ""
) -> str:
    return f"{name},{id_number},resident_pension,330106,{start},{on},{by},{phone},{key}"


class Intake:
    """An office with an empty register, and a bucket."""

    def __init__(self, part_bytes: int = 2**21) -> None:
        self.store, self.clock, self.keys = MemoryStore(), FixedClock(), FakePersonKeys()
        self.files, self.runs, self.queue = MemoryRegisterFiles(), MemoryImportRuns(), MemoryImportQueue()
        self.part_bytes = part_bytes

    @property
    def work(self) -> WorkImport:
        return self.work_with()

    def work_with(self, **ports: Any) -> WorkImport:
        given = {"register": self.store.register, "runs": self.runs, "files": self.files, "queue": self.queue, **ports}
        return WorkImport(**given, person_keys=self.keys, seal=FakeSeal(), clock=self.clock, payers=PAYERS)

    def prepare(self, content: bytes | str, key: str = "key-1", **said: Any) -> str:
        prepare = PrepareImport(self.runs, self.files, self.clock, self.part_bytes)
        begun = prepare(NewImport("hr", **said), CLERK, key).register_import
        self.files.files[begun.file] = content if isinstance(content, bytes) else content.encode()
        return begun.import_id

    def check(self, content: bytes | str, key: str = "key-1", **said: Any) -> RegisterImport:
        import_id = self.prepare(content, key, **said)
        StartDryRun(self.runs, self.files, self.queue)(import_id, CLERK)
        self.queue.drain(self.work)
        return self.runs.runs[import_id]

    def release(self, checked: RegisterImport, digest: str | None = None) -> RegisterImport:
        release = ReleaseImport(self.runs, self.files, self.clock, self.queue)
        release(checked.import_id, digest or checked.digest, SECOND)
        self.queue.drain(self.work)
        return self.runs.runs[checked.import_id]

    def take(self, *lines: str, header: str = HEADER, key: str = "key-1") -> RegisterImport:
        return self.release(self.check("\n".join([header, *lines, ""]), key))

    def of(self, id_number: str) -> Beneficiary:
        return self.store.beneficiaries[self.keys.beneficiary_id(id_number)]

    def entry(self, id_number: str) -> LedgerEntry:
        (entry,) = self.store.entries[self.keys.beneficiary_id(id_number)]
        return entry

    def told(self, of: RegisterImport, phase: Phase = Phase.CHECK) -> list[tuple[int, str]]:
        return [(one.line, one.why.value) for one in self.files.joined[of.import_id, phase]]


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
        ("2026-05-01", "", date(2027, 5, 1), YearFrom.BENEFIT_START),
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
    StartDryRun(intake.runs, intake.files, intake.queue)(import_id, third)
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
    StartDryRun(intake.runs, intake.files, intake.queue)(import_id, CLERK)
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
        StartDryRun(intake.runs, intake.files, intake.queue)(checked.import_id, CLERK)


def test_what_is_over_cannot_be_stopped_and_what_is_not_there_not_found(intake: Intake) -> None:
    done = intake.take(line("王淑芬", WANG))
    with pytest.raises(ImportNotReady):
        StopImport(intake.runs, intake.files, intake.clock)(done.import_id, CLERK)
    with pytest.raises(RegisterImportNotFound):
        GetImport(intake.runs, intake.files)("0" * 36)
    with pytest.raises(NotAllowed):
        StopImport(intake.runs, intake.files, intake.clock)(done.import_id, HELPER)
    view = GetImport(intake.runs, intake.files)(done.import_id)
    assert view.checked_link != view.registered_link
    assert [one.import_id for one in ListImports(intake.runs)()] == [done.import_id]


def test_a_dry_run_needs_a_file_and_a_clerk(intake: Intake) -> None:
    prepare = PrepareImport(intake.runs, intake.files, intake.clock)
    with pytest.raises(NotAllowed):
        prepare(NewImport("hr"), HELPER, "key-1")
    prepared = prepare(NewImport("hr"), CLERK, "key-1")
    assert prepared.slot
    assert prepared.slot.fields["key"] == prepared.register_import.file
    assert prepare(NewImport("hr"), CLERK, "key-1").register_import == prepared.register_import
    dry_run = StartDryRun(intake.runs, intake.files, intake.queue)
    with pytest.raises(ImportFileMissing):
        dry_run(prepared.register_import.import_id, CLERK)
    with pytest.raises(NotAllowed):
        dry_run(prepared.register_import.import_id, HELPER)


def test_a_file_that_lies_in_the_bucket_is_taken_by_its_name(intake: Intake) -> None:
    intake.files.files["registers/big.csv"] = f"{HEADER}\n{line('王淑芬', WANG)}\n".encode()
    prepare = PrepareImport(intake.runs, intake.files, intake.clock)
    prepared = prepare(NewImport("hr", file="big.csv"), CLERK, "key-1")
    assert prepared.slot is None
    StartDryRun(intake.runs, intake.files, intake.queue)(prepared.register_import.import_id, CLERK)
    intake.queue.drain(intake.work)
    assert intake.release(intake.runs.runs[prepared.register_import.import_id]).registered
    with pytest.raises(ImportFileMissing):
        prepare(NewImport("hr", file="../incoming/x"), CLERK, "key-2")


# --- bad input -----------------------------------------------------------------------------------------------------


def row(**changes: str) -> str:
    given = dict.fromkeys(WHOLE.split(","), "")
    good = {"name": "王淑芬", "id_number": WANG, "category": "resident_pension", "district": "330106"}
    return ",".join({**given, **good, "benefit_start": "2010-01-01", **changes}.values())


BAD: list[tuple[dict[str, str], RowFault]] = [
    ({"name": ""}, RowFault.NAME),
    ({"name": "·"}, RowFault.NAME),
    ({"id_number": "110105194912310021"}, RowFault.ID_NUMBER),
    ({"id_number": "=1+1"}, RowFault.ID_NUMBER),
    ({"birth_date": "1949-12-30"}, RowFault.BIRTH_DATE),
    ({"birth_date": "31.12.1949"}, RowFault.BIRTH_DATE),
    ({"sex": "m"}, RowFault.SEX),
    ({"sex": "?"}, RowFault.SEX),
    ({"line_key": "=cmd"}, RowFault.LINE_KEY),
    ({"line_key": f"x-{WANG}"}, RowFault.LINE_KEY),
    ({"category": "pension"}, RowFault.CATEGORY),
    ({"district": "3301"}, RowFault.DISTRICT),
    ({"benefit_start": ""}, RowFault.BENEFIT_START),
    ({"benefit_start": "2010-02-30"}, RowFault.BENEFIT_START),
    ({"benefit_start": "1949-01-01"}, RowFault.BENEFIT_START),
    ({"benefit_start": "2027-03-02"}, RowFault.START_IMPOSSIBLE),
    ({"benefit_start": "1986-02-28"}, RowFault.START_UNLIKELY),
    ({"start_checked": "perhaps"}, RowFault.START_CHECKED),
    ({"payer": "Fund"}, RowFault.PAYER),
    ({"payer": "stranger"}, RowFault.PAYER_UNKNOWN),
    ({"payer_reference": "=A1"}, RowFault.PAYER_REFERENCE),
    ({"planned_end": "2010-01-01"}, RowFault.PLANNED_END),
    ({"injury_grade": "3"}, RowFault.INJURY_GRADE),
    ({"category": "injury_disability", "injury_grade": "11"}, RowFault.INJURY_GRADE),
    ({"last_certified_on": "2026-03-02", "last_certified_by": "village"}, RowFault.LAST_CERTIFIED_ON),
    ({"last_certified_on": "1999", "last_certified_by": "village"}, RowFault.LAST_CERTIFIED_ON),
    ({"last_certified_by": "village"}, RowFault.LAST_CERTIFIED_ON),
    ({"last_certified_on": "2025-09-01"}, RowFault.LAST_CERTIFIED_BY),
    ({"last_certified_on": "2025-09-01", "last_certified_by": "a b"}, RowFault.LAST_CERTIFIED_BY),
    ({"phone": "12345"}, RowFault.PHONE),
    ({"district": "330106,x"}, RowFault.COLUMNS),
    ({"name": '"王'}, RowFault.UNREADABLE),
]


@pytest.mark.parametrize(("changes", "fault"), BAD)
def test_a_bad_line_is_refused_by_number_and_reason_and_the_others_are_taken(
    intake: Intake, changes: dict[str, str], fault: RowFault
) -> None:
    content = "\n".join([WHOLE, row(**changes), row(name="李四", id_number=LI), ""])
    checked = intake.check(content)
    assert intake.told(checked) == [(2, fault.value)]
    assert checked.checked
    assert (checked.checked.refused, checked.checked.people) == ({fault.value: 1}, 1)
    done = intake.release(checked)
    assert done.registered == checked.checked
    assert list(intake.store.beneficiaries) == [intake.keys.beneficiary_id(LI)]
    assert intake.told(done, Phase.REGISTER) == intake.told(checked)


def test_values_are_taken_as_registers_have_them(intake: Intake) -> None:
    good = {"sex": "女", "birth_date": "1949-12-31", "start_checked": "yes", "benefit_start": "1980-01-01"}
    intake.take(row(**good, phone="138 0013-8000", payer="mine", payer_reference="P/1"), header=WHOLE)
    assert intake.of(WANG).benefits[0].payer_reference == "P/1"


@pytest.mark.parametrize(
    ("second", "why"),
    [
        (line("王淑芳", WANG), ["lines_disagree", "lines_disagree"]),
        (line("王淑芬", WANG, on="2025-09-01", by="village"), ["lines_disagree", "lines_disagree"]),
        (line("王淑芬", WANG, "2027-05-01"), ["other_line", "start_impossible"]),
        (line("王淑芬", WANG) + ",x", ["columns"]),
    ],
)
def test_nobody_is_registered_in_part(intake: Intake, second: str, why: list[str]) -> None:
    done = intake.take(line("王淑芬", WANG), second, line("李四", LI))
    assert [reason for _, reason in intake.told(done)] == why
    registered = {intake.keys.beneficiary_id(LI)}
    if why == ["columns"]:  # of such a line nobody can say whose it is
        registered.add(intake.keys.beneficiary_id(WANG))
    assert set(intake.store.beneficiaries) == registered


def test_a_ninth_benefit_is_too_many_also_over_many_lines(intake: Intake) -> None:
    for number, lines in enumerate((9, 12)):
        checked = intake.check("\n".join([HEADER, *[line("王淑芬", WANG)] * lines, ""]), f"key-{number}")
        assert intake.told(checked) == [(at, "too_many_benefits") for at in range(2, lines + 2)]
        assert checked.checked
        assert (checked.checked.people, checked.checked.lines) == (0, lines)


def test_a_person_elsewhere_in_the_file_is_refused_there(intake: Intake) -> None:
    done = intake.take(line("王淑芬", WANG), line("李四", LI), line("王淑芬", WANG, "2025-08-01"))
    assert intake.told(done) == intake.told(done, Phase.REGISTER) == [(4, "person_twice")]
    assert intake.of(WANG).benefits[0].start == date(2010, 1, 1)
    assert done.registered == done.checked


def test_somebody_registered_by_hand_is_known_and_stays_as_they_are(intake: Intake) -> None:
    register = RegisterBeneficiary(
        intake.store.register, intake.keys, FakeSeal(), intake.clock, intake.store.ledger, PAYERS
    )
    new = NewBenefit(Category.RESIDENT_PENSION, "330106", date(2025, 6, 1))
    by_hand = register(Registration("王淑芬", IdNumber.parse(WANG), new), CLERK, "by-hand-1")
    done = intake.take(line("王淑芬", WANG), line("李四", LI))
    assert intake.of(WANG) == by_hand
    assert done.registered
    assert (done.registered.known, done.registered.refused) == ({Known.ALREADY_REGISTERED: 1}, {})
    assert intake.told(done) == intake.told(done, Phase.REGISTER) == [(2, "already_registered")]


def test_the_same_file_again_changes_nothing_and_says_so(intake: Intake) -> None:
    lines = [line("王淑芬", WANG), line("李四", LI)]
    first = intake.take(*lines)
    before = dict(intake.store.entries)
    again = intake.take(*lines, key="key-2")
    assert (again.digest, again.same_as) == (first.digest, first.import_id)
    assert first.same_as is None
    assert intake.store.entries == before
    assert again.registered
    assert (again.registered.people, again.registered.known) == (0, {Known.ALREADY_REGISTERED: 2})


GOOD = line("王淑芬", WANG)


@pytest.mark.parametrize(
    ("content", "said", "written"),
    [
        (f"{HEADER}\n{GOOD}\n".encode(), None, Encoding.UTF_8),
        (f"\ufeff{HEADER}\r\n{GOOD}\r\n".encode(), None, Encoding.UTF_8),
        (f"\ufeff{HEADER}\n{GOOD}\n".encode(), Encoding.UTF_8, Encoding.UTF_8),
        (f"{HEADER}\n{GOOD}\n".encode("gb18030"), None, Encoding.GB18030),
        (f"{HEADER}\n{GOOD}\n".encode("gb18030"), Encoding.GB18030, Encoding.GB18030),
        (f"{HEADER}\n{GOOD}\n\n  \n".encode(), None, Encoding.UTF_8),
    ],
)
def test_the_encoding_is_seen(intake: Intake, content: bytes, said: Encoding | None, written: Encoding) -> None:
    checked = intake.check(content, encoding=said)
    assert (checked.state, checked.written) == (ImportState.CHECKED, written)
    intake.release(checked)
    assert intake.of(WANG).masked_name == "王*芬"


@pytest.mark.parametrize(
    ("content", "said", "fault"),
    [
        (b"", {}, FileFault.EMPTY),
        (f"{HEADER}\n{GOOD}\n".encode("utf-16"), {}, FileFault.ENCODING),
        (f"{HEADER}\n{GOOD}\n".encode("big5"), {"encoding": Encoding.UTF_8}, FileFault.ENCODING),
        (f"{HEADER}\n{GOOD}\n".encode("gb18030"), {"encoding": Encoding.UTF_8}, FileFault.ENCODING),
        (f"{HEADER}\n{GOOD}\n".encode(), {"encoding": Encoding.GB18030}, FileFault.ENCODING),
        (b"\xff\xfe\xfd" * 20 + b"\n" + b"\xff\xff,\xfe\n" * 5, {}, FileFault.ENCODING),
        (f"{GOOD}\n".encode(), {}, FileFault.COLUMNS),
        (f"{HEADER},surprise\n{GOOD},1\n".encode(), {}, FileFault.COLUMNS),
        (f"{HEADER},name\n{GOOD},1\n".encode(), {}, FileFault.COLUMNS),
        (b"name,id_number\n", {}, FileFault.COLUMNS),
        (f"{HEADER}\n{GOOD}\n".encode(), {"lines": 2}, FileFault.LINES_MISSING),
    ],
)
def test_a_file_that_cannot_be_taken_is_refused_as_a_whole(
    intake: Intake, content: bytes, said: dict[str, Any], fault: FileFault
) -> None:
    refused = intake.check(content, **said)
    assert (refused.state, refused.fault) == (ImportState.REFUSED, fault)
    assert refused.columns == ()
    assert not intake.files.files, "it is personal data all the same"
    assert StartDryRun(intake.runs, intake.files, intake.queue)(refused.import_id, CLERK) == refused
    with pytest.raises(ImportNotReady):
        ReleaseImport(intake.runs, intake.files, intake.clock, intake.queue)(refused.import_id, "", SECOND)


def test_the_lines_it_was_said_to_have_do(intake: Intake) -> None:
    assert intake.check(f"{HEADER}\n{GOOD}\n", lines=1).state is ImportState.CHECKED


@pytest.mark.parametrize("cut", [1, 3, 40, 60])
def test_a_last_line_that_is_cut_off_is_refused_with_its_number(intake: Intake, cut: int) -> None:
    content = "\n".join([HEADER, line("李四", LI), line("赵六", ZHAO), GOOD, ""]).encode()
    checked = intake.check(content[:-cut])
    assert intake.told(checked) == [(4, "cut_off")]
    intake.release(checked)
    assert len(intake.store.beneficiaries) == 2


def test_a_cut_in_the_second_line_of_a_person_takes_the_first_with_it(intake: Intake) -> None:
    checked = intake.check("\n".join([HEADER, line("李四", LI), GOOD, GOOD])[:-3])
    assert intake.told(checked) == [(3, "other_line"), (4, "cut_off")]


def test_one_broken_line_among_good_ones_is_refused_by_itself(intake: Intake) -> None:
    broken = GOOD.encode().replace("淑".encode(), "淑".encode()[:2])
    content = b"\n".join([HEADER.encode(), line("李四", LI).encode(), broken, line("赵六", ZHAO).encode(), b""])
    checked = intake.check(content)
    assert (checked.written, intake.told(checked)) == (Encoding.UTF_8, [(3, "unreadable")])


def test_an_endless_line_is_refused_and_not_held(intake: Intake) -> None:
    small = Intake(part_bytes=20_000)
    content = f"{HEADER}\n{GOOD}\n".encode() + b"x" * 300_000 + f"\n{line('李四', LI)}\n".encode()
    checked = small.check(content)
    assert small.told(checked) == [(3, "too_long")]
    assert checked.checked
    assert checked.checked.people == 2


JSON_GOOD = f'"name": "王淑芬", "id_number": "{WANG}"'
A_BENEFIT = '{"category": "resident_pension", "district": "330106", "benefit_start": "2010-01-01"}'


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("[1]", RowFault.UNREADABLE),
        ("{" * 4000, RowFault.UNREADABLE),
        ('{"surprise": 1}', RowFault.COLUMNS),
        (f"{{{JSON_GOOD}}}", RowFault.CATEGORY),
        (f'{{{JSON_GOOD}, "benefits": []}}', RowFault.BENEFITS),
        (f'{{{JSON_GOOD}, "benefits": [1]}}', RowFault.BENEFITS),
        (f'{{{JSON_GOOD}, "benefits": [{A_BENEFIT}], "payer": "fund"}}', RowFault.BENEFITS),
        (f'{{{JSON_GOOD}, "benefits": [{", ".join([A_BENEFIT] * 9)}]}}', RowFault.TOO_MANY_BENEFITS),
        (f'{{"name": {{}}, "id_number": "{WANG}", "benefits": [{A_BENEFIT}]}}', RowFault.NAME),
        (f'{{"name": "x", "id_number": [1], "benefits": [{A_BENEFIT}]}}', RowFault.ID_NUMBER),
    ],
)
def test_bad_json_is_refused_by_line(intake: Intake, text: str, fault: RowFault) -> None:
    good = f'{{"name": "李四", "id_number": "{LI}", "benefits": [{A_BENEFIT}]}}'
    checked = intake.check(f"{good}\n{text}\n")
    assert intake.told(checked) == [(2, fault.value)]


# --- big, killed, repeated -----------------------------------------------------------------------------------------


def a_city(people: int, rng: random.Random) -> bytes:
    """Lines of a made-up city: some with several benefits, some wrong."""
    lines = [HEADER]
    for number in range(people):
        body = f"110101{1930 + number % 30}0101{number % 1000:03}"
        total = sum(
            int(digit) * weight
            for digit, weight in zip(body, (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2), strict=True)
        )
        id_number = body + "10X98765432"[total % 11]
        lines += [line("王淑芬", id_number, on=rng.choice(["", "2025-09-10"]), by="village")] * rng.choice(
            [1, 1, 1, 2, 3]
        )
    return ("\n".join(lines) + "\n").encode()


def totals(of: RegisterImport) -> tuple[Any, ...]:
    assert of.registered
    return of.registered.people, of.registered.benefits, of.registered.lines, of.registered.refused


@pytest.mark.parametrize("part_bytes", [150, 1000, 7777])
def test_the_parts_into_which_a_file_is_cut_change_nothing(part_bytes: int) -> None:
    content = a_city(60, random.Random(1))
    whole, cut = Intake(), Intake(part_bytes)
    one, other = whole.release(whole.check(content)), cut.release(cut.check(content))
    assert totals(one) == totals(other)
    assert whole.told(one) == cut.told(other)
    assert set(whole.store.beneficiaries) == set(cut.store.beneficiaries)
    lines = [{k: e.details["line_key"] for k, (e,) in each.store.entries.items()} for each in (whole, cut)]
    assert lines[0] == lines[1]
    assert whole.queue.dead == cut.queue.dead == []


WRITING = {
    "begin",
    "move",
    "lay_out",
    "finish",
    "claim",
    "first_of",
    "send",
    "commit",
    "keep_told",
    "join_told",
    "delete",
}


class Dying:
    """A port of a worker that is killed at one of its writes, before it or after it took effect."""

    def __init__(self, port: Any, life: Life) -> None:
        self.port, self.life = port, life

    def __getattr__(self, name: str) -> Any:
        method = getattr(self.port, name)
        if name not in WRITING:
            return method

        def write(*arguments: Any, **more: Any) -> Any:
            return self.life.write(lambda *given: method(*given, **more), *arguments)

        return write


def killed_once(intake: Intake, life: Life) -> Callable[[Any], Any]:
    """A worker whose process dies once, and comes back."""
    ports = {"register": intake.store.register, "runs": intake.runs, "files": intake.files, "queue": intake.queue}
    mortal = intake.work_with(**{name: Dying(port, life) for name, port in ports.items()})

    def work(task: Any) -> Any:
        try:
            return mortal(task)
        except Killed:
            raise StoreUnavailable("killed") from None

    return work


@pytest.mark.parametrize("took_effect", [False, True])
def test_a_worker_that_is_killed_at_any_write_is_made_good_by_the_next(
    took_effect: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(import_register, "AT_ONCE", 1)
    content = a_city(12, random.Random(2)) + b"rubbish\n"

    def run(life: Life) -> tuple[Intake, RegisterImport]:
        intake = Intake(part_bytes=400)
        import_id = intake.prepare(content)
        StartDryRun(intake.runs, intake.files, intake.queue)(import_id, CLERK)
        work = killed_once(intake, life)
        intake.queue.drain(work)
        checked = intake.runs.runs[import_id]
        assert checked.state is ImportState.CHECKED
        ReleaseImport(intake.runs, intake.files, intake.clock, intake.queue)(import_id, checked.digest, SECOND)
        intake.queue.drain(work)
        return intake, intake.runs.runs[import_id]

    life = Life()
    undisturbed, wanted = run(life)
    assert wanted.state is ImportState.FINISHED
    assert life.writes > 40
    for ends_at in range(1, life.writes + 1):
        intake, done = run(Life(ends_at, took_effect))
        assert done == replace(wanted, ended_at=done.ended_at)
        assert intake.store.entries.keys() == undisturbed.store.entries.keys()
        assert all(len(entries) == 1 for entries in intake.store.entries.values())
        assert intake.told(done, Phase.REGISTER) == undisturbed.told(wanted, Phase.REGISTER)
        assert not intake.queue.dead


def test_every_message_twice_and_late_changes_nothing(intake: Intake) -> None:
    twice = Intake(part_bytes=300)
    content = a_city(10, random.Random(3))
    import_id = twice.prepare(content)
    StartDryRun(twice.runs, twice.files, twice.queue)(import_id, CLERK)
    seen: list[Any] = []

    def again(task: Any) -> None:
        seen.append(task)
        twice.work(task)
        twice.work(task)

    twice.queue.drain(again)
    checked = twice.runs.runs[import_id]
    twice.release(checked)
    for task in seen:
        twice.work(task)
    twice.queue.drain(twice.work)
    assert twice.runs.runs[import_id].state is ImportState.FINISHED
    assert all(len(entries) == 1 for entries in twice.store.entries.values())
    whole = intake.release(intake.check(content))
    assert totals(whole) == totals(twice.runs.runs[import_id])


def test_a_store_that_refuses_refuses_no_line(intake: Intake) -> None:
    checked = intake.check("\n".join([HEADER, *(line("王淑芬", one) for one in (WANG, LI, ZHAO, CHEN)), ""]))
    register, calls = intake.store.register, [0]

    class Refusing:
        def __getattr__(self, name: str) -> Any:
            return getattr(register, name)

        def commit(self, change: Any) -> None:
            calls[0] += 1
            if calls[0] == 3:
                raise StoreUnavailable("throttled")
            register.commit(change)

    ReleaseImport(intake.runs, intake.files, intake.clock, intake.queue)(checked.import_id, checked.digest, SECOND)
    intake.queue.drain(intake.work_with(register=Refusing()))
    done = intake.runs.runs[checked.import_id]
    assert done.registered
    assert (done.registered.people, done.registered.known, done.registered.refused) == (4, {}, {})


def test_a_worker_out_of_time_leaves_the_part_to_the_next(intake: Intake) -> None:
    checked = intake.check(f"{HEADER}\n{GOOD}\n")
    ReleaseImport(intake.runs, intake.files, intake.clock, intake.queue)(checked.import_id, checked.digest, SECOND)
    late = iter([False, True])

    def work(task: Any) -> None:
        intake.work(task, out_of_time=lambda: next(late, False))

    intake.queue.drain(work)
    assert intake.runs.runs[checked.import_id].state is ImportState.FINISHED
    assert len(intake.store.beneficiaries) == 1


def test_who_asks_again_wakes_an_import_whose_messages_were_lost(intake: Intake) -> None:
    import_id = intake.prepare(f"{HEADER}\n{GOOD}\n")
    dry_run = StartDryRun(intake.runs, intake.files, intake.queue)
    for _ in range(4):
        dry_run(import_id, CLERK)
        if intake.queue.waiting:
            intake.work(intake.queue.waiting.pop()[0])
            intake.queue.waiting.clear()
    for _ in range(4):
        dry_run(import_id, CLERK)
        intake.queue.drain(intake.work)
    checked = intake.runs.runs[import_id]
    release = ReleaseImport(intake.runs, intake.files, intake.clock, intake.queue)
    release(import_id, checked.digest, SECOND)
    intake.queue.waiting.clear()
    release(import_id, checked.digest, SECOND)
    intake.queue.drain(intake.work)
    assert release(import_id, checked.digest, SECOND).state is ImportState.FINISHED
