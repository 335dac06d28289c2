"""Lines of an existing register: CSV with a header, or JSON Lines; what each says, or why it says nothing.

The rules of a value are those of registering by hand (`entry/http/bodies/register.py`); a test holds the two together.
"""

import csv
import json
import re
from collections.abc import Collection, Mapping
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
    ImportKind,
    LastCertification,
    ReadLine,
    RegisterRow,
)
from lifecert.domain.intake_faults import RowFault
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

KNOWN, ALL_NEEDED = (*OF_THE_PERSON, *OF_A_BENEFIT, *NUMBERED), (*NEEDED, *NEEDED_OF_A_BENEFIT)

_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_DISTRICT = re.compile(r"[0-9]{6}")
PAYER = re.compile(r"[a-z0-9]{2,24}")
PAYER_REFERENCE = re.compile(r"[0-9A-Za-z][0-9A-Za-z./_-]{0,63}")
SOURCE = re.compile(r"[A-Za-z0-9._-]{1,40}")
NUMBER = re.compile(r"[0-9]{17}[0-9Xx]")
_LINE_KEY = re.compile(r"[0-9A-Za-z][0-9A-Za-z./_-]{0,63}")
_PHONE = re.compile(r"\+[1-9][0-9]{7,14}")
_MOBILE = re.compile(r"1[3-9][0-9]{9}")  # as registers in China have it, without the country's code
_FIRST_DAY, _LAST_DAY = date(1949, 10, 1), date(2099, 12, 31)
_SEXES = {"m": True, "male": True, "男": True, "f": False, "female": False, "女": False}
CHECKED = {"": False, "no": False, "false": False, "yes": True, "true": True}


class Wrong(Exception):
    """A value that cannot be; `fault` says which."""

    def __init__(self, fault: RowFault) -> None:
        self.fault = fault


@dataclass(frozen=True, slots=True)
class Layout:
    """How the lines of a file are to be read, and which kinds of ID numbers people have."""

    format: FileFormat
    columns: tuple[str, ...]
    encoding: Encoding
    kind: ImportKind = ImportKind.REGISTER
    numbers: NumberSchemes = USUAL_SCHEMES


def header_of(first: bytes, known: Collection[str] = KNOWN, needed: Collection[str] = ALL_NEEDED) -> Header:
    """What the first line of a file says, which may have these columns, and must have those that are needed."""
    first = first.removeprefix(BOM)
    if first.lstrip().startswith(b"{"):
        return Header(FileFormat.JSON_LINES)
    try:
        columns = _cells(first.decode("ascii"))
    except (ValueError, csv.Error):
        return Header(FileFormat.CSV, None)
    alone = len(set(columns)) == len(columns)
    right = alone and set(needed) <= set(columns) <= set(known)
    return Header(FileFormat.CSV, tuple(columns) if right else None)


def read_line(line: bytes, number: int, layout: Layout) -> ReadLine:
    """One line without its end."""
    values = values_of(line, layout, {*OF_THE_PERSON, *OF_A_BENEFIT, "benefits"})
    if isinstance(values, RowFault):
        return ReadLine(number, values)
    person, key = _person(values, layout.numbers), text_of(values, "line_key")
    try:
        return ReadLine(number, _row(values, layout.numbers), person, key)
    except Wrong as wrong:
        return ReadLine(number, wrong.fault, person, key)


def values_of(line: bytes, layout: Layout, known: Collection[str]) -> Mapping[str, Any] | RowFault:
    """The values of a line by their columns, or by their names, which must be known ones; or why there are none."""
    try:
        text = line.decode(layout.encoding).rstrip("\r")
        return _of_json(text, known) if layout.format is FileFormat.JSON_LINES else _of_csv(text, layout.columns)
    except (ValueError, csv.Error, RecursionError):
        return RowFault.UNREADABLE
    except Wrong as wrong:
        return wrong.fault


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
        raise Wrong(RowFault.COLUMNS)
    return dict(zip(columns, cells, strict=True))


def _of_json(text: str, known: Collection[str]) -> Mapping[str, Any]:
    values = json.loads(text)
    if not isinstance(values, dict):
        raise Wrong(RowFault.UNREADABLE)
    told = {name: value for name, value in values.items() if value is not None}
    if not set(told) <= set(known):
        raise Wrong(RowFault.COLUMNS)
    return told


def _person(values: Mapping[str, Any], numbers: NumberSchemes) -> str | None:
    try:
        return numbers.parse(text_of(values, "id_number")[:MOST_OF_A_NUMBER]).value
    except ValueError:
        return None


def _row(values: Mapping[str, Any], numbers: NumberSchemes) -> RegisterRow:
    id_number = id_number_of(values, numbers)
    try:
        name = checked_name(text_of(values, "name"))
    except ValueError:
        raise Wrong(RowFault.NAME) from None
    told = day_of(values, "birth_date", RowFault.BIRTH_DATE, anciently=True)
    must(told is None or id_number.fits_birth(told), RowFault.BIRTH_DATE)
    born = told or id_number.birth_date
    if born is None:
        raise Wrong(RowFault.BIRTH_DATE)
    if sex := text_of(values, "sex").lower():
        must(sex in _SEXES and id_number.is_male in (None, _SEXES[sex]), RowFault.SEX)
    must(is_line_key(text_of(values, "line_key"), numbers), RowFault.LINE_KEY)
    return RegisterRow(name, id_number, born, _benefits(values), _last(values, born), _phone(values))


def id_number_of(values: Mapping[str, Any], numbers: NumberSchemes) -> IdNumber:
    """The ID number of a line. Raises Wrong."""
    """The ID number of a line. Raises Wrong."""
    try:
        return numbers.parse(text_of(values, "id_number")[:MOST_OF_A_NUMBER])
    except ValueError:
        raise Wrong(RowFault.ID_NUMBER) from None


def is_line_key(key: str, numbers: NumberSchemes) -> bool:
    """A key goes into the ledger, where no ID number may be, nor one of 18 characters that was mistyped."""
    if not key:
        return True
    holds_one = NUMBER.search(key) or numbers.stands_in(key)
    return _LINE_KEY.fullmatch(key) is not None and not holds_one


def _benefits(values: Mapping[str, Any]) -> tuple[BenefitRow, ...]:
    if "benefits" in values:
        listed = values["benefits"]
        alone = not any(name in values for name in OF_A_BENEFIT)
        must(alone and isinstance(listed, list) and bool(listed), RowFault.BENEFITS)
        must(all(isinstance(one, dict) and set(one) <= set(OF_A_BENEFIT) for one in listed), RowFault.BENEFITS)
        must(len(listed) <= MOST_BENEFITS, RowFault.TOO_MANY_BENEFITS)
        return tuple(_benefit({name: value for name, value in one.items() if value is not None}) for one in listed)
    more = []
    for number in range(2, MOST_BENEFITS + 1):
        one = {name: values.get(f"{name}_{number}", "") for name in OF_A_BENEFIT}
        if any(one.values()):
            more.append(_benefit(one))
    return (_benefit(values), *more)


def _benefit(values: Mapping[str, Any]) -> BenefitRow:
    category, district = text_of(values, "category"), text_of(values, "district")
    must(category in list(Category), RowFault.CATEGORY)
    must(_DISTRICT.fullmatch(district), RowFault.DISTRICT)
    start = day_of(values, "benefit_start", RowFault.BENEFIT_START)
    if start is None:
        raise Wrong(RowFault.BENEFIT_START)
    payer, reference = text_of(values, "payer"), text_of(values, "payer_reference")
    must(not payer or PAYER.fullmatch(payer), RowFault.PAYER)
    must(not reference or PAYER_REFERENCE.fullmatch(reference), RowFault.PAYER_REFERENCE)
    planned_end = day_of(values, "planned_end", RowFault.PLANNED_END)
    must(planned_end is None or planned_end > start, RowFault.PLANNED_END)
    grade = text_of(values, "injury_grade")
    must(not grade or (grade.isdecimal() and grade.isascii() and 1 <= int(grade) <= 10), RowFault.INJURY_GRADE)
    must(not grade or category == Category.INJURY_DISABILITY, RowFault.INJURY_GRADE)
    checked = text_of(values, "start_checked").lower()
    must(checked in CHECKED, RowFault.START_CHECKED)
    return BenefitRow(
        category=Category(category),
        district=district,
        start=start,
        payer=payer or None,
        payer_reference=reference or None,
        planned_end=planned_end,
        injury_grade=int(grade) if grade else None,
        start_checked=CHECKED[checked],
    )


def _last(values: Mapping[str, Any], born: date) -> LastCertification | None:
    on, source = day_of(values, "last_certified_on", RowFault.LAST_CERTIFIED_ON), text_of(values, "last_certified_by")
    if on is None:
        must(not source, RowFault.LAST_CERTIFIED_ON)
        return None
    must(on >= born, RowFault.LAST_CERTIFIED_ON)
    must(SOURCE.fullmatch(source), RowFault.LAST_CERTIFIED_BY)
    return LastCertification(on, source)


def _phone(values: Mapping[str, Any]) -> str | None:
    phone = re.sub(r"[\s-]", "", text_of(values, "phone"))
    if _MOBILE.fullmatch(phone):
        phone = f"+86{phone}"
    must(not phone or _PHONE.fullmatch(phone), RowFault.PHONE)
    return phone or None


def day_of(values: Mapping[str, Any], name: str, fault: RowFault, *, anciently: bool = False) -> date | None:
    """A day, as YYYY-MM-DD; None where none is given. Raises Wrong."""
    text = text_of(values, name)
    if not text:
        return None
    try:
        day = date.fromisoformat(text if _DAY.fullmatch(text) else "")
    except ValueError:
        raise Wrong(fault) from None
    must(anciently or _FIRST_DAY <= day <= _LAST_DAY, fault)
    return day


def text_of(values: Mapping[str, Any], name: str) -> str:
    """A value as text: JSON may have numbers and truth values where a table has their text. Of what is neither, a
    character that no value may have."""
    value = values.get(name, "")
    if isinstance(value, bool):
        return "yes" if value else "no"
    return str(value).strip() if isinstance(value, str | int) else "\0"


def must(holds: object, fault: RowFault) -> None:
    """Raise Wrong unless something holds."""
    if not holds:
        raise Wrong(fault)
