"""Lines of a list of photos: CSV with a header, or JSON Lines; whose each photo is, and by which consent it is kept."""

import re
from collections.abc import Mapping
from typing import Any

from lifecert.adapters.files.register_lines import (
    CHECKED,
    NUMBER,
    PAYER,
    PAYER_REFERENCE,
    SOURCE,
    Layout,
    Wrong,
    day_of,
    id_number_of,
    is_line_key,
    must,
    text_of,
    values_of,
)
from lifecert.domain.intake import ReadLine
from lifecert.domain.intake_faults import RowFault
from lifecert.domain.number_schemes import NumberSchemes
from lifecert.domain.person import IdNumber, checked_name
from lifecert.domain.photo_intake import ByLineKey, ByPayerReference, PaperConsent, PhotoRow

NEEDED = ("photo", "captured_on", "consent_version", "consent_on", "consent_source")
# Whose it is: one of the number, both of the payer's, or both of an import's.
WHOSE = ("id_number", "payer", "payer_reference", "register_source", "register_line_key")
KNOWN = (*NEEDED, *WHOSE, "name", "guardian", "line_key")

# Below `photos/`: folders are parted by "/", and nothing leads out of it.
_PHOTO = re.compile(r"(?:[0-9A-Za-z][0-9A-Za-z._-]{0,99}/){0,5}[0-9A-Za-z][0-9A-Za-z._-]{0,99}")


def read_line(line: bytes, number: int, layout: Layout) -> ReadLine:
    """One line without its end."""
    values = values_of(line, layout, KNOWN)
    if isinstance(values, RowFault):
        return ReadLine(number, values)
    key = text_of(values, "line_key")
    try:
        must(is_line_key(key, layout.numbers), RowFault.LINE_KEY)
    except Wrong as wrong:
        return ReadLine(number, wrong.fault)
    try:
        return ReadLine(number, _row(values, layout.numbers), key=key)
    except Wrong as wrong:
        return ReadLine(number, wrong.fault, key=key)


def _row(values: Mapping[str, Any], numbers: NumberSchemes) -> PhotoRow:
    person, photo = _person(values, numbers), text_of(values, "photo")
    name = text_of(values, "name")
    try:
        checked = checked_name(name) if name else None
    except ValueError:
        raise Wrong(RowFault.NAME) from None
    # Photos are often called by their person's number: whoever may list a bucket would read it.
    holds_one = NUMBER.search(photo) or numbers.stands_in(photo)
    must(_PHOTO.fullmatch(photo) and not holds_one, RowFault.PHOTO)
    captured = day_of(values, "captured_on", RowFault.CAPTURED_ON, anciently=True)
    if captured is None:
        raise Wrong(RowFault.CAPTURED_ON)
    return PhotoRow(person, photo, captured, _consent(values, numbers), checked)


def _person(values: Mapping[str, Any], numbers: NumberSchemes) -> IdNumber | ByPayerReference | ByLineKey:
    number, payer, reference, source, key = (text_of(values, name) for name in WHOSE)
    must([bool(number), bool(payer or reference), bool(source or key)].count(True) == 1, RowFault.PERSON)
    if number:
        return id_number_of(values, numbers)
    if payer or reference:
        must(PAYER.fullmatch(payer), RowFault.PAYER)
        must(PAYER_REFERENCE.fullmatch(reference), RowFault.PAYER_REFERENCE)
        return ByPayerReference(payer, reference)
    must(SOURCE.fullmatch(source) and key and is_line_key(key, numbers), RowFault.PERSON)
    return ByLineKey(source, key)


def _consent(values: Mapping[str, Any], numbers: NumberSchemes) -> PaperConsent:
    version, source = text_of(values, "consent_version"), text_of(values, "consent_source")
    must(SOURCE.fullmatch(version), RowFault.CONSENT_VERSION)
    on = day_of(values, "consent_on", RowFault.CONSENT_ON)
    if on is None:
        raise Wrong(RowFault.CONSENT_ON)
    must(SOURCE.fullmatch(source) and is_line_key(source, numbers), RowFault.CONSENT_SOURCE)
    guardian = text_of(values, "guardian").lower()
    must(guardian in CHECKED, RowFault.GUARDIAN)
    return PaperConsent(version, on, source, CHECKED[guardian])
