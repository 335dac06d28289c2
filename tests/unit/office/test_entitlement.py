"""Certified in person, ended, corrected, revoked: by whom, and with what following from it."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from lifecert.application.certify.get_certificate import GetCertificate
from lifecert.application.office.certify_in_person import CertifyInPerson
from lifecert.application.office.confirm_proposal import ConfirmProposal, Missing
from lifecert.application.office.propose import Propose
from lifecert.domain.actor import User
from lifecert.domain.beneficiary import Beneficiary
from lifecert.domain.certificate import Certificate, CertificateState, Method, RevocationCause
from lifecert.domain.change import Change
from lifecert.domain.errors import (
    BeneficiaryNotFound,
    CertificateNotFound,
    DayInFuture,
    EntitlementEnded,
    IdempotencyKeyReused,
    LifeCertError,
    NotAllowed,
    ProposalExpired,
    ProposalNotFound,
    ReviewDecidedBefore,
    SecondClerkNeeded,
    TransitionRefused,
)
from lifecert.domain.ledger import LedgerEvent, facts_of, verify_chain
from lifecert.domain.notice import Contact, NoticeChannel
from lifecert.domain.review import PROPOSAL_LASTS, Proposal, Review, ReviewKind
from lifecert.domain.sighting import Document, PresenceGround
from lifecert.domain.status import EndCause, Standing, Status
from tests.support.builders import (
    CLERK,
    HELPER,
    PROOFS,
    a_change,
    a_review,
    an_id,
    an_issuer,
    at_the_counter,
    registration,
    standing_of,
)
from tests.support.fakes.clock import FixedClock
from tests.support.fakes.register import MemoryRegister
from tests.support.fakes.store import MemoryStore

OTHER = replace(CLERK, user_id="clerk-2")
ID_CARD = Document.ID_CARD
END = Proposal(ReviewKind.END, date(2026, 2, 20), EndCause.DECEASED)


class Office:
    def __init__(self, **person: Any) -> None:
        self.store, self.clock = MemoryStore(), FixedClock()
        change = registration(**person)
        details = {"status": Status.ACTIVE, "valid_until": change.after.valid_until.isoformat()}
        change = a_change(
            replace(change.after, version=0, ledger_head="0" * 64), LedgerEvent.REGISTERED, details=details
        )
        self.store.register.commit(replace(change, before_version=0))
        self.id = change.after.beneficiary_id
        store = self.store
        self.in_person = CertifyInPerson(
            *(store.register, store.certificates_port, store.reviews_port, store.ledger),
            *(self.clock, an_issuer(), PROOFS),
        )
        self.propose = Propose(store.register, store.reviews_port, store.certificates_port, self.clock)
        self.confirm = ConfirmProposal(
            store.register, store.reviews_port, store.ledger, self.clock, an_issuer(), PROOFS
        )
        self.look = GetCertificate(store.certificates_port, store.register, self.clock)

    @property
    def person(self) -> Beneficiary:
        return self.store.beneficiaries[self.id]

    @property
    def today(self) -> date:
        return self.clock.today()

    def seen(self) -> Certificate:
        return self.certify(self.id, self.today, ID_CARD, CLERK, an_id())

    def agreed(self, proposal: Proposal) -> Review:
        proposed = self.propose(self.id, proposal, an_id(), CLERK)
        return self.confirm(proposed.review_id, OTHER, confirm=True)

    def revoked(self, certificate: Certificate, cause: RevocationCause = RevocationCause.ERROR) -> Review:
        proposed = self.propose.revocation(certificate.certificate_id, cause, an_id(), CLERK)
        return self.confirm(proposed.review_id, OTHER, confirm=True)

    def state(self, certificate: Certificate) -> CertificateState:
        return self.look(certificate.certificate_id).state

    def standing(self, standing: Standing) -> None:
        self.store.register.commit(a_change(self.person, LedgerEvent.LAPSED, changed={"standing": standing}))

    def certify(self, beneficiary_id: str, on: date, document: Document, user: User, key: str) -> Certificate:
        """What counts at once, since no case is open."""
        certified = self.in_person(
            beneficiary_id, at_the_counter(on, document, PresenceGround.PAPERS_CAME_LATE), user, key
        )
        assert isinstance(certified, Certificate)
        return certified

    def whole(self) -> bool:
        return verify_chain(self.store.entries[self.id]) == self.person.version


# --- certify in person -----------------------------------------------------------------------------------------------


def test_whom_a_clerk_saw_is_certified_as_of_that_day() -> None:
    office = Office()
    certificate = office.certify(office.id, date(2026, 2, 27), Document.PASSPORT, CLERK, an_id())
    assert (certificate.method, certificate.certified_on) == (Method.IN_PERSON, date(2026, 2, 27))
    assert certificate.valid_until == office.person.valid_until == date(2027, 2, 27)
    assert certificate.statement.count(".") == 2
    entry = office.store.entries[office.id][-1]
    assert (entry.event, entry.actor.actor_id, entry.details["document"]) == ("certified", CLERK.user_id, "passport")
    assert office.person.certificate_id == certificate.certificate_id
    assert office.person.certified_by == (), "a clerk sees everybody anyway"
    assert office.whole()


def test_a_repeat_after_a_crash_gets_the_same_certificate_whatever_has_happened_since() -> None:
    office = Office()
    first = office.certify(office.id, office.today, ID_CARD, CLERK, "key-000001")
    assert office.certify(office.id, first.certified_on, ID_CARD, CLERK, "key-000001") == first
    office.revoked(first)
    office.agreed(END)
    office.clock.move(days=400)
    again = office.certify(office.id, first.certified_on, ID_CARD, CLERK, "key-000001")
    assert again.certificate_id == first.certificate_id
    assert len(office.store.certificates) == 1
    events = [entry.event for entry in office.store.entries[office.id]]
    assert events.count(LedgerEvent.CERTIFIED) == 1


def test_a_key_is_one_clerks_one_certification_of_one_person() -> None:
    office, ids = Office(), set()
    for clerk, key in ((CLERK, "key-000001"), (CLERK, "key-000002"), (OTHER, "key-000001")):
        ids.add(office.certify(office.id, office.today, ID_CARD, clerk, key).certificate_id)
    assert len(ids) == 3
    with pytest.raises(IdempotencyKeyReused):
        office.certify(office.id, office.today, Document.PASSPORT, CLERK, "key-000001")
    with pytest.raises(IdempotencyKeyReused):
        office.certify(office.id, date(2026, 2, 27), ID_CARD, CLERK, "key-000001")
    assert len(office.store.certificates) == 3


def test_of_two_repeats_at_once_one_certifies() -> None:
    office = Office()

    class Slow(MemoryRegister):
        def commit(self, change: Change) -> None:
            if not office.store.certificates:
                office.certify(office.id, office.today, ID_CARD, CLERK, "key-000001")
            MemoryRegister.commit(self, change)

    slow = replace(office.in_person, register=Slow(office.store))
    certificate = slow(office.id, at_the_counter(office.today), CLERK, "key-000001")
    assert isinstance(certificate, Certificate)
    assert list(office.store.certificates) == [certificate.certificate_id]


def test_whose_payment_was_held_is_restored_with_arrears() -> None:
    office = Office()
    office.standing(Standing(Status.LAPSED, date(2026, 1, 31), held_since=date(2026, 2, 20)))
    office.seen()
    assert standing_of(office.person) == Standing(Status.ACTIVE, date(2027, 3, 1))
    (facts,) = facts_of(office.store.entries[office.id][-1])
    assert facts["payment_was_held"] is True
    assert (facts["arrears_first_day"], facts["arrears_last_day"]) == ("2026-02-20", "2026-02-28")


def test_a_certificate_covers_twelve_months_however_late_the_benefit_starts() -> None:
    """It starts in June, and the first year with it; who certifies before has a certificate of 12 months, not 15."""
    office = Office(valid_until=date(2027, 6, 1))
    first = office.seen()
    assert first.valid_until == date(2027, 3, 1)
    assert office.person.valid_until == date(2027, 6, 1), "the later day stays"
    office.clock.move(days=31)
    second = office.seen()
    assert (second.valid_until, office.person.certificate_id) == (date(2027, 4, 1), second.certificate_id)
    assert (office.state(first), office.state(second)) == (CertificateState.SUPERSEDED, CertificateState.VALID)
    assert office.person.certified_on == date(2026, 4, 1)


def test_without_the_newest_certificate_the_one_before_counts_again_even_within_the_first_year() -> None:
    office = Office(valid_until=date(2027, 6, 1))
    first = office.seen()
    office.clock.move(days=31)
    office.revoked(office.seen())
    assert office.person.valid_until == date(2027, 6, 1)
    assert (office.person.certificate_id, office.person.certified_on) == (first.certificate_id, date(2026, 3, 1))
    assert office.state(first) is CertificateState.VALID


def test_who_was_certified_before_that_day_was_kept_is_compared_by_the_year() -> None:
    office = Office()
    first = office.seen()
    office.store.beneficiaries[office.id] = replace(office.person, certified_on=None)
    late = office.certify(office.id, date(2025, 12, 1), ID_CARD, CLERK, an_id())
    assert office.person.certificate_id == first.certificate_id != late.certificate_id
    office.clock.move(days=1)
    assert office.person.certificate_id != office.seen().certificate_id == office.person.certificate_id


def test_a_day_before_the_newest_certification_shortens_nothing() -> None:
    office = Office()
    newest = office.seen()
    late = office.certify(office.id, date(2025, 12, 1), ID_CARD, CLERK, an_id())
    assert late.valid_until == date(2026, 12, 1)
    assert office.person.valid_until == date(2027, 3, 1)
    assert office.person.certificate_id == newest.certificate_id
    assert (office.state(newest), office.state(late)) == (CertificateState.VALID, CertificateState.SUPERSEDED)


@pytest.mark.parametrize(
    ("seen_on", "user", "error"),
    [
        (date(2026, 3, 2), CLERK, DayInFuture),
        (date(2025, 2, 28), CLERK, TransitionRefused),
        (date(2026, 3, 1), HELPER, NotAllowed),
    ],
)
def test_who_cannot_be_certified_in_person(seen_on: date, user: Any, error: type[LifeCertError]) -> None:
    office = Office()
    office.standing(Standing(Status.LAPSED, date(2026, 1, 31)))
    before = office.person
    with pytest.raises(error):
        office.certify(office.id, seen_on, ID_CARD, user, an_id())
    assert office.person == before
    with pytest.raises(BeneficiaryNotFound):
        office.certify(an_id(), office.today, ID_CARD, CLERK, an_id())


# --- two people ------------------------------------------------------------------------------------------------------


def test_an_end_needs_two_clerks_and_revokes_the_certificate() -> None:
    office = Office()
    certificate = office.seen()
    before = office.person
    proposed = office.propose(office.id, END, "key-000001", CLERK)
    assert standing_of(office.person) == standing_of(before)
    assert office.state(certificate) is CertificateState.VALID
    with pytest.raises(SecondClerkNeeded):
        office.confirm(proposed.review_id, CLERK, confirm=True)
    with pytest.raises(NotAllowed):
        office.confirm(proposed.review_id, HELPER, confirm=True)
    assert standing_of(office.person) == standing_of(before)
    office.clock.move(hours=1)
    office.confirm(proposed.review_id, OTHER, confirm=True)
    assert standing_of(office.person) == Standing(
        Status.TERMINATED, date(2027, 3, 1), ended_on=date(2026, 2, 20), unpaid_since=date(2026, 2, 20)
    )
    view = office.look(certificate.certificate_id)
    assert (view.state, view.certificate.revoked_at) == (CertificateState.REVOKED, office.clock.now())
    entry = office.store.entries[office.id][-1]
    assert (entry.actor.actor_id, entry.details["proposed_by"]) == (OTHER.user_id, CLERK.user_id)
    assert entry.details["cause"] == "deceased"
    with pytest.raises(EntitlementEnded):
        office.seen()
    assert office.whole()


def test_whose_entitlement_ended_is_told_nothing_any_more() -> None:
    office = Office(contact_channel=NoticeChannel.SMS)
    office.store.contacts[office.id] = Contact(office.id, NoticeChannel.SMS, b"sealed")
    office.agreed(END)
    assert office.person.contact_channel is NoticeChannel.SMS, "kept until the faces go"
    assert office.id in office.store.contacts
    assert office.store.entries[office.id][-1].details["contact_kept"] is True
    assert office.whole()


def test_a_correction_in_time_keeps_the_contact_and_says_what_is_not_there() -> None:
    for person, missing in (
        ({"contact_channel": NoticeChannel.SMS}, ()),
        ({}, (Missing.CONTACT,)),
        ({"contact_channel": NoticeChannel.SMS, "has_reference": False}, (Missing.REFERENCE,)),
        ({"has_reference": False}, (Missing.CONTACT, Missing.REFERENCE)),
    ):
        office = Office(**person)
        ended = office.agreed(END)
        assert office.confirm.missing(ended) == (), "nothing is to be set up after an end"
        proposed = office.propose(office.id, Proposal(ReviewKind.CORRECTION), an_id(), CLERK)
        assert office.confirm.missing(proposed) == ()
        corrected = office.confirm(proposed.review_id, OTHER, confirm=True)
        assert office.confirm.missing(corrected) == missing
        assert office.person.contact_channel is person.get("contact_channel")


def test_a_correction_restores_by_valid_until_with_arrears_and_the_certificate_counts_again() -> None:
    office = Office()
    certificate = office.seen()
    office.agreed(END)
    office.clock.move(days=10)
    office.agreed(Proposal(ReviewKind.CORRECTION))
    assert standing_of(office.person) == Standing(Status.ACTIVE, date(2027, 3, 1))
    (facts,) = facts_of(office.store.entries[office.id][-1])
    assert (facts["arrears_first_day"], facts["arrears_last_day"]) == ("2026-02-20", "2026-03-10")
    view = office.look(certificate.certificate_id)
    assert (view.state, view.certificate.revoked_at) == (CertificateState.VALID, None)
    assert office.whole()


def test_who_is_corrected_after_the_year_is_over_has_lapsed() -> None:
    office = Office()
    office.agreed(END)
    office.clock.move(days=200)
    office.agreed(Proposal(ReviewKind.CORRECTION))
    assert standing_of(office.person) == Standing(Status.LAPSED, date(2026, 6, 30))


def test_a_rejected_proposal_changes_nothing_and_may_be_made_again() -> None:
    office = Office()
    before = standing_of(office.person)
    proposed = office.propose(office.id, END, "key-000001", CLERK)
    office.confirm(proposed.review_id, OTHER, confirm=False)
    with pytest.raises(ReviewDecidedBefore):
        office.confirm(proposed.review_id, OTHER, confirm=True)
    assert standing_of(office.person) == before
    office.agreed(END)
    assert office.person.status is Status.TERMINATED


def test_a_proposal_expires_and_can_then_only_be_rejected() -> None:
    office = Office()
    proposed = office.propose(office.id, END, "key-000001", CLERK)
    office.clock.move(days=PROPOSAL_LASTS.days, seconds=1)
    with pytest.raises(ProposalExpired):
        office.confirm(proposed.review_id, OTHER, confirm=True)
    assert office.person.status is Status.ACTIVE
    assert office.confirm(proposed.review_id, CLERK, confirm=False).decision


def test_a_repeat_gets_the_same_answer_and_another_request_under_its_key_is_refused() -> None:
    office = Office()
    proposed = office.propose(office.id, END, "key-000001", CLERK)
    office.clock.move(hours=1)
    assert office.propose(office.id, END, "key-000001", CLERK) == proposed
    assert office.propose(office.id, END, "key-000001", OTHER) != proposed
    with pytest.raises(IdempotencyKeyReused):
        office.propose(office.id, replace(END, cause=EndCause.MOVED), "key-000001", CLERK)
    confirmed = office.confirm(proposed.review_id, OTHER, confirm=True)
    version = office.person.version
    assert office.confirm(proposed.review_id, OTHER, confirm=True) == confirmed
    assert office.propose(office.id, END, "key-000001", CLERK) == confirmed, "also once it has ended"
    assert office.person.version == version


@pytest.mark.parametrize("kind", [ReviewKind.END, ReviewKind.CORRECTION, ReviewKind.REVOCATION])
@pytest.mark.parametrize("ended", [False, True])
def test_only_what_the_status_allows_is_proposed_or_confirmed(kind: ReviewKind, ended: bool) -> None:
    office = Office()
    certificate = office.seen()
    proposal = Proposal(kind, certificate_id=certificate.certificate_id if kind is ReviewKind.REVOCATION else None)
    if ended:
        office.agreed(END)
    applies = ended is (kind is ReviewKind.CORRECTION)
    if applies:
        assert office.propose(office.id, proposal, "key-000001", CLERK).kind is kind
        return
    with pytest.raises(TransitionRefused):
        office.propose(office.id, proposal, "key-000001", CLERK)
    stale = a_review(office.person, kind=kind, opened_by=office.store.entries[office.id][0].actor, session_id=None)
    office.store.reviews[stale.review_id] = stale
    with pytest.raises(TransitionRefused):
        office.confirm(stale.review_id, OTHER, confirm=True)


def test_what_is_not_there_is_not_found() -> None:
    office = Office()
    with pytest.raises(BeneficiaryNotFound):
        office.propose(an_id(), END, "key-000001", CLERK)
    with pytest.raises(CertificateNotFound):
        office.propose.revocation(an_id(), RevocationCause.FRAUD, "key-000001", CLERK)
    report = a_review(office.person, kind=ReviewKind.DEATH_REPORT)
    office.store.reviews[report.review_id] = report
    for proposal_id in (report.review_id, an_id()):
        with pytest.raises(ProposalNotFound):
            office.confirm(proposal_id, OTHER, confirm=True)
    with pytest.raises(DayInFuture):
        office.propose(office.id, replace(END, day=office.today + timedelta(days=1)), "key-000001", CLERK)
    with pytest.raises(NotAllowed):
        office.propose(office.id, END, "key-000001", HELPER)


# --- revocation ------------------------------------------------------------------------------------------------------


def test_a_certificate_is_revoked_once_however_many_proposed_it() -> None:
    office = Office()
    certificate = office.seen()
    key = (certificate.certificate_id, RevocationCause.FRAUD)
    first, second = (office.propose.revocation(*key, an_id(), CLERK) for _ in range(2))
    office.confirm(first.review_id, OTHER, confirm=True)
    with pytest.raises(TransitionRefused):
        office.confirm(second.review_id, OTHER, confirm=True)
    office.confirm(second.review_id, OTHER, confirm=False)


def test_without_the_revoked_certificate_the_one_before_it_counts() -> None:
    office = Office()
    first = office.seen()
    office.clock.move(days=100)
    second = office.seen()
    office.revoked(second)
    assert standing_of(office.person) == Standing(Status.ACTIVE, date(2027, 3, 1))
    assert office.person.certificate_id == first.certificate_id
    assert (office.state(first), office.state(second)) == (CertificateState.VALID, CertificateState.REVOKED)
    with pytest.raises(TransitionRefused):
        office.propose.revocation(second.certificate_id, RevocationCause.ERROR, "key-000009", CLERK)
    office.revoked(first)
    assert office.person.valid_until == date(2026, 6, 30), "what registration covered"
    assert not office.person.certificate_id
    third = office.seen()
    assert office.state(third) is CertificateState.VALID
    assert office.whole()


@pytest.mark.parametrize("cause", [RevocationCause.FRAUD, RevocationCause.ERROR])
def test_why_a_certificate_was_revoked_is_proposed_recorded_and_told(cause: RevocationCause) -> None:
    office = Office()
    certificate = office.seen()
    assert office.look(certificate.certificate_id).revoked_for is None
    assert office.revoked(certificate, cause).cause is cause
    assert office.store.entries[office.id][-1].details["cause"] == cause
    assert office.look(certificate.certificate_id).revoked_for is cause


def test_the_same_key_with_another_cause_is_another_request() -> None:
    office = Office()
    certificate = office.seen()
    office.propose.revocation(certificate.certificate_id, RevocationCause.ERROR, "key-000001", CLERK)
    with pytest.raises(IdempotencyKeyReused):
        office.propose.revocation(certificate.certificate_id, RevocationCause.FRAUD, "key-000001", CLERK)


def test_a_proposal_from_before_causes_was_of_fraud() -> None:
    office = Office()
    certificate = office.seen()
    proposed = office.propose.revocation(certificate.certificate_id, RevocationCause.ERROR, "key-000001", CLERK)
    office.store.reviews[proposed.review_id] = replace(proposed, cause=None)
    office.confirm(proposed.review_id, OTHER, confirm=True)
    assert office.look(certificate.certificate_id).revoked_for is RevocationCause.FRAUD


def test_what_went_with_the_entitlement_says_so_and_counts_again_after_a_correction() -> None:
    office = Office()
    certificate = office.seen()
    office.agreed(END)
    assert office.look(certificate.certificate_id).revoked_for is RevocationCause.ENTITLEMENT_ENDED
    office.agreed(Proposal(ReviewKind.CORRECTION))
    assert office.look(certificate.certificate_id).revoked_for is None
    assert office.store.certificates[certificate.certificate_id] == certificate


def test_who_is_not_covered_any_more_lapses_and_a_hold_of_the_revoked_year_falls() -> None:
    office = Office()
    office.clock.move(days=150)
    certificate = office.seen()
    office.revoked(certificate)
    assert standing_of(office.person) == Standing(Status.LAPSED, date(2026, 6, 30))
    entry = office.store.entries[office.id][-1]
    assert (entry.details["status_before"], entry.details["status"]) == ("active", "lapsed")
    again = office.seen()
    office.standing(Standing(Status.LAPSED, date(2027, 7, 29), held_since=date(2027, 9, 1)))
    office.revoked(again)
    assert standing_of(office.person) == Standing(Status.LAPSED, date(2026, 6, 30))


def test_revoking_one_that_was_superseded_takes_nothing_away() -> None:
    office = Office()
    first = office.seen()
    office.clock.move(days=100)
    second = office.seen()
    office.revoked(first)
    assert standing_of(office.person) == Standing(Status.ACTIVE, second.valid_until)
    assert office.person.certificate_id == second.certificate_id
    assert (office.state(first), office.state(second)) == (CertificateState.REVOKED, CertificateState.VALID)
