"""Tokens of any issuer, checked with a JOSE library and the issuer's published keys: OpenID Connect ID tokens of
people, and access tokens of programs (OAuth 2.0 client credentials).

A program's token names its payer by a scope, `payers/<code>/feed`, or its register, `registers/<source>/notify`.
Whatever names one of these is a program's token or refused: it is never taken for a person's.
"""

import base64
import json
import re
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from lifecert.domain.actor import Group
from lifecert.domain.errors import StoreUnavailable, TokenRefused
from lifecert.ports.tokens import Bearer

# Asymmetric only: with `none` or a shared secret anybody could sign.
ALGORITHMS = ("RS256", "PS256", "ES256")
CLOCKS_DIFFER_SECONDS = 60
KEYS_KEPT_SECONDS = 3600
# An unknown key id makes us ask again, but nobody can make us ask all the time.
KEYS_AGAIN_SECONDS = 60
MAX_TOKEN = 8192
# A dismissed clerk's token works for no longer, however long the issuer lets it live.
STAFF_SECONDS = 600
_STAFF = frozenset(group.value for group in Group)
_SUBJECT = re.compile(r"[!-~]{1,255}")
_NUMBER = re.compile(r"[0-9A-Za-z -]{5,40}")
_GROUP = re.compile(r"[A-Za-z0-9_.:-]{1,100}")
# A district that cannot be passed on as it is must not be lost either: without one a clerk may work everywhere.
_DISTRICT = re.compile(r"\s*district", re.IGNORECASE)
NO_DISTRICT = "district:"
# No group is called so: a group's name has no slash.
_PROGRAMS = ("payers/", "registers/")
_PAYER = re.compile(r"payers/([a-z0-9]{2,24})/feed")
_REGISTER = re.compile(r"registers/([A-Za-z0-9._-]{1,40})/notify")
# By what a token says that it is an access token: in the header (RFC 9068), or by a claim of Keycloak's or Cognito's.
_ACCESS_TYPES = ("AT+JWT", "APPLICATION/AT+JWT")
_ACCESS_CLAIMS = {"typ": "Bearer", "token_use": "access"}

Fetch = Callable[[str], Mapping[str, Any]]


@dataclass(slots=True)
class OidcTokens:
    """Tokens of `issuer` for `audience`; without one, of programs alone, as a Cognito user pool makes them, whose
    access tokens have no audience. `fetch` gets a JSON document by its address, `now` is in seconds of 1970;
    `payer_claim` has the scopes; `discovery` is where the issuer's configuration is, if not where its name says;
    `number_claim` is the one in which the issuer vouches for a person's ID number, if there is one."""

    issuer: str
    audience: str
    groups_claim: str
    fetch: Fetch
    now: Callable[[], float] = time.time
    payer_claim: str = "scope"
    discovery: str = ""
    number_claim: str = ""
    _keys: KeySet | None = field(default=None, init=False, repr=False)
    _fetched: float = field(default=0.0, init=False, repr=False)

    def bearer(self, token: str) -> Bearer:
        """Whom a token speaks for. Raises TokenRefused, whose message is a code, and StoreUnavailable."""
        if len(token) > MAX_TOKEN:
            raise TokenRefused("too_long")
        kind, claims = self._decoded(token)
        self._validate(claims)
        subject = claims["sub"]
        if not isinstance(subject, str) or not _SUBJECT.fullmatch(subject):
            raise TokenRefused("no_subject")
        groups = _groups(claims.get(self.groups_claim))
        if named := _naming_programs(claims.get(self.payer_claim)):
            return self._program(kind, claims, groups, named)
        return self._person(kind, claims, groups)

    def _validate(self, claims: dict[str, Any]) -> None:
        audience: dict[str, Any] = {"aud": {"essential": True, "value": self.audience}} if self.audience else {}
        registry = jwt.JWTClaimsRegistry(
            now=lambda: int(self.now()),
            leeway=CLOCKS_DIFFER_SECONDS,
            iss={"essential": True, "value": self.issuer},
            sub={"essential": True},
            exp={"essential": True},
            **audience,
        )
        try:
            registry.validate(claims)
        except JoseError as error:
            raise TokenRefused(error.error) from error

    def _person(self, kind: str, claims: dict[str, Any], groups: tuple[str, ...]) -> Bearer:
        if not self.audience:
            raise TokenRefused("no_payer")
        if kind != "JWT":
            raise TokenRefused("another_type")
        # Issued to several, so also to us, but for another's use, or nobody says whose (OpenID Connect Core 3.1.3.7).
        several = isinstance(claims["aud"], list) and len(claims["aud"]) > 1
        if claims.get("azp", None if several else self.audience) != self.audience:
            raise TokenRefused("another_party")
        # Some issuers say here what a token is: this must be an ID token.
        if claims.get("typ", "ID") != "ID" or claims.get("token_use", "id") != "id":
            raise TokenRefused("another_type")
        if not _STAFF.isdisjoint(groups) and not self._fresh(claims.get("iat")):
            raise TokenRefused("staff_token_old")
        return Bearer(claims["sub"], groups, number=self._number(claims))

    def _number(self, claims: dict[str, Any]) -> str | None:
        """The number that the issuer vouches for, of who signed in just now: an old token shows nobody's standing."""
        told = claims.get(self.number_claim) if self.number_claim else None
        if not isinstance(told, str) or not _NUMBER.fullmatch(told):
            return None
        return told if self._fresh(claims.get("iat")) else None

    def _program(self, kind: str, claims: dict[str, Any], groups: tuple[str, ...], named: list[str]) -> Bearer:
        if len(named) > 1:
            raise TokenRefused("several_payers")
        payer, register = _PAYER.fullmatch(named[0]), _REGISTER.fullmatch(named[0])
        if payer is None and register is None:
            raise TokenRefused("payer_unclear")
        if not _is_access(kind, claims):
            raise TokenRefused("another_type")
        # Another issuer may put a program into groups of its own; into none of ours.
        if groups and (not self.audience or not _STAFF.isdisjoint(groups)):
            raise TokenRefused("payer_with_groups")
        # A person who signs in gets access tokens too. Theirs have another subject, and a user name.
        if not self.audience and (claims.get("client_id") != claims["sub"] or "username" in claims):
            raise TokenRefused("no_program")
        if not self._fresh(claims.get("iat")):
            raise TokenRefused("payer_token_old")
        return Bearer(claims["sub"], (), payer and payer[1], register and register[1])

    def _fresh(self, issued: object) -> bool:
        age = self.now() - issued if isinstance(issued, int | float) else None
        return age is not None and age <= STAFF_SECONDS + CLOCKS_DIFFER_SECONDS

    def _decoded(self, token: str) -> tuple[str, dict[str, Any]]:
        """What the header calls the token, in capitals, and its claims, once the signature is known to be genuine."""
        try:
            header = json.loads(_header(token))
            kind = str(header.get("typ", "JWT")).upper()
            # Others name what is neither an ID token nor an access token here (logout+jwt).
            if kind not in ("JWT", *_ACCESS_TYPES):
                raise TokenRefused("another_type")
            kid = header.get("kid")
            if not isinstance(kid, str):
                raise TokenRefused("no_key_id")
            claims = jwt.decode(token, self._keys_with(kid), algorithms=list(ALGORITHMS)).claims
        except TokenRefused:
            raise
        except (JoseError, ValueError, AttributeError, KeyError, TypeError) as error:
            raise TokenRefused("not_genuine") from error
        if not isinstance(claims, dict):
            raise TokenRefused("not_genuine")
        return kind, claims

    def _keys_with(self, kid: str) -> KeySet:
        age = self.now() - self._fetched
        known = self._keys is not None and any(key.kid == kid for key in self._keys)
        if self._keys is None or age > KEYS_KEPT_SECONDS or (not known and age > KEYS_AGAIN_SECONDS):
            self._keys, self._fetched = self._fetch_keys(), self.now()
        if not any(key.kid == kid for key in self._keys):
            raise TokenRefused("unknown_key")
        return self._keys

    def _fetch_keys(self) -> KeySet:
        about = self.fetch(self.discovery or f"{self.issuer.rstrip('/')}/.well-known/openid-configuration")
        if about.get("issuer") != self.issuer:
            raise StoreUnavailable("the issuer's configuration names another issuer")
        published: Any = self.fetch(str(about.get("jwks_uri")))
        try:
            return KeySet.import_key_set(published)
        except (JoseError, ValueError, KeyError, TypeError) as error:
            raise StoreUnavailable("the issuer's keys cannot be read") from error


def _header(token: str) -> bytes:
    head = token.split(".", 1)[0]
    return base64.urlsafe_b64decode(head + "=" * (-len(head) % 4))


def _naming_programs(claim: object) -> list[str]:
    """The scopes, in a text with spaces (RFC 6749) or in a list, that name payers or registers, well or badly."""
    scopes = claim.split() if isinstance(claim, str) else claim if isinstance(claim, list) else []
    return [scope for scope in scopes if isinstance(scope, str) and scope.lower().startswith(_PROGRAMS)]


def _is_access(kind: str, claims: Mapping[str, Any]) -> bool:
    """Whether a token says that it is an access token, and nothing that contradicts it."""
    said = [claims[name] == value for name, value in _ACCESS_CLAIMS.items() if name in claims]
    return all(said) and (bool(said) or kind in _ACCESS_TYPES)


def _groups(claim: object) -> tuple[str, ...]:
    """Raises TokenRefused for several groups in one text: nobody can tell a separator from a part of a name."""
    names = claim if isinstance(claim, list) else [] if claim is None or claim == "" else [claim]
    if not isinstance(claim, list) and not all(isinstance(name, str) and _GROUP.fullmatch(name) for name in names):
        raise TokenRefused("groups_in_one_text")
    # A name with a comma would read as two groups further on.
    texts = [name for name in names if isinstance(name, str)]
    told = (name if _GROUP.fullmatch(name) else NO_DISTRICT if _DISTRICT.match(name) else None for name in texts)
    return tuple(dict.fromkeys(name for name in told if name))


def fetch_json(address: str, *, only_https: bool = True) -> Mapping[str, Any]:
    """A small JSON document. Raises StoreUnavailable."""
    import urllib3

    if only_https and not address.startswith("https://"):
        raise StoreUnavailable("the issuer is not reached over https")
    try:
        answer = urllib3.request("GET", address, timeout=2.0, retries=False, redirect=False)
        document = answer.json() if answer.status == 200 else None
    except (urllib3.exceptions.HTTPError, ValueError) as error:
        raise StoreUnavailable(type(error).__name__) from error
    if not isinstance(document, dict):
        raise StoreUnavailable("the issuer did not answer")
    return document
