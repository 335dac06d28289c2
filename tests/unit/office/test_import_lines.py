"""What is wrong in a register's file is refused by line and reason, or as a whole, and nothing is half taken."""

from datetime import date
from typing import Any

import pytest

from lifecert.application.office.prepare_import import (
    ReleaseImport,
)
from lifecert.application.office.register_beneficiary import NewBenefit, RegisterBeneficiary, Registration
from lifecert.domain.category import Category
from lifecert.domain.errors import (
    ImportNotReady,
)
from lifecert.domain.intake import Encoding, FileFault, ImportState, Phase
from lifecert.domain.intake_faults import Known, RowFault
from lifecert.domain.person import IdNumber
from tests.support.builders import CLERK
from tests.support.fakes.access import looking_up, references_of_payers
from tests.support.fakes.notices import FakeSeal
from tests.support.intake_world import GOOD, HEADER, LI, PAYERS, SECOND, WANG, WHOLE, ZHAO, Intake, line


@pytest.fixture
def intake() -> Intake:
    return Intake()


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
        intake.store.register,
        intake.keys,
        FakeSeal(),
        intake.clock,
        intake.store.ledger,
        PAYERS,
        references_of_payers(intake.store),
        looking_up(intake.store, intake.clock),
    )
    new = NewBenefit(Category.RESIDENT_PENSION, "330106", date(2025, 6, 1))
    by_hand = register(Registration("王淑芬", IdNumber.parse(WANG), new), CLERK, "by-hand-1")
    done = intake.take(line("王淑芬", WANG), line("李四", LI))
    assert intake.of(WANG) == by_hand
    assert done.registered
    assert (done.registered.known, done.registered.refused) == ({Known.ALREADY_REGISTERED: 1}, {})
    assert done.checked
    assert done.checked.known == {Known.ALREADY_REGISTERED: 1}
    # How many, to one clerk; which, once another has released it.
    assert (intake.told(done), intake.told(done, Phase.REGISTER)) == ([], [(2, "already_registered")])


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
    assert intake.dry_run(refused.import_id, CLERK) == refused
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
