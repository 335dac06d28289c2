"""What the end-to-end tests sent and were told that must be found in no log, in every form it might take there."""

import base64
import json
from collections.abc import Iterator
from contextlib import suppress
from typing import Any
from urllib.parse import parse_qs, urlsplit

from lifecert.domain.person import IdNumber
from local.demo.phone import Answer, Phone

SECRETS: set[str] = set()
# Parts of an upload form and of a link with which anybody could use it.
_IN_FORMS = {"policy", "x-amz-signature", "x-amz-security-token", "X-Amz-Signature", "X-Amz-Security-Token"}


class WatchedPhone(Phone):
    """A phone that remembers the secrets of every call in SECRETS."""

    def call(self, method: str, path: str, body: object = None, headers: dict[str, str] | None = None) -> Answer:
        answer = super().call(method, path, body, headers)
        SECRETS.update(secrets_in(body))
        SECRETS.update(secrets_in(answer.body))
        return answer


def secrets_in(value: object, member: str = "") -> Iterator[str]:
    """The secrets in a JSON value, told by the name of the member that they stand in."""
    if isinstance(value, dict):
        # Measures and columns have names too; people have theirs beside their number.
        yield from _names(value["name"]) if {"name", "id_number"} <= value.keys() else ()
        for name, inner in value.items():
            yield from secrets_in(inner, name)
    elif isinstance(value, list):
        for inner in value:
            yield from secrets_in(inner)
    elif isinstance(value, str):
        yield from _of_text(value, member)


def _names(name: object) -> Iterator[str]:
    if isinstance(name, str) and len(name) > 1:
        yield from (name, json.dumps(name).strip('"'), base64.b64encode(name.encode()).decode())


def _of_text(text: str, member: str) -> Iterator[str]:
    if member == "id_number":
        with suppress(ValueError):
            number = IdNumber.parse(text).value
            yield from (number, number[:17])
    elif member == "address" or member in _IN_FORMS:
        yield text
    elif "?" in text:
        query: dict[str, Any] = parse_qs(urlsplit(text).query)
        yield from (value for name in query if name in _IN_FORMS for value in query[name])
