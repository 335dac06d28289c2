"""Who calls, by the claims that the gateway has checked: the user, their groups, and the districts of a clerk.

A district is a group too: `district:3715` is whatever begins so in the division code (adr/0045). What only looks like
one admits nothing, and keeps whoever has it from being a clerk without any district.
"""

import os
import re
from collections.abc import Mapping, Sequence
from typing import Any

from lifecert.domain.actor import Group, User
from lifecert.domain.person import IdNumber
from lifecert.domain.scope import EVERYWHERE, NOWHERE, Scope, is_prefix
from lifecert.entry.setting_values import schemes_of

DISTRICT = "district:"
# However it is written: it was meant to say where.
_MEANT = re.compile(r"\s*district", re.IGNORECASE)
WITHOUT_DISTRICT = "CLERKS_WITHOUT_DISTRICT"


def user_of(claims: Mapping[str, Any]) -> User | None:
    """Whom the claims of a user pool speak for; None unless they are an ID token's for one of our own apps. The gateway
    asks neither: it takes the pools' access tokens, and what they gave to another app. Groups count from the pool of
    the staff alone, whoever put somebody of the public one into a group."""
    told = claims.get("iss"), claims.get("aud")
    if claims.get("token_use") != "id" or None in told or not claims.get("sub"):
        return None
    if told == _app("STAFF"):
        return with_groups(claims["sub"], claims.get("cognito:groups"))
    return User(claims["sub"], scope=NOWHERE) if told == _app("USER") else None


def with_groups(subject: str, claim: object, *, whole: bool = False) -> User:
    """Somebody with the groups and districts of a claim: a list, or text as API Gateway passes it ("a,b", "[a b]").
    `whole`: nothing in the text is a half of a name, since our own authorizer made it."""
    names = _names(claim)
    known = {group.value for group in Group}
    groups = frozenset(Group(name) for name in names if name in known)
    halves = isinstance(claim, str) and not whole and any(name[:1].isdigit() for name in names)
    return User(subject, groups, scope_of(names, halves=halves) if Group.CLERK in groups else NOWHERE)


def scope_of(names: Sequence[str], *, halves: bool = False) -> Scope:
    """Where a clerk with these groups works. One in no district works where the deployment says; and nowhere, where it
    does not say. Of a name with a comma in it ("district:37,15") there are `halves`, and the first is wider than was
    meant: then no district counts."""
    said = [name for name in names if _MEANT.match(name)]
    if not said:
        return EVERYWHERE if os.environ.get(WITHOUT_DISTRICT) == "Everywhere" else NOWHERE
    if halves:
        return NOWHERE
    return Scope.of(filter(is_prefix, (name.removeprefix(DISTRICT) for name in said if name.startswith(DISTRICT))))


def number_of(told: Mapping[str, Any]) -> IdNumber | None:
    """The ID number that an issuer vouches for of whoever calls, as our own authorizer tells it. What the claims of a
    user pool say of one counts for nothing: there people write their attributes themselves."""
    if told.get("claims") or not told.get("sub"):
        return None
    try:
        return schemes_of(os.environ.get("NUMBER_SCHEMES")).parse(str(told.get("number") or ""))
    except ValueError:
        return None


def _names(claim: object) -> list[str]:
    if isinstance(claim, list):
        return [name for name in claim if isinstance(name, str)]
    return re.split(r"[\s,\[\]]+", str(claim or ""))


def _app(pool: str) -> tuple[str | None, str | None]:
    return os.environ.get(f"{pool}_POOL_ISSUER"), os.environ.get(f"{pool}_POOL_CLIENT_ID")
