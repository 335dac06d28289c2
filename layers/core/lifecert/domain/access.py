"""Who of the staff opened whose record: a row for each, for the person to read (adr/0040)."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from lifecert.domain.actor import User

# Beyond the yearly certification and what follows of it, as sessions are.
ACCESS_KEPT = timedelta(days=400)


class AccessAction(StrEnum):
    """What somebody did to see a record."""

    FOUND = "found"
    READ = "read"
    CASE = "case"
    REGISTERED_AGAIN = "registered_again"
    EXPORTED = "exported"


class AccessRole(StrEnum):
    """As what."""

    CLERK = "clerk"
    AUDITOR = "auditor"
    OPERATOR = "operator"


@dataclass(frozen=True, slots=True)
class Access:
    """One record opened once. `actor_id` is the token's subject, never a name, or what an operator ran."""

    beneficiary_id: str
    actor_id: str
    role: AccessRole
    action: AccessAction
    at: datetime


def role_of(user: User) -> AccessRole:
    """Whoever is both looks as a clerk."""
    return AccessRole.CLERK if user.is_clerk else AccessRole.AUDITOR
