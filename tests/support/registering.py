"""People in the stores of a contract test, and what happens to them next."""

from datetime import date, timedelta

from lifecert.domain.actor import Role
from lifecert.domain.beneficiary import Beneficiary
from lifecert.domain.change import Change
from lifecert.domain.ledger import LedgerEvent
from lifecert.domain.status import Certified, YearEnded, transition
from tests.support.builders import a_change, registration, standing_of
from tests.support.engines import Stores


def registered(stores: Stores, **fields: object) -> Beneficiary:
    change = registration(**fields)
    stores.register.commit(change)
    return change.after


def lapse(before: Beneficiary) -> Change:
    moved = transition(standing_of(before), YearEnded(before.valid_until + timedelta(days=1)), Role.SWEEP)
    return a_change(before, LedgerEvent.LAPSED, changed={"standing": moved.standing})


def certify(before: Beneficiary, on: date, **parts: object) -> Change:
    moved = transition(standing_of(before), Certified(on, on), Role.USER)
    return a_change(before, LedgerEvent.CERTIFIED, changed={"standing": moved.standing}, **parts)
