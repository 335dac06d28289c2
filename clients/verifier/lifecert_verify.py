"""Check a certificate offline, with the deployment's JWKS file alone: `lifecert-verify --help`.

It tells whether the statement is genuine and its year still runs. Whether a later certification took its place, or
the entitlement has ended since, only `GET /certificates/{id}` knows. It needs joserfc and nothing of LifeCert's own.
"""

import argparse
import json
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

from joserfc import jws
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

TYPE = "lifecert+jws"
SHOWN = ("jti", "iss", "masked_name", "category", "district", "method", "certified_on", "valid_until")


class NotGenuine(Exception):
    """The statement is not what one of the keys signed."""


@dataclass(frozen=True, slots=True)
class Statement:
    """A genuine statement; `valid_until` is the last day that it covers."""

    claims: Mapping[str, Any]
    valid_until: date


def read(statement: str, keys: KeySet) -> Statement:
    """The claims of a JWS in compact form. Raises NotGenuine; says nothing about the day."""
    try:
        found = jws.deserialize_compact(statement, keys, algorithms=["ES256"])
        claims = json.loads(found.payload or b"")
        # Without `kid` the library would try a key of its own choice: what we sign names its key.
        if found.headers().get("typ") == TYPE and "kid" in found.headers():
            return Statement(claims, date.fromisoformat(claims["valid_until"]))
    except (JoseError, ValueError, KeyError, TypeError) as error:
        raise NotGenuine(str(error) or type(error).__name__) from error
    raise NotGenuine("this is not a LifeCert certificate")


def _text_of(path: str) -> str:
    return sys.stdin.read() if path == "-" else Path(path).read_text(encoding="utf-8")


def _statement_in(text: str) -> str:
    """The statement itself, also out of what `GET /certificates/{id}` answered."""
    text = text.strip()
    return str(json.loads(text)["statement"]) if text.startswith("{") else text


def main(arguments: Sequence[str] | None = None) -> int:
    """0: genuine, and valid on the day; 1: not; 2: a file cannot be read."""
    parser = argparse.ArgumentParser(prog="lifecert-verify", description="Check a life certificate offline.")
    parser.add_argument("certificate", help="file with the statement or the API's answer; - reads standard input")
    parser.add_argument("--jwks", required=True, help="file with the keys, as /.well-known/jwks.json gave it")
    parser.add_argument("--on", type=date.fromisoformat, default=None, help="the day to check for; today by default")
    asked = parser.parse_args(arguments)
    try:
        statement = _statement_in(_text_of(asked.certificate))
        keys = KeySet.import_key_set(json.loads(_text_of(asked.jwks)))
    except (OSError, ValueError, KeyError, TypeError, JoseError) as error:
        print(f"lifecert-verify: cannot read a file: {error}", file=sys.stderr)
        return 2
    try:
        found = read(statement, keys)
    except NotGenuine as fault:
        print(f"NOT GENUINE: {fault}")
        return 1
    for name in SHOWN:
        print(f"{name:13} {found.claims.get(name, '')}")
    day = asked.on or datetime.now().astimezone().date()
    valid = day <= found.valid_until
    print(f"genuine, and valid on {day}" if valid else f"genuine, but no longer valid on {day}")
    return 0 if valid else 1


if __name__ == "__main__":
    sys.exit(main())
