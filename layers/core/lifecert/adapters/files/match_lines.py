"""Files of data matches: CSV with a header, or JSON Lines; columns `id_number`, `said`, `on`, `source`. Or, by
their name, messages of a civil registry (`dci_notices`)."""

import csv
import json
import re
from collections.abc import Iterable, Iterator
from datetime import date
from typing import Any

from lifecert.adapters.files.dci_notices import MAX_MESSAGE, SUFFIX, read_notices
from lifecert.domain.data_match import MatchLine, Rejected, Said
from lifecert.domain.number_schemes import MOST_OF_A_NUMBER, NumberSchemes

COLUMNS = ("id_number", "said", "on", "source")
MAX_LINE = 1000
_SOURCE = re.compile(r"[A-Za-z0-9._-]{1,40}")
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


def read_file(name: str, parts: Iterable[bytes], numbers: NumberSchemes) -> Iterator[MatchLine | Rejected]:
    """What a file says that comes in parts, by the form that its name tells."""
    if name.endswith(SUFFIX):
        return read_notices(split_lines(parts, MAX_MESSAGE), numbers)
    return read_lines(split_lines(parts), numbers)


def read_lines(raw: Iterable[bytes], numbers: NumberSchemes) -> Iterator[MatchLine | Rejected]:
    """The lines of a file, each read or refused by itself. A file that begins with `{` is JSON Lines, any other CSV;
    a CSV file whose header is not that of `COLUMNS` has every line refused."""
    lines = iter(raw)
    first = next(lines, None)
    if first is None:
        return
    first = first.removeprefix(b"\xef\xbb\xbf")
    if first.lstrip().startswith(b"{"):
        yield _json(first, numbers)
        for line in lines:
            yield _json(line, numbers)
        return
    header = _cells(first)
    for line in lines:
        yield _csv(line, header, numbers)


def split_lines(parts: Iterable[bytes], longest: int = MAX_LINE) -> Iterator[bytes]:
    """The lines of a file that comes in parts, without their ends. Of an endless line no more is kept than shows that
    it is too long."""
    rest = b""
    for part in parts:
        *whole, rest = (rest + part).split(b"\n")
        yield from whole
        rest = rest[: longest + 1]
    if rest:
        yield rest


def _json(line: bytes, numbers: NumberSchemes) -> MatchLine | Rejected:
    try:
        if len(line) > MAX_LINE:
            return Rejected.UNREADABLE
        values = json.loads(line)
    except (ValueError, RecursionError):
        return Rejected.UNREADABLE
    if not isinstance(values, dict):
        return Rejected.UNREADABLE
    return _line(values, numbers) if set(values) == set(COLUMNS) else Rejected.COLUMNS


def _csv(line: bytes, header: list[str] | None, numbers: NumberSchemes) -> MatchLine | Rejected:
    cells = _cells(line)
    if cells is None:
        return Rejected.UNREADABLE
    if header is None or sorted(header) != sorted(COLUMNS) or len(cells) != len(header):
        return Rejected.COLUMNS
    return _line(dict(zip(header, cells, strict=True)), numbers)


def _cells(line: bytes) -> list[str] | None:
    # A line is a record: a quoted line break would hide the lines after it.
    try:
        text = line.decode().rstrip("\r\n")
        rows = list(csv.reader([text], strict=True))
    except (ValueError, csv.Error):
        return None
    return [cell.strip() for cell in rows[0]] if len(line) <= MAX_LINE and text else None


def _line(values: dict[str, Any], numbers: NumberSchemes) -> MatchLine | Rejected:
    texts = {name: value if isinstance(value, str) else "" for name, value in values.items()}
    try:
        id_number = numbers.parse(texts["id_number"][:MOST_OF_A_NUMBER])
    except ValueError:
        return Rejected.ID_NUMBER
    if texts["said"] not in list(Said):
        return Rejected.SAID
    try:
        on = date.fromisoformat(texts["on"] if _DAY.fullmatch(texts["on"]) else "")
    except ValueError:
        return Rejected.DAY
    if not _SOURCE.fullmatch(texts["source"]):
        return Rejected.SOURCE
    return MatchLine(id_number, Said(texts["said"]), on, texts["source"])
