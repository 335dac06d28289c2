"""The office issues invitations and withdraws them: each change is in the ledger, and its code nowhere."""

from dataclasses import replace
from datetime import date

import pytest

from lifecert.application.office.invite import IssueInvitation
from lifecert.domain.actor import Group, User
from lifecert.domain.errors import (
    BeneficiaryNotFound,
    EntitlementEnded,
    InvitationNotFound,
    NotAllowed,
    StoreUnavailable,
)
from lifecert.domain.invitation import InvitationCode
from lifecert.domain.ledger import LedgerEvent, verify_chain
from lifecert.domain.status import Standing, Status
from tests.support.builders import CLERK, a_change, an_id
from tests.unit.certify.test_invited import World


def test_each_is_in_the_ledger_and_its_code_is_nowhere() -> None:
    world = World()
    first, second = world.issue(), world.issue(guardian=True)
    world.withdraw(world.id, second.invitation.invitation_id, CLERK)
    *_, one, two, three = world.store.entries[world.id]
    assert [entry.event for entry in (one, two, three)] == [
        LedgerEvent.INVITATION_ISSUED,
        LedgerEvent.INVITATION_ISSUED,
        LedgerEvent.INVITATION_WITHDRAWN,
    ]
    expires = date(2031, 3, 1)
    assert one.details == {
        "invitation_id": first.invitation.invitation_id,
        "expires_on": expires.isoformat(),
        "guardian": False,
    }
    assert three.details == {"invitation_id": second.invitation.invitation_id}
    assert {entry.actor.actor_id for entry in (one, two, three)} == {CLERK.user_id}
    assert verify_chain(world.store.entries[world.id]) == world.beneficiary.version
    everything = str(world.store)
    for issued in (first, second):
        assert issued.code.text
        assert not [part for part in (issued.code.text, issued.code.digits) if part in everything]


def test_to_withdraw_again_changes_nothing_and_one_that_was_replaced_is_not_there() -> None:
    world = World()
    first, second = world.issue(), world.issue()
    with pytest.raises(InvitationNotFound):
        world.withdraw(world.id, first.invitation.invitation_id, CLERK)
    world.withdraw(world.id, second.invitation.invitation_id, CLERK)
    version = world.beneficiary.version
    world.withdraw(world.id, second.invitation.invitation_id, CLERK)
    assert world.beneficiary.version == version
    with pytest.raises(InvitationNotFound):
        world.withdraw(world.id, an_id(), CLERK)
    with pytest.raises(BeneficiaryNotFound):
        world.withdraw(an_id(), second.invitation.invitation_id, CLERK)


@pytest.mark.parametrize("user", [User("somebody"), User("auditor", frozenset({Group.AUDITOR}))])
def test_nobody_but_a_clerk(user: User) -> None:
    world = World()
    issued = world.issue()
    with pytest.raises(NotAllowed):
        world.issuing(world.id, guardian=False, user=user)
    with pytest.raises(NotAllowed):
        world.withdraw(world.id, issued.invitation.invitation_id, user)
    assert world.store.invitations[world.id] == issued.invitation


def test_whose_entitlement_has_ended_gets_none_and_a_strangers_is_not_found() -> None:
    world = World()
    ended = Standing(Status.TERMINATED, date(2026, 6, 30), ended_on=date(2026, 2, 1))
    world.store.register.commit(a_change(world.beneficiary, changed={"standing": ended}))
    with pytest.raises(EntitlementEnded):
        world.issue()
    with pytest.raises(BeneficiaryNotFound):
        world.issuing(an_id(), guardian=False, user=CLERK)
    assert not world.store.invitations


def test_digits_that_somebody_has_already_are_drawn_anew() -> None:
    world = World()
    numbers = [0] * 21 + [0] * 21 + [1] * 21

    def issue() -> InvitationCode:
        return replace(world.issuing, below=lambda _: numbers.pop(0))(world.id, guardian=False, user=CLERK).code

    first, second = issue(), issue()
    assert (first.text, second.text) == ("0" * 21, "1" * 21)
    stuck: IssueInvitation = replace(world.issuing, below=lambda _: 1)
    with pytest.raises(StoreUnavailable):
        stuck(world.id, guardian=False, user=CLERK)
