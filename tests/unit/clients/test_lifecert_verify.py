"""The offline check: what a reader of a certificate does with nothing but the key file."""

import json
import time
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

import pytest
from joserfc import jws
from joserfc.jwk import KeySet

from lifecert.domain.certificate import Certificate
from lifecert_verify import main, read
from tests.support.builders import a_certificate, registration
from tests.support.fakes.keys import FakeSigning

SIGNING = FakeSigning()
CERTIFICATE: Certificate = a_certificate(registration().after)
STATEMENT = SIGNING.sign(CERTIFICATE.claims("lifecert.example"))


@pytest.fixture
def jwks(tmp_path: Path) -> Path:
    path = tmp_path / "jwks.json"
    path.write_text(json.dumps(SIGNING.jwks()), encoding="utf-8")
    return path


def check(tmp_path: Path, jwks: Path, content: str, on: date = date(2026, 6, 1)) -> int:
    path = tmp_path / "certificate"
    path.write_text(content, encoding="utf-8")
    return main([str(path), "--jwks", str(jwks), "--on", on.isoformat()])


@pytest.mark.parametrize("content", [STATEMENT + "\n", json.dumps({"state": "valid", "statement": STATEMENT})])
def test_a_genuine_one_is_shown(tmp_path: Path, jwks: Path, content: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert check(tmp_path, jwks, content) == 0
    shown = capsys.readouterr().out
    assert CERTIFICATE.certificate_id in shown
    assert "valid_until   2027-03-01" in shown


def test_the_last_day_counts_and_the_next_does_not(tmp_path: Path, jwks: Path) -> None:
    assert check(tmp_path, jwks, STATEMENT, date(2027, 3, 1)) == 0
    assert check(tmp_path, jwks, STATEMENT, date(2027, 3, 2)) == 1


def test_a_day_before_it_was_issued_is_not_covered(
    tmp_path: Path, jwks: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert check(tmp_path, jwks, STATEMENT, CERTIFICATE.certified_on) == 0
    assert check(tmp_path, jwks, STATEMENT, CERTIFICATE.certified_on - timedelta(days=1)) == 1
    assert f"of {CERTIFICATE.certified_on}: it says nothing about" in capsys.readouterr().out


def _forged(header: dict[str, str], claims: object) -> str:
    return jws.serialize_compact({"kid": SIGNING.key.kid, **header}, json.dumps(claims), SIGNING.key)


@pytest.mark.parametrize(
    "statement",
    [
        FakeSigning().sign(CERTIFICATE.claims("lifecert.example")),
        STATEMENT[:-2],
        "eyJhbGciOiJub25lIn0." + STATEMENT.split(".")[1] + ".",
        "nothing of the kind",
        _forged({"alg": "ES256", "typ": "JWT"}, CERTIFICATE.claims("lifecert.example")),
        _forged({"alg": "ES256", "typ": "lifecert+jws"}, {"jti": "1"}),
        _forged({"alg": "ES256", "typ": "lifecert+jws"}, ["a list"]),
    ],
    ids=["another key", "cut", "alg none", "no statement", "another type", "no day", "a list"],
)
def test_what_is_not_genuine(tmp_path: Path, jwks: Path, statement: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert check(tmp_path, jwks, statement) == 1
    assert "NOT GENUINE" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("{", "begins like JSON and is none: it may be cut off"),
        ("{}", "holds no certificate: there is no `statement` in it"),
        (json.dumps(SIGNING.jwks()), "holds keys and no certificate: were the two files mixed up?"),
        ('{"code": "certificate_not_found", "status": 404}', "a refusal of the API (certificate_not_found)"),
    ],
)
def test_a_wrong_file_is_named_in_words(
    tmp_path: Path, jwks: Path, content: str, said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert check(tmp_path, jwks, content) == 2
    shown = capsys.readouterr()
    assert shown.out == ""
    assert said in shown.err
    assert str(tmp_path / "certificate") in shown.err


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"{", "holds no keys: it should be what /.well-known/jwks.json answers"),
        (b'{"keys": []}', "holds no keys"),
        (STATEMENT.encode(), "holds no keys"),
        (b'{"keys": [{"kty": "EC"}]}', "holds keys that cannot be read"),
        (b"\x89PNG\xff", "is not a text file"),
        (None, "there is no file"),
    ],
)
def test_wrong_keys_are_named_in_words(
    tmp_path: Path, content: bytes | None, said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    wrong = tmp_path / "keys.json"
    if content is not None:
        wrong.write_bytes(content)
    assert check(tmp_path, wrong, STATEMENT) == 2
    assert said in (told := capsys.readouterr().err)
    assert str(wrong) in told


def test_a_folder_and_a_missing_certificate_are_named(
    tmp_path: Path, jwks: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([str(tmp_path), "--jwks", str(jwks)]) == 2
    assert "is a folder" in capsys.readouterr().err
    assert main([str(tmp_path / "missing"), "--jwks", str(jwks)]) == 2
    assert "there is no file" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("state", "status", "said"),
    [
        ("valid", 0, "genuine, and covers 2026-06-01"),
        ("superseded", 1, "genuine, but a later certificate had taken its place"),
        ("revoked", 1, "genuine, but it had been revoked"),
    ],
)
def test_what_the_api_told_of_it_is_heeded(
    tmp_path: Path, jwks: Path, state: str, status: int, said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert check(tmp_path, jwks, json.dumps({"state": state, "statement": STATEMENT})) == status
    assert said in capsys.readouterr().out


def test_what_nobody_can_know_offline_is_said(tmp_path: Path, jwks: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert check(tmp_path, jwks, STATEMENT) == 0
    shown = capsys.readouterr().out
    assert "Offline nobody can know whether a later certificate took its place" in shown
    assert f"GET /certificates/{CERTIFICATE.certificate_id} tells." in shown


def test_reading_takes_little_more_than_checking_the_signature() -> None:
    """So a million are read as soon as a million signatures are checked, on whatever machine."""
    keys = KeySet.import_key_set(json.loads(json.dumps(SIGNING.jwks())))

    def seconds(one: Callable[[], object]) -> float:
        began = time.process_time()
        for _ in range(100):
            one()
        return time.process_time() - began

    # In turn, and the least of several: what else the machine does counts on neither side.
    both = [
        (seconds(lambda: read(STATEMENT, keys)), seconds(lambda: jws.deserialize_compact(STATEMENT, keys)))
        for _ in range(7)
    ]
    whole, signature = (min(times) for times in zip(*both, strict=True))
    assert whole < 2 * signature
