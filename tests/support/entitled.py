"""Somebody whom an office registers, and whose benefits begin, end and are corrected."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

from lifecert.application.office.confirm_proposal import ConfirmProposal
from lifecert.application.office.correct_start import ProposeStart, RightStart
from lifecert.application.office.propose import Propose
from lifecert.application.office.register_beneficiary import (
    AddBenefit,
    NewBenefit,
    RegisterBeneficiary,
    Registration,
)
from lifecert.domain.amendment import AmendGround
from lifecert.domain.beneficiary import Beneficiary
from lifecert.domain.category import Category
from lifecert.domain.person import IdNumber
from lifecert.domain.published import published_events
from lifecert.domain.review import Proposal, Review, ReviewKind
from lifecert.domain.status import EndCause
from ops.verify_ledger import LedgerCheck
from tests.support.builders import (
    CLERK,
    PROOFS,
    an_id,
    an_issuer,
)
from tests.support.fakes.access import looking_up, references_of_payers
from tests.support.fakes.keys import FakePersonKeys
from tests.support.fakes.notices import FakeSeal
from tests.support.holding import HoldWorld
from tests.support.payer_example import payer_example
from tests.support.vouching import vouched

PAYERS = ("fund", "bureau")
SECOND = replace(CLERK, user_id="clerk-2")


class Person(HoldWorld):
    """Somebody whom the office registers, with benefits that begin so many days from today."""

    def __init__(self, begins: int, ends: int | None = None, *, known_to_two: bool = True) -> None:
        super().__init__()
        store = self.store
        self.references = references_of_payers(store)
        told = looking_up(store, self.clock)
        keys, ledger = FakePersonKeys(), store.ledger
        register = RegisterBeneficiary(
            store.register, keys, FakeSeal(), self.clock, ledger, PAYERS, self.references, told
        )
        someone = IdNumber.parse("11010519491231002X")
        registered = register(Registration("王小明", someone, self._benefit(begins, ends=ends)), CLERK, an_id())
        self.who = registered.beneficiary_id
        if known_to_two:
            vouched(store.register, store.reviews_port, self.clock, self.who)

    def _benefit(self, begins: int, payer: str = "fund", ends: int | None = None) -> NewBenefit:
        start = self.clock.today() + timedelta(days=begins)
        planned = None if ends is None else self.clock.today() + timedelta(days=ends)
        return NewBenefit(Category.SURVIVOR_ALLOWANCE, "110101", start, payer, planned_end=planned, start_checked=True)

    def also(self, begins: int, ends: int | None = None) -> None:
        add = AddBenefit(self.store.register, self.store.ledger, self.clock, PAYERS, self.references)
        add(self.who, self._benefit(begins, "bureau", ends), CLERK, an_id())

    def propose(self, kind: ReviewKind, days_ago: int = 0, **what: Any) -> Review:
        store, day = self.store, self.clock.today() - timedelta(days=days_ago)
        propose = Propose(store.register, store.reviews_port, store.certificates_port, self.clock)
        proposal = Proposal(kind, day if kind is ReviewKind.END else None, **what)
        return propose(self.who, proposal, an_id(), CLERK)

    def confirm(self, proposed: Review) -> None:
        """The second clerk confirms; the ledger tells what the register then has."""
        store = self.store
        confirm = ConfirmProposal(store.register, store.reviews_port, store.ledger, self.clock, an_issuer(), PROOFS)
        confirm(proposed.review_id, SECOND, confirm=True)
        assert LedgerCheck(store.register, store.ledger)(self.who) is None

    def end(self, cause: EndCause, days_ago: int = 0, **what: Any) -> None:
        self.confirm(self.propose(ReviewKind.END, days_ago, cause=cause, **what))

    def take_back(self, **what: Any) -> None:
        self.confirm(self.propose(ReviewKind.CORRECTION, **what))

    def propose_start(
        self, start: date, benefit_id: str = "1", key: str | None = None, *, checked: bool = True
    ) -> Review:
        right = RightStart(benefit_id, start, AmendGround.MISTYPED, checked)
        propose = ProposeStart(self.store.register, self.store.reviews_port, self.clock)
        return propose(self.who, right, key or an_id(), CLERK)

    def begin(self, start: date, benefit_id: str = "1") -> None:
        self.confirm(self.propose_start(start, benefit_id))

    @property
    def now(self) -> Beneficiary:
        return self.store.beneficiaries[self.who]

    def wrong_days(self, benefit_id: str) -> list[date]:
        """Days for which the payer's example paid what was not due, or did not pay what was."""
        state = payer_example().State()
        for entry in self.store.entries[self.who]:
            for event in published_events(entry):
                if event.payer and event.detail["benefit"] == benefit_id:
                    state.apply(event.detail)
        today, benefit = self.clock.today(), self.now.benefit(benefit_id)
        assert benefit
        assert benefit.start
        paid = state.times_paid(self.who, benefit_id, today)
        unpaid_since = benefit.unpaid_since or today + timedelta(days=1)
        days = [today + timedelta(days=n) for n in range(-500, 500)]
        return [day for day in days if paid[day] != (benefit.start <= day <= today and day < unpaid_since)]
