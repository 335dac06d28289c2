"""Signed statements and the published keys, checked by a JOSE library that knows nothing of ours."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import boto3
import pytest
from joserfc import jws
from joserfc.errors import BadSignatureError, JoseError
from joserfc.jwk import KeySet

from lifecert.adapters.kms.signing import KmsPublicKeys, KmsSigner
from lifecert.ports.signing import PublicKeys, Signer
from local.aws import Aws
from tests.support.builders import a_certificate, registration
from tests.support.fakes.keys import FakeSigning

if TYPE_CHECKING:
    from mypy_boto3_kms import KMSClient

CLAIMS: dict[str, str | int] = {"iss": "lifecert.example", "jti": "1", "iat": 1772326800, "masked_name": "王*明"}


@dataclass(frozen=True, slots=True)
class Signing:
    signer: Signer
    public: PublicKeys

    @property
    def keys(self) -> KeySet:
        published: Any = json.loads(json.dumps(self.public.jwks()))
        return KeySet.import_key_set(published)


def kms_signing(client: "KMSClient") -> Signing:
    key_id = client.create_key(KeySpec="ECC_NIST_P256", KeyUsage="SIGN_VERIFY")["KeyMetadata"]["KeyId"]
    return Signing(KmsSigner(client, key_id), KmsPublicKeys(client, (key_id,)))


ENGINES: dict[str, Callable[[pytest.FixtureRequest], Signing]] = {
    "memory": lambda _: Signing(fake := FakeSigning(), fake),
    "moto": lambda request: kms_signing(_session(request).client("kms")),
    "local": lambda request: kms_signing(_aws(request).kms()),
}


def _session(request: pytest.FixtureRequest) -> boto3.Session:
    session: boto3.Session = request.getfixturevalue("moto_session")
    return session


def _aws(request: pytest.FixtureRequest) -> Aws:
    aws: Aws = request.getfixturevalue("aws")
    return aws


@pytest.fixture(params=ENGINES)
def signing(request: pytest.FixtureRequest) -> Signing:
    return ENGINES[request.param](request)


def test_the_statement_is_checked_with_the_published_key_alone(signing: Signing) -> None:
    # A signature's numbers are shorter than 32 bytes once in some hundred: many, so that their padding is met.
    for number in range(60):
        claims = {**CLAIMS, "jti": str(number)}
        read = jws.deserialize_compact(signing.signer.sign(claims), signing.keys, algorithms=["ES256"])
        assert json.loads(read.payload or b"") == claims
        assert read.headers()["typ"] == "lifecert+jws"


def test_an_altered_statement_and_a_foreign_key_are_noticed(signing: Signing) -> None:
    statement = signing.signer.sign(CLAIMS)
    header, payload, signature = statement.split(".")
    with pytest.raises(BadSignatureError):
        jws.deserialize_compact(f"{header}.{payload[:-2]}AA.{signature}", signing.keys, algorithms=["ES256"])
    stranger = FakeSigning().key.as_dict(private=False) | {"kid": signing.public.jwks()["keys"][0]["kid"]}
    foreign: Any = {"keys": [stranger]}
    with pytest.raises(BadSignatureError):
        jws.deserialize_compact(statement, KeySet.import_key_set(foreign), algorithms=["ES256"])


def test_the_published_key_holds_nothing_secret(signing: Signing) -> None:
    (key,) = signing.public.jwks()["keys"]
    assert set(key) == {"kty", "crv", "alg", "use", "kid", "x", "y"}


def test_after_a_rotation_statements_of_both_keys_are_genuine(moto_session: boto3.Session) -> None:
    client, calls = moto_session.client("kms"), []
    old, new = kms_signing(client), kms_signing(client)
    before, after = old.signer.sign(CLAIMS), new.signer.sign(CLAIMS)
    ids = tuple(signing.public.jwks()["keys"][0]["kid"] for signing in (new, old))
    client.meta.events.register("before-call.kms", lambda model, **_: calls.append(model.name))
    rotated = Signing(new.signer, KmsPublicKeys(client, ids))
    assert [key["kid"] for key in rotated.public.jwks()["keys"]] == list(ids)
    for statement in (before, after):
        assert (
            json.loads(jws.deserialize_compact(statement, rotated.keys, algorithms=["ES256"]).payload or b"") == CLAIMS
        )
    # A year later the old key is published no more, and what it signed is not genuine any more.
    with pytest.raises(JoseError):
        jws.deserialize_compact(before, new.keys, algorithms=["ES256"])
    assert calls.count("GetPublicKey") == len(ids)


def test_one_key_named_twice_is_published_once(moto_session: boto3.Session) -> None:
    client = moto_session.client("kms")
    (key,) = kms_signing(client).public.jwks()["keys"]
    assert KmsPublicKeys(client, (key["kid"], key["kid"])).jwks() == {"keys": [key]}


def test_a_statement_costs_one_request(moto_session: boto3.Session) -> None:
    client, calls = moto_session.client("kms"), []
    signing = kms_signing(client)
    client.meta.events.register("before-call.kms", lambda model, **_: calls.append(model.name))
    signing.signer.sign(CLAIMS)
    assert calls == ["Sign"]


def test_what_is_stated_holds_nothing_but_what_a_reader_needs() -> None:
    certificate = a_certificate(registration().after)
    assert certificate.claims("lifecert.example") == {
        "iss": "lifecert.example",
        "jti": certificate.certificate_id,
        "iat": int(certificate.issued_at.timestamp()),
        "masked_name": certificate.masked_name,
        "category": "resident_pension",
        "district": certificate.district,
        "method": "face_self",
        "certified_on": "2026-03-01",
        "valid_until": "2027-03-01",
        "policy_version": "test-1",
        "calibration_version": "test-calibration",
        "model_version": certificate.model_version,
        "evidence_digest": "e" * 64,
    }
