"""Consent to the use of the face, taken back and given anew. Every other way of certifying stays open."""

from collections.abc import Callable
from dataclasses import dataclass, replace

from lifecert.application.shared.changing import change_newest
from lifecert.domain.actor import Actor, Role, User
from lifecert.domain.beneficiary import Beneficiary, Change, record
from lifecert.domain.errors import BeneficiaryNotFound, ConsentMissing, ConsentWithdrawn, NotAllowed
from lifecert.domain.ledger import Detail, LedgerEvent
from lifecert.ports.clock import Clock
from lifecert.ports.register import ChangingRegister


def refuse_without_consent(beneficiary: Beneficiary) -> None:
    """Raise ConsentWithdrawn when no face of this person may be used."""
    if beneficiary.consent_withdrawn_on:
        raise ConsentWithdrawn


@dataclass(frozen=True, slots=True)
class WithdrawConsent:
    """The use case. From this moment no face is used; the next purge deletes those that are stored."""

    register: ChangingRegister
    clock: Clock

    def __call__(self, beneficiary_id: str, user: User) -> Beneficiary:
        """Record the withdrawal, once: a repeat changes nothing.

        Raises BeneficiaryNotFound, also for whoever is no clerk and never certified this person.
        """

        def make(newest: Beneficiary) -> Change | None:
            if not (user.is_clerk or user.user_id in newest.certified_by):
                raise BeneficiaryNotFound
            if newest.consent_withdrawn_on:
                return None
            withdrawn_on = self.clock.today()
            changed = replace(newest, consent_withdrawn_on=withdrawn_on)
            details: dict[str, Detail] = {
                "faces_stored": newest.has_reference,
                "withdrawn_on": withdrawn_on.isoformat(),
            }
            return _recorded(changed, LedgerEvent.CONSENT_WITHDRAWN, user, self.clock, details)

        return _changed(self.register, beneficiary_id, make)


@dataclass(frozen=True, slots=True)
class GiveConsent:
    """The use case, after a withdrawal: the office has the person's consent before it, and records it."""

    register: ChangingRegister
    clock: Clock
    consent_version: str

    def __call__(self, beneficiary_id: str, version: str, guardian: bool, user: User) -> Beneficiary:
        """Record the new consent, when the old one was withdrawn.

        Raises NotAllowed, BeneficiaryNotFound, and ConsentMissing for a text that is not the current one.
        """
        if not user.is_clerk:
            raise NotAllowed
        if version != self.consent_version:
            raise ConsentMissing(self.consent_version)

        def make(newest: Beneficiary) -> Change | None:
            if newest.consent_withdrawn_on is None:
                return None
            changed = replace(newest, consent_withdrawn_on=None)
            details: dict[str, Detail] = {"consent_version": version, "guardian_consent": guardian}
            return _recorded(changed, LedgerEvent.CONSENT_GIVEN, user, self.clock, details)

        return _changed(self.register, beneficiary_id, make)


def _changed(
    register: ChangingRegister, beneficiary_id: str, make: Callable[[Beneficiary], Change | None]
) -> Beneficiary:
    """The beneficiary after the change, or as it was when there was nothing to change."""
    change = change_newest(register, beneficiary_id, make)
    beneficiary = change.after if change else register.get(beneficiary_id)
    if beneficiary is None:
        raise BeneficiaryNotFound
    return beneficiary


def _recorded(changed: Beneficiary, event: LedgerEvent, user: User, clock: Clock, details: dict[str, Detail]) -> Change:
    actor = Actor(user.user_id, Role.CLERK if user.is_clerk else Role.USER)
    after, entry = record(changed, event, actor, clock.now(), details)
    return Change(changed.version, after, entry)
