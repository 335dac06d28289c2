"""Who acts."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, replace
from enum import StrEnum

from lifecert.domain.scope import EVERYWHERE, NOWHERE, Scope


class Role(StrEnum):
    """In which capacity somebody, or something, changes a beneficiary."""

    USER = "user"
    CLERK = "clerk"
    DATA_MATCH = "data_match"
    SWEEP = "sweep"
    SYSTEM = "system"  # a job of ours that no schedule and no person started for this one
    PURGE = "purge"


class Group(StrEnum):
    """A group of the identity provider. No group: an ordinary user."""

    CLERK = "clerk"
    AUDITOR = "auditor"


@dataclass(frozen=True, slots=True)
class Actor:
    """The author of a change, as the ledger keeps it. `actor_id` is the token's subject, never a name."""

    actor_id: str
    role: Role


@dataclass(frozen=True, slots=True)
class User:
    """Somebody signed in. `scope` is where a clerk works, as their token says (`entry.http.callers`), and says nothing
    of anybody else."""

    user_id: str
    groups: frozenset[Group] = frozenset()
    scope: Scope = EVERYWHERE

    @property
    def is_clerk(self) -> bool:
        """May register, enrol and decide."""
        return Group.CLERK in self.groups

    @property
    def is_staff(self) -> bool:
        """May see the state of whoever lies within."""
        return bool(self.groups & {Group.CLERK, Group.AUDITOR})

    @property
    def is_auditor(self) -> bool:
        """Reads everything, everywhere."""
        return Group.AUDITOR in self.groups

    @property
    def reads(self) -> Scope:
        """Of which districts they may read: an auditor of all, whatever else they are."""
        if self.is_auditor:
            return EVERYWHERE
        return self.scope if self.is_clerk else NOWHERE

    @property
    def changes(self) -> Scope:
        """Of which districts they may change anything."""
        return self.scope if self.is_clerk else NOWHERE

    def towards(self, districts: Iterable[str]) -> "User":
        """Who this is to somebody with benefits in these districts: to whom is outside, a clerk is none."""
        outside = self.is_clerk and not self.scope.covers_any(districts)
        return replace(self, groups=self.groups - {Group.CLERK}) if outside else self


@dataclass(frozen=True, slots=True)
class Program:
    """A program that signed in by itself, of a payer, or of another register (`register`, by its source's code). It is
    no user: no session is its own, and it acts for nobody."""

    payer: str = ""
    register: str = ""


@dataclass(frozen=True, slots=True)
class SessionSecret:
    """What whoever started a session by an invitation shows for it, instead of signing in."""

    value: str

    @property
    def digest(self) -> str:
        """How a session keeps it: a plain hash, for it cannot be guessed."""
        return hashlib.sha256(self.value.encode()).hexdigest()


# Whose session it is said to be.
Caller = User | SessionSecret

# In front of the id of an import, where it stands for whoever prepared and whoever released it.
IMPORTED = "import:"


def is_import(actor_id: str) -> bool:
    """Whether this stands for the two people of an import."""
    return actor_id.startswith(IMPORTED)


SWEEP_ACTOR = Actor("expiry_sweep", Role.SWEEP)
NOTICE_ACTOR = Actor("send_notice", Role.SYSTEM)
PURGE_ACTOR = Actor("purge_faces", Role.PURGE)
