"""What leaves for the payers: its schemas, and two years of a person of whom everything is told."""

import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import Any

from jsonschema import Draft202012Validator  # type: ignore[import-untyped]

from lifecert.application.faces.consent import UndoGround, UndoWithdrawal, WithdrawConsent
from lifecert.application.feed.publish import Publish
from lifecert.application.notices.note_delivery import NoteDelivery
from lifecert.application.office.amend_record import AmendRecord, RightRecord
from lifecert.application.office.confirm_proposal import ConfirmProposal
from lifecert.application.office.correct_start import ProposeStart, RightStart
from lifecert.application.office.end_cases import EndCases
from lifecert.application.office.propose import Propose
from lifecert.application.office.register_beneficiary import NewBenefit, RegisterBeneficiary, Registration
from lifecert.application.office.set_contact import NewContact, SetContact
from lifecert.domain.amendment import AmendGround
from lifecert.domain.category import Category
from lifecert.domain.hold import HoldChoice, HoldDecision, HoldGround, HoldState
from lifecert.domain.ledger import LedgerEvent
from lifecert.domain.notice import NoticeChannel, SentNotice
from lifecert.domain.person import IdNumber
from lifecert.domain.reasons import Reason
from lifecert.domain.review import Proposal, Review, ReviewKind
from lifecert.domain.status import EndCause
from tests.support.builders import (
    CLERK,
    HELPER,
    PROOFS,
    a_change,
    a_reference,
    a_session,
    an_enrolment,
    an_id,
    an_issuer,
    failed_evidence,
    good_evidence,
)
from tests.support.fakes.access import looking_up, references_of_payers
from tests.support.fakes.analysers import ScriptedAnalyser
from tests.support.fakes.clock import FixedClock
from tests.support.fakes.feed import MemoryBus, MemoryChanges, MemoryHeads
from tests.support.fakes.keys import FakePersonKeys
from tests.support.fakes.notices import FakeSeal, MemorySentNotices
from tests.support.fakes.photos import MemoryPhotos
from tests.support.fakes.store import MemoryStore
from tests.support.sweeping import GRACE_DAYS, Night
from tests.support.templates import ROOT
from tests.support.verifying import verifier
from tests.support.vouching import vouched

SCHEMAS = {path.stem: json.loads(path.read_text(encoding="utf-8")) for path in (ROOT / "infra/schemas").glob("*.json")}
COMMON = {"event_id", "beneficiary_id", "seq", "at"}
STANDING = COMMON | {
    "benefit",
    "payer",
    "payer_reference",
    "status",
    "valid_until",
    "payment_held",
    "held_since",
    "unpaid_since",
}
ARREARS = {"arrears_first_day", "arrears_last_day"}
RECLAIM = {"reclaim_first_day", "reclaim_last_day"}


def faults(name: str, detail: Mapping[str, Any]) -> list[str]:
    checker = Draft202012Validator.FORMAT_CHECKER
    return [
        str(error.message) for error in Draft202012Validator(SCHEMAS[name], format_checker=checker).iter_errors(detail)
    ]


class World:
    """The use cases that write what is published, over one store."""

    def __init__(self) -> None:
        self.store, self.clock, self.photos = MemoryStore(), FixedClock(), MemoryPhotos()
        self.analyser = ScriptedAnalyser()
        register, ledger = self.store.register, self.store.ledger
        references, told = references_of_payers(self.store), looking_up(self.store, self.clock)
        self.register = RegisterBeneficiary(
            register, FakePersonKeys(), FakeSeal(), self.clock, ledger, ("fund",), references, told
        )
        store = self.store
        self.sweep = Night(store.register, store.sweep_runs, self.clock, store.shards, batches=store.hold_batches)
        self.verify = verifier(store, self.photos, self.analyser, self.clock)

    def registered(self, category: Category = Category.RESIDENT_PENSION, start: date = date(2025, 9, 1)) -> str:
        number = IdNumber.parse("11010519491231002X")
        asked = Registration("王小明", number, NewBenefit(category, "110101", start))
        registered = self.register(asked, CLERK, an_id())
        return vouched(self.store.register, self.store.reviews_port, self.clock, registered.beneficiary_id)

    def enrolled(self, beneficiary_id: str) -> None:
        person = self.store.beneficiaries[beneficiary_id]
        enrolment = an_enrolment(person)
        self.store.references.begin(enrolment)
        changed = {"has_reference": True, "reference_ids": (enrolment.reference_id,)}
        event = LedgerEvent.REFERENCE_ENROLLED
        self.store.register.commit(a_change(person, event, reference=a_reference(enrolment), changed=changed))

    def shown(self, beneficiary_id: str, *, well: bool = True, uncertain: bool = False) -> None:
        self.analyser.evidence = good_evidence(0.4 if uncertain else 0.9) if well else failed_evidence(Reason.TOO_DARK)
        now = self.clock.now()
        deadline = now.replace(minute=59)
        session = a_session(beneficiary_id=beneficiary_id, opened_at=now, deadline=deadline)
        self.store.sessions.open(session)
        for number in range(1, len(session.challenge) + 1):
            self.photos.upload(session.frame_key(number), an_id().encode(), session.opened_at)
        self.verify(session.session_id, HELPER)

    def doubted(self, beneficiary_id: str) -> None:
        """Photos that a human must look at, and nobody does."""
        self.clock.move(days=1)
        self.shown(beneficiary_id, uncertain=True)
        self.clock.move(days=30)
        store = self.store
        ports = (store.register, store.reviews_port, store.reviews_port, store.ledger, self.photos, self.clock)
        assert EndCases(*ports)().ended == 1

    def held(self, beneficiary_id: str) -> None:
        """A notice arrives, the grace days pass, and the office approves the whole batch."""
        sent = SentNotice("m", beneficiary_id, NoticeChannel.SMS, self.valid_until(beneficiary_id), self.clock.now())
        assert NoteDelivery(self.store.register, MemorySentNotices({"m": sent}), self.clock)("m")
        self.clock.move(days=GRACE_DAYS + 1)
        self.sweep()
        approved = HoldDecision(HoldChoice.ALL, HoldGround.NOT_HEARD_OF, "clerk-2", self.clock.now())
        (batch,) = self.store.hold_batches.listed(HoldState.OPEN, 10).items
        assert self.store.hold_batches.decide(batch.batch_id, approved)
        self.clock.move(days=1)
        self.sweep()

    def valid_until(self, beneficiary_id: str) -> date:
        return self.store.beneficiaries[beneficiary_id].valid_until

    def agreed(self, beneficiary_id: str, proposal: Proposal) -> None:
        """One clerk proposes and another confirms."""
        store = self.store
        propose = Propose(store.register, store.reviews_port, store.certificates_port, self.clock)
        self.confirmed(propose(beneficiary_id, proposal, f"key-{proposal.kind}", CLERK))

    def begins(self, beneficiary_id: str, start: date) -> None:
        """The same of the start of the first benefit."""
        propose = ProposeStart(self.store.register, self.store.reviews_port, self.clock)
        self.confirmed(propose(beneficiary_id, RightStart("1", start, AmendGround.MISTYPED), "key-start", CLERK))

    def confirmed(self, proposed: Review) -> None:
        store = self.store
        confirm = ConfirmProposal(store.register, store.reviews_port, store.ledger, self.clock, an_issuer(), PROOFS)
        confirm(proposed.review_id, replace(CLERK, user_id="clerk-2"), confirm=True)

    def published(self) -> list[tuple[str, dict[str, Any]]]:
        """Types and details as they come out of the bus: as JSON."""
        bus = MemoryBus()
        for entries in self.store.entries.values():
            for entry in entries:
                Publish(bus, MemoryChanges(), MemoryHeads(), FixedClock())(entry)
        return [(event.type, json.loads(json.dumps(dict(event.detail)))) for event in bus.events]


def two_years() -> World:
    """Registered, enrolled, failed, certified; lapsed a year later, told so, held, and certified again a month after
    that. Then ended by mistake, corrected, and the last certificate revoked; moved house, and the start put right."""
    world = World()
    person = world.registered()
    world.enrolled(person)
    world.shown(person, well=False)
    world.shown(person)
    world.clock.move(days=340)
    world.sweep()
    world.clock.move(days=26)
    world.sweep()
    world.clock.move(days=1)
    world.sweep()
    world.held(person)
    world.clock.move(days=30)
    contact = NewContact(NoticeChannel.SMS, "+8613800000000")
    SetContact(world.store.register, FakeSeal(), world.clock)(person, contact, CLERK)
    world.shown(person)
    world.doubted(person)
    WithdrawConsent(world.store.register, world.clock)(person, CLERK)
    UndoWithdrawal(world.store.register, world.clock, world.store.limits)(person, CLERK, UndoGround.MISTAKE)
    for proposal in (
        Proposal(ReviewKind.END, world.clock.today(), EndCause.DECEASED),
        Proposal(ReviewKind.CORRECTION),
        Proposal(ReviewKind.REVOCATION, certificate_id=world.store.beneficiaries[person].certificate_id),
    ):
        world.agreed(person, proposal)
    keys, moved = FakePersonKeys(), RightRecord(None, "1", "330106")
    amend = AmendRecord(world.store.register, world.store.ledger, world.clock, keys, references_of_payers(world.store))
    amend(person, moved, AmendGround.MOVED_HOUSE, CLERK, an_id())
    world.begins(person, date(2025, 8, 1))
    return world
