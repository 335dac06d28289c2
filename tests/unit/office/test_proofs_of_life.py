"""Proofs of life without a camera: what each method asks for, who confirms it, and who looks again (adr/0051)."""

from dataclasses import replace
from datetime import timedelta

import pytest

from lifecert.application.office.certify_in_person import LetterOnPaper
from lifecert.application.shared.finding import ByCode
from lifecert.domain.actor import Actor, Role, User
from lifecert.domain.audit import is_drawn
from lifecert.domain.certificate import Certificate, Method
from lifecert.domain.errors import (
    ActedInCase,
    BeneficiaryNotFound,
    DayInFuture,
    DoubtedElsewhere,
    EntitlementEnded,
    GroundUnsuitable,
    IdempotencyKeyReused,
    InvitationUnknown,
    NotAllowed,
    SecondClerkNeeded,
    SeenTooLongAgo,
    TransitionRefused,
)
from lifecert.domain.ledger import LedgerEvent, verify_chain
from lifecert.domain.proof_channel import ProofChannel
from lifecert.domain.review import Ground, Proposal, Review, ReviewKind, ReviewOutcome
from lifecert.domain.scope import Scope
from lifecert.domain.sighting import (
    BY_CLERKS,
    AtTheCounter,
    Document,
    ProofLimits,
    Proofs,
    VideoCall,
    VideoCheck,
)
from lifecert.domain.status import EndCause, Standing, Status
from tests.support.builders import (
    CLERK,
    PROOFS,
    a_change,
    an_id,
    an_invitation,
    at_the_counter,
)
from tests.support.fakes.invitations import FakeInvitationKeys
from tests.support.open_cases import AGAINST, OF_LIFE, SECOND, THIRD, TODAY, Office, agrees, dispel, opened
from tests.support.proofs_of_life import KNOWN, LATE, PAPERS, SEEN, audits, sighting, state

# --- one way, all methods --------------------------------------------------------------------------------------------


def test_every_method_that_is_a_clerks_has_limits_and_is_tried_here() -> None:
    assert BY_CLERKS.keys() == PROOFS.by_method.keys() == {Method.IN_PERSON, *SEEN, *PAPERS}


@pytest.mark.parametrize("method", SEEN)
def test_whom_a_clerk_saw_elsewhere_is_certified_at_once_and_the_ledger_says_how(method: Method) -> None:
    office, what = Office(), sighting(method)
    certificate = state(office, what)
    assert isinstance(certificate, Certificate)
    assert (certificate.method, certificate.certified_on) == (method, TODAY)
    assert certificate.claims("issuer")["method"] == method.value
    assert certificate.claims("issuer")["proof_channel"] == "office"
    entry = office.store.entries[office.id][-1]
    assert entry.event is LedgerEvent.CERTIFIED
    assert (entry.details["method"], entry.details["proof_channel"]) == (method, "office")
    assert what.facts().items() <= entry.details.items()
    assert state(office, what) == certificate, "the same key gives the same"
    with pytest.raises(IdempotencyKeyReused):
        state(office, at_the_counter(TODAY))
    assert verify_chain(office.store.entries[office.id]) == office.beneficiary.version


@pytest.mark.parametrize("method", PAPERS)
def test_a_paper_certifies_nobody_until_another_clerk_confirms_it(method: Method) -> None:
    office, on = Office(), TODAY - timedelta(days=30)
    before, what = office.beneficiary.valid_until, sighting(method, on)
    proposal = state(office, what)
    assert isinstance(proposal, Review)
    assert (proposal.kind, proposal.day, proposal.stated) == (
        ReviewKind.PRESENCE,
        on,
        {"method": method.value, **what.facts()},
    )
    assert office.beneficiary.valid_until == before
    assert state(office, what) == proposal
    with pytest.raises(SecondClerkNeeded):
        office.confirm(proposal.review_id, CLERK, confirm=True)
    office.confirm(proposal.review_id, SECOND, confirm=True)
    certificate = office.store.certificates[proposal.review_id]
    assert (certificate.method, certificate.certified_on) == (method, on)
    assert certificate.proof_channel is ProofChannel.OFFICE
    entry = office.store.entries[office.id][-1]
    assert (entry.actor.actor_id, entry.details["proposed_by"]) == (SECOND.user_id, CLERK.user_id)
    assert what.facts().items() <= entry.details.items()
    assert state(office, what).evidence_digest == certificate.evidence_digest  # type: ignore[union-attr]


@pytest.mark.parametrize("method", BY_CLERKS)
def test_a_day_is_neither_to_come_nor_further_back_than_the_method_allows(method: Method) -> None:
    office, back = Office(), timedelta(days=PROOFS.of(method).days_back)
    with pytest.raises(DayInFuture):
        state(office, sighting(method, TODAY + timedelta(days=1)))
    with pytest.raises(TransitionRefused if method is Method.IN_PERSON else SeenTooLongAgo):
        state(office, sighting(method, TODAY - back - timedelta(days=1), LATE))
    assert office.store.certificates == {}
    if method is not Method.IN_PERSON:
        assert isinstance(state(office, sighting(method, TODAY - back, LATE)), Certificate | Review)


@pytest.mark.parametrize("method", [Method.IN_PERSON, Method.HOME_VISIT, Method.GROUP_VISIT])
def test_a_visit_that_is_told_of_late_needs_a_ground_and_a_paper_none(method: Method) -> None:
    with pytest.raises(GroundUnsuitable):
        state(Office(), sighting(method, TODAY - timedelta(days=8)))
    assert isinstance(state(Office(), sighting(method, TODAY - timedelta(days=8), LATE)), Certificate)


def test_no_picture_is_known_personally() -> None:
    with pytest.raises(ValueError, match="held up"):
        VideoCall(seen_on=TODAY, document=KNOWN, asked=VideoCheck.WORDS_SAID)


@pytest.mark.parametrize("method", [*SEEN, *PAPERS])
def test_who_is_no_clerk_or_of_another_district_certifies_nobody(method: Method) -> None:
    office = Office()
    with pytest.raises(NotAllowed):
        state(office, sighting(method), User("helper"))
    with pytest.raises(BeneficiaryNotFound):
        state(office, sighting(method), replace(CLERK, scope=Scope.of(["22"])))
    assert office.store.certificates == {}


# --- open cases ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("method", SEEN)
@pytest.mark.parametrize("what", AGAINST)
def test_against_an_open_case_a_visit_waits_for_a_second_clerk(what: str, method: Method) -> None:
    office = Office()
    opened(office, what)
    proposal = state(office, sighting(method), THIRD)
    assert isinstance(proposal, Review)
    assert proposal.kind is ReviewKind.PRESENCE


@pytest.mark.parametrize("method", PAPERS)
@pytest.mark.parametrize("what", AGAINST)
def test_against_what_is_said_of_a_death_a_paper_is_a_case_and_can_be_brought_again(what: str, method: Method) -> None:
    office = Office(standing=Standing(Status.ACTIVE, TODAY + timedelta(days=5)))
    before, case = office.beneficiary.valid_until, opened(office, what)
    done = state(office, sighting(method), THIRD)
    assert isinstance(done, Review)
    if what in ("override", "a try that looked like somebody else"):
        assert done.kind is ReviewKind.PRESENCE, "what a camera saw says nothing against a paper"
        return
    assert (done.kind, done.stated["method"]) == (ReviewKind.SIGN_OF_LIFE, method.value)
    assert office.beneficiary.valid_until == before
    assert office.beneficiary.spared_until, "who waits is spared"
    assert state(office, sighting(method), THIRD) == done
    assert agrees(office) or what == "registration", "which is opened otherwise, by a registration"
    if what not in OF_LIFE:
        return
    dispel(office, case, replace(CLERK, user_id="clerk-4"))
    again = state(office, sighting(method), THIRD, "key-2")
    assert isinstance(again, Review)
    assert again.kind is ReviewKind.PRESENCE


@pytest.mark.parametrize("what", OF_LIFE)
def test_a_paper_is_not_confirmed_against_a_case_that_came_after_it(what: str) -> None:
    office = Office()
    proposal = state(office, sighting(Method.ATTESTATION))
    assert isinstance(proposal, Review)
    opened(office, what)
    with pytest.raises(DoubtedElsewhere):
        office.confirm(proposal.review_id, THIRD, confirm=True)
    assert office.store.certificates == {}


@pytest.mark.parametrize("method", PAPERS)
def test_two_clerks_and_a_paper_do_not_settle_what_was_found_true(method: Method) -> None:
    office = Office()
    case = opened(office, "a helper's report")
    office.decide(case, ReviewOutcome.ACCEPT, Ground.CONFIRMED, THIRD)
    done = state(office, sighting(method))
    assert isinstance(done, Review)
    assert done.kind is ReviewKind.SIGN_OF_LIFE
    office.decide(done.review_id, ReviewOutcome.ACCEPT, Ground.CONFIRMED, SECOND)
    assert [one.upheld for one in office.beneficiary.open_cases] == [True]
    assert office.store.certificates == {}


def test_a_paper_leaves_an_audit_that_nobody_judged_to_somebody_who_sees_the_person() -> None:
    office = Office(enrolled_by=(CLERK.user_id,))
    state(office, sighting(Method.HOME_VISIT))
    office.decide(audits(office)[0].review_id, ReviewOutcome.NEEDS_MORE, Ground.ASKED_BACK, SECOND)
    assert [one.kind for one in office.beneficiary.doubts] == [ReviewKind.AUDIT]
    proposal = state(office, sighting(Method.ATTESTATION), SECOND)
    assert isinstance(proposal, Review)
    office.confirm(proposal.review_id, THIRD, confirm=True)
    assert [one.kind for one in office.beneficiary.doubts] == [ReviewKind.AUDIT]
    assert agrees(office)
    assert isinstance(state(office, sighting(Method.VIDEO), SECOND, "key-2"), Certificate)
    assert office.beneficiary.doubts == ()
    assert agrees(office)


def test_two_clerks_and_a_paper_are_no_two_who_saw_the_person_when_a_death_is_closed() -> None:
    """A stranger's report stops no paper, and whoever enrolled the face still does not close it."""
    for method, may in ((Method.ATTESTATION, False), (Method.HOME_VISIT, True)):
        office = Office(enrolled_by=(SECOND.user_id,))
        case = office.open(ReviewKind.DEATH_REPORT, actor=Actor("stranger", Role.USER), day=TODAY)
        what = sighting(method)
        if may:
            office.open(ReviewKind.OVERRIDE)  # so that a visit waits for two
        proposal = state(office, what)
        assert isinstance(proposal, Review)
        office.confirm(proposal.review_id, THIRD, confirm=True)
        if may:
            office.decide(case, ReviewOutcome.REFUSE, Ground.UNFOUNDED, SECOND)
            continue
        with pytest.raises(ActedInCase):
            office.decide(case, ReviewOutcome.REFUSE, Ground.UNFOUNDED, SECOND)


@pytest.mark.parametrize("method", SEEN)
def test_a_photo_taken_at_the_counter_speaks_for_nobody_seen_elsewhere(method: Method) -> None:
    office = Office(counter_photo_on=TODAY)
    opened(office, "a helper's report")
    assert isinstance(state(office, at_the_counter(TODAY)), Certificate)
    office = Office(counter_photo_on=TODAY)
    opened(office, "a helper's report")
    assert isinstance(state(office, sighting(method)), Review)


def test_an_entitlement_that_has_ended_is_not_renewed_by_a_visit() -> None:
    office = Office()
    end = office.propose(office.id, Proposal(ReviewKind.END, TODAY, EndCause.DECEASED), an_id(), CLERK)
    office.confirm(end.review_id, SECOND, confirm=True)
    for method in (*SEEN, *PAPERS):
        with pytest.raises(EntitlementEnded):
            state(office, sighting(method))


# --- who looks again -------------------------------------------------------------------------------------------------


def audited_at(office: Office, method: Method, rate: float) -> Office:
    limits = {**PROOFS.by_method, method: ProofLimits(PROOFS.of(method).days_back, rate)}
    office.in_person = replace(office.in_person, proofs=Proofs(limits))
    office.confirm = replace(office.confirm, proofs=Proofs(limits))
    return office


@pytest.mark.parametrize("method", SEEN)
def test_some_of_each_method_are_looked_at_again_drawn_by_the_person(method: Method) -> None:
    office, drawn = audited_at(Office(beneficiary_id="p-1"), method, 0.5), 0
    for number in range(12):
        done = state(office, sighting(method), CLERK, f"key-{number}")
        assert isinstance(done, Certificate)
        drawn += is_drawn(done.certificate_id, office.beneficiary.person_key, 0.5)
    found = audits(office)
    assert 0 < len(found) == drawn < 12
    assert {one.opened_by.actor_id for one in found} == {CLERK.user_id}
    with pytest.raises(ActedInCase):
        office.decide(found[0].review_id, ReviewOutcome.ACCEPT, Ground.CONFIRMED, CLERK)
    office.decide(found[0].review_id, ReviewOutcome.ACCEPT, Ground.CONFIRMED, SECOND)


@pytest.mark.parametrize("method", SEEN)
@pytest.mark.parametrize("part", [{"registered_by": CLERK.user_id}, {"enrolled_by": (CLERK.user_id,)}])
def test_all_are_where_the_same_clerk_registered_or_enrolled(method: Method, part: dict[str, object]) -> None:
    office = Office(**part)
    state(office, sighting(method))
    assert len(audits(office)) == 1
    state(office, sighting(method), SECOND, "key-2")
    assert len(audits(office)) == 1, "another clerk's is not"


@pytest.mark.parametrize("clerk", [CLERK, SECOND])
def test_of_a_paper_neither_of_the_two_looks_again(clerk: User) -> None:
    office = Office(registered_by=clerk.user_id)
    proposal = state(office, sighting(Method.ATTESTATION))
    assert isinstance(proposal, Review)
    office.confirm(proposal.review_id, SECOND, confirm=True)
    (audit,) = audits(office)
    for one in (CLERK, SECOND):
        with pytest.raises(ActedInCase):
            office.decide(audit.review_id, ReviewOutcome.REFUSE, Ground.UNFOUNDED, one)
    office.decide(audit.review_id, ReviewOutcome.REFUSE, Ground.UNFOUNDED, THIRD)
    assert [one.kind for one in office.beneficiary.doubts] == [ReviewKind.AUDIT]


def test_an_audit_that_is_refused_stops_machines_until_two_have_seen_the_person() -> None:
    office = Office(enrolled_by=(CLERK.user_id,))
    state(office, sighting(Method.GROUP_VISIT))
    office.decide(audits(office)[0].review_id, ReviewOutcome.REFUSE, Ground.UNFOUNDED, SECOND)
    session = office.shows_face()
    assert session.result
    assert session.result.review_id
    assert isinstance(state(office, sighting(Method.VIDEO), THIRD, "key-2"), Review)


# --- paper forms -----------------------------------------------------------------------------------------------------


def letter_of(office: Office, beneficiary_id: str) -> tuple[LetterOnPaper, object]:
    from lifecert.domain.invitation import InvitationCode, digits_of

    keys, text = FakeInvitationKeys(), "0123456789abcdefghjkm"
    digits = digits_of(text)
    invitation = an_invitation(
        beneficiary_id, invitation_id="letter-1", digits_key=keys.digits_key(digits), text_key=keys.text_key(text)
    )
    office.store.invitations[beneficiary_id] = invitation
    by_code = ByCode(office.store.invitations_port, office.store.register, keys)
    return LetterOnPaper(by_code, office.clock), InvitationCode(digits)


def test_the_code_on_a_form_must_be_of_the_persons_own_letter() -> None:
    office = Office()
    letter, code = letter_of(office, office.id)
    assert letter(office.id, code) == "letter-1"  # type: ignore[arg-type]
    with pytest.raises(InvitationUnknown):
        letter(an_id(), code)  # type: ignore[arg-type]


def test_whoever_issued_the_letter_does_not_confirm_a_form_with_its_code() -> None:
    office = Office()
    details = {"invitation_id": "letter-1"}
    issued = a_change(office.beneficiary, LedgerEvent.INVITATION_ISSUED, details=details)
    entry = replace(issued.entry, actor=Actor(SECOND.user_id, Role.CLERK)).sealed()
    office.store.register.commit(replace(issued, after=replace(issued.after, ledger_head=entry.hash), entry=entry))
    proposal = state(office, sighting(Method.PAPER_FORM))
    assert isinstance(proposal, Review)
    with pytest.raises(ActedInCase):
        office.confirm(proposal.review_id, SECOND, confirm=True)
    office.confirm(proposal.review_id, THIRD, confirm=True)
    assert proposal.review_id in office.store.certificates


def test_what_the_counter_proves_is_evidence_as_it_was_before_there_were_methods() -> None:
    """The digest of an in-person certificate of before is that of today."""
    from lifecert.application.office.certify_in_person import seen, stated_of
    from lifecert.application.shared.certifying import digest_of

    what = AtTheCounter(seen_on=TODAY, document=Document.PASSPORT)
    proof = seen("person", TODAY, stated_of(what), "clerk", "id")
    facts = {"beneficiary_id": "person", "seen_on": TODAY.isoformat(), "document": "passport", "clerk": "clerk"}
    assert proof.evidence_digest == digest_of(facts)
