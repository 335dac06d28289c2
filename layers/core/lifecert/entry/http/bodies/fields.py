"""Members that several requests have, and their places in lists."""

import base64
import binascii
import re
from datetime import date, datetime
from typing import Annotated, Any

from pydantic import Field, PlainValidator, StringConstraints, ValidationInfo
from pydantic_core import PydanticCustomError

from lifecert.domain.number_schemes import NumberSchemes
from lifecert.domain.page import Position
from lifecert.domain.person import IdNumber, checked_name
from lifecert.entry.models import Incoming


def numbers_of(info: ValidationInfo) -> NumberSchemes:
    """The kinds of ID numbers that the deployment has chosen; `parse` tells them."""
    chosen: NumberSchemes = (info.context or {})["numbers"]
    return chosen


def _id_number(value: Any, info: ValidationInfo) -> IdNumber:
    try:
        return numbers_of(info).parse(value if isinstance(value, str) else "")
    except ValueError:
        raise PydanticCustomError("id_number", "not an ID number") from None


def _name(value: Any) -> str:
    try:
        return checked_name(value if isinstance(value, str) else "")
    except ValueError:
        raise PydanticCustomError("name", "not a name") from None


PersonName = Annotated[str, PlainValidator(_name)]


PersonIdNumber = Annotated[IdNumber, PlainValidator(_id_number)]


District = Annotated[str, StringConstraints(pattern=r"^[0-9]{6}$")]


# The first digits of districts: a province's, a prefecture's or a county's.
DistrictPrefix = Annotated[str, StringConstraints(pattern=r"^[0-9]{2}([0-9]{2}){0,2}$")]


# A payer's code: whose queue, files and hold batches. Which there are is the deployment's.
Payer = Annotated[str, StringConstraints(pattern=r"^[a-z0-9]{2,24}$")]


# SHA-256 of the office's own copy of a paper: the copy stays with the office.
Scan = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]


# A payer's own name for a benefit.
PayerReference = Annotated[str, StringConstraints(pattern=r"^[0-9A-Za-z][0-9A-Za-z./_-]{0,63}$")]


# The number of a benefit among a person's.
BenefitId = Annotated[str, StringConstraints(pattern=r"^[1-8]$")]


Label = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9._-]{1,40}$")]


class Person(Incoming):
    """Who is meant: both must belong together."""

    name: PersonName
    id_number: PersonIdNumber


class ConsentGiven(Incoming):
    """Agreement to the current consent text, by a guardian for a child."""

    version: Label
    guardian: bool = False


PAGE = 50


PastDay = Annotated[date, Field(ge=date(1949, 10, 1), le=date(2099, 12, 31))]


def _position(value: Any) -> Position:
    try:
        text, one_id, *district = base64.urlsafe_b64decode(str(value)).decode().split(" ")
        opened_at = datetime.fromisoformat(text)
    except (ValueError, binascii.Error):
        opened_at, one_id, district = None, "", []
    of_one_list = len(district) < 2 and all(re.fullmatch("[0-9]{6}", one) for one in district)
    if opened_at is None or opened_at.utcoffset() is None or len(one_id) > 43 or not of_one_list:
        raise PydanticCustomError("invalid", "not a place in the list")
    return Position(opened_at, one_id, *district)


# What `cursor_of` made of a place in a list.
InList = Annotated[Position, PlainValidator(_position)]


def cursor_of(position: Position) -> str:
    """A place in a list, as clients get it, and send it back: opaque to them."""
    parts = (position.opened_at.isoformat(), position.id, position.district)
    return base64.urlsafe_b64encode(" ".join(filter(None, parts)).encode()).decode()
