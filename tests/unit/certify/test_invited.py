"""By invitation: whom a code opens a session for, as whom, how often, and what nobody can tell from outside."""

import random
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from functools import partial
from typing import Any

import pytest

from lifecert.application.certify.invited import Invited, InvitedRequest, InvitedSession, ShowInvited, StartInvited
from lifecert.application.certify.look import LookAtFrame
from lifecert.application.certify.opening import SessionOpening
from lifecert.application.office.invite import IssuedInvitation, IssueInvitation, WithdrawInvitation
from lifecert.application.shared.finding import ByCode
from lifecert.domain.category import Category
from lifecert.domain.errors import (
    ConsentMissing,
    IdempotencyKeyReused,
    InvitationUnknown,
    LifeCertError,
    LimitReached,
    ReferenceMissing,
)
from lifecert.domain.help_lines import HelpLines
from lifecert.domain.invitation import InvitationCode
from lifecert.domain.limits import StartLimits
from lifecert.domain.policy import Audit, Outcome
from lifecert.domain.session import ImageType, Session
from lifecert.ports.vision import Analysis
from tests.support.builders import CLERK, a_policy, good_evidence, start_limits
from tests.support.fakes.analysers import ScriptedAnalyser
from tests.support.fakes.clock import FixedClock
from tests.support.fakes.invitations import FakeInvitationKeys
from tests.support.fakes.notices import FakeSeal
from tests.support.verifying import VerifyWorld, with_other

USES = 3
LINES = HelpLines("12333", {Category.RESIDENT_PENSION.scheme: {"11": "010-12333"}})


class World(VerifyWorld):
    """A person with a reference, the office, and phones that have the person's letter."""

    def __init__(self, **beneficiary: object) -> None:
        super().__init__(**{"category": Category.RESIDENT_PENSION, "district": "110101", **beneficiary})
        store, self.keys = self.store, FakeInvitationKeys()
        opening = SessionOpening(
            store.sessions, self.photos, self.clock, random.Random, a_policy(), LINES, store.limits, start_limits()
        )
        self.invited = Invited(ByCode(store.invitations_port, store.register, self.keys), opening, "2026-1", USES)
        self.show, self.start = ShowInvited(self.invited), StartInvited(self.invited, FakeSeal())
        below = random.Random(2).randrange
        self.issuing = IssueInvitation(store.register, store.invitations_port, self.keys, self.clock, below, LINES, 5)
        self.withdraw = WithdrawInvitation(store.register, store.invitations_port, self.clock)

    def issue(self, *, guardian: bool = False) -> IssuedInvitation:
        return self.issuing(self.id, guardian=guardian, user=CLERK)

    def certify(self, started: InvitedSession) -> Session:
        """Frames of the session's own challenge, all good."""
        session = started.started.session
        self.analyser.evidence = good_evidence(steps=session.challenge)
        for number in range(1, len(session.challenge) + 1):
            self.photos.upload(session.frame_key(number), b"frame %d" % number, self.clock.now())
        return self.verify(session.session_id, started.secret)


def a_request(code: InvitationCode, **fields: Any) -> InvitedRequest:
    request = InvitedRequest(code, False, None, "2026-1", False, frozenset(), ImageType.JPEG, None)
    return replace(request, **fields)


def typed(issued: IssuedInvitation) -> InvitationCode:
    return InvitationCode(issued.code.digits)


def refused(act: Callable[[], object]) -> LifeCertError:
    with pytest.raises(LifeCertError) as error:
        act()
    return error.value


def test_either_form_shows_the_person_and_changes_nothing() -> None:
    world = World()
    issued = world.issue()
    before = (dict(world.store.counted), dict(world.store.sessions_by_id), len(world.store.entries[world.id]))
    for code in (issued.code, typed(issued)):
        shown = world.show(code)
        assert (shown.beneficiary.beneficiary_id, shown.help_line) == (world.id, "010-12333")
    assert (dict(world.store.counted), dict(world.store.sessions_by_id), len(world.store.entries[world.id])) == before


def test_the_invitation_is_the_user_everywhere() -> None:
    world = World()
    issued = world.issue()
    started = world.start(a_request(typed(issued), on_behalf=True, helper_name="小芳"))
    session = started.started.session
    user = f"invitation-{issued.invitation.invitation_id}"
    assert session.user_id == user
    decided = world.certify(started)
    assert decided.result
    assert decided.result.decision.outcome is Outcome.ACCEPTED
    assert world.beneficiary.certified_by == (user,)
    assert world.store.entries[world.id][-1].actor.actor_id == user
    assert any(name.startswith(f"user#{user}#") for name in world.store.counted)


def test_the_helpers_name_is_sealed_with_the_session_and_nowhere_else() -> None:
    world = World()
    started = world.start(a_request(typed(world.issue()), on_behalf=True, helper_name="小芳"))
    session = started.started.session
    assert session.helper_name
    assert FakeSeal().open(session.session_id, session.helper_name) == "小芳"
    assert "小芳" not in str(world.store)


def test_a_session_has_a_secret_that_is_stored_as_a_hash_and_given_again_for_its_key() -> None:
    world = World()
    issued = world.issue()
    first = world.start(a_request(typed(issued), idempotency_key="key-of-a-phone"))
    again = world.start(a_request(typed(issued), idempotency_key="key-of-a-phone"))
    other = world.start(a_request(typed(issued)))
    assert (first.secret, first.started.session.session_id) == (again.secret, again.started.session.session_id)
    assert other.secret != first.secret
    assert first.secret.value not in str(world.store)
    with pytest.raises(IdempotencyKeyReused):
        world.start(a_request(typed(issued), idempotency_key="key-of-a-phone", on_behalf=True))
    object.__setattr__(world.invited.by_code, "keys", FakeInvitationKeys(secrets=("1", "2"), moving=True))
    with pytest.raises(IdempotencyKeyReused):
        world.start(a_request(typed(issued), idempotency_key="key-of-a-phone"))


def test_so_many_a_day_and_as_many_tomorrow_whoever_used_them() -> None:
    world = World()
    issued = world.issue()
    for _ in range(USES):
        world.start(a_request(typed(issued)))
    for act in (lambda: world.start(a_request(typed(issued))), lambda: world.show(issued.code)):
        error = refused(act)
        assert isinstance(error, LimitReached)
        # Midnight where the office is, and not in Greenwich.
        assert (error.until, error.until.tzinfo) == (datetime(2026, 3, 1, 16, tzinfo=UTC), UTC)
    world.clock.move(hours=15)
    for _ in range(USES):
        world.start(a_request(typed(issued)))


def test_a_repeat_with_the_same_key_is_no_further_use() -> None:
    world = World()
    issued = world.issue()
    for _ in range(USES + 2):
        world.start(a_request(typed(issued), idempotency_key="key-of-a-phone"))


def test_the_limits_of_users_and_of_the_person_hold_too() -> None:
    world = World()
    issued = world.issue()
    object.__setattr__(world.invited.opening, "start_limits", StartLimits(1000, 1000, 1))
    world.start(a_request(typed(issued)))
    assert isinstance(refused(lambda: world.start(a_request(typed(issued)))), LimitReached)


@pytest.mark.parametrize("stop", ["withdrawn", "issued anew"])
def test_an_open_session_is_stopped_when_its_letter_is(stop: str) -> None:
    world = World()
    issued = world.issue()
    started = world.start(a_request(typed(issued)))
    session = started.started.session
    world.photos.upload(session.frame_key(1), b"frame 1", world.clock.now())
    look = LookAtFrame(
        world.store.register,
        world.store.sessions,
        world.photos,
        world.store.limits,
        world.analyser,
        world.clock,
        a_policy(),
    )
    assert look(session.session_id, started.secret) is None
    if stop == "withdrawn":
        world.withdraw(world.id, issued.invitation.invitation_id, CLERK)
    else:
        anew = world.issue()
    assert isinstance(refused(lambda: look(session.session_id, started.secret)), InvitationUnknown)
    assert isinstance(refused(lambda: world.certify(started)), InvitationUnknown)
    assert not world.store.certificates
    if stop == "issued anew":
        assert world.certify(world.start(a_request(typed(anew)))).result


def test_a_letter_withdrawn_while_the_frames_are_looked_at_decides_nothing() -> None:
    world = World()
    issued = world.issue()
    started = world.start(a_request(typed(issued)))

    class Meanwhile(ScriptedAnalyser):
        def analyse(self, *args: Any) -> Analysis:
            world.withdraw(world.id, issued.invitation.invitation_id, CLERK)
            return super().analyse(*args)

    world.analyser = Meanwhile()
    world.verify = replace(world.verify, analyser=world.analyser)
    assert isinstance(refused(lambda: world.certify(started)), InvitationUnknown)
    assert not world.store.certificates


def test_what_was_decided_is_told_after_the_letter_is_withdrawn_too() -> None:
    world = World()
    issued = world.issue()
    started = world.start(a_request(typed(issued)))
    decided = world.certify(started)
    world.withdraw(world.id, issued.invitation.invitation_id, CLERK)
    assert world.verify(started.started.session.session_id, started.secret) == decided


@pytest.mark.parametrize("form", ["digits", "text"])
def test_withdrawn_expired_replaced_and_never_issued_sound_the_same(form: str) -> None:
    world = World()

    def code_of(issued: IssuedInvitation) -> InvitationCode:
        return issued.code if form == "text" else typed(issued)

    never = code_of(World().issue())
    replaced, withdrawn = world.issue(), world.issue()
    world.withdraw(world.id, withdrawn.invitation.invitation_id, CLERK)
    errors = [refused(partial(world.show, code)) for code in (never, code_of(replaced), code_of(withdrawn))]
    expired = world.issue()
    assert world.show(code_of(expired)).invitation.expires_on == date(2031, 3, 1)
    world.clock.move(days=(date(2031, 3, 2) - world.clock.today()).days)
    errors += [refused(lambda: world.show(code_of(expired)))]
    errors += [refused(lambda: world.start(a_request(code_of(expired))))]
    assert {type(error) for error in errors} == {InvitationUnknown}
    assert {error.help_line for error in errors} == {"12333"}, "the general one: it must not tell where somebody lives"


def test_a_text_with_the_digits_of_another_code_opens_nothing() -> None:
    """There are so many texts that some share their digits; the text itself is compared."""
    world = World()
    issued = world.issue()
    assert isinstance(refused(lambda: world.show(InvitationCode(issued.code.digits, "0" * 21))), InvitationUnknown)


def test_codes_are_found_under_both_secrets_while_these_change() -> None:
    world = World()
    issued = world.issue()
    object.__setattr__(world.invited.by_code, "keys", FakeInvitationKeys(secrets=("1", "2"), moving=True))
    for code in (issued.code, typed(issued)):
        assert world.show(code).beneficiary.beneficiary_id == world.id
    object.__setattr__(world.invited.by_code, "keys", FakeInvitationKeys(secrets=("1", "2")))
    assert isinstance(refused(lambda: world.show(issued.code)), InvitationUnknown)


def test_consent_is_asked_for_and_a_guardians_where_the_clerk_said_so() -> None:
    world = World()
    issued = world.issue(guardian=True)
    assert world.show(issued.code).invitation.guardian
    for fields in ({"consent_version": "2020-1", "guardian_consent": True}, {"guardian_consent": False}):
        assert isinstance(refused(partial(world.start, a_request(typed(issued), **fields))), ConsentMissing)
    assert world.start(a_request(typed(issued), guardian_consent=True)).started.session.consent.guardian


def test_a_guardian_consents_for_whom_the_register_knows_to_be_under_14_whatever_the_clerk_said() -> None:
    world = World(guardian_until=FixedClock().today() + timedelta(days=1))
    issued = world.issue()
    assert world.show(issued.code).guardian
    assert isinstance(refused(lambda: world.start(a_request(typed(issued)))), ConsentMissing)
    assert world.start(a_request(typed(issued), guardian_consent=True)).started.session.consent.guardian
    world.clock.move(days=1)
    assert not world.show(issued.code).guardian


def test_without_a_reference_it_is_shown_and_not_started() -> None:
    world = World()
    issued = world.issue()
    store = world.store
    store.beneficiaries[world.id] = replace(store.beneficiaries[world.id], has_reference=False)
    assert not world.show(issued.code).beneficiary.has_reference
    assert isinstance(refused(lambda: world.start(a_request(typed(issued)))), ReferenceMissing)


def test_one_in_twenty_is_audited_where_nobody_signed_in() -> None:
    """By the rate of invitations: every one, and none of those who signed in."""
    for audit, audited in ((Audit(0.0, 1.0), 1), (Audit(1.0, 0.0), 0)):
        world = World()
        world.verify = with_other(world.verify, policy=a_policy(audit=audit))
        world.certify(world.start(a_request(typed(world.issue()))))
        assert len(world.store.reviews) == audited
