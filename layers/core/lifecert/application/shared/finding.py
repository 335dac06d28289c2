"""Find the person whom somebody names, so that nobody can find out who is registered."""

import hmac
from dataclasses import dataclass
from datetime import date

from lifecert.domain.beneficiary import Beneficiary
from lifecert.domain.errors import InvitationUnknown
from lifecert.domain.invitation import Invitation, InvitationCode
from lifecert.domain.number import NumberClaim
from lifecert.domain.person import IdNumber, normalise_name
from lifecert.ports.invitations import InvitationKeys, Invitations
from lifecert.ports.keys import PersonKeys
from lifecert.ports.register import Register

_NOBODY = "0" * 64


def by_number(register: Register, keys: PersonKeys, id_number: IdNumber) -> Beneficiary | None:
    """Who has this ID number, under whichever secret they stand."""
    return register.find_by_person(keys.looked_up_keys(id_number.value))


def by_number_and_name(
    register: Register, keys: PersonKeys, id_number: IdNumber, name: str, *, former: bool = False
) -> Beneficiary | None:
    """Who has this ID number, if they have this name too, or, with `former`, had it before theirs was put right. An
    unknown person costs the same work as a wrong name."""
    beneficiary = by_number(register, keys, id_number)
    name_key = keys.name_key(normalise_name(name), beneficiary.person_secret if beneficiary else None)
    theirs = [beneficiary.name_key, *(beneficiary.former_name_keys if former else ())] if beneficiary else [_NOBODY]
    return beneficiary if any(hmac.compare_digest(one, name_key) for one in theirs) else None


def has_name(person: Beneficiary, keys: PersonKeys, name: str) -> bool:
    """Whether a name is a person's, as it is written now."""
    return hmac.compare_digest(person.name_key, keys.name_key(normalise_name(name), person.person_secret))


def has_number(person: Beneficiary, keys: PersonKeys, number: IdNumber) -> bool:
    """Whether an ID number is a person's, under whichever secret they stand, be it one that nobody looks under now."""
    return hmac.compare_digest(person.person_key, keys.person_key(number.value, person.person_secret))


def moved_away(here: Beneficiary | NumberClaim | None, keys: PersonKeys, number: IdNumber) -> bool:
    """Whether somebody is in a place of an ID number who has another number since."""
    return isinstance(here, Beneficiary) and not has_number(here, keys, number)


@dataclass(frozen=True, slots=True)
class ByCode:
    """Finds a person by the code of their letter."""

    invitations: Invitations
    register: Register
    keys: InvitationKeys

    def __call__(self, code: InvitationCode, today: date) -> tuple[Invitation, Beneficiary]:
        """Raises InvitationUnknown, for one that was never issued, is withdrawn or has expired alike, after the same
        one look into the store."""
        found = self.invitations.find([self.keys.digits_key(code.digits, secret) for secret in self.keys.looked_up])
        if found is None or not self._is_of(found, code) or not found.open_on(today):
            raise InvitationUnknown
        beneficiary = self.register.get(found.beneficiary_id)
        if beneficiary is None:
            raise InvitationUnknown
        return found, beneficiary

    def _is_of(self, invitation: Invitation, code: InvitationCode) -> bool:
        if code.text is None:
            return True
        return self.keys.text_key(code.text, invitation.secret) == invitation.text_key
