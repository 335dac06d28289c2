"""Sign-in by another OpenID Connect issuer, on a stack of its own with the built function and layer."""

import json
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from joserfc import jwt
from joserfc.jwk import RSAKey

from local.cast import DISTRICT
from local.deploy import Deployment, deploy
from local.phone import Phone
from local.stack import run
from tests.e2e.world import another_id_number

AUDIENCE = "lifecert-app"


@dataclass(frozen=True)
class Issuer:
    """An issuer on loopback with one key."""

    address: str
    key: RSAKey

    def token(self, key: RSAKey | None = None, **claims: Any) -> str:
        now = int(time.time())
        stated = {"iss": self.address, "aud": AUDIENCE, "sub": "somebody", "iat": now, "exp": now + 600, **claims}
        return jwt.encode({"alg": "RS256", "kid": "1"}, stated, key or self.key)


@pytest.fixture(scope="module")
def issuer() -> Iterator[Issuer]:
    key = RSAKey.generate_key(2048, {"kid": "1"})

    class Published(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            about = {"issuer": address, "jwks_uri": f"{address}/keys"}
            body = json.dumps({"keys": [key.as_dict(private=False)]} if self.path == "/keys" else about).encode()
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Published)
    address = f"http://127.0.0.1:{server.server_port}"
    threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    yield Issuer(address, key)
    server.shutdown()
    server.server_close()


@pytest.fixture(scope="module")
def elsewhere(issuer: Issuer) -> Iterator[Deployment]:
    parameters = {"Authorizer": "OtherIssuer", "OidcIssuer": issuer.address, "OidcAudience": AUDIENCE}
    with run() as local:
        yield deploy(local.aws, more=parameters)


def test_who_somebody_is_comes_from_the_other_issuer_and_what_they_may_from_the_table(
    elsewhere: Deployment, issuer: Issuer
) -> None:
    clerk = Phone(elsewhere.api_url, issuer.token(sub="clerk-1", groups=["clerk"]))
    registered = clerk.register("王五", another_id_number(), "resident_pension", DISTRICT, "2026-01-01")
    standing = clerk.expect(200, "GET", f"/beneficiaries/{registered}")
    assert standing["history"][0]["actor"] == {"role": "clerk", "actor_id": "clerk-1"}
    somebody = Phone(elsewhere.api_url, f"Bearer {issuer.token()}")
    refused = somebody.call("POST", "/staff/beneficiaries", {}, {"Idempotency-Key": "some-key-1"})
    assert (refused.status, refused.body["code"]) == (403, "not_allowed")
    assert somebody.call("GET", f"/beneficiaries/{registered}").status == 404
    assert Phone(elsewhere.api_url, None).call("GET", "/.well-known/jwks.json").status == 200


def test_tokens_of_nobody_are_refused(elsewhere: Deployment, issuer: Issuer) -> None:
    stranger = RSAKey.generate_key(2048, {"kid": "1"})
    pool = elsewhere.people.new_user("somebody@example.org", "Only-for-these-tests-2026", "clerk")
    for token in (
        issuer.token(key=stranger),
        issuer.token(aud="another"),
        issuer.token(iss="https://id.example.org"),
        issuer.token(exp=int(time.time()) - 120),
        issuer.token()[:-4],
        pool,
        None,
    ):
        assert Phone(elsewhere.api_url, token).call("GET", f"/sessions/{another_id_number()}").status == 401
