"""Who acts."""

import hashlib
from dataclasses import dataclass
from enum import StrEnum


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
    """Somebody signed in."""

    user_id: str
    groups: frozenset[Group] = frozenset()

    @property
    def is_clerk(self) -> bool:
        """May register, enrol and decide."""
        return Group.CLERK in self.groups

    @property
    def is_staff(self) -> bool:
        """May see any beneficiary's state."""
        return bool(self.groups & {Group.CLERK, Group.AUDITOR})


@dataclass(frozen=True, slots=True)
class Program:
    """A payer's own program, signed in by itself. It is no user: no session is its own, and it acts for nobody."""

    program_id: str
    payer: str


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

SWEEP_ACTOR = Actor("expiry_sweep", Role.SWEEP)
NOTICE_ACTOR = Actor("send_notice", Role.SYSTEM)
PURGE_ACTOR = Actor("purge_faces", Role.PURGE)
