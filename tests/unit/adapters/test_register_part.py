"""A register's file cut into parts anywhere: each line is read once, with its number, and at most nine together."""

import random
from collections.abc import Iterator

import pytest

from lifecert.adapters.files.register_lines import Layout
from lifecert.adapters.files.register_part import around, people_of, survey
from lifecert.domain.intake import MOST_OF_A_LINE, Encoding, FileFormat, Part, ReadLine, parts_of
from lifecert.domain.intake_faults import RowFault

COLUMNS = ("name", "id_number", "category", "district", "benefit_start")
LAYOUT = Layout(FileFormat.CSV, COLUMNS, Encoding.UTF_8)
_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)


def an_id_number(number: int) -> str:
    body = f"11010519491231{number:03}"
    return body + "10X98765432"[sum(int(digit) * weight for digit, weight in zip(body, _WEIGHTS, strict=True)) % 11]


def a_file(seed: int) -> bytes:
    """People with one line and with thirty, among lines that say nothing, are endless or are no lines of anybody."""
    rng, lines = random.Random(seed), [",".join(COLUMNS)]
    for number in range(25):
        name = "王淑芬" + "·" * rng.randrange(40)
        lines += [f"{name},{an_id_number(number)},resident_pension,110101,2020-01-01"] * rng.choice(
            [1, 1, 2, 8, 9, 10, 30]
        )
        if rng.random() < 0.2:
            lines.append(rng.choice(["", " ", "x,y", "a" * (MOST_OF_A_LINE + 900), "号" * 30_000]))
    return ("\n".join(lines) + rng.choice(["", "\n", "\n\n"])).encode()


def read(content: bytes, part_bytes: int) -> Iterator[tuple[ReadLine, ...]]:
    """All parts, each from no more than it may look at."""
    first_line = 1
    for part in parts_of(len(content), part_bytes):
        before = content[max(0, part.start - 1) : part.start]
        told = survey(content[part.start : part.start + part.size], before, part, len(content))
        first, after = around(part, len(content))
        whole = Part(part.number, part.start, part.size, first_line, told.digest)
        yield from people_of(content[first:after], whole, len(content), LAYOUT)
        first_line += told.lines


@pytest.mark.parametrize("seed", range(2))
@pytest.mark.parametrize("part_bytes", [3001, 40_000])
def test_where_a_file_is_cut_changes_nothing(seed: int, part_bytes: int) -> None:
    content = a_file(seed)
    whole = list(read(content, len(content)))
    assert list(read(content, part_bytes)) == whole
    numbers = [line.number for lines in whole for line in lines]
    said = content.split(b"\n")
    assert numbers == [number for number, line in enumerate(said, start=1) if line.strip() and number > 1]
    assert max(map(len, whole)) == 9


def test_more_lines_than_a_person_may_have_come_one_by_one_refused() -> None:
    line = f"王淑芬,{an_id_number(1)},resident_pension,110101,2020-01-01"
    together = list(read("\n".join([",".join(COLUMNS), *[line] * 12, ""]).encode(), 2**21))
    assert [[one.number for one in lines] for lines in together] == [[*range(2, 11)], [11], [12], [13]]
    assert {lines[0].row for lines in together[1:]} == {RowFault.TOO_MANY_BENEFITS}


def test_a_survey_looks_at_whole_lines_only() -> None:
    content = "x\n王\n王\n".encode()
    cut = content[:-2]
    told = survey(cut, b"", Part(0, 0, len(cut)), len(cut))
    assert (told.lines, told.wide, told.not_utf_8) == (3, 1, 0)
    rest = survey(content[3:], content[2:3], Part(1, 3, len(content) - 3), len(content))
    assert (rest.lines, rest.wide, rest.not_utf_8) == (1, 1, 0)
