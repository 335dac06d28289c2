"""Invitations: the office issues one for a person, and withdraws it."""

import uuid
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from lifecert.application.shared.changing import change_newest
from lifecert.domain.actor import Actor, Role, User
from lifecert.domain.beneficiary import Beneficiary
from lifecert.domain.change import Change, record
from lifecert.domain.errors import (
    BeneficiaryNotFound,
    EntitlementEnded,
    InvitationNotFound,
    NotAllowed,
    StoreUnavailable,
)
from lifecert.domain.help_lines import HelpLines
from lifecert.domain.invitation import Invitation, InvitationCode, draw_code
from lifecert.domain.ledger import Detail, LedgerEvent
from lifecert.domain.status import Status
from lifecert.domain.year import add_months
from lifecert.ports.clock import Clock
from lifecert.ports.invitations import InvitationKeys, Invitations
from lifecert.ports.register import ChangingRegister

# Another code has the same digits once in many millions of times, if nothing is wrong.
_DRAWS = 3


@dataclass(frozen=True, slots=True)
class IssuedInvitation:
    """An invitation with its code, which is told here once and stored nowhere."""

    invitation: Invitation
    code: InvitationCode
    beneficiary: Beneficiary
    help_line: str

    @property
    def ids(self) -> dict[str, Any]:
        """Whose it is, and which."""
        return {
            "beneficiary_id": self.invitation.beneficiary_id,
            "invitation_id": self.invitation.invitation_id,
        }


@dataclass(frozen=True, slots=True)
class IssueInvitation:
    """The use case. `below` draws a number from 0 to under its argument that nobody can foresee. `issued_one_more` is
    told whose letter was made, and by which clerk."""

    register: ChangingRegister
    invitations: Invitations
    keys: InvitationKeys
    clock: Clock
    below: Callable[[int], int]
    help_lines: HelpLines
    years: int
    issued_one_more: Callable[[str, str], None] = lambda _beneficiary_id, _clerk: None

    def __call__(self, beneficiary_id: str, *, guardian: bool, user: User) -> IssuedInvitation:
        """Issue one; the one before it is of no more use, nor is what it started. `guardian`: the person is under 14,
        and a guardian consents.

        Raises NotAllowed, BeneficiaryNotFound and EntitlementEnded.
        """
        if not user.is_clerk:
            raise NotAllowed
        code, digits_key = self._new_code()
        now = self.clock.now()
        invitation = Invitation(
            invitation_id=str(uuid.uuid4()),
            beneficiary_id=beneficiary_id,
            digits_key=digits_key,
            text_key=self.keys.text_key(code.text or ""),
            secret=self.keys.newest,
            guardian=guardian,
            issued_at=now,
            expires_on=add_months(self.clock.today(), 12 * self.years),
        )
        change = change_newest(
            self.register,
            beneficiary_id,
            lambda newest: issuing(newest, invitation, Actor(user.user_id, Role.CLERK)),
            by=user,
        )
        if change is None:
            raise BeneficiaryNotFound
        self.issued_one_more(beneficiary_id, user.user_id)
        line = self.help_lines.find(change.after.category, change.after.district)
        return IssuedInvitation(invitation, code, change.after, line)

    def _new_code(self) -> tuple[InvitationCode, str]:
        for _ in range(_DRAWS):
            code = draw_code(self.below)
            under = {secret: self.keys.digits_key(code.digits, secret) for secret in self.keys.looked_up}
            if self.invitations.find(list(under.values())) is None:
                return code, under[self.keys.newest]
        raise StoreUnavailable("no new code could be drawn")


@dataclass(frozen=True, slots=True)
class WithdrawInvitation:
    """The use case."""

    register: ChangingRegister
    invitations: Invitations
    clock: Clock

    def __call__(self, beneficiary_id: str, invitation_id: str, user: User) -> None:
        """Withdraw an invitation: from this moment it starts nothing, and what it started is stopped. A repeat changes
        nothing.

        Raises NotAllowed, BeneficiaryNotFound and InvitationNotFound (unknown, or another was issued since).
        """
        if not user.is_clerk:
            raise NotAllowed
        actor = Actor(user.user_id, Role.CLERK)
        change_newest(
            self.register, beneficiary_id, lambda newest: self._withdrawing(newest, invitation_id, actor), by=user
        )

    def _withdrawing(self, newest: Beneficiary, invitation_id: str, actor: Actor) -> Change | None:
        invitation = self.invitations.get(newest.beneficiary_id)
        if invitation is None or invitation.invitation_id != invitation_id:
            raise InvitationNotFound
        if invitation.withdrawn_at:
            return None
        now = self.clock.now()
        details = {"invitation_id": invitation_id}
        stopped = replace(newest, invitation_id=None)
        after, entry = record(stopped, LedgerEvent.INVITATION_WITHDRAWN, actor, now, details)
        return Change(newest.version, after, entry, invitation=invitation.withdrawn(now))


def issuing(newest: Beneficiary, invitation: Invitation, actor: Actor, **more: Detail) -> Change:
    """The change that issues an invitation; the one before it is of no more use. Raises EntitlementEnded."""
    if newest.status is Status.TERMINATED:
        raise EntitlementEnded
    after, entry = record(
        replace(newest, invitation_id=invitation.invitation_id),
        LedgerEvent.INVITATION_ISSUED,
        actor,
        invitation.issued_at,
        {
            "invitation_id": invitation.invitation_id,
            "expires_on": invitation.expires_on.isoformat(),
            "guardian": invitation.guardian,
            **more,
        },
    )
    return Change(newest.version, after, entry, invitation=invitation)
