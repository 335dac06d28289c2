"""Who may call what: the one table of routes. A route that is not in it answers nobody.

The gateway proves who somebody is, by their token; whether they may is decided here, before a handler runs. What
belongs to one person, such as a session, the use case checks besides.
"""

from dataclasses import dataclass

from lifecert.domain.actor import Group, User
from lifecert.domain.errors import NotAllowed
from lifecert.entry.http.problems import SignedOut


@dataclass(frozen=True, slots=True)
class Rule:
    """Whom a route is for: anyone, whoever is signed in, or members of one of `groups`."""

    signed_in: bool = True
    groups: frozenset[Group] = frozenset()

    def check(self, user: User | None) -> None:
        """Raises SignedOut when a user is needed and there is none, NotAllowed when it is not one of `groups`."""
        if self.signed_in and user is None:
            raise SignedOut
        if self.groups and not (user and self.groups & user.groups):
            raise NotAllowed


ANYONE = Rule(signed_in=False)
SIGNED_IN = Rule()
CLERKS = Rule(groups=frozenset({Group.CLERK}))
STAFF = Rule(groups=frozenset({Group.CLERK, Group.AUDITOR}))

RULES: dict[str, Rule] = {
    "POST /sessions": SIGNED_IN,
    "POST /sessions/{session_id}/verify": SIGNED_IN,
    "GET /sessions/{session_id}": SIGNED_IN,
    "GET /beneficiaries/{beneficiary_id}": SIGNED_IN,
    "POST /beneficiaries/{beneficiary_id}/reports": SIGNED_IN,
    "POST /reports": SIGNED_IN,
    "GET /certificates/{certificate_id}": ANYONE,
    "GET /.well-known/jwks.json": ANYONE,
    "POST /beneficiaries/{beneficiary_id}/consent-withdrawal": SIGNED_IN,
    "POST /staff/beneficiaries/{beneficiary_id}/consent": CLERKS,
    "POST /staff/beneficiaries": CLERKS,
    "PUT /staff/beneficiaries/{beneficiary_id}/contact": CLERKS,
    "POST /staff/beneficiaries/{beneficiary_id}/references": CLERKS,
    "POST /staff/beneficiaries/{beneficiary_id}/references/{reference_id}/enrol": CLERKS,
    "POST /staff/beneficiaries/{beneficiary_id}/certifications": CLERKS,
    "POST /staff/beneficiaries/{beneficiary_id}/end": CLERKS,
    "POST /staff/beneficiaries/{beneficiary_id}/correction": CLERKS,
    "POST /staff/certificates/{certificate_id}/revocation": CLERKS,
    "POST /staff/proposals/{proposal_id}/confirmation": CLERKS,
    "GET /staff/reviews": CLERKS,
    "GET /staff/reviews/{review_id}": CLERKS,
    "POST /staff/reviews/{review_id}/decision": CLERKS,
    "GET /staff/hold-batches": STAFF,
    "GET /staff/hold-batches/{batch_id}": STAFF,
    "POST /staff/hold-batches/{batch_id}/decision": CLERKS,
    "GET /staff/statistics": STAFF,
}
