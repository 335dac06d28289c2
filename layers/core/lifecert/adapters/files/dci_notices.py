"""Deaths that a civil registry tells as messages of the DCI standard (CRVS interface 1.0.0, `registry/notify`), one
message in each line.

Of a message counts who sends it, whether it is of a death, and of each record the identifiers and `death_date`. Which
of the identifiers is an ID number its own check character says, whatever a registry calls the kind. The message's
signature is not looked at: who may put files into the bucket is who is trusted, and `sender_id` must be a register that
is believed.
"""

import json
import re
from collections.abc import Iterable, Iterator
from datetime import date
from typing import Any

from lifecert.domain.data_match import MatchLine, Rejected, Said
from lifecert.domain.number_schemes import MOST_OF_A_NUMBER, NumberSchemes
from lifecert.domain.person import IdNumber

# What such files are called.
SUFFIX = ".dci.jsonl"
MAX_MESSAGE = 1024 * 1024
_SENDER = re.compile(r"[A-Za-z0-9._-]{1,40}")
# Moments have a time and a zone behind the day, which is that of the place of death.
_DAY = re.compile(r"([0-9]{4}-[0-9]{2}-[0-9]{2})(?:T.{1,40})?")


def read_notices(lines: Iterable[bytes], schemes: NumberSchemes) -> Iterator[MatchLine | Rejected]:
    """The records of all messages in order, each read or refused by itself. A message that cannot be read is one, and
    so is one that tells of no death (`said`)."""
    for line in lines:
        if line.strip():
            yield from _message(line, schemes)


def _message(line: bytes, schemes: NumberSchemes) -> Iterator[MatchLine | Rejected]:
    try:
        message = json.loads(line) if len(line) <= MAX_MESSAGE else None
    except (ValueError, RecursionError):
        message = None
    header, events = _member(message, "header"), _member(_member(message, "message"), "notify_event")
    if _member(header, "action") != "notify" or not isinstance(events, list) or not events:
        yield Rejected.UNREADABLE
        return
    sender = _member(header, "sender_id")
    for event in events:
        data = _member(event, "data")
        if str(_member(data, "reg_event_type") or "").rpartition(":")[2].casefold() != "death":
            yield Rejected.SAID
            continue
        for record in _several(_member(data, "reg_records")):
            yield _record(record, sender, schemes)


def _record(record: object, sender: object, schemes: NumberSchemes) -> MatchLine | Rejected:
    numbers = {number for one in _several(_member(record, "identifier")) if (number := _id_number(one, schemes))}
    if len(numbers) != 1:
        return Rejected.ID_NUMBER
    found = _DAY.fullmatch(str(_member(record, "death_date") or ""))
    try:
        on = date.fromisoformat(found[1] if found else "")
    except ValueError:
        return Rejected.DAY
    if not isinstance(sender, str) or not _SENDER.fullmatch(sender):
        return Rejected.SOURCE
    return MatchLine(numbers.pop(), Said.DEAD, on, sender)


def _id_number(identifier: object, schemes: NumberSchemes) -> IdNumber | None:
    value = _member(identifier, "identifier_value")
    try:
        return schemes.parse(value[:MOST_OF_A_NUMBER]) if isinstance(value, str) else None
    except ValueError:
        return None


def _member(value: object, name: str) -> Any:
    return value.get(name) if isinstance(value, dict) else None


def _several(value: object) -> list[Any]:
    """The standard has one object where registries send a list of them; nothing at all is one that says nothing."""
    return value if isinstance(value, list) and value else [value]
