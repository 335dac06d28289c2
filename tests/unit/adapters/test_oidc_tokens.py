"""Tokens of another issuer: what is taken, what is refused and by which name, and how often keys are fetched."""

import base64
import hashlib
import hmac
import json
from collections.abc import Mapping
from typing import Any

import pytest
import urllib3
from joserfc import jwt
from joserfc.jwk import ECKey, RSAKey

from lifecert.adapters.oidc_tokens import OidcTokens, fetch_json
from lifecert.domain.actor import Group
from lifecert.domain.errors import StoreUnavailable, TokenRefused
from lifecert.entry.http.authorising import allowed, token_of
from lifecert.ports.tokens import Bearer

ISSUER, AUDIENCE, NOW = "https://id.example.org/realm", "lifecert-app", 1_772_326_800
KEY = RSAKey.generate_key(2048, {"kid": "1"})
CLAIMS = {
    "iss": ISSUER,
    "aud": AUDIENCE,
    "sub": "user-1",
    "iat": NOW - 10,
    "nbf": NOW - 10,
    "exp": NOW + 3600,
    "groups": ["clerk", "somebody-else"],
}


class World:
    """An issuer, and a clock."""

    def __init__(self, *keys: Any) -> None:
        self.keys: tuple[Any, ...] = keys or (KEY,)
        self.fetched: list[str] = []
        self.time = float(NOW)
        self.about: dict[str, Any] = {"issuer": ISSUER, "jwks_uri": "https://id.example.org/keys"}
        self.tokens = OidcTokens(ISSUER, AUDIENCE, "groups", self.fetch, lambda: self.time)

    def fetch(self, address: str) -> Mapping[str, Any]:
        self.fetched.append(address)
        if address.endswith("openid-configuration"):
            return self.about
        return {"keys": [key.as_dict(private=False) for key in self.keys]}

    def refused(self, token: str) -> str:
        with pytest.raises(TokenRefused) as error:
            self.tokens.bearer(token)
        return str(error.value)


def signed(key: Any = KEY, alg: str = "RS256", kid: str | None = "1", **claims: Any) -> str:
    header = {"alg": alg, **({"kid": kid} if kid else {})}
    stated = {name: value for name, value in {**CLAIMS, **claims}.items() if value is not None}
    return jwt.encode(header, stated, key, algorithms=[alg])


def test_a_good_token_speaks_for_its_subject_and_groups() -> None:
    world = World()
    assert world.tokens.bearer(signed()) == Bearer("user-1", ("clerk", "somebody-else"))
    assert world.fetched == [f"{ISSUER}/.well-known/openid-configuration", "https://id.example.org/keys"]
    world.tokens.bearer(signed(aud=["another", AUDIENCE], azp=AUDIENCE))
    assert len(world.fetched) == 2


def test_an_elliptic_curve_will_do() -> None:
    key = ECKey.generate_key("P-256", {"kid": "1"})
    assert World(key).tokens.bearer(signed(key, "ES256")).subject == "user-1"


@pytest.mark.parametrize(
    ("claims", "code"),
    [
        ({"exp": NOW - 61}, "expired_token"),
        ({"exp": None}, "missing_claim"),
        ({"nbf": NOW + 120}, "invalid_claim"),
        ({"iat": NOW + 120}, "invalid_claim"),
        ({"iss": "https://id.example.org/another"}, "invalid_claim"),
        ({"iss": None}, "missing_claim"),
        ({"aud": "another"}, "invalid_claim"),
        ({"aud": None}, "missing_claim"),
        ({"aud": [AUDIENCE, "another"], "azp": "another"}, "another_party"),
        ({"aud": [AUDIENCE, "another"]}, "another_party"),
        ({"typ": "Bearer"}, "another_type"),
        ({"typ": "Refresh"}, "another_type"),
        ({"iat": NOW - 661}, "staff_token_old"),
        ({"iat": None}, "staff_token_old"),
        ({"sub": None}, "missing_claim"),
        ({"sub": ""}, "invalid_claim"),
        ({"sub": 7}, "invalid_claim"),
        ({"sub": "a\nb"}, "no_subject"),
        ({"sub": "x" * 256}, "no_subject"),
    ],
)
def test_claims_that_are_refused(claims: dict[str, Any], code: str) -> None:
    assert World().refused(signed(**claims)) == code


def test_only_staff_need_a_fresh_token() -> None:
    """Whoever only certifies keeps a token for as long as the issuer says; a dismissed clerk's ends in minutes."""
    old: dict[str, Any] = {"iat": NOW - 3000}
    assert World().tokens.bearer(signed(**old, groups=["somebody-else"])).subject == "user-1"
    assert World().tokens.bearer(signed(**old, groups=None)).subject == "user-1"
    for group in Group:
        assert World().refused(signed(**old, groups=[str(group)])) == "staff_token_old"
    assert World().tokens.bearer(signed(iat=NOW - 600)).groups == ("clerk", "somebody-else")


@pytest.mark.parametrize("kind", ["at+jwt", "logout+jwt", "AT+JWT", "application/at+jwt"])
def test_a_token_of_another_type_is_refused_by_its_header(kind: str) -> None:
    header = {"alg": "RS256", "kid": "1", "typ": kind}
    assert World().refused(jwt.encode(header, CLAIMS, KEY, algorithms=["RS256"])) == "another_type"
    assert World().tokens.bearer(jwt.encode({**header, "typ": "JWT"}, CLAIMS, KEY)).subject == "user-1"


def test_one_id_token_of_keycloak_is_taken() -> None:
    assert World().tokens.bearer(signed(typ="ID", azp=AUDIENCE)).subject == "user-1"


def test_clocks_may_differ_by_a_minute() -> None:
    assert World().tokens.bearer(signed(exp=NOW - 30, nbf=NOW + 30)).subject == "user-1"


def _parts(header: dict[str, str]) -> str:
    return ".".join(
        base64.urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=").decode() for part in (header, CLAIMS)
    )


def _unsigned() -> str:
    return _parts({"alg": "none", "kid": "1"}) + "."


def _signed_with_the_public_key() -> str:
    # The classical confusion: the public key, which everybody knows, as a shared secret.
    signed_part = _parts({"alg": "HS256", "kid": "1"})
    mac = hmac.new(KEY.as_pem(private=False), signed_part.encode(), hashlib.sha256).digest()
    return f"{signed_part}.{base64.urlsafe_b64encode(mac).rstrip(b'=').decode()}"


@pytest.mark.parametrize(
    "token",
    [
        _unsigned(),
        _signed_with_the_public_key(),
        signed(RSAKey.generate_key(2048, {"kid": "1"})),
        signed(kid="another"),
        signed(kid=None),
        signed()[:-3],
        signed().replace(".", "..", 1),
        "e30.e30.e30",
        "not a token",
        "",
        "x" * 9000,
    ],
    ids=["none", "hmac", "forged", "kid", "no kid", "cut", "dots", "empty", "words", "nothing", "long"],
)
def test_tokens_that_are_not_genuine(token: str) -> None:
    assert World().refused(token) in {"not_genuine", "unknown_key", "no_key_id", "too_long"}


def test_a_new_key_is_found_and_nobody_makes_us_ask_all_the_time() -> None:
    world, new = World(), RSAKey.generate_key(2048, {"kid": "2"})
    world.tokens.bearer(signed())
    world.keys = (KEY, new)
    assert world.refused(signed(new, kid="2")) == "unknown_key"
    for _ in range(20):
        world.refused(signed(kid="made up"))
    assert len(world.fetched) == 2
    world.time += 61
    assert world.tokens.bearer(signed(new, kid="2")).subject == "user-1"
    assert len(world.fetched) == 4


def test_a_withdrawn_key_is_taken_for_an_hour_at_most() -> None:
    world = World()
    world.tokens.bearer(signed())
    world.keys = (RSAKey.generate_key(2048, {"kid": "2"}),)
    world.time += 3601
    assert world.refused(signed(exp=NOW + 9999)) == "unknown_key"


def test_another_issuers_configuration_is_not_taken() -> None:
    world = World()
    world.about["issuer"] = "https://another.example.org"
    with pytest.raises(StoreUnavailable):
        world.tokens.bearer(signed())


def test_keys_that_cannot_be_read_are_no_reason_to_let_anybody_in() -> None:
    world = World()
    world.keys = (type("Broken", (), {"as_dict": lambda self, private: {"kty": "?"}})(),)
    with pytest.raises((StoreUnavailable, TokenRefused)):
        world.tokens.bearer(signed())


@pytest.mark.parametrize(
    ("claim", "groups"),
    [
        (["clerk", "payer"], ("clerk", "payer")),
        ("clerk", ("clerk",)),
        (["clerk,auditor", "a b", 7, ""], ()),
        ("", ()),
        (None, ()),
    ],
)
def test_groups(claim: object, groups: tuple[str, ...]) -> None:
    assert World().tokens.bearer(signed(groups=claim)).groups == groups


@pytest.mark.parametrize("claim", ["clerk,auditor", "clerk auditor", "my,clerk", "Domain Users,clerk", {"clerk": 1}, 7])
def test_several_groups_in_one_text_are_refused(claim: object) -> None:
    """A directory's group may be called `my,clerk`: split, it would make a clerk."""
    assert World().refused(signed(groups=claim)) == "groups_in_one_text"


def test_keys_come_over_https_only() -> None:
    with pytest.raises(StoreUnavailable, match="https"):
        fetch_json("http://169.254.169.254/latest/meta-data")


@pytest.mark.parametrize(
    ("header", "token"), [("Bearer a.b.c", "a.b.c"), ("bearer a.b.c", "a.b.c"), ("a.b.c", "a.b.c")]
)
def test_the_token_in_the_header(header: str, token: str) -> None:
    assert token_of({"authorizationToken": header}) == token


@pytest.mark.parametrize("header", ["", "Bearer", "Bearer a b", "Basic a.b.c", None])
def test_no_token_in_the_header(header: str | None) -> None:
    with pytest.raises(TokenRefused):
        token_of({"authorizationToken": header})


def test_the_gateway_hears_who_it_is_for_every_route_of_this_stage() -> None:
    answer = allowed(Bearer("user-1", ("clerk", "payer")), "arn:aws:execute-api:r:1:api/dev/POST/sessions/1/verify")
    assert answer["context"] == {"sub": "user-1", "groups": "clerk,payer"}
    (statement,) = answer["policyDocument"]["Statement"]
    assert statement["Resource"] == "arn:aws:execute-api:r:1:api/dev/*"


def answering(monkeypatch: pytest.MonkeyPatch, status: int, body: bytes) -> list[str]:
    """Let every address answer so; what was asked for is in the list."""
    asked: list[str] = []

    def request(method: str, address: str, **options: Any) -> urllib3.HTTPResponse:
        asked.append(f"{method} {address}")
        assert (options["redirect"], options["retries"]) == (False, False)
        return urllib3.HTTPResponse(body, status=status, preload_content=False)

    monkeypatch.setattr(urllib3, "request", request)
    return asked


def test_a_document_of_the_issuer_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = answering(monkeypatch, 200, b'{"keys": []}')
    assert fetch_json("https://id.example.org/keys") == {"keys": []}
    assert asked == ["GET https://id.example.org/keys"]


@pytest.mark.parametrize(
    ("status", "body"), [(200, b"[]"), (200, b"<html>"), (200, b"\xff"), (302, b"{}"), (404, b"{}"), (500, b"{}")]
)
def test_any_other_answer_is_an_issuer_that_cannot_be_reached(
    status: int, body: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    answering(monkeypatch, status, body)
    with pytest.raises(StoreUnavailable):
        fetch_json("https://id.example.org/keys")


def test_an_issuer_that_does_not_answer_is_told_by_the_class_of_the_error_alone(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def request(*_: Any, **__: Any) -> None:
        raise urllib3.exceptions.ConnectTimeoutError("https://id.example.org/keys?token=secret")

    monkeypatch.setattr(urllib3, "request", request)
    with pytest.raises(StoreUnavailable, match=r"^ConnectTimeoutError$"):
        fetch_json("https://id.example.org/keys")
