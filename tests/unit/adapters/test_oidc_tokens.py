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
from lifecert.entry.http.callers import with_groups
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
        ({"token_use": "access"}, "another_type"),
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


POOL = "https://cognito-idp.us-east-1.amazonaws.com/us-east-1_programs"
# What a Cognito user pool writes into a token by client credentials.
OF_A_PROGRAM: dict[str, Any] = {
    "iss": POOL,
    "aud": None,
    "nbf": None,
    "groups": None,
    "sub": "4example0client",
    "client_id": "4example0client",
    "token_use": "access",
    "scope": "payers/fund/feed",
    "version": 2,
    "jti": "an-id",
    "auth_time": NOW - 10,
}


class PoolWorld(World):
    """The user pool of programs: nobody else's tokens are good here."""

    def __init__(self) -> None:
        super().__init__()
        self.about["issuer"] = POOL
        self.tokens = OidcTokens(POOL, "", "cognito:groups", self.fetch, lambda: self.time)


def test_a_program_of_the_own_pool_speaks_for_one_payer_and_is_in_no_group() -> None:
    assert PoolWorld().tokens.bearer(signed(**OF_A_PROGRAM)) == Bearer("4example0client", (), "fund")
    other = PoolWorld().tokens.bearer(signed(**{**OF_A_PROGRAM, "scope": "payers/mine/feed something/else"}))
    assert other.payer == "mine"


def test_a_civil_registrys_program_speaks_for_one_register_and_for_no_payer() -> None:
    told = PoolWorld().tokens.bearer(signed(**{**OF_A_PROGRAM, "scope": "registers/civil_register.zj/notify"}))
    assert told == Bearer("4example0client", (), None, "civil_register.zj")
    by_another = as_access("at+jwt", **{**OF_ANOTHER_ISSUER, "scope": "email registers/hospital/notify"})
    assert World().tokens.bearer(by_another).register == "hospital"


@pytest.mark.parametrize(
    ("claims", "code"),
    [
        ({"scope": "payers/fund/feed payers/mine/feed"}, "several_payers"),
        ({"scope": "payers/fund/feed payers/fund/feed"}, "several_payers"),
        ({"scope": "payers/fund/feed payers/mine"}, "several_payers"),
        ({"scope": ["payers/fund/feed", "payers/mine/feed"]}, "several_payers"),
        ({"scope": "payers/fund"}, "payer_unclear"),
        ({"scope": "payers/fund/feed/more"}, "payer_unclear"),
        ({"scope": "payers//feed"}, "payer_unclear"),
        ({"scope": "payers/fund:head/feed"}, "payer_unclear"),
        ({"scope": "PAYERS/FUND/FEED"}, "payer_unclear"),
        ({"scope": "registers/civil/feed"}, "payer_unclear"),
        ({"scope": "registers//notify"}, "payer_unclear"),
        ({"scope": "registers/a/b/notify"}, "payer_unclear"),
        ({"scope": "Registers/civil/notify"}, "payer_unclear"),
        ({"scope": "payers/fund/feed registers/civil/notify"}, "several_payers"),
        ({"scope": "registers/civil/notify registers/hospital/notify"}, "several_payers"),
        ({"scope": "registers/civil/notify", "cognito:groups": ["clerk"]}, "payer_with_groups"),
        ({"scope": "payers/fund/feed", "cognito:groups": ["clerk"]}, "payer_with_groups"),
        ({"cognito:groups": ["auditor", "another"]}, "payer_with_groups"),
        ({"cognito:groups": ["another"]}, "payer_with_groups"),
        ({"cognito:groups": "clerk"}, "payer_with_groups"),
        ({"cognito:groups": "clerk,auditor"}, "groups_in_one_text"),
        ({"scope": None}, "no_payer"),
        ({"scope": ""}, "no_payer"),
        ({"scope": "openid"}, "no_payer"),
        ({"scope": "aws.cognito.signin.user.admin"}, "no_payer"),
        ({"scope": 7}, "no_payer"),
        ({"scope": None, "cognito:groups": ["payer"]}, "no_payer"),
        ({"scope": None, "cognito:groups": ["payers/fund/feed"]}, "no_payer"),
        ({"token_use": "id"}, "another_type"),
        ({"token_use": "id", "aud": "4example0client"}, "another_type"),
        ({"token_use": None}, "another_type"),
        ({"token_use": ["access"]}, "another_type"),
        ({"typ": "ID"}, "another_type"),
        ({"typ": "Refresh"}, "another_type"),
        # A person who signed in: the subject is theirs, and there is a user name.
        ({"sub": "user-1"}, "no_program"),
        ({"username": "user-1"}, "no_program"),
        ({"client_id": None}, "no_program"),
        ({"iat": NOW - 661}, "payer_token_old"),
        ({"iat": None}, "payer_token_old"),
        ({"iat": "yesterday"}, "invalid_claim"),
        ({"exp": NOW - 61}, "expired_token"),
        ({"exp": None}, "missing_claim"),
        ({"iss": "https://cognito-idp.us-east-1.amazonaws.com/us-east-1_people"}, "invalid_claim"),
        ({"iss": "https://cognito-idp.us-east-1.amazonaws.com/us-east-1_staff"}, "invalid_claim"),
        ({"sub": None}, "missing_claim"),
        ({"sub": "a,b\n", "client_id": "a,b\n"}, "no_subject"),
    ],
)
def test_what_is_no_token_of_one_payers_program_is_refused(claims: dict[str, Any], code: str) -> None:
    assert PoolWorld().refused(signed(**{**OF_A_PROGRAM, **claims})) == code


def test_another_pools_key_signs_no_program_in() -> None:
    """The public pool's user, or its administrator, writes what they like: the signature is not of this pool."""
    assert PoolWorld().refused(signed(RSAKey.generate_key(2048, {"kid": "1"}), **OF_A_PROGRAM)) == "not_genuine"
    assert (
        PoolWorld().refused(signed(RSAKey.generate_key(2048, {"kid": "9"}), kid="9", **OF_A_PROGRAM)) == "unknown_key"
    )


def test_no_person_signs_in_where_programs_alone_do() -> None:
    assert PoolWorld().refused(signed(iss=POOL)) == "no_payer"
    assert PoolWorld().refused(signed(iss=POOL, aud="", groups=["clerk"])) == "no_payer"


def test_the_keys_of_a_local_stack_are_where_it_says() -> None:
    world = PoolWorld()
    world.tokens.discovery = "http://127.0.0.1:4566/pool/.well-known/openid-configuration"
    world.tokens.bearer(signed(**OF_A_PROGRAM))
    assert world.fetched[0] == world.tokens.discovery


OF_ANOTHER_ISSUER: dict[str, Any] = {"groups": None, "sub": "service-7", "scope": "email payers/mine/feed profile"}


def as_access(kind: str, **claims: Any) -> str:
    stated = {name: value for name, value in {**CLAIMS, **claims}.items() if value is not None}
    return jwt.encode({"alg": "RS256", "kid": "1", "typ": kind}, stated, KEY, algorithms=["RS256"])


@pytest.mark.parametrize("kind", ["at+jwt", "application/at+jwt"])
def test_a_program_of_another_issuer_by_rfc_9068(kind: str) -> None:
    assert World().tokens.bearer(as_access(kind, **OF_ANOTHER_ISSUER)) == Bearer("service-7", (), "mine")
    # Groups of the issuer's own are nobody's business here.
    assert World().tokens.bearer(as_access(kind, **OF_ANOTHER_ISSUER | {"groups": ["robots"]})).groups == ()


def test_a_program_of_keycloak_and_one_whose_payer_stands_among_its_roles() -> None:
    by_claim = {**OF_ANOTHER_ISSUER, "typ": "Bearer", "azp": "a-program", "aud": [AUDIENCE, "account"]}
    assert World().tokens.bearer(signed(**by_claim)).payer == "mine"
    world = World()
    world.tokens.payer_claim = "roles"
    among_roles = {"scope": None, "roles": ["offline", "payers/fund/feed"], "groups": None}
    assert world.tokens.bearer(as_access("at+jwt", **among_roles)).payer == "fund"


@pytest.mark.parametrize(
    ("claims", "code"),
    [
        ({"scope": "payers/fund/feed payers/mine/feed"}, "several_payers"),
        ({"scope": "payers/mine"}, "payer_unclear"),
        ({"groups": ["clerk"]}, "payer_with_groups"),
        ({"groups": ["robots", "auditor"]}, "payer_with_groups"),
        ({"typ": "ID"}, "another_type"),
        ({"aud": "another"}, "invalid_claim"),
        ({"aud": None}, "missing_claim"),
        ({"iat": NOW - 661}, "payer_token_old"),
    ],
)
def test_programs_of_another_issuer_that_are_refused(claims: dict[str, Any], code: str) -> None:
    assert World().refused(as_access("at+jwt", **{**OF_ANOTHER_ISSUER, **claims})) == code


def test_an_id_token_that_names_a_payer_is_neither_a_persons_nor_a_programs() -> None:
    assert World().refused(signed(scope="payers/fund/feed", groups=None)) == "another_type"
    assert World().refused(signed(scope="payers/fund/feed", groups=["clerk"])) == "another_type"
    # In another claim it says nothing.
    assert World().tokens.bearer(signed(payer="payers/fund/feed", groups=None)).payer is None


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


@pytest.mark.parametrize(
    ("claim", "groups"),
    [
        (["clerk", "district:3715"], ("clerk", "district:3715")),
        # What cannot be told on as it is must not be lost: without a district a clerk may be one of everywhere.
        (["clerk", "district:37,15"], ("clerk", "district:")),
        (["clerk", "district: 37", "District 44", "district:" + "1" * 100], ("clerk", "district:")),
        (["clerk", "district:37 15", "district:11"], ("clerk", "district:", "district:11")),
    ],
)
def test_a_district_is_told_on_or_that_there_is_one(claim: object, groups: tuple[str, ...]) -> None:
    told = World().tokens.bearer(signed(groups=claim))
    assert told.groups == groups
    context = allowed(told, "arn:aws:execute-api:us-east-1:1:api/dev/GET/feed")["context"]
    scope = with_groups("somebody", context["groups"], whole=True).scope
    assert scope.prefixes == tuple(one.removeprefix("district:") for one in groups if one[9:])


def test_another_issuers_group_of_digits_takes_no_district_away() -> None:
    context = allowed(World().tokens.bearer(signed(groups=["clerk", "2024", "district:37"])), "arn:api/dev/GET/feed")
    assert with_groups("somebody", context["context"]["groups"], whole=True).scope.prefixes == ("37",)


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
