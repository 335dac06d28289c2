"""A person whose face a machine would accept, cases that speak against them, and the office that decides those."""

from dataclasses import replace
from datetime import date
from typing import Any

from lifecert.application.office.certify_in_person import CertifyInPerson
from lifecert.application.office.confirm_proposal import ConfirmProposal
from lifecert.application.office.end_cases import EndCases
from lifecert.application.office.get_reviews import GetReview, ReviewView
from lifecert.application.office.propose import Propose
from lifecert.application.office.register_beneficiary import AddBenefit, NewBenefit
from lifecert.application.office.report_death import ReportDeath
from lifecert.application.shared.reviewing import OpenReview
from lifecert.domain.actor import Actor, Role, User
from lifecert.domain.certificate import Certificate
from lifecert.domain.help_lines import HelpLines
from lifecert.domain.ledger import LedgerEvent
from lifecert.domain.policy import Decision
from lifecert.domain.review import Ground, Proposal, Review, ReviewKind, ReviewOutcome
from lifecert.domain.session import Session
from lifecert.domain.sighting import PresenceGround
from lifecert.domain.status import EndCause
from ops.recorded import Recorded
from tests.support.builders import (
    CLERK,
    HELPER,
    PROOFS,
    an_id,
    an_issuer,
    at_the_counter,
    good_evidence,
    start_limits,
)
from tests.support.fakes.access import noting, references_of_payers
from tests.support.fakes.keys import FakePersonKeys
from tests.support.fakes.notices import FakeSeal
from tests.support.fakes.store import MemoryStore
from tests.support.verifying import VerifyWorld, review_decider

SECOND = replace(CLERK, user_id="clerk-2")


STRANGER = User("stranger")


TODAY = date(2026, 3, 1)


def done_to_others(store: MemoryStore, beneficiary_id: str) -> None:
    """What clerks did to this record today counts as if it had been done to others'."""
    store.beneficiaries[beneficiary_id] = replace(store.beneficiaries[beneficiary_id], clerk_acts=None)


class Office(VerifyWorld):
    """A person whose face a machine would accept, and the office."""

    def __init__(self, **person: Any) -> None:
        super().__init__(**{"certified_by": (HELPER.user_id,), **person})
        store = self.store
        register, reviews, ledger = store.register, store.reviews_port, store.ledger
        certificates, issuer = store.certificates_port, an_issuer()
        self.in_person = CertifyInPerson(register, certificates, reviews, ledger, self.clock, issuer, PROOFS)
        self.confirm = ConfirmProposal(register, reviews, ledger, self.clock, issuer, PROOFS)
        self.propose = Propose(register, reviews, certificates, self.clock)
        self.decide = review_decider(store, self.photos, self.clock)
        lines, limits = HelpLines("12333", {}), store.limits
        self.report = ReportDeath(register, FakePersonKeys(), self.clock, lines, limits, start_limits())
        self.night = EndCases(register, reviews, reviews, ledger, self.photos, self.clock)

    def open(self, kind: ReviewKind, **fields: Any) -> str:
        actor = fields.pop("actor", Actor("register", Role.SYSTEM))
        return OpenReview(self.store.register, self.clock)(self.id, kind, actor, **fields)

    def look(self, review_id: str, user: User) -> ReviewView:
        """What one of the staff sees of a case."""
        store = self.store
        stores = (store.register, store.reviews_port, store.sessions, store.references, store.ledger)
        return GetReview(*stores, self.photos, FakeSeal(), noting(store, self.clock))(review_id, user)

    def shows_face(self, user: User = HELPER) -> Session:
        return self.verify(self.session(user_id=user.user_id).session_id, user)

    def seen(self, user: User = CLERK, key: str = "key-1", on: date = TODAY) -> Certificate | Review:
        ground = None if on == self.clock.today() else PresenceGround.PAPERS_CAME_LATE
        return self.in_person(self.id, at_the_counter(on, ground=ground), user, key)

    def adds_benefit(self, clerk: User) -> None:
        """Another benefit of the category that the person has."""
        store = self.store
        add = AddBenefit(store.register, store.ledger, self.clock, ("fund",), references_of_payers(store))
        new = NewBenefit(self.beneficiary.benefits[0].category, self.beneficiary.district, date(2026, 2, 1))
        add(self.id, new, clerk, an_id())


def decision_of(session: Session) -> Decision:
    assert session.result
    return session.result.decision


def opened(office: Office, what: str) -> str:
    """One of the cases that speak against somebody."""
    match what:
        case "a helper's report":
            return office.report.of_known(office.id, None, HELPER)
        case "a clerk's report":
            return office.report.of_known(office.id, None, SECOND)
        case "an end that a clerk proposes":
            proposal = Proposal(ReviewKind.END, TODAY, EndCause.DECEASED)
            return office.propose(office.id, proposal, an_id(), SECOND).review_id
        case "a try that looked like somebody else":
            office.analyser.evidence = good_evidence(0.4)
            session = office.shows_face()
            office.analyser.evidence = good_evidence()
            assert session.result
            return str(session.result.review_id)
    return office.open(ReviewKind(what), related_id=an_id())


AGAINST = (
    *("override", "registration", "duplicate_face", "data_signal", "a helper's report", "a clerk's report"),
    *("an end that a clerk proposes", "a try that looked like somebody else"),
)


def agrees(office: Office) -> bool:
    """Whether the register has of cases what the ledger tells. Who certified the person before, no entry here says."""
    recorded = Recorded()
    for entry in office.store.entries[office.id]:
        recorded.take(entry)
        if entry.event is LedgerEvent.REGISTERED:
            recorded.fields["certified_by"] = (HELPER.user_id,)
    told, person = recorded.fields, office.beneficiary
    return (told["open_cases"], told["dispelled_by"]) == (person.open_cases, person.dispelled_by)


OF_LIFE = ("data_signal", "a helper's report", "a clerk's report", "an end that a clerk proposes")


THIRD = replace(CLERK, user_id="clerk-3")


def dispel(office: Office, case: str, clerk: User) -> None:
    """Somebody decides that a case is unfounded."""
    if office.store.reviews[case].kind is ReviewKind.END:
        office.confirm(case, clerk, confirm=False)
    else:
        office.decide(case, ReviewOutcome.REFUSE, Ground.UNFOUNDED, clerk)


def differences(office: Office) -> set[str]:
    taken = Recorded()
    for entry in office.store.entries[office.id]:
        taken.take(entry)
    # What the test gave the person, the ledger never said.
    return set(taken.differences(office.beneficiary)) & {"open_cases", "unfounded_reports", "dispelled_by"}


def case_of(session: Session) -> str:
    assert session.result
    return str(session.result.review_id)


def told_by_the_ledger(office: Office) -> list[str]:
    """What of the cases is not as the ledger says."""
    taken = Recorded()
    for entry in office.store.entries[office.id]:
        taken.take(entry)
    return [name for name in taken.differences(office.beneficiary) if name == "open_cases"]
