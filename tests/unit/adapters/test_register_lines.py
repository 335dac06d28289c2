"""What a line of a register's file may say is what a clerk may say at the counter: the two rules are held together."""

import csv
import io
import json
from datetime import date

import pytest

from lifecert.adapters.files.register_lines import OF_A_BENEFIT, OF_THE_PERSON, Layout, header_of, read_line
from lifecert.domain.intake import BenefitRow, Encoding, FileFormat, Header, RegisterRow
from lifecert.entry.http.bodies.register import RegisterBody
from lifecert.entry.http.parsing import parse
from lifecert.entry.http.problems import InvalidRequest

WANG = "11010519491231002X"
GOOD = {
    "name": "王淑芬",
    "id_number": WANG,
    "category": "injury_disability",
    "district": "330106",
    "benefit_start": "2010-01-01",
}
NUMBERS = {"injury_grade"}
VALUES = {
    "name": ["王淑芬", " 王淑芬 ", "x" * 100, "x" * 101, "", " ", "·", ".", "a\u200bb", "Ann Lee", "欧阳·春华"],
    "id_number": [WANG, WANG.lower(), "110105 19491231 002X", "110105194912310021", "11010519491331002X", "", "x" * 60],
    "category": ["resident_pension", "injury_care", "pension", "", "RESIDENT_PENSION"],
    "district": ["330106", "33010", "3301060", "33010a", "", "\u0663\u0663\u0660\u0661\u0660\u0666"],
    "benefit_start": [
        "2010-01-01",
        "1949-10-01",
        "1949-09-30",
        "2099-12-31",
        "2100-01-01",
        "2010-02-30",
        "2010-1-1",
        "",
    ],
    "payer": ["fund", "f", "Fund", "a" * 24, "a" * 25, "f und"],
    "payer_reference": ["P-1", "P/1.2_3", "-1", "=1", "x" * 64, "x" * 65, "P 1", "号"],
    "planned_end": ["2030-01-01", "2010-01-01", "2010-01-02", "2100-01-01", "soon"],
    "injury_grade": ["1", "10", "0", "11"],
    "phone": ["+8613800138000", "+86138", "+0123456789", "+123456789012345", "+1234567890123456"],
}


def by_hand(values: dict[str, str]) -> bool:
    """Whether a clerk's call would be taken."""
    body: dict[str, object] = {name: int(value) if name in NUMBERS else value for name, value in values.items()}
    if phone := body.pop("phone", None):
        body["contact"] = {"channel": "sms", "address": phone}
    try:
        parse(RegisterBody, json.dumps(body))
    except InvalidRequest:
        return False
    return True


def by_line(values: dict[str, str]) -> tuple[bool, bool]:
    """Whether a line would be taken, of a table and of JSON Lines."""
    text = io.StringIO()
    csv.writer(text, lineterminator="").writerow(values.values())
    table = Layout(FileFormat.CSV, tuple(values), Encoding.UTF_8)
    lines = Layout(FileFormat.JSON_LINES, (), Encoding.UTF_8)
    read = (read_line(text.getvalue().encode(), 2, table), read_line(json.dumps(values).encode(), 2, lines))
    one, other = (isinstance(line.row, RegisterRow) for line in read)
    return one, other


@pytest.mark.parametrize(
    ("name", "value"),
    [pytest.param(name, value, id=f"{name}-{n}") for name in VALUES for n, value in enumerate(VALUES[name])],
)
def test_a_line_is_taken_when_a_clerk_would_be(name: str, value: str) -> None:
    values = {**GOOD, name: value}
    if name == "category" and value != "injury_disability":
        values.pop("injury_grade", None)
    assert by_line(values) == (by_hand(values),) * 2


def test_a_grade_belongs_to_an_injury_in_both() -> None:
    values = {**GOOD, "category": "resident_pension", "injury_grade": "3"}
    assert by_line(values) == (by_hand(values),) * 2 == (False, False)


def test_both_mean_the_same_person() -> None:
    values = {**GOOD, "injury_grade": "3", "payer": "fund", "payer_reference": "P-1", "planned_end": "2030-01-01"}
    body = parse(RegisterBody, json.dumps({**values, "injury_grade": 3})).to_domain()
    row = read_line(json.dumps(values).encode(), 1, Layout(FileFormat.JSON_LINES, (), Encoding.UTF_8)).row
    assert isinstance(row, RegisterRow)
    assert (row.name, row.id_number) == (body.name, body.id_number)
    [benefit] = row.benefits
    assert benefit == BenefitRow(**{name: getattr(body.benefit, name) for name in BenefitRow.__dataclass_fields__})
    assert benefit.planned_end == date(2030, 1, 1)


@pytest.mark.parametrize(
    ("first", "columns"),
    [
        ("name,id_number,category,district,benefit_start", True),
        ("benefit_start, district ,category,id_number,name", True),
        (",".join((*OF_THE_PERSON, *OF_A_BENEFIT)), True),
        ("name,id_number,category,district", False),
        ("name,id_number,category,district,benefit_start,category_9", False),
        ("name;id_number;category;district;benefit_start", False),
        ("王淑芬,11010519491231002X,resident_pension,330106,2010-01-01", False),
        ('"name', False),
        ("", False),
    ],
)
def test_a_header_names_the_columns_or_is_not_repeated(first: str, columns: bool) -> None:
    header = header_of(first.encode())
    assert header.format is FileFormat.CSV
    assert (header.columns is not None) is columns


def test_a_file_that_begins_with_a_brace_is_json_lines() -> None:
    assert header_of(b'\xef\xbb\xbf {"name": 1}') == Header(FileFormat.JSON_LINES)
