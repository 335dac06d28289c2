"""Check a certificate offline, with the deployment's JWKS file alone: `lifecert-verify --help`.

It tells whether the statement is genuine and covers a day. Whether a later certification took its place, or it was
revoked since, only `GET /certificates/{id}` knows: what that answered is heeded when the file holds it. It needs
joserfc and nothing of LifeCert's own.
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
from joserfc.errors import BadSignatureError, InvalidKeyIdError, JoseError
from joserfc.jwk import KeySet

TYPE = "lifecert+jws"
SHOWN = ("jti", "iss", "masked_name", "category", "district", "method", "certified_on", "valid_until")
# States of `GET /certificates/{id}` in which a genuine statement does not count any more, in words.
OVER = {
    "superseded": "a later certificate had taken its place",
    "revoked": "it had been revoked",
}


class NotGenuine(Exception):
    """The statement is not what one of the keys signed."""


class WrongFile(Exception):
    """A file is not what it should be. The message is for people, and names it."""


@dataclass(frozen=True, slots=True)
class Statement:
    """A genuine statement; `valid_until` is the last day that it covers, `certified_on` the first."""

    claims: Mapping[str, Any]
    certified_on: date
    valid_until: date


def read(statement: str, keys: KeySet) -> Statement:
    """The claims of a JWS in compact form. Raises NotGenuine; says nothing about the day."""
    try:
        found = jws.deserialize_compact(statement, keys, algorithms=["ES256"])
        claims = json.loads(found.payload or b"")
        # Without `kid` the library would try a key of its own choice: what we sign names its key.
        if found.headers().get("typ") == TYPE and "kid" in found.headers():
            days = (date.fromisoformat(claims[name]) for name in ("certified_on", "valid_until"))
            return Statement(claims, *days)
    except BadSignatureError as error:
        raise NotGenuine("it was changed, or signed by somebody else") from error
    except InvalidKeyIdError as error:
        raise NotGenuine("none of these keys signed it; keys that were fetched long ago may lack it") from error
    except (JoseError, ValueError, KeyError, TypeError) as error:
        raise NotGenuine("it is no signed statement of LifeCert") from error
    raise NotGenuine("this is not a LifeCert certificate")


def _text_of(path: str) -> str:
    try:
        return sys.stdin.read() if path == "-" else Path(path).read_text(encoding="utf-8")
    except FileNotFoundError as error:
        raise WrongFile(f"there is no file {path}") from error
    except IsADirectoryError as error:
        raise WrongFile(f"{path} is a folder") from error
    except UnicodeDecodeError as error:
        raise WrongFile(f"{path} is not a text file") from error
    except OSError as error:
        raise WrongFile(f"{path} cannot be read: {error.strerror}") from error


def _object_in(text: str) -> Mapping[str, Any] | None:
    try:
        found = json.loads(text)
    except ValueError:
        return None
    return found if isinstance(found, dict) else None


def _certificate_in(path: str) -> tuple[str, str | None]:
    """The statement, and the state if the file is what `GET /certificates/{id}` answered. Raises WrongFile."""
    text = _text_of(path).strip()
    if not text.startswith("{"):
        return text, None
    answer = _object_in(text)
    if answer is None:
        raise WrongFile(f"{path} begins like JSON and is none: it may be cut off")
    if "keys" in answer:
        raise WrongFile(f"{path} holds keys and no certificate: were the two files mixed up?")
    if "code" in answer and "statement" not in answer:
        raise WrongFile(f"{path} holds a refusal of the API ({answer['code']}) and no certificate")
    if not isinstance(answer.get("statement"), str):
        raise WrongFile(f"{path} holds no certificate: there is no `statement` in it")
    state = answer.get("state")
    return answer["statement"], state if isinstance(state, str) else None


def _keys_in(path: str) -> KeySet:
    """The published keys. Raises WrongFile."""
    answer = _object_in(_text_of(path))
    if answer is None or not answer.get("keys"):
        raise WrongFile(f"{path} holds no keys: it should be what /.well-known/jwks.json answers")
    try:
        return KeySet.import_key_set(answer)  # type: ignore[arg-type]
    except (ValueError, KeyError, TypeError, AttributeError, JoseError) as error:
        raise WrongFile(f"{path} holds keys that cannot be read") from error


def _verdict(found: Statement, state: str | None, day: date) -> tuple[bool, str]:
    """Whether it counts on a day, as far as can be known here, and what to say."""
    if state in OVER:
        return False, f"genuine, but {OVER[state]} when this file was fetched"
    if day < found.certified_on:
        return False, f"genuine, but of {found.certified_on}: it says nothing about {day}"
    if day > found.valid_until:
        return False, f"genuine, but no longer valid on {day}"
    return True, f"genuine, and covers {day}"


def main(arguments: Sequence[str] | None = None) -> int:
    """0: genuine, and covers the day; 1: not; 2: a file is not what it should be."""
    parser = argparse.ArgumentParser(prog="lifecert-verify", description="Check a life certificate offline.")
    parser.add_argument("certificate", help="file with the statement or the API's answer; - reads standard input")
    parser.add_argument("--jwks", required=True, help="file with the keys, as /.well-known/jwks.json gave it")
    parser.add_argument("--on", type=date.fromisoformat, default=None, help="the day to check for; today by default")
    asked = parser.parse_args(arguments)
    try:
        statement, state = _certificate_in(asked.certificate)
        keys = _keys_in(asked.jwks)
    except WrongFile as fault:
        print(f"lifecert-verify: {fault}", file=sys.stderr)
        return 2
    try:
        found = read(statement, keys)
    except NotGenuine as fault:
        print(f"NOT GENUINE: {fault}")
        return 1
    for name in SHOWN:
        print(f"{name:13} {found.claims.get(name, '')}")
    day = asked.on or datetime.now().astimezone().date()
    counts, said = _verdict(found, state, day)
    print(said)
    if counts:
        print(
            "Offline nobody can know whether a later certificate took its place or it was revoked since:\n"
            f"GET /certificates/{found.claims.get('jti', '')} tells."
        )
    return 0 if counts else 1


if __name__ == "__main__":
    sys.exit(main())
