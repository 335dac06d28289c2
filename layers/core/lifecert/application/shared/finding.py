"""Find the person whom somebody names, so that nobody can find out who is registered."""

import hmac

from lifecert.domain.beneficiary import Beneficiary
from lifecert.domain.person import IdNumber, normalise_name
from lifecert.ports.keys import PersonKeys
from lifecert.ports.register import Register

_NOBODY = "0" * 64


def by_number(register: Register, keys: PersonKeys, id_number: IdNumber) -> Beneficiary | None:
    """Who has this ID number, under whichever secret they stand."""
    return register.find_by_person(keys.looked_up_keys(id_number.value))


def by_number_and_name(register: Register, keys: PersonKeys, id_number: IdNumber, name: str) -> Beneficiary | None:
    """Who has this ID number, if they have this name too. An unknown person costs the same work as a wrong name."""
    beneficiary = by_number(register, keys, id_number)
    name_key = keys.name_key(normalise_name(name), beneficiary.person_secret if beneficiary else None)
    return beneficiary if hmac.compare_digest(beneficiary.name_key if beneficiary else _NOBODY, name_key) else None
