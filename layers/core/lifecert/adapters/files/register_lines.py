"""Lines of an existing register: CSV with a header, or JSON Lines; what each says, or why it says nothing.

The rules of a value are those of registering by hand (`entry/http/bodies/register.py`); a test holds the two together.
"""

import csv
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from lifecert.domain.benefit import MOST_BENEFITS
from lifecert.domain.category import Category
from lifecert.domain.intake import (
    BenefitRow,
    Encoding,
    FileFormat,
    Header,
    LastCertification,
    ReadLine,
    RegisterRow,
    RowFault,
)
from lifecert.domain.number_schemes import MOST_OF_A_NUMBER, USUAL_SCHEMES, NumberSchemes
from lifecert.domain.person import IdNumber, checked_name

BOM = b"\xef\xbb\xbf"
NEEDED = ("name", "id_number")
OF_THE_PERSON = (
    *NEEDED,
    *("birth_date", "sex", "phone", "last_certified_on", "last_certified_by", "line_key"),
)
NEEDED_OF_A_BENEFIT = ("category", "district", "benefit_start")
OF_A_BENEFIT = (
    *NEEDED_OF_A_BENEFIT,
    *("payer", "payer_reference", "planned_end", "injury_grade", "start_checked"),
)
# Of a second benefit in the same line: category_2, district_2 and so on.
NUMBERED = tuple(f"{name}_{number}" for number in range(2, MOST_BENEFITS + 1) for name in OF_A_BENEFIT)

_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_DISTRICT = re.compile(r"[0-9]{6}")
_PAYER = re.compile(r"[a-z0-9]{2,24}")
_PAYER_REFERENCE = re.compile(r"[0-9A-Za-z][0-9A-Za-z./_-]{0,63}")
_SOURCE = re.compile(r"[A-Za-z0-9._-]{1,40}")
_LINE_KEY = re.compile(r"[0-9A-Za-z][0-9A-Za-z./_-]{0,63}")
_PHONE = re.compile(r"\+[1-9][0-9]{7,14}")
_MOBILE = re.compile(r"1[3-9][0-9]{9}")  # as registers in China have it, without the country's code
_FIRST_DAY, _LAST_DAY = date(1949, 10, 1), date(2099, 12, 31)
_SEXES = {"m": True, "male": True, "男": True, "f": False, "female": False, "女": False}
_CHECKED = {"": False, "no": False, "false": False, "yes": True, "true": True}


class _Wrong(Exception):
    """A value that cannot be; `fault` says which."""

    def __init__(self, fault: RowFault) -> None:
        self.fault = fault


@dataclass(frozen=True, slots=True)
class Layout:
    """How the lines of a file are to be read, and which kinds of ID numbers people have."""

    format: FileFormat
    columns: tuple[str, ...]
    encoding: Encoding
    numbers: NumberSchemes = USUAL_SCHEMES


def header_of(first: bytes) -> Header:
    """What the first line of a file says."""
    first = first.removeprefix(BOM)
    if first.lstrip().startswith(b"{"):
        return Header(FileFormat.JSON_LINES)
    try:
        columns = _cells(first.decode("ascii"))
    except (ValueError, csv.Error):
        return Header(FileFormat.CSV, None)
    known = len(set(columns)) == len(columns) and set(columns) <= {*OF_THE_PERSON, *OF_A_BENEFIT, *NUMBERED}
    whole = {*NEEDED, *NEEDED_OF_A_BENEFIT} <= set(columns)
    return Header(FileFormat.CSV, tuple(columns) if known and whole else None)


def read_line(line: bytes, number: int, layout: Layout) -> ReadLine:
    """One line without its end."""
    try:
        text = line.decode(layout.encoding).rstrip("\r")
        values = _of_json(text) if layout.format is FileFormat.JSON_LINES else _of_csv(text, layout.columns)
    except (ValueError, csv.Error, RecursionError):
        return ReadLine(number, RowFault.UNREADABLE)
    except _Wrong as wrong:
        return ReadLine(number, wrong.fault)
    person, key = _person(values, layout.numbers), _text(values, "line_key")
    try:
        return ReadLine(number, _row(values, layout.numbers), person, key)
    except _Wrong as wrong:
        return ReadLine(number, wrong.fault, person, key)


def person_of_fragment(line: bytes, layout: Layout) -> str | None:
    """Whose a line is that has no end, as far as it can be seen."""
    if layout.format is not FileFormat.CSV or "id_number" not in layout.columns:
        return None
    try:
        cells = _cells(line.decode(layout.encoding, "ignore"))
    except (ValueError, csv.Error):
        return None
    place = layout.columns.index("id_number")
    return _person({"id_number": cells[place]}, layout.numbers) if place < len(cells) else None


def _cells(text: str) -> list[str]:
    # A line is a record: a quoted line break would hide the lines after it.
    rows = list(csv.reader([text], strict=True))
    return [cell.strip() for cell in rows[0]] if rows else []


def _of_csv(text: str, columns: tuple[str, ...]) -> Mapping[str, Any]:
    cells = _cells(text)
    if len(cells) != len(columns):
        raise _Wrong(RowFault.COLUMNS)
    return dict(zip(columns, cells, strict=True))


def _of_json(text: str) -> Mapping[str, Any]:
    values = json.loads(text)
    if not isinstance(values, dict):
        raise _Wrong(RowFault.UNREADABLE)
    told = {name: value for name, value in values.items() if value is not None}
    if not set(told) <= {*OF_THE_PERSON, *OF_A_BENEFIT, "benefits"}:
        raise _Wrong(RowFault.COLUMNS)
    return told


def _person(values: Mapping[str, Any], numbers: NumberSchemes) -> str | None:
    try:
        return numbers.parse(_text(values, "id_number")[:MOST_OF_A_NUMBER]).value
    except ValueError:
        return None


def _row(values: Mapping[str, Any], numbers: NumberSchemes) -> RegisterRow:
    id_number = _id_number(values, numbers)
    try:
        name = checked_name(_text(values, "name"))
    except ValueError:
        raise _Wrong(RowFault.NAME) from None
    told = _day(values, "birth_date", RowFault.BIRTH_DATE, anciently=True)
    _must(told is None or id_number.fits_birth(told), RowFault.BIRTH_DATE)
    born = told or id_number.birth_date
    if born is None:
        raise _Wrong(RowFault.BIRTH_DATE)
    if sex := _text(values, "sex").lower():
        _must(sex in _SEXES and id_number.is_male in (None, _SEXES[sex]), RowFault.SEX)
    _must(_is_line_key(_text(values, "line_key"), numbers), RowFault.LINE_KEY)
    return RegisterRow(name, id_number, born, _benefits(values), _last(values, born), _phone(values))


def _id_number(values: Mapping[str, Any], numbers: NumberSchemes) -> IdNumber:
    try:
        return numbers.parse(_text(values, "id_number")[:MOST_OF_A_NUMBER])
    except ValueError:
        raise _Wrong(RowFault.ID_NUMBER) from None


def _is_line_key(key: str, numbers: NumberSchemes) -> bool:
    """A key goes into the ledger, where no ID number may be, nor one of 18 characters that was mistyped."""
    if not key:
        return True
    holds_one = re.search(r"[0-9]{17}[0-9Xx]", key) or numbers.stands_in(key)
    return _LINE_KEY.fullmatch(key) is not None and not holds_one


def _benefits(values: Mapping[str, Any]) -> tuple[BenefitRow, ...]:
    if "benefits" in values:
        listed = values["benefits"]
        alone = not any(name in values for name in OF_A_BENEFIT)
        _must(alone and isinstance(listed, list) and bool(listed), RowFault.BENEFITS)
        _must(all(isinstance(one, dict) and set(one) <= set(OF_A_BENEFIT) for one in listed), RowFault.BENEFITS)
        _must(len(listed) <= MOST_BENEFITS, RowFault.TOO_MANY_BENEFITS)
        return tuple(_benefit({name: value for name, value in one.items() if value is not None}) for one in listed)
    more = []
    for number in range(2, MOST_BENEFITS + 1):
        one = {name: values.get(f"{name}_{number}", "") for name in OF_A_BENEFIT}
        if any(one.values()):
            more.append(_benefit(one))
    return (_benefit(values), *more)


def _benefit(values: Mapping[str, Any]) -> BenefitRow:
    category, district = _text(values, "category"), _text(values, "district")
    _must(category in list(Category), RowFault.CATEGORY)
    _must(_DISTRICT.fullmatch(district), RowFault.DISTRICT)
    start = _day(values, "benefit_start", RowFault.BENEFIT_START)
    if start is None:
        raise _Wrong(RowFault.BENEFIT_START)
    payer, reference = _text(values, "payer"), _text(values, "payer_reference")
    _must(not payer or _PAYER.fullmatch(payer), RowFault.PAYER)
    _must(not reference or _PAYER_REFERENCE.fullmatch(reference), RowFault.PAYER_REFERENCE)
    planned_end = _day(values, "planned_end", RowFault.PLANNED_END)
    _must(planned_end is None or planned_end > start, RowFault.PLANNED_END)
    grade = _text(values, "injury_grade")
    _must(not grade or (grade.isdecimal() and grade.isascii() and 1 <= int(grade) <= 10), RowFault.INJURY_GRADE)
    _must(not grade or category == Category.INJURY_DISABILITY, RowFault.INJURY_GRADE)
    checked = _text(values, "start_checked").lower()
    _must(checked in _CHECKED, RowFault.START_CHECKED)
    return BenefitRow(
        category=Category(category),
        district=district,
        start=start,
        payer=payer or None,
        payer_reference=reference or None,
        planned_end=planned_end,
        injury_grade=int(grade) if grade else None,
        start_checked=_CHECKED[checked],
    )


def _last(values: Mapping[str, Any], born: date) -> LastCertification | None:
    on, source = _day(values, "last_certified_on", RowFault.LAST_CERTIFIED_ON), _text(values, "last_certified_by")
    if on is None:
        _must(not source, RowFault.LAST_CERTIFIED_ON)
        return None
    _must(on >= born, RowFault.LAST_CERTIFIED_ON)
    _must(_SOURCE.fullmatch(source), RowFault.LAST_CERTIFIED_BY)
    return LastCertification(on, source)


def _phone(values: Mapping[str, Any]) -> str | None:
    phone = re.sub(r"[\s-]", "", _text(values, "phone"))
    if _MOBILE.fullmatch(phone):
        phone = f"+86{phone}"
    _must(not phone or _PHONE.fullmatch(phone), RowFault.PHONE)
    return phone or None


def _day(values: Mapping[str, Any], name: str, fault: RowFault, *, anciently: bool = False) -> date | None:
    text = _text(values, name)
    if not text:
        return None
    try:
        day = date.fromisoformat(text if _DAY.fullmatch(text) else "")
    except ValueError:
        raise _Wrong(fault) from None
    _must(anciently or _FIRST_DAY <= day <= _LAST_DAY, fault)
    return day


def _text(values: Mapping[str, Any], name: str) -> str:
    """A value as text: JSON may have numbers and truth values where a table has their text. Of what is neither, a
    character that no value may have."""
    value = values.get(name, "")
    if isinstance(value, bool):
        return "yes" if value else "no"
    return str(value).strip() if isinstance(value, str | int) else "\0"


def _must(holds: object, fault: RowFault) -> None:
    if not holds:
        raise _Wrong(fault)
