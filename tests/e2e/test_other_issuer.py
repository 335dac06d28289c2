"""Signing in by another issuer than the stack's user pool: its keys served on loopback, a stack of its own."""

import base64
import hmac
import json
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from joserfc import jwt
from joserfc.jwk import RSAKey

from local.demo.phone import Answer, Phone
from local.deploy import Deployment, deploy
from local.stack import run
from tests.e2e.test_tokens import BY_GATEWAY, reclaimed

AUDIENCE = "an-app"
NOBODYS = "/sessions/7f9c24e8-3b1a-4c55-9d53-0e7c6a1f2b3d"


@dataclass(slots=True)
class Issuer:
    """An OpenID Connect issuer as far as tokens are checked: a configuration and keys, by HTTP."""

    address: str = ""
    key: RSAKey = field(default_factory=lambda: RSAKey.generate_key(2048, {"kid": "one"}))

    def document(self, path: str) -> dict[str, Any]:
        if path == "/.well-known/openid-configuration":
            return {"issuer": self.address, "jwks_uri": f"{self.address}/keys"}
        return {"keys": [self.key.as_dict(private=False)]}

    def token(self, subject: str = "somebody", *groups: str, by: RSAKey | None = None, **claims: Any) -> str:
        now = int(time.time())
        said = {"iss": self.address, "aud": AUDIENCE, "sub": subject, "iat": now, "exp": now + 600, "groups": groups}
        return jwt.encode({"alg": "RS256", "kid": "one"}, {**said, **claims}, by or self.key)

    def program(self, scope: str, kind: str = "at+jwt", **claims: Any) -> str:
        """An access token by client credentials (RFC 9068)."""
        now = int(time.time())
        said = {"iss": self.address, "aud": AUDIENCE, "sub": "a-program", "iat": now, "exp": now + 600, "scope": scope}
        return jwt.encode({"alg": "RS256", "kid": "one", "typ": kind}, {**said, **claims}, self.key)

    def signed_with_its_public_key(self) -> str:
        """As if the key that everybody can read were a secret shared with the checker."""
        head, claims, _ = reclaimed(self.token("c", "clerk"), {"alg": "HS256", "kid": "one"}).split(".")
        signature = hmac.digest(self.key.as_pem(private=False), f"{head}.{claims}".encode(), "sha256")
        return f"{head}.{claims}.{base64.urlsafe_b64encode(signature).rstrip(b'=').decode()}"


@pytest.fixture(scope="module")
def issuer() -> Iterator[Issuer]:
    found = Issuer()

    class Served(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = json.dumps(found.document(self.path)).encode()
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Served)
    found.address = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    yield found
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture(scope="module")
def elsewhere(issuer: Issuer) -> Iterator[Deployment]:
    """A stack whose people sign in at the issuer."""
    more = {"Authorizer": "OtherIssuer", "OidcIssuer": issuer.address, "OidcAudience": AUDIENCE}
    with run() as local:
        yield deploy(local.aws, more=more)


def test_its_people_and_its_groups_are_ours(elsewhere: Deployment, issuer: Issuer) -> None:
    clerk, user = (Phone(elsewhere.api_url, issuer.token(*who)) for who in (("c", "clerk"), ("u",)))
    assert clerk.call("GET", "/staff/reviews") == Answer(200, {"reviews": [], "after": None})
    refused = user.call("GET", "/staff/reviews")
    assert (refused.status, refused.body["code"]) == (403, "not_allowed")
    unknown = user.call("GET", NOBODYS)
    assert (unknown.status, unknown.body["code"]) == (404, "session_not_found")


def test_every_other_token_is_refused(elsewhere: Deployment, issuer: Issuer) -> None:
    now = int(time.time())
    tokens = {
        "none": None,
        "no token at all": "nonsense",
        "unsigned": reclaimed(issuer.token(), {"alg": "none", "kid": "one"}),
        "shared secret": issuer.signed_with_its_public_key(),
        "another's key": issuer.token(by=RSAKey.generate_key(2048, {"kid": "one"})),
        "expired": issuer.token(iat=now - 1000, exp=now - 400),
        "other audience": issuer.token(aud="another-app"),
        "other issuer": issuer.token(iss="http://127.0.0.1:9"),
        "nobody": issuer.token(""),
    }
    answers = {kind: Phone(elsewhere.api_url, token).call("GET", NOBODYS) for kind, token in tokens.items()}
    assert {kind: BY_GATEWAY.fits(answer) for kind, answer in answers.items()} == dict.fromkeys(tokens, True)


def test_its_programs_see_their_payers_feed_and_nothing_else(elsewhere: Deployment, issuer: Issuer) -> None:
    fund = Phone(elsewhere.api_url, issuer.program("email payers/fund/feed"))
    assert fund.expect(200, "GET", "/feed")["payer"] == "fund"
    gone = Phone(elsewhere.api_url, issuer.program("payers/gone/feed")).call("GET", "/feed")
    assert (gone.status, gone.body["code"]) == (404, "payer_not_found")
    # Its token is known here, and lets it through to its own route alone.
    for route in (NOBODYS, "/staff/feeds/fund", "/staff/reviews"):
        refused = fund.call("GET", route)
        assert (refused.status, refused.body["code"]) == (403, "not_allowed"), route
    auditor, user = (Phone(elsewhere.api_url, issuer.token(*who)) for who in (("a", "auditor"), ("u",)))
    assert auditor.expect(200, "GET", "/staff/feeds/fund")["payer"] == "fund"
    for person in (auditor, user):
        assert person.call("GET", "/feed").body["code"] == "not_allowed"
    now = int(time.time())
    tokens = {
        "two payers": issuer.program("payers/fund/feed payers/mine/feed"),
        "a group besides": issuer.program("payers/fund/feed", groups=["clerk"]),
        "an ID token": issuer.program("payers/fund/feed", "JWT"),
        "a person's ID token with the scope": issuer.token("c", "clerk", scope="payers/fund/feed"),
        "of another audience": issuer.program("payers/fund/feed", aud="another"),
        "eleven minutes old": issuer.program("payers/fund/feed", iat=now - 700, exp=now + 3000),
    }
    answers = {kind: Phone(elsewhere.api_url, token).call("GET", "/feed") for kind, token in tokens.items()}
    assert {kind: BY_GATEWAY.fits(answer) for kind, answer in answers.items()} == dict.fromkeys(tokens, True)
