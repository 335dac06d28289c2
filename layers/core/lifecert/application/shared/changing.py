"""Changing a beneficiary that others may be changing too."""

import hashlib
from collections.abc import Callable

from lifecert.domain.actor import User
from lifecert.domain.beneficiary import Beneficiary
from lifecert.domain.change import Change
from lifecert.domain.errors import BeneficiaryNotFound, VersionConflict
from lifecert.ports.register import ChangingRegister

ATTEMPTS = 4


def change_newest(
    register: ChangingRegister,
    beneficiary_id: str,
    make: Callable[[Beneficiary], Change | None],
    known: Beneficiary | None = None,
    *,
    by: User | None = None,
) -> Change | None:
    """Commit what `make` makes of the newest state, and make it anew when somebody else was quicker.

    `known` is a state that was read a moment ago: it is tried first, and saves a round trip where nobody was.
    `make` returns None to leave the beneficiary alone. `by` is the member of the staff who changes it: to them whoever
    lies outside their districts is nobody, by the newest state, which may have moved since they looked. Returns the
    committed change, if any. Raises BeneficiaryNotFound, VersionConflict after too many collisions, and whatever else
    `commit` raises.
    """
    for _ in range(ATTEMPTS):
        beneficiary, known = known or register.get(beneficiary_id), None
        if beneficiary is None or not (by is None or by.changes.covers_any(beneficiary.districts)):
            raise BeneficiaryNotFound
        change = make(beneficiary)
        if change is None:
            return None
        try:
            register.commit(change)
        except VersionConflict:
            continue
        return change
    raise VersionConflict


def request_of(user: User, idempotency_key: str) -> str:
    """By what the ledger knows a request again whose answer was lost."""
    return hashlib.sha256(f"{user.user_id}\n{idempotency_key}".encode()).hexdigest()
