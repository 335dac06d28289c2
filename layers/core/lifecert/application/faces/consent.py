"""Consent to the use of the face: recorded, taken back, that undone, and given anew. Every other way of certifying
stays open."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from lifecert.application.shared.changing import change_newest
from lifecert.application.shared.finding import ByCode
from lifecert.application.shared.helping import naming_help_line
from lifecert.domain.actor import Actor, Role, User
from lifecert.domain.beneficiary import Beneficiary
from lifecert.domain.change import Change, record
from lifecert.domain.consent import KEPT_AFTER_WITHDRAWAL, KEPT_AT_ONCE, FaceConsent
from lifecert.domain.errors import (
    BeneficiaryNotFound,
    ConsentMissing,
    ConsentWithdrawn,
    GroundUnsuitable,
    NotAllowed,
    OnlyAtTheCounter,
)
from lifecert.domain.help_lines import HelpLines
from lifecert.domain.invitation import InvitationCode, is_invited, user_of
from lifecert.domain.ledger import PROOFS, Detail, LedgerEvent
from lifecert.domain.limits import withdrawals_undone
from lifecert.domain.mandate import MandateRight
from lifecert.domain.open_case import FORMER_HEARD
from lifecert.ports.clock import Clock
from lifecert.ports.register import ChangingRegister, Ledger
from lifecert.ports.sessions import Limits

# For so long after it certified somebody a letter is taken to be in their hands.
PROVEN_LATELY = timedelta(days=30)


class UndoGround(StrEnum):
    """Why a clerk undoes a withdrawal."""

    NOT_THE_PERSON = "not_the_person"  # somebody else withdrew the consent
    CHANGED_MIND = "changed_mind"  # the person did, and wants it no more
    MISTAKE = "mistake"  # nobody meant this person


def refuse_without_consent(beneficiary: Beneficiary) -> None:
    """Raise ConsentWithdrawn when no face of this person may be used."""
    if beneficiary.consent_withdrawn_on:
        raise ConsentWithdrawn


def consented(
    newest: Beneficiary,
    version: str,
    *,
    guardian: bool,
    clerk: Actor,
    now: datetime,
    ground: UndoGround | None = None,
) -> Change | None:
    """The change that records a consent; None where the same one is on record, and stands. Where one was withdrawn,
    `ground` is why that is over, of which the person is told."""
    known, withdrawn = newest.consent, newest.consent_withdrawn_on is not None
    if known and (known.version, known.guardian) == (version, guardian) and not withdrawn:
        return None
    consent = FaceConsent(version, now, clerk.actor_id, guardian)
    removed = _blamed(newest, clerk.actor_id, ground) if withdrawn else ()
    left = newest.without_helpers(removed, heard_from=now.date())
    changed = replace(left, consent=consent, consent_withdrawn_on=None, withdrawn_by="", faces_go_on=None)
    details: dict[str, Detail] = {"consent_version": version, "guardian_consent": guardian}
    if withdrawn:
        details |= {"ground": ground, **_removed(removed, now), "channel": newest.contact_channel}
    after, entry = record(changed, LedgerEvent.CONSENT_GIVEN, clerk, now, details)
    return Change(newest.version, after, entry)


def check_consent(newest: Beneficiary, version: str, in_force: str, clock: Clock, *, guardian: bool) -> None:
    """Raise ConsentMissing for a text that is not the current one, and for somebody under age without a guardian."""
    if version != in_force or (newest.under_age_on(clock.today()) and not guardian):
        raise ConsentMissing(in_force)


@dataclass(frozen=True, slots=True)
class WithdrawConsent:
    """The use case. From this moment no face is used; those that are stored are deleted once the days are over in which
    the withdrawal can be undone."""

    register: ChangingRegister
    clock: Clock

    def __call__(self, beneficiary_id: str, caller: User, *, at_once: bool = False) -> Beneficiary:
        """Record the withdrawal, once: a repeat changes nothing, but that what a helper withdrew is the person's own
        from when they or a clerk say so too: no helper undoes it then. The person is told.

        `at_once`, for whoever stands before a clerk and wishes it, leaves no such days, and cuts short those that run.
        Raises OnlyAtTheCounter for that of anybody else, and BeneficiaryNotFound, also for whoever is no clerk, never
        certified this person and has neither their letter nor a mandate for it.
        """
        if at_once and not caller.is_clerk:
            raise OnlyAtTheCounter

        def make(newest: Beneficiary) -> Change | None:
            user = caller.towards(newest.districts)
            mandated = newest.mandate_of(user.user_id, MandateRight.CONSENT, self.clock.today())
            if not (user.is_clerk or user.user_id in newest.certified_by or is_the_person(newest, user) or mandated):
                raise BeneficiaryNotFound
            if at_once and not user.is_clerk:
                raise OnlyAtTheCounter
            today = self.clock.today()
            goes_on = today + (KEPT_AT_ONCE if at_once else KEPT_AFTER_WITHDRAWAL)
            before, sooner = newest.consent_withdrawn_on, newest.faces_go_on
            if before and not (at_once and (sooner or before) > goes_on):
                if not _takes_over(newest, user):
                    return None
                goes_on = sooner or before
            changed = replace(
                newest,
                consent_withdrawn_on=before or today,
                withdrawn_by="" if user.is_clerk else user.user_id,
                faces_go_on=goes_on,
            )
            details: dict[str, Detail] = {
                "faces_stored": newest.has_reference,
                "withdrawn_on": (before or today).isoformat(),
                "faces_go_on": goes_on.isoformat(),
                "at_once": at_once,
                "channel": newest.contact_channel,
            }
            return _recorded(changed, LedgerEvent.CONSENT_WITHDRAWN, user, self.clock, details)

        return _changed(self.register, beneficiary_id, make)


@dataclass(frozen=True, slots=True)
class UndoWithdrawal:
    """The use case: the faces are not deleted, and may be used again."""

    register: ChangingRegister
    clock: Clock
    limits: Limits

    def __call__(self, beneficiary_id: str, caller: User, ground: UndoGround | None = None) -> Beneficiary:
        """Undo a withdrawal while the faces are stored; without one nothing changes. The person is told.

        By a clerk, who must give a ground. What an account or a letter withdrew, whoever did, and the person, by their
        letter or their own account, as well: then whoever withdrew helps no more, unless they undo it themself. What
        the person's own account withdrew no letter undoes, which may have been found, and what a clerk recorded at the
        counter a clerk alone. Raises GroundUnsuitable, OnlyAtTheCounter,
        BeneficiaryNotFound, ConsentWithdrawn (the days are over), and LimitReached for whoever but a clerk does it too
        often in a day.
        """
        if caller.is_clerk != (ground is not None):
            raise GroundUnsuitable
        counted = False

        def make(newest: Beneficiary) -> Change | None:
            nonlocal counted
            user = caller.towards(newest.districts)
            known = user.user_id in newest.certified_by or is_the_person(newest, user)
            known = known or newest.mandate_of(user.user_id, MandateRight.CONSENT, self.clock.today()) is not None
            # A ground is a clerk's to give, and this is none of whoever is outside their districts.
            if not (user.is_clerk or (known and ground is None)):
                raise BeneficiaryNotFound
            if newest.consent_withdrawn_on is None:
                return None
            by = newest.withdrawn_by
            theirs = by not in ("", newest.own_account) and is_the_person(newest, user)
            if not (user.is_clerk or (by and by == user.user_id) or theirs):
                raise OnlyAtTheCounter
            if newest.faces_due is None or self.clock.today() >= (newest.faces_go_on or newest.consent_withdrawn_on):
                raise ConsentWithdrawn
            if not (counted or user.is_clerk):
                self.limits.take((withdrawals_undone(beneficiary_id, user.user_id, self.clock.local()),))
                counted = True
            removed = _blamed(newest, user.user_id, ground)
            left = newest.without_helpers(removed, heard_from=self.clock.now().date())
            changed = replace(left, consent_withdrawn_on=None, withdrawn_by="", faces_go_on=None)
            details: dict[str, Detail] = {"ground": ground, **_removed(removed, self.clock.now())}
            details["channel"] = newest.contact_channel
            return _recorded(changed, LedgerEvent.WITHDRAWAL_UNDONE, user, self.clock, details)

        return _changed(self.register, beneficiary_id, make)


@dataclass(frozen=True, slots=True)
class RemoveHelpers:
    """The use case: accounts that certified somebody once, and have no business with them any more. For a year their
    word on a death counts as before: whoever draws for the dead would else remove first whoever knows better."""

    register: ChangingRegister
    ledger: Ledger
    clock: Clock

    def __call__(self, beneficiary_id: str, caller: User, helper: str | None = None) -> Beneficiary:
        """Remove every account but the person's own, or, for a clerk, the one that is named. Whoever certifies the
        person again is a helper again.

        Raises OnlyAtTheCounter for a helper, for a letter that has not certified the person within 30 days (whoever
        found it does not have their face), and for whoever but a clerk names one, and BeneficiaryNotFound.
        """

        def make(newest: Beneficiary) -> Change | None:
            user = caller.towards(newest.districts)
            person = is_the_person(newest, user)
            if not (user.is_clerk or person or user.user_id in newest.certified_by):
                raise BeneficiaryNotFound
            if not user.is_clerk and (
                helper or not person or not letter_has_certified_lately(newest, user, self.ledger, self.clock)
            ):
                raise OnlyAtTheCounter
            others = (one for one in newest.certified_by if one != newest.own_account and not is_invited(one))
            gone = tuple(others) if helper is None else tuple(one for one in newest.certified_by if one == helper)
            # Nor does anybody act any more by a mandate that the person gave; one by the office is ended by itself.
            mandates = tuple(one for one in newest.mandates if helper is None and not one.by_office)
            if not gone and not mandates:
                return None
            changed = newest.without_helpers(
                {*gone, *(one.holder for one in mandates)}, heard_from=self.clock.now().date()
            )
            gone = tuple(one for one in newest.certified_by if one not in changed.certified_by)
            mandated = tuple(one.mandate_id for one in newest.mandates if one not in changed.mandates)
            details = {**_removed(gone, self.clock.now()), "mandates": ",".join(mandated)}
            return _recorded(changed, LedgerEvent.HELPERS_REMOVED, user, self.clock, details)

        return _changed(self.register, beneficiary_id, make)


@dataclass(frozen=True, slots=True)
class GiveConsent:
    """The use case: the office has the person's consent before it, the first or after a withdrawal, and records it."""

    register: ChangingRegister
    clock: Clock
    consent_version: str

    def __call__(
        self, beneficiary_id: str, version: str, guardian: bool, user: User, ground: UndoGround | None = None
    ) -> Beneficiary:
        """Record the consent, unless the same one is on record. Where one was withdrawn that is over by this, for a
        ground, and the person is told, as if it were undone.

        Raises NotAllowed, BeneficiaryNotFound, GroundUnsuitable (there must be one after a withdrawal, and none
        before), and ConsentMissing for a text that is not the current one or where a guardian must consent.
        """
        if not user.is_clerk:
            raise NotAllowed
        clerk = Actor(user.user_id, Role.CLERK)

        def make(newest: Beneficiary) -> Change | None:
            check_consent(newest, version, self.consent_version, self.clock, guardian=guardian)
            if (newest.consent_withdrawn_on is not None) != (ground is not None):
                raise GroundUnsuitable
            now = self.clock.now()
            return consented(newest, version, guardian=guardian, clerk=clerk, now=now, ground=ground)

        return _changed(self.register, beneficiary_id, make, by=user)


@dataclass(frozen=True, slots=True)
class LetterHolder:
    """Whoever holds the letter that is good acts for the person, as far as their own consent goes."""

    by_code: ByCode
    help_lines: HelpLines
    clock: Clock

    def __call__(self, code: InvitationCode) -> tuple[str, User]:
        """The person, and the user that the letter is. Raises InvitationUnknown."""
        with naming_help_line(self.help_lines.default):
            invitation, beneficiary = self.by_code(code, self.clock.today())
        return beneficiary.beneficiary_id, User(invitation.user_id)


def letter_has_certified_lately(newest: Beneficiary, user: User, ledger: Ledger, clock: Clock) -> bool:
    """Whether this is the account that certified last as the person, or a letter that certified them within 30 days."""
    if not is_invited(user.user_id):
        return True
    today = clock.today()
    return user.user_id in newest.certified_by and any(
        entry.event in PROOFS
        and user.user_id in (entry.actor.actor_id, entry.details.get("certified_by"))
        and today - clock.day_of(entry.at) <= PROVEN_LATELY
        for entry in ledger.entries(newest.beneficiary_id)
    )


def is_the_person(newest: Beneficiary, user: User) -> bool:
    """Whether this is the account that certified last as the person themself, or the letter that is good."""
    letter = user_of(newest.invitation_id) if newest.invitation_id else None
    return bool(user.user_id) and user.user_id in (newest.own_account, letter)


def _changed(
    register: ChangingRegister,
    beneficiary_id: str,
    make: Callable[[Beneficiary], Change | None],
    *,
    by: User | None = None,
) -> Beneficiary:
    """The beneficiary after the change, or as it was when there was nothing to change."""
    change = change_newest(register, beneficiary_id, make, by=by)
    beneficiary = change.after if change else register.get(beneficiary_id)
    if beneficiary is None:
        raise BeneficiaryNotFound
    return beneficiary


def _takes_over(newest: Beneficiary, user: User) -> bool:
    """Whether what a helper withdrew, or whoever held a letter, is now withdrawn by the person, or before a clerk."""
    by = newest.withdrawn_by
    if by in ("", user.user_id, newest.own_account):
        return bool(by) and user.is_clerk
    return user.is_clerk or is_the_person(newest, user)


def _blamed(newest: Beneficiary, user_id: str, ground: UndoGround | None) -> tuple[str, ...]:
    """Who helps no more since they withdrew what was the person's to withdraw."""
    by = newest.withdrawn_by
    blamed = by != user_id and ground in (None, UndoGround.NOT_THE_PERSON)
    return (by,) if blamed and by and not is_invited(by) else ()


def _removed(helpers: tuple[str, ...], at: datetime) -> dict[str, Detail]:
    """Who was removed, and up to which day their word on a death counts all the same."""
    until = (at.date() + FORMER_HEARD).isoformat()
    return {"helpers": ",".join(helpers), **({"heard_until": until} if helpers else {})}


def _recorded(changed: Beneficiary, event: LedgerEvent, user: User, clock: Clock, details: dict[str, Detail]) -> Change:
    actor = Actor(user.user_id, Role.CLERK if user.is_clerk else Role.USER)
    after, entry = record(changed, event, actor, clock.now(), details)
    return Change(changed.version, after, entry)
