"""Deaths that a civil registry tells as messages of the DCI standard (CRVS interface 1.0.0, `registry/notify`): in a
file one in each line, or one in each call.

Of a message counts who sends it, whether it is of a death, and of each record the identifiers and `death_date`. Which
of the identifiers is an ID number its own check character says, whatever a registry calls the kind. The message's
signature is not looked at: who may put files into the bucket, or whose token names the register, is who is trusted,
and `sender_id` must be a register that is believed.
"""

import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from lifecert.domain.data_match import DeathMessage, MatchLine, Rejected, Said
from lifecert.domain.errors import MessageRefused
from lifecert.domain.number_schemes import MOST_OF_A_NUMBER, NumberSchemes
from lifecert.domain.person import IdNumber

# What such files are called.
SUFFIX = ".dci.jsonl"
MAX_MESSAGE = 1024 * 1024
BAD = "err.request.bad"
_MESSAGE_ID = re.compile(r"[!-~]{1,100}")
_SENDER = re.compile(r"[A-Za-z0-9._-]{1,40}")
# Moments have a time and a zone behind the day, which is that of the place of death.
_DAY = re.compile(r"([0-9]{4}-[0-9]{2}-[0-9]{2})(?:T.{1,40})?")


def read_notices(lines: Iterable[bytes], schemes: NumberSchemes) -> Iterator[MatchLine | Rejected]:
    """The records of all messages in order, each read or refused by itself. A message that cannot be read is one, and
    so is one that tells of no death (`said`)."""
    for line in lines:
        if line.strip():
            yield from _message(line, schemes)


@dataclass(frozen=True, slots=True)
class DciMessages:
    """Reads messages that are sent one by one. `schemes` are the kinds of ID numbers that people have."""

    schemes: NumberSchemes

    def read(self, content: bytes) -> DeathMessage:
        """A message. Raises MessageRefused."""
        message = _loaded(content)
        header, inside = _member(message, "header"), _member(message, "message")
        if _member(header, "is_msg_encrypted") or isinstance(inside, str):
            raise MessageRefused("err.encryption.invalid", "encrypted messages are not taken: the call is encrypted")
        message_id, sender = _member(header, "message_id"), _member(header, "sender_id")
        if not isinstance(message_id, str) or not _MESSAGE_ID.fullmatch(message_id):
            raise MessageRefused(BAD, "header.message_id: up to 100 characters of ASCII, no spaces")
        events = _events(message)
        if events is None:
            raise MessageRefused(BAD, "no message of registry/notify: header.action, message.notify_event")
        said_by = sender if isinstance(sender, str) else ""
        return DeathMessage(message_id, said_by, tuple(_records(events, sender, self.schemes)))


def _message(line: bytes, schemes: NumberSchemes) -> Iterator[MatchLine | Rejected]:
    message = _loaded(line)
    events = _events(message)
    if events is None:
        yield Rejected.UNREADABLE
        return
    yield from _records(events, _member(_member(message, "header"), "sender_id"), schemes)


def _loaded(text: bytes) -> Any:
    try:
        return json.loads(text) if len(text) <= MAX_MESSAGE else None
    except (ValueError, RecursionError):
        return None


def _events(message: Any) -> list[Any] | None:
    """What a message tells; None where it is none of `registry/notify`."""
    events = _member(_member(message, "message"), "notify_event")
    if _member(_member(message, "header"), "action") != "notify" or not isinstance(events, list) or not events:
        return None
    return events


def _records(events: list[Any], sender: object, schemes: NumberSchemes) -> Iterator[MatchLine | Rejected]:
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
        return schemes.parse(value) if isinstance(value, str) and len(value) <= MOST_OF_A_NUMBER else None
    except ValueError:
        return None


def _member(value: object, name: str) -> Any:
    return value.get(name) if isinstance(value, dict) else None


def _several(value: object) -> list[Any]:
    """The standard has one object where registries send a list of them; nothing at all is one that says nothing."""
    return value if isinstance(value, list) and value else [value]
