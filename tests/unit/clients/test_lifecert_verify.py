"""The offline check: what a reader of a certificate does with nothing but the key file."""

import json
import time
from collections.abc import Callable
from datetime import date
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


def test_files_that_cannot_be_read(tmp_path: Path, jwks: Path) -> None:
    assert main([str(tmp_path / "missing"), "--jwks", str(jwks)]) == 2
    broken = tmp_path / "broken.json"
    broken.write_text("{", encoding="utf-8")
    assert check(tmp_path, broken, STATEMENT) == 2
    assert check(tmp_path, jwks, "{}") == 2


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
