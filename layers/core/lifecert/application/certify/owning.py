"""Whose session it is, and whether it may still be looked at."""

from datetime import datetime

from lifecert.application.faces.consent import refuse_without_consent
from lifecert.domain.actor import Caller
from lifecert.domain.beneficiary import Beneficiary
from lifecert.domain.errors import (
    BeneficiaryNotFound,
    CameraPaused,
    EntitlementEnded,
    InvitationUnknown,
    SessionBusy,
    SessionExpired,
    SessionNotFound,
)
from lifecert.domain.invitation import is_invited, user_of
from lifecert.domain.policy import Policy
from lifecert.domain.session import Session
from lifecert.domain.status import Status
from lifecert.ports.register import Register
from lifecert.ports.sessions import Sessions


def own_session(sessions: Sessions, session_id: str, caller: Caller) -> Session:
    """The newest state. Raises SessionNotFound, for somebody else's too."""
    session = sessions.get(session_id)
    if session is None or not session.belongs_to(caller):
        raise SessionNotFound
    return session


def whose_face(session: Session, register: Register, now: datetime, policy: Policy) -> Beneficiary:
    """Whom an undecided session's frames may still be looked at for.

    Raises SessionExpired, SessionBusy, InvitationUnknown, EntitlementEnded, ConsentWithdrawn and CameraPaused.
    """
    if now > session.deadline:
        raise SessionExpired
    if session.claimed_until and now < session.claimed_until:
        raise SessionBusy
    beneficiary = register.get(session.beneficiary_id)
    if beneficiary is None:
        raise BeneficiaryNotFound
    refuse_if_stopped(session, beneficiary)
    refuse_while_paused(beneficiary, now, policy, session.user_id)
    return beneficiary


def refuse_while_paused(beneficiary: Beneficiary, now: datetime, policy: Policy, user_id: str) -> None:
    """Raises CameraPaused, if the channel is paused for this user."""
    certified = user_id in beneficiary.certified_by
    if until := beneficiary.camera.pause_at(now, policy.attempts, user_id, certified=certified):
        raise CameraPaused(until)


def refuse_if_stopped(session: Session, beneficiary: Beneficiary) -> None:
    """Raises InvitationUnknown (withdrawn, or issued anew, since it started the session), EntitlementEnded and
    ConsentWithdrawn."""
    if is_invited(session.user_id) and session.user_id != user_of(beneficiary.invitation_id or ""):
        raise InvitationUnknown
    refuse_if_no_face_may_be_used(beneficiary)


def refuse_if_no_face_may_be_used(beneficiary: Beneficiary) -> None:
    """Raises EntitlementEnded and ConsentWithdrawn."""
    if beneficiary.status is Status.TERMINATED:
        raise EntitlementEnded
    refuse_without_consent(beneficiary)
