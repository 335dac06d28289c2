"""A page of a work list as a table for a spreadsheet: CSV (RFC 4180), in UTF-8 with a mark, by which Excel knows it."""

import csv
import io
import re
from collections.abc import Iterable
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from lifecert.entry.http.bodies.lists import ListQuery, PeopleListed, PersonListed
from lifecert.entry.http.texts import Language, text

if TYPE_CHECKING:
    from aws_lambda_powertools.event_handler import Response

    from lifecert.entry.http.api import Api

_CSV = "text/csv; charset=utf-8"
# The columns, by the name of what heads each in both languages (texts.*.json).
COLUMNS = ("beneficiary_id", "masked_name", "payers", "payer_references", "status", "day", "valid_until", "told_on")
_MARK = "\ufeff"
# What makes a spreadsheet take a cell for a formula, or begin another one; spaces before it do not hinder it.
_FORMULA = re.compile(r"^\s*[=+\-@\t\r\n|%\uff1d\uff0b\uff0d\uff20]")


def prefers_csv(api: "Api") -> bool:
    """Whether the caller accepts CSV and no JSON."""
    accept = api.current_event.headers.get("Accept") or ""
    kinds = {part.split(";")[0].strip() for part in accept.lower().split(",")}
    return "text/csv" in kinds and "application/json" not in kinds


def list_file(api: "Api", page: PeopleListed, query: ListQuery) -> "Response[str]":
    """The response with a page as a table, and in a header where the next page is (RFC 8288)."""
    more = {"district": query.district, "days": query.days, "limit": query.limit, "after": page.after}
    link = {"Link": f'<{api.address}?{urlencode(more)}>; rel="next"'} if page.after else {}
    return api.file(_CSV, list_table(page, api.language), f"{page.list}-{page.district}.csv", link)


def list_table(page: PeopleListed, language: Language) -> str:
    """The table, headed in a language. What is several of a person's is in one cell, in the order of the benefits."""
    table = io.StringIO()
    writer = csv.writer(table)
    writer.writerow([text(language, "columns", name) for name in COLUMNS])
    for person in page.people:
        writer.writerow(map(harmless, _cells(person, language)))
    return _MARK + table.getvalue()


def harmless(cell: str) -> str:
    """A cell that no spreadsheet takes for a formula: an apostrophe in front says that it is text (OWASP, CSV
    injection)."""
    return f"'{cell}" if _FORMULA.match(cell) else cell


def _cells(person: PersonListed, language: Language) -> Iterable[str]:
    benefits = person.benefits
    return (
        person.beneficiary_id,
        person.masked_name,
        "; ".join(one.payer for one in benefits),
        "; ".join(one.payer_reference or "" for one in benefits),
        text(language, "standings", person.status),
        person.day.isoformat(),
        person.valid_until.isoformat(),
        person.told_on.isoformat() if person.told_on else "",
    )
