"""Reviews: who may decide one, what that changes, and what it never does."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from lifecert.application.shared.reviewing import OpenReview
from lifecert.domain.actor import Actor, Role, User
from lifecert.domain.certificate import Method
from lifecert.domain.challenge import Step
from lifecert.domain.change import Change, record
from lifecert.domain.errors import (
    ActedInCase,
    ConsentWithdrawn,
    EntitlementEnded,
    FaceNotCompared,
    FramesGone,
    GroundUnsuitable,
    LifeCertError,
    ReviewDecidedBefore,
    ReviewNotFound,
    SessionNotFound,
    StoreUnavailable,
    TransitionRefused,
)
from lifecert.domain.invitation import user_of
from lifecert.domain.ledger import Detail, LedgerEvent, facts_of, verify_chain
from lifecert.domain.policy import Outcome
from lifecert.domain.proof_channel import ProofChannel
from lifecert.domain.reasons import Reason
from lifecert.domain.review import GROUNDS, PROPOSALS, Ground, Review, ReviewKind, ReviewOutcome, ReviewState
from lifecert.domain.status import Standing, Status
from tests.support.builders import (
    CLERK,
    HELPER,
    a_change,
    a_reference,
    an_enrolment,
    an_id,
    failed_evidence,
    good_evidence,
    registration,
    uploaded_in_time,
)
from tests.support.fakes.photos import MemoryPhotos
from tests.support.reviewing import ACCEPT, MORE, OTHER, REFUSE, Office


def test_accepting_certifies_with_the_sessions_method_and_day_and_the_clerk_in_the_ledger() -> None:
    office = Office()
    session = office.attempt(on_behalf=False, proof_channel=ProofChannel.KIOSK)
    seen = office.clock.today()
    office.clock.move(days=20)
    decided = office.decide(office.review(session).review_id, ACCEPT, Ground.SAME_PERSON, CLERK, session.session_id)
    assert decided.decision
    certificate = office.store.certificates[str(decided.decision.certificate_id)]
    assert (certificate.method, certificate.certified_on) == (Method.FACE_SELF, seen)
    assert certificate.valid_until == office.person.valid_until == date(2027, 3, 1)
    assert certificate.statement.count(".") == 2
    assert certificate.proof_channel is ProofChannel.KIOSK, "through the session, and not through the clerk"
    assert certificate.evidence_digest == uploaded_in_time(good_evidence(0.4)).digest()
    entry = office.store.entries[office.id][-1]
    assert (entry.event, entry.actor.actor_id) == (LedgerEvent.CERTIFIED, CLERK.user_id)
    assert entry.details["certified_by"] == HELPER.user_id
    assert entry.details["review_id"] == decided.review_id
    assert office.person.open_cases == ()
    assert office.person.certificate_id == certificate.certificate_id
    assert HELPER.user_id in office.person.certified_by
    assert office.store.reviews[decided.review_id].state is ReviewState.DECIDED
    assert verify_chain(office.store.entries[office.id]) == office.person.version


def test_who_certified_by_another_session_that_day_has_the_same_certificate_when_a_case_of_it_is_accepted() -> None:
    office = Office()
    one_step = (Step.NEUTRAL, Step.TURN_LEFT)
    office.analyser.evidence = good_evidence(steps=one_step)
    left_open = office.attempt(challenge=one_step)
    office.analyser.evidence = good_evidence()
    office.attempt(outcome=Outcome.ACCEPTED)
    [certificate_id] = office.store.certificates
    decided = office.decide(office.review(left_open).review_id, ACCEPT, Ground.SAME_PERSON, CLERK, left_open.session_id)
    assert decided.decision
    assert decided.decision.certificate_id == certificate_id
    assert len(office.store.certificates) == 1
    entry = office.store.entries[office.id][-1]
    assert (entry.event, entry.actor.actor_id) == (LedgerEvent.ALREADY_CERTIFIED, CLERK.user_id)
    assert entry.details["review_id"] == decided.review_id
    assert office.person.open_cases == ()
    assert office.decide(decided.review_id, ACCEPT, Ground.SAME_PERSON, CLERK, left_open.session_id) == decided


def test_a_review_that_restores_a_held_payment_says_from_when_arrears_run() -> None:
    office = Office()
    held = Standing(Status.LAPSED, date(2026, 1, 31), held_since=date(2026, 2, 20))
    office.store.register.commit(a_change(office.person, LedgerEvent.LAPSED, changed={"standing": held}))
    session = office.attempt()
    office.decide(office.review(session).review_id, ACCEPT, Ground.SAME_PERSON, CLERK, session.session_id)
    (facts,) = facts_of(office.store.entries[office.id][-1])
    assert facts["payment_was_held"] is True
    assert (facts["arrears_first_day"], facts["arrears_last_day"]) == ("2026-02-20", "2026-02-28")


@pytest.mark.parametrize(("outcome", "ground"), [(REFUSE, Ground.OTHER_PERSON), (MORE, Ground.NOT_RECOGNISABLE)])
def test_refusing_and_asking_for_more_leave_the_entitlement_alone(outcome: ReviewOutcome, ground: Ground) -> None:
    office = Office()
    review = office.review(office.attempt())
    before = office.person
    office.decide(review.review_id, outcome, ground, CLERK)
    after = office.person
    assert after == replace(before, open_cases=(), version=after.version, ledger_head=after.ledger_head)
    assert office.store.certificates == {}
    assert office.store.entries[office.id][-1].details["ground"] == ground
    assert office.review(office.attempt()).review_id != review.review_id, "a later attempt opens a review of its own"


def test_frames_of_every_attempt_of_the_case_are_shown_until_it_is_decided_and_then_gone() -> None:
    office = Office()
    enrolment = an_enrolment(office.person)
    office.store.references.begin(enrolment)
    reference = a_reference(enrolment)
    office.store.register.commit(a_change(office.person, LedgerEvent.REFERENCE_ENROLLED, reference=reference))
    first = office.attempt()
    second = office.attempt()
    anothers = office.attempt(replace(HELPER, user_id="helper-2"))
    review = office.review(first)
    assert office.review(second) == review != office.review(anothers), "nobody's tries are in another's case"
    view = office.look(review.review_id, CLERK)
    assert [attempt.session.session_id for attempt in view.attempts] == [first.session_id, second.session_id]
    for attempt in view.attempts:
        assert [f"/{number}?" in link for number, link in enumerate(attempt.frames, start=1)] == [True] * 3
        assert all(link.endswith("?expires=300") for link in attempt.frames)
        assert {finding.name for finding in attempt.findings} == {"decode", "same_person", "upload_times"}
    [shown] = view.references
    assert shown.link == f"https://references.example/{reference.photo_key}?expires=300"
    office.decide(review.review_id, REFUSE, Ground.NOT_LIVE, CLERK)
    kept = {key.split("/")[2] for key in office.photos.kept if key.startswith("review/")}
    assert kept == {anothers.session_id}
    decided = office.look(review.review_id, CLERK)
    assert all(attempt.frames == () for attempt in decided.attempts)
    assert decided.references == ()


def test_whoever_acted_in_the_case_does_not_decide_it() -> None:
    office = Office()
    clerk_at_home = replace(CLERK, user_id="clerk-and-son")
    review = office.review(office.attempt())
    office.attempt(clerk_at_home)
    for user in (clerk_at_home, replace(CLERK, user_id=HELPER.user_id)):
        with pytest.raises(ActedInCase):
            office.decide(review.review_id, ACCEPT, Ground.SAME_PERSON, user, review.session_id)
    assert office.store.certificates == {}
    assert office.store.reviews[review.review_id].decision is None


def test_who_issued_an_invitation_does_not_decide_what_was_tried_by_it() -> None:
    """The letter passes through the clerk's hands: whoever used its code may have been the clerk."""
    office = Office()
    invitation_id = an_id()
    issued: dict[str, Detail] = {"invitation_id": invitation_id, "expires_on": "2031-03-01", "guardian": False}
    by_clerk = Actor(CLERK.user_id, Role.CLERK)
    holder = replace(office.person, invitation_id=invitation_id)
    after, entry = record(holder, LedgerEvent.INVITATION_ISSUED, by_clerk, office.clock.now(), issued)
    office.store.register.commit(Change(office.person.version, after, entry))
    review = office.review(office.attempt(User(user_of(invitation_id))))
    with pytest.raises(ActedInCase):
        office.decide(review.review_id, ACCEPT, Ground.SAME_PERSON, CLERK, review.session_id)
    assert office.store.certificates == {}
    office.decide(review.review_id, ACCEPT, Ground.SAME_PERSON, OTHER, review.session_id)
    assert len(office.store.certificates) == 1


def test_a_review_is_decided_once_and_a_repeat_gets_the_same_answer() -> None:
    office = Office()
    review = office.review(office.attempt())
    first = office.decide(review.review_id, ACCEPT, Ground.SAME_PERSON, CLERK, review.session_id)
    version = office.person.version
    assert office.decide(review.review_id, ACCEPT, Ground.SAME_PERSON, CLERK, review.session_id) == first
    for user, outcome, ground in (
        (OTHER, ACCEPT, Ground.SAME_PERSON),
        (CLERK, REFUSE, Ground.NOT_LIVE),
    ):
        with pytest.raises(ReviewDecidedBefore):
            office.decide(review.review_id, outcome, ground, user, review.session_id)
    assert office.person.version == version
    assert len(office.store.certificates) == 1


def test_of_two_clerks_at_once_one_decides() -> None:
    office = Office()
    review = office.review(office.attempt())

    class Late:
        """Reads the review before the other clerk decides it."""

        def get(self, review_id: str) -> Review | None:
            found = office.store.reviews.get(review_id)
            if found and found.decision is None:
                office.decide(review_id, REFUSE, Ground.NOT_LIVE, OTHER)
            return found

        def __getattr__(self, name: str) -> Any:
            return getattr(office.store.reviews_port, name)

    late = replace(office.decide, reviews=Late())
    with pytest.raises(ReviewDecidedBefore):
        late(review.review_id, ACCEPT, Ground.SAME_PERSON, CLERK, review.session_id)
    assert office.store.certificates == {}


@pytest.mark.parametrize("kind", [ReviewKind.VERIFICATION, ReviewKind.AUDIT])
@pytest.mark.parametrize("left", [0, 2])
def test_nobody_is_the_same_person_whose_frames_are_not_there_to_be_seen(kind: ReviewKind, left: int) -> None:
    office = Office()
    session = office.attempt()
    review = office.review(session)
    office.store.reviews[review.review_id] = replace(review, kind=kind)
    for number in range(left + 1, len(session.challenge) + 1):
        del office.photos.kept[session.review_key(number)]
    before = office.person
    with pytest.raises(FramesGone):
        office.decide(review.review_id, ACCEPT, Ground.SAME_PERSON, CLERK, review.session_id)
    assert (office.person, office.store.certificates) == (before, {})
    assert office.store.reviews[review.review_id].decision is None
    office.decide(review.review_id, MORE, Ground.ASKED_BACK, CLERK)


def test_no_clerk_says_that_it_was_not_in_time() -> None:
    office = Office()
    review = office.review(office.attempt())
    for outcome in ReviewOutcome:
        with pytest.raises(GroundUnsuitable):
            office.decide(review.review_id, outcome, Ground.NOT_IN_TIME, CLERK)


def test_frames_that_could_not_be_deleted_are_deleted_by_the_repeat() -> None:
    office = Office()
    review = office.review(office.attempt())

    class Broken(MemoryPhotos):
        def delete_review_frames(self, beneficiary_id: str, session_id: str) -> None:
            raise StoreUnavailable

    with pytest.raises(StoreUnavailable):
        replace(office.decide, photos=Broken())(review.review_id, REFUSE, Ground.NOT_LIVE, CLERK)
    assert office.photos.kept
    office.decide(review.review_id, REFUSE, Ground.NOT_LIVE, CLERK)
    assert office.photos.kept == {}


@pytest.mark.parametrize("kind", [kind for kind in ReviewKind if kind not in PROPOSALS])
@pytest.mark.parametrize("outcome", list(ReviewOutcome))
def test_no_other_case_touches_the_entitlement_however_it_is_decided(kind: ReviewKind, outcome: ReviewOutcome) -> None:
    if kind is ReviewKind.VERIFICATION:
        return
    office = Office()
    review = office.opened(kind, session_id=None if kind is ReviewKind.AUDIT else an_id())
    before = office.person
    office.decide(review.review_id, outcome, min(GROUNDS[outcome]), CLERK)
    after = office.person
    assert after == replace(before, version=after.version, ledger_head=after.ledger_head, open_cases=after.open_cases)
    assert bool(after.doubts) is (kind is ReviewKind.AUDIT and outcome is not ACCEPT)
    assert office.store.certificates == {}
    entry = office.store.entries[office.id][-1]
    assert (entry.event, entry.details["kind"], entry.details["outcome"]) == ("review_decided", kind, outcome)


@pytest.mark.parametrize("outcome", list(ReviewOutcome))
@pytest.mark.parametrize("ground", list(Ground))
def test_an_outcome_has_a_ground_of_its_own(outcome: ReviewOutcome, ground: Ground) -> None:
    office = Office()
    review = office.review(office.attempt())
    fits = ground in GROUNDS[outcome] and (outcome is not ACCEPT or ground is Ground.SAME_PERSON)
    error: LifeCertError | None = None
    try:
        office.decide(review.review_id, outcome, ground, CLERK, review.session_id)
    except GroundUnsuitable as refused:
        error = refused
    assert (error is None) is fits
    assert bool(office.store.reviews[review.review_id].decision) is fits


def test_nobody_is_certified_whose_entitlement_ended_or_whose_year_is_over() -> None:
    office = Office()
    review = office.review(office.attempt())
    office.clock.move(days=400)
    with pytest.raises(TransitionRefused):
        office.decide(review.review_id, ACCEPT, Ground.SAME_PERSON, CLERK, review.session_id)
    ended = Standing(Status.TERMINATED, date(2026, 6, 30), ended_on=date(2026, 3, 2))
    office.store.register.commit(a_change(office.person, LedgerEvent.TERMINATED, changed={"standing": ended}))
    with pytest.raises(EntitlementEnded):
        office.decide(review.review_id, ACCEPT, Ground.SAME_PERSON, CLERK, review.session_id)
    assert office.store.reviews[review.review_id].decision is None
    assert office.photos.kept, "nothing is lost"
    office.decide(review.review_id, REFUSE, Ground.UNFOUNDED, CLERK)


def test_proposals_are_not_decided_here_and_unknown_cases_not_found() -> None:
    office = Office()
    proposal = office.opened(ReviewKind.END)
    for review_id in (proposal.review_id, an_id()):
        with pytest.raises(ReviewNotFound):
            office.decide(review_id, ACCEPT, Ground.CONFIRMED, OTHER)
    with pytest.raises(ReviewNotFound):
        office.look(an_id(), CLERK)


def test_two_faces_are_shown_side_by_side() -> None:
    office = Office()
    other = registration().after
    for owner in (office.person, other):
        enrolment = an_enrolment(owner)
        office.store.references_by_id[owner.beneficiary_id, enrolment.reference_id] = a_reference(enrolment)
    review = office.opened(ReviewKind.DUPLICATE_FACE, related_id=other.beneficiary_id)
    shown = office.look(review.review_id, CLERK).references
    assert [one.beneficiary_id for one in shown] == [office.id, other.beneficiary_id]
    audit = office.opened(ReviewKind.AUDIT, related_id=other.beneficiary_id)
    assert [one.beneficiary_id for one in office.look(audit.review_id, CLERK).references] == [office.id]


def test_nobody_looks_at_a_face_or_vouches_for_it_while_the_consent_is_withdrawn() -> None:
    office = Office()
    enrolment = an_enrolment(office.person)
    office.store.references.begin(enrolment)
    reference = a_reference(enrolment)
    office.store.register.commit(a_change(office.person, LedgerEvent.REFERENCE_ENROLLED, reference=reference))
    session = office.attempt()
    review = office.review(session)
    other = office.opened(ReviewKind.OVERRIDE, related_id="reference-1")
    withdrawn = {"consent_withdrawn_on": office.clock.today()}
    office.store.register.commit(a_change(office.person, LedgerEvent.CONSENT_WITHDRAWN, changed=withdrawn))
    view = office.look(review.review_id, CLERK)
    assert view.references == ()
    assert [attempt.frames for attempt in view.attempts] == [()]
    with pytest.raises(ConsentWithdrawn):
        office.decide(review.review_id, ACCEPT, Ground.SAME_PERSON, CLERK, session.session_id)
    with pytest.raises(ConsentWithdrawn):
        office.decide(other.review_id, ACCEPT, Ground.CONFIRMED, OTHER)
    assert office.store.certificates == {}
    office.decide(review.review_id, REFUSE, Ground.UNFOUNDED, CLERK)
    undone = {"consent_withdrawn_on": None}
    office.store.register.commit(a_change(office.person, LedgerEvent.WITHDRAWAL_UNDONE, changed=undone))
    assert len(office.look(other.review_id, CLERK).references) == 1


def test_of_several_tries_the_decision_names_the_one_that_certifies() -> None:
    office = Office()
    first = office.attempt(on_behalf=True)
    office.clock.move(days=2)
    second = office.attempt(on_behalf=False)
    review = office.review(first)
    anothers = office.attempt(User("stranger"))
    for named in (None, an_id(), anothers.session_id):
        with pytest.raises(SessionNotFound):
            office.decide(review.review_id, ACCEPT, Ground.SAME_PERSON, CLERK, named)
    decided = office.decide(review.review_id, ACCEPT, Ground.SAME_PERSON, CLERK, second.session_id)
    assert decided.decision
    assert decided.decision.session_id == second.session_id
    certificate = office.store.certificates[str(decided.decision.certificate_id)]
    assert (certificate.method, certificate.certified_on) == (Method.FACE_SELF, date(2026, 3, 3))
    with pytest.raises(ReviewDecidedBefore):
        office.decide(review.review_id, ACCEPT, Ground.SAME_PERSON, CLERK, first.session_id)


def test_a_stranger_s_junk_and_a_daughter_s_photos_are_two_cases_and_the_stranger_gets_nothing() -> None:
    office = Office()
    stranger = User("stranger")
    office.analyser.evidence = failed_evidence(Reason.FILE_DAMAGED)
    for outcome in (Outcome.RETRY, Outcome.RETRY, Outcome.REVIEW):
        junk = office.attempt(stranger, outcome)
    office.analyser.evidence = good_evidence(0.4)
    hers = office.attempt()
    assert office.review(junk) != office.review(hers)
    office.decide(office.review(hers).review_id, ACCEPT, Ground.SAME_PERSON, CLERK, hers.session_id)
    assert office.person.certified_by == (HELPER.user_id,)
    view = office.look(office.review(junk).review_id, CLERK)
    assert [attempt.session.user_id for attempt in view.attempts] == [stranger.user_id]


def test_a_face_that_was_compared_with_a_photo_that_does_not_count_certifies_nobody() -> None:
    """An accomplice is like the photo that was put in the place of another, and a second clerk refuses that photo."""
    office = Office()
    session = office.attempt()
    review = office.review(session)
    counts_no_more = a_change(office.person, changed={"reference_ids": ("the-one-before",)})
    office.store.register.commit(counts_no_more)
    with pytest.raises(FaceNotCompared):
        office.decide(review.review_id, ACCEPT, Ground.SAME_PERSON, CLERK, session.session_id)
    assert office.store.certificates == {}


def test_files_without_a_face_certify_nobody_by_their_face() -> None:
    """Three text files opened a case, and the uploader's other account accepted it as `face_self`."""
    office = Office()
    office.analyser.evidence = failed_evidence(Reason.FILE_TYPE_UNSUPPORTED)
    for outcome in (Outcome.RETRY, Outcome.RETRY, Outcome.REVIEW):
        session = office.attempt(outcome=outcome)
    review = office.review(session)
    with pytest.raises(FaceNotCompared):
        office.decide(review.review_id, ACCEPT, Ground.SAME_PERSON, CLERK, session.session_id)
    assert office.store.certificates == {}
    assert office.store.reviews[review.review_id].decision is None
    office.decide(review.review_id, MORE, Ground.NOT_RECOGNISABLE, CLERK)


def test_a_case_shows_what_else_is_open_about_the_person() -> None:
    office = Office()
    review = office.review(office.attempt())
    OpenReview(office.store.register, office.clock)(office.id, ReviewKind.DATA_SIGNAL, Actor("x", Role.DATA_MATCH))
    [other] = office.look(review.review_id, CLERK).other_cases
    assert (other.kind, other.doubts) == (ReviewKind.DATA_SIGNAL, True)
