"""Statements against a JOSE implementation of another language, both ways, and against the page's own script."""

import base64
import json
import shutil
import subprocess
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import pytest
from joserfc.jwk import ECKey, KeySet

from lifecert.entry.http.web_files import load
from lifecert_verify import NotGenuine, read
from tests.contract.test_signing import ENGINES, Signing
from tests.support.builders import a_certificate, registration
from tests.support.fakes.keys import FakeSigning
from tests.support.missing import missing
from tests.support.patience import PATIENCE_SECONDS
from tests.support.templates import ROOT

HERE = Path(__file__).with_name("jose")
# As it is served: its modules joined.
[PAGE] = [
    asset.body.decode() for name, asset in load(ROOT / "web", "certificate").assets.items() if name.endswith(".js")
]
CLAIMS = a_certificate(registration().after).claims("lifecert.example")
Ask = Callable[[list[str], Any], dict[str, Any]]


@pytest.fixture(scope="module")
def ask() -> Ask:
    """Runs check.mjs. The library is fetched once, at the integrity that package-lock.json pins."""
    node, npm, folder = shutil.which("node"), shutil.which("npm"), ROOT / ".build" / "jose"
    if not node or not npm:
        missing("Node is not installed: the foreign JOSE implementation cannot run")
    folder.mkdir(parents=True, exist_ok=True)
    for name in ("package.json", "package-lock.json", "check.mjs"):
        shutil.copy(HERE / name, folder)
    if not (folder / "node_modules" / "jose").exists():
        fetch = [npm, "ci", "--no-audit", "--no-fund"]
        fetched = subprocess.run(fetch, cwd=folder, capture_output=True, timeout=PATIENCE_SECONDS, check=False)
        if fetched.returncode:
            missing("npm cannot fetch `jose` here: the foreign JOSE implementation cannot run")

    def run(statements: list[str], jwks: Any) -> dict[str, Any]:
        question = json.dumps({"statements": statements, "jwks": jwks, "page": PAGE})
        answer = subprocess.run(
            [node, "check.mjs"],
            cwd=folder,
            input=question,
            capture_output=True,
            text=True,
            check=True,
            timeout=PATIENCE_SECONDS,
        )
        told: dict[str, Any] = json.loads(answer.stdout)
        return told

    return run


@pytest.fixture(params=["moto", "local"])
def kms(request: pytest.FixtureRequest) -> Signing:
    """Signed by KMS, turned into JWS by our own ten lines."""
    return ENGINES[request.param](request)


def _encoded(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()


def _decoded(statement: str, part: int) -> bytes:
    text = statement.split(".")[part]
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def tampered(statement: str) -> Iterable[str]:
    """The same statement, altered in one way each."""
    header, payload, signature = statement.split(".")
    other_day = json.dumps({**json.loads(_decoded(statement, 1)), "valid_until": "2099-12-31"}).encode()
    raw = _decoded(statement, 2)
    yield f"{header}.{_encoded(other_day)}.{signature}"
    yield f"{header}.{payload}.{_encoded(raw[32:] + raw[:32])}"
    yield f"{header}.{payload}.{_encoded(bytes(64))}"
    yield f"{header}.{payload}.{signature[:-2]}"
    yield f"{header}.{payload}."
    for changed in ({"alg": "none"}, {"alg": "HS256"}, {"alg": "ES384"}, {"kid": "another"}, {"typ": "JWT"}):
        altered = json.dumps({**json.loads(_decoded(statement, 0)), **changed}).encode()
        yield f"{_encoded(altered)}.{payload}.{signature}"


def test_three_implementations_take_what_kms_signed_and_refuse_what_was_altered(kms: Signing, ask: Ask) -> None:
    statement = kms.signer.sign(CLAIMS)
    stranger = FakeSigning(ECKey.generate_key("P-256", {"kid": kms.public.jwks()["keys"][0]["kid"]})).sign(CLAIMS)
    forged = [*tampered(statement), stranger, "nothing of the kind", ""]
    # A signature's numbers are shorter than 32 bytes once in some hundred: several, so that their padding is met.
    genuine = [kms.signer.sign({**CLAIMS, "jti": str(number)}) for number in range(60)]
    first, *others = ask([statement, *genuine, *forged], kms.public.jwks())["found"]
    assert first == {"library": CLAIMS, "page": CLAIMS}
    assert [found["page"]["jti"] for found in others[:60]] == [found["library"]["jti"] for found in others[:60]]
    assert others[60:] == [{"library": None, "page": None}] * len(forged)
    assert read(statement, kms.keys).claims == CLAIMS
    for one in forged:
        with pytest.raises(NotGenuine):
            read(one, kms.keys)


def test_a_statement_of_the_foreign_implementation_is_read(ask: Ask) -> None:
    signed = ask([], {"keys": []})["signed"]
    claims = read(signed["statement"], KeySet.import_key_set(signed["jwks"])).claims
    assert claims == {
        "jti": "1",
        "masked_name": "王*明",
        "certified_on": "2026-03-01",
        "valid_until": "2027-03-01",
    }
    (by_page,) = ask([signed["statement"]], signed["jwks"])["found"]
    assert by_page["page"] == claims
