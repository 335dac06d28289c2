"""Somebody who does not come, night by night: sweeps, notices that arrive, batches that the office decides."""

from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import Any

from lifecert.application.notices.note_delivery import NoteDelivery
from lifecert.application.office.confirm_proposal import ConfirmProposal
from lifecert.application.office.propose import Propose
from lifecert.application.shared.certifying import Proof, certifying
from lifecert.application.shared.changing import change_newest
from lifecert.domain.actor import Actor, Role
from lifecert.domain.beneficiary import Beneficiary
from lifecert.domain.certificate import Method
from lifecert.domain.change import Change
from lifecert.domain.hold import HoldBatch, HoldChoice, HoldDecision, HoldGround, HoldOutcome, HoldState
from lifecert.domain.ledger import LedgerEntry, LedgerEvent
from lifecert.domain.notice import NoticeChannel, SentNotice
from lifecert.domain.review import Proposal, ReviewKind
from lifecert.domain.status import EndCause, Standing
from lifecert.domain.sweep import RunState, SweepRun
from tests.support.builders import (
    CLERK,
    NOW,
    PROOFS,
    a_beneficiary,
    a_change,
    an_id,
    an_issuer,
    standing_of,
)
from tests.support.fakes.clock import FixedClock
from tests.support.fakes.notices import MemorySentNotices
from tests.support.fakes.store import MemoryStore
from tests.support.fakes.sweep import MemoryReports, MemoryTasks
from tests.support.sweeping import Night, kinds_over

GRACE = 90


@dataclass
class HoldWorld:
    """People by the name the test gives them. A night is the next day's sweep."""

    store: MemoryStore = field(default_factory=MemoryStore)
    clock: FixedClock = field(default_factory=lambda: FixedClock(NOW))
    queue: MemoryTasks = field(default_factory=MemoryTasks)
    reports: MemoryReports = field(default_factory=MemoryReports)
    grace_days: int = GRACE
    shards: int = 2

    @property
    def night(self) -> Night:
        store, batches = self.store, self.store.hold_batches
        night = Night(store.register, store.sweep_runs, self.clock, store.shards, self.queue, self.reports)
        night.batches, night.kinds = batches, kinds_over(batches, self.grace_days)
        return night

    def add(self, name: str, days_left: int = 0, **fields: Any) -> None:
        """Somebody active whose last covered day is so many days away."""
        valid_until = self.clock.today() + timedelta(days=days_left)
        person = a_beneficiary(**{"beneficiary_id": name, "valid_until": valid_until, "has_reference": False, **fields})
        details = {"status": person.status, "valid_until": valid_until.isoformat()}
        self.store.register.commit(a_change(person, LedgerEvent.REGISTERED, details=details))

    def nights(self, number: int = 1) -> SweepRun:
        """The sweeps of so many nights to come, one after the other; the last."""
        for _ in range(number):
            self.clock.move(days=1)
            run = self.night()
            assert run.state is RunState.FINISHED
        return run

    def person(self, name: str) -> Beneficiary:
        return self.store.beneficiaries[name]

    def standing(self, name: str) -> Standing:
        return standing_of(self.person(name))

    def deliver(self, name: str) -> bool:
        """The channel says that the last notice arrived."""
        sent = SentNotice("m", name, NoticeChannel.SMS, self.standing(name).valid_until, self.clock.now())
        return NoteDelivery(self.store.register, MemorySentNotices({"m": sent}), self.clock)("m")

    def certify(self, name: str, on: date | None = None) -> None:
        today = self.clock.today()
        proof = Proof(Method.IN_PERSON, on or today, "clerk-1", "e" * 64)

        def make(before: Beneficiary) -> Change:
            return certifying(before, proof, Actor("clerk-1", Role.CLERK), self.clock.now(), today, {})[0]

        change_newest(self.store.register, name, make)

    def terminate(self, name: str) -> None:
        """Two clerks end an entitlement."""
        self._agreed(name, Proposal(ReviewKind.END, self.clock.today(), EndCause.MOVED))

    def correct(self, name: str) -> None:
        """Two clerks say that the end was a mistake."""
        self._agreed(name, Proposal(ReviewKind.CORRECTION))

    def revoke(self, name: str) -> None:
        """Two clerks say that the newest certificate was got by fraud."""
        self._agreed(name, Proposal(ReviewKind.REVOCATION, certificate_id=self.person(name).certificate_id))

    def _agreed(self, name: str, proposal: Proposal) -> None:
        store = self.store
        propose = Propose(store.register, store.reviews_port, store.certificates_port, self.clock)
        proposed = propose(name, proposal, an_id(), CLERK)
        confirm = ConfirmProposal(store.register, store.reviews_port, store.ledger, self.clock, an_issuer(), PROOFS)
        confirm(proposed.review_id, replace(CLERK, user_id="clerk-2"), confirm=True)

    def batches(self, state: HoldState) -> tuple[HoldBatch, ...]:
        return self.store.hold_batches.listed(state, 1000).items

    def the_batch(self) -> HoldBatch:
        """The one that is open."""
        (batch,) = self.batches(HoldState.OPEN)
        return batch

    def decide(self, choice: HoldChoice, *ids: str, batch_id: str | None = None) -> str:
        """Decide the open batch, or one."""
        batch_id = batch_id or self.the_batch().batch_id
        ground = HoldGround.NOT_HEARD_OF if choice is HoldChoice.ALL else HoldGround.CANNOT_COME
        decision = HoldDecision(choice, ground, "clerk-7", self.clock.now(), tuple(sorted(ids)))
        assert self.store.hold_batches.decide(batch_id, decision)
        return batch_id

    def outcomes(self, batch_id: str) -> dict[str, HoldOutcome | None]:
        page = self.store.hold_batches.candidates(batch_id, 1000)
        return {one.beneficiary_id: one.outcome for one in page.items}

    def events(self, name: str) -> list[LedgerEvent]:
        return [entry.event for entry in self.store.entries[name]]

    def entry(self, name: str, event: LedgerEvent) -> LedgerEntry:
        """The last of this kind."""
        return [entry for entry in self.store.entries[name] if entry.event is event][-1]

    def lapsed(self, *names: str, told: bool = True) -> None:
        """People who lapse in the next night and are told so in the one after; the notice arrives, or not."""
        for name in names:
            self.add(name)
        self.nights(2)
        for name in names if told else ():
            assert self.deliver(name)

    def proposed(self, *names: str) -> HoldBatch:
        """The same, and a batch is open in which they all are."""
        self.lapsed(*names)
        # The notice arrived two days after the last covered one: the grace days count from then.
        self.nights(self.grace_days + 1)
        return self.the_batch()
