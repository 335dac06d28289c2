"""What a clerk does: register, enrol; and who may look."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from lifecert.adapters.kms.protected_references import ProtectedReferences
from lifecert.application.certify.get_status import GetBeneficiary, GetSession, SessionFound
from lifecert.application.faces.consent import GiveConsent, WithdrawConsent
from lifecert.application.faces.enrol_reference import BeginEnrolment, ConsentShown, FinishEnrolment
from lifecert.application.faces.purge_faces import PurgeFaces
from lifecert.application.feed.publish import Publish
from lifecert.application.office.register_beneficiary import NewBenefit, RegisterBeneficiary, Registration
from lifecert.application.shared.reviewing import OpenReview
from lifecert.domain.actor import Actor, Group, Role, User
from lifecert.domain.category import Category
from lifecert.domain.errors import (
    ActedInCase,
    AlreadyRegistered,
    BeneficiaryNotFound,
    DayImpossible,
    IdempotencyKeyReused,
    NotAllowed,
    PhotoMissing,
    PhotoUnsuitable,
    ReferenceMismatch,
    ReferenceNotFound,
    SessionNotFound,
    StartUnlikely,
)
from lifecert.domain.evidence import EnrolmentEvidence, Measure, Template, Verdict
from lifecert.domain.ledger import LedgerEvent, verify_chain
from lifecert.domain.open_case import MOST_WAITING
from lifecert.domain.person import IdNumber
from lifecert.domain.policy import Outcome
from lifecert.domain.reasons import Reason
from lifecert.domain.reference import Reference, Replacement
from lifecert.domain.review import GROUNDS, Ground, Review, ReviewDecision, ReviewKind, ReviewOutcome
from lifecert.domain.session import ImageType
from lifecert.domain.status import Standing, Status
from lifecert.entry.http.bodies.sessions import SessionView
from lifecert.entry.http.texts import Language
from ops.recorded import Recorded
from tests.support.builders import (
    CLERK,
    HELPER,
    MODEL,
    NOW,
    a_beneficiary,
    a_change,
    a_policy,
    a_review,
    a_session,
    a_template,
    an_id,
    decided,
    face,
    registration,
    standing_of,
)
from tests.support.fakes.access import noting, references_of_payers
from tests.support.fakes.analysers import ScriptedAnalyser
from tests.support.fakes.clock import FixedClock
from tests.support.fakes.feed import MemoryBus, MemoryChanges, MemoryHeads
from tests.support.fakes.keys import BackwardsProtection, FakePersonKeys
from tests.support.fakes.notices import FakeSeal
from tests.support.fakes.photos import MemoryPhotos
from tests.support.fakes.store import MemoryStore
from tests.support.verifying import review_decider
from tests.support.vouching import vouched

PERSON = Registration(
    "王小明",
    IdNumber.parse("11010519491231002X"),
    NewBenefit(Category.RESIDENT_PENSION, "330106", date(2025, 6, 1)),
)
TAKEN = date(2019, 5, 1)
CONSENT = ConsentShown("1")
SECOND_CLERK = replace(CLERK, user_id="clerk-2")
PAYERS = ("fund", "injury")
PASSED = (Measure("decode", Verdict.PASSED), Measure("sharpness", Verdict.PASSED, 0.4, "share", 0.7))


class World:
    """An office."""

    def __init__(self) -> None:
        self.store, self.photos, self.clock = MemoryStore(), MemoryPhotos(), FixedClock(NOW)
        self.analyser = ScriptedAnalyser(enrolment=EnrolmentEvidence(PASSED, a_template(), b"imprint"))
        register, ledger = self.store.register, self.store.ledger
        references, told = references_of_payers(self.store), noting(self.store, self.clock)
        self.register = RegisterBeneficiary(
            register, FakePersonKeys(), FakeSeal(), self.clock, ledger, PAYERS, references, told
        )
        self.begin = BeginEnrolment(
            self.store.register, self.store.references, self.photos, self.clock, a_policy(), CONSENT.version
        )
        protection = BackwardsProtection()
        self.references = ProtectedReferences(self.store.references, protection)
        self.finish = FinishEnrolment(
            self.store.register,
            self.references,
            self.photos,
            self.analyser,
            self.clock,
            a_policy(),
            protection,
            CONSENT.version,
        )


def test_a_new_beneficiary_is_covered_for_twelve_months_from_the_benefits_start() -> None:
    world = World()
    beneficiary = world.register(PERSON, CLERK, an_id())
    assert standing_of(beneficiary) == Standing(Status.ACTIVE, date(2026, 6, 1))
    assert world.store.register.get(beneficiary.beneficiary_id) == beneficiary
    assert verify_chain(world.store.ledger.entries(beneficiary.beneficiary_id)) == 1


def test_neither_name_nor_id_number_is_stored() -> None:
    world = World()
    beneficiary = world.register(PERSON, CLERK, an_id())
    stored = repr(beneficiary) + repr(world.store.entries)
    assert PERSON.name not in stored
    assert PERSON.id_number.value not in stored
    assert beneficiary.masked_name == "王*明"
    assert not any(digits in stored for digits in ("110105", "19491231", "002X")), "nor a part of it"


def test_who_comes_with_a_year_already_over_is_lapsed_from_the_start() -> None:
    # The sweep reads days since its last run only; an active year that ended before would never be looked at.
    world = World()
    world.clock.move(days=200)
    assert world.register(PERSON, CLERK, an_id()).status is Status.LAPSED


def starting(start: date, *, checked: bool = False) -> Registration:
    return replace(PERSON, benefit=replace(PERSON.benefit, start=start, start_checked=checked))


def test_a_start_that_may_be_a_slip_of_the_hand_registers_nobody_until_somebody_looked_again() -> None:
    world = World()
    for start in (date(2062, 9, 1), date(1949, 12, 30)):
        for checked in (False, True):
            with pytest.raises(DayImpossible):
                world.register(starting(start, checked=checked), CLERK, an_id())
    far = starting(date(2026, 9, 1))
    with pytest.raises(StartUnlikely):
        world.register(far, CLERK, an_id())
    assert world.store.beneficiaries == {}
    assert world.register(starting(date(2026, 9, 1), checked=True), CLERK, an_id()).valid_until == date(2027, 9, 1)


def test_nobody_is_registered_twice() -> None:
    world = World()
    world.register(PERSON, CLERK, an_id())
    with pytest.raises(AlreadyRegistered):
        world.register(PERSON, CLERK, an_id())
    assert len(world.store.beneficiaries) == 1


def test_a_registration_whose_answer_was_lost_is_answered_as_it_was_on_its_day() -> None:
    """The function died after the write. By the repeat the first year may be over, and the person elsewhere."""
    world = World()
    first = world.register(PERSON, CLERK, "key-000001")
    world.clock.move(days=200)
    again = world.register(PERSON, CLERK, "key-000001")
    assert (again.beneficiary_id, standing_of(again)) == (first.beneficiary_id, standing_of(first))
    assert len(world.store.entries[first.beneficiary_id]) == 1
    for user, key in ((CLERK, "key-000002"), (replace(CLERK, user_id="clerk-2"), "key-000001")):
        with pytest.raises(AlreadyRegistered):
            world.register(PERSON, user, key)
    with pytest.raises(IdempotencyKeyReused):
        world.register(replace(PERSON, benefit=replace(PERSON.benefit, district="110105")), CLERK, "key-000001")


@pytest.mark.parametrize("groups", [set(), {Group.AUDITOR}])
def test_only_clerks_register_and_enrol(groups: set[Group]) -> None:
    world, user = World(), User("someone", frozenset(groups))
    beneficiary = world.register(PERSON, CLERK, an_id())
    with pytest.raises(NotAllowed):
        world.register(PERSON, user, an_id())
    with pytest.raises(NotAllowed):
        world.begin(beneficiary.beneficiary_id, "office", TAKEN, ImageType.JPEG, user, CONSENT)
    with pytest.raises(NotAllowed):
        world.finish(beneficiary.beneficiary_id, "any", user)


def test_a_good_photo_becomes_a_reference() -> None:
    world = World()
    beneficiary_id = world.register(PERSON, CLERK, an_id()).beneficiary_id
    begun = world.begin(beneficiary_id, "office", TAKEN, ImageType.JPEG, CLERK, CONSENT)
    world.photos.upload(begun.enrolment.upload_key, b"photo")
    reference = world.finish(beneficiary_id, begun.enrolment.reference_id, CLERK)
    assert world.references.templates(beneficiary_id, MODEL) == {reference.reference_id: a_template()}
    stored = world.store.references_by_id[beneficiary_id, reference.reference_id].template
    assert (stored.protection, stored.vector) != ("", a_template().vector), "never plain at rest"
    assert world.photos.kept == {f"references/{beneficiary_id}/{reference.reference_id}": b"photo"}
    assert (reference.source, reference.captured_on, reference.quality) == ("office", TAKEN, 0.7)
    assert world.store.references_by_id[beneficiary_id, reference.reference_id].imprint == (
        f"of {beneficiary_id} tnirpmi".encode()
    )
    beneficiary = world.store.beneficiaries[beneficiary_id]
    assert beneficiary.has_reference
    assert world.store.entries[beneficiary_id][-1].event is LedgerEvent.REFERENCE_ENROLLED


def test_an_unsuitable_photo_is_refused_by_name_and_may_be_taken_again() -> None:
    world = World()
    beneficiary_id = world.register(PERSON, CLERK, an_id()).beneficiary_id
    begun = world.begin(beneficiary_id, "office", TAKEN, ImageType.JPEG, CLERK, CONSENT)
    with pytest.raises(PhotoMissing):
        world.finish(beneficiary_id, begun.enrolment.reference_id, CLERK)
    world.photos.upload(begun.enrolment.upload_key, b"dark photo")
    dark = Measure("brightness", Verdict.FAILED, 12.0, reason=Reason.TOO_DARK)
    world.analyser.enrolment = EnrolmentEvidence((dark,), None)
    with pytest.raises(PhotoUnsuitable) as refused:
        world.finish(beneficiary_id, begun.enrolment.reference_id, CLERK)
    assert refused.value.reason is Reason.TOO_DARK
    assert not world.photos.kept
    assert not world.store.beneficiaries[beneficiary_id].has_reference
    world.analyser.enrolment = EnrolmentEvidence(PASSED, a_template())
    assert world.finish(beneficiary_id, begun.enrolment.reference_id, CLERK).template.protection


@pytest.mark.parametrize(
    "enrolment",
    [EnrolmentEvidence(PASSED, None), EnrolmentEvidence((Measure("x", Verdict.NOT_ASSESSED),), a_template())],
    ids=["no template", "not assessed"],
)
def test_what_could_not_be_assessed_is_not_enrolled(enrolment: EnrolmentEvidence) -> None:
    world = World()
    beneficiary_id = world.register(PERSON, CLERK, an_id()).beneficiary_id
    begun = world.begin(beneficiary_id, "office", TAKEN, ImageType.JPEG, CLERK, CONSENT)
    world.photos.upload(begun.enrolment.upload_key, b"photo")
    world.analyser.enrolment = enrolment
    with pytest.raises(PhotoUnsuitable):
        world.finish(beneficiary_id, begun.enrolment.reference_id, CLERK)


def test_an_enrolment_is_finished_once_in_time_and_for_its_own_person() -> None:
    world = World()
    beneficiary_id = world.register(PERSON, CLERK, an_id()).beneficiary_id
    with pytest.raises(BeneficiaryNotFound):
        world.begin("nobody", "office", TAKEN, ImageType.JPEG, CLERK, CONSENT)
    begun = world.begin(beneficiary_id, "office", TAKEN, ImageType.JPEG, CLERK, CONSENT).enrolment
    world.photos.upload(begun.upload_key, b"photo")
    with pytest.raises(ReferenceNotFound):
        world.finish("someone-else", begun.reference_id, CLERK)
    world.finish(beneficiary_id, begun.reference_id, CLERK)
    with pytest.raises(ReferenceNotFound):
        world.finish(beneficiary_id, begun.reference_id, CLERK)
    late = world.begin(beneficiary_id, "office", TAKEN, ImageType.JPEG, CLERK, CONSENT).enrolment
    world.photos.upload(late.upload_key, b"photo")
    world.clock.time = late.deadline + timedelta(seconds=1)
    with pytest.raises(ReferenceNotFound):
        world.finish(beneficiary_id, late.reference_id, CLERK)


def test_a_beneficiary_is_seen_by_staff_and_by_who_certified_them() -> None:
    store = MemoryStore()
    store.register.commit(registration(beneficiary_id="b", certified_by=(HELPER.user_id,)))
    look = GetBeneficiary(store.register, store.ledger, noting(store, FixedClock(NOW)))
    for user in (CLERK, User("auditor", frozenset({Group.AUDITOR})), HELPER):
        assert [entry.seq for entry in look("b", user).history] == [1]
    with pytest.raises(BeneficiaryNotFound):
        look("b", User("stranger"))


def test_a_session_is_seen_by_its_user_only() -> None:
    store, session = MemoryStore(), a_session()
    store.sessions.open(session)
    look = GetSession(store.sessions, store.reviews_port)
    assert look(session.session_id, HELPER) == SessionFound(session, None)
    for user in (CLERK, User("stranger")):
        with pytest.raises(SessionNotFound):
            look(session.session_id, user)


def test_how_the_review_of_a_session_ended_is_told_once_it_has() -> None:
    store, person = MemoryStore(), a_beneficiary()
    review = a_review(person)
    session = decided(a_session(), Outcome.REVIEW, Reason.MATCH_UNCERTAIN)
    assert session.result
    session = replace(session, result=replace(session.result, review_id=review.review_id))
    store.sessions.open(session)
    look = GetSession(store.sessions, store.reviews_port)
    store.reviews[review.review_id] = review
    assert look(session.session_id, HELPER).reviewed is None
    decision = ReviewDecision(ReviewOutcome.NEEDS_MORE, Ground.NOT_RECOGNISABLE, "clerk-1", NOW)
    store.reviews[review.review_id] = replace(review, decision=decision)
    assert look(session.session_id, HELPER).reviewed == decision


@pytest.mark.parametrize("ground", list(Ground))
def test_a_person_reads_why_a_review_ended_so_and_never_who_decided(ground: Ground) -> None:
    decision = ReviewDecision(ReviewOutcome.REFUSE, ground, "clerk-1", NOW)
    for language in Language:
        told = SessionView.of(decided(a_session(), Outcome.REVIEW), NOW, language, decision)
        assert told.reviewed
        assert told.reviewed.reason.code == ground
        assert len(told.reviewed.reason.instruction) > 5
        assert "clerk-1" not in told.model_dump_json()


def test_what_concerns_the_world_is_published() -> None:
    bus = MemoryBus()
    entry = registration(beneficiary_id="b").entry
    assert Publish(bus, MemoryChanges(), MemoryHeads(), FixedClock())(entry)
    [event] = bus.events
    assert event.event_id == "b:1:1"
    assert event.detail["beneficiary_id"] == "b"


class Enrolling(World):
    """A person with one reference, and further photos of faces by number."""

    def __init__(self) -> None:
        super().__init__()
        registered = self.register(PERSON, CLERK, an_id())
        self.id = vouched(self.store.register, self.store.reviews_port, self.clock, registered.beneficiary_id)
        self.store.reviews.clear()
        self.first = self.enrol(face(0))

    def enrol(self, template: Template, replacement: Replacement | None = None) -> Reference:
        self.analyser.enrolment = EnrolmentEvidence(PASSED, template)
        begun = self.begin(self.id, "office", TAKEN, ImageType.JPEG, CLERK, CONSENT, replacement)
        self.photos.upload(begun.enrolment.upload_key, b"photo")
        return self.finish(self.id, begun.enrolment.reference_id, CLERK)


def test_a_strangers_photo_is_refused_and_leaves_nothing_behind() -> None:
    world = Enrolling()
    before, kept = world.store.beneficiaries[world.id], dict(world.photos.kept)
    with pytest.raises(ReferenceMismatch):
        world.enrol(face(1))
    assert world.store.beneficiaries[world.id] == before
    assert (world.photos.kept, world.store.reviews) == (kept, {})


def test_a_clerk_who_overrides_is_in_the_ledger_and_reviewed() -> None:
    world = Enrolling()
    replaced = world.enrol(face(1), Replacement.WRONG_PHOTO)
    assert world.store.beneficiaries[world.id].reference_ids == (replaced.reference_id,)
    details = world.store.entries[world.id][-1].details
    assert details["replacement"] == "wrong_photo"
    (review,) = world.store.reviews.values()
    assert (review.kind, review.related_id) == (ReviewKind.OVERRIDE, replaced.reference_id)
    assert (review.opened_by.actor_id, details["review_id"]) == (CLERK.user_id, review.review_id)
    # And the face that was replaced cannot come back by itself.
    with pytest.raises(ReferenceMismatch):
        world.enrol(face(0))


def test_another_photo_of_the_person_is_added_without_a_review() -> None:
    world = Enrolling()
    second = world.enrol(face(1, like=0, similarity=0.7), Replacement.AGED)
    assert world.store.beneficiaries[world.id].reference_ids == (world.first.reference_id, second.reference_id)
    assert world.store.entries[world.id][-1].details["replacement"] is None
    assert world.store.reviews == {}


def test_a_clerk_replaces_no_face_without_end_before_a_second_one_has_looked() -> None:
    world = Enrolling()
    for number in range(1, MOST_WAITING + 1):
        world.enrol(face(number), Replacement.WRONG_PHOTO)
    with pytest.raises(ReferenceMismatch):
        world.enrol(face(9), Replacement.WRONG_PHOTO)
    assert len(world.store.beneficiaries[world.id].open_cases) == MOST_WAITING
    decide(world, next(iter(world.store.reviews.values())), ReviewOutcome.REFUSE, SECOND_CLERK)
    world.enrol(face(9), Replacement.WRONG_PHOTO)


@pytest.mark.parametrize("copy", [True, False])
def test_a_photo_that_is_known_was_not_taken_at_the_counter(copy: bool) -> None:
    """An earlier frame, enrolled as taken today, let one clerk certify against an open case."""
    world = Enrolling()
    today = world.clock.today()
    known = dict(world.store.beneficiaries)[world.id].reference_ids
    world.analyser.enrolment = EnrolmentEvidence(PASSED, face(1, like=0, similarity=0.7), b"imprint", copy)
    for more, clerk in enumerate((CLERK, SECOND_CLERK), start=1):
        begun = world.begin(world.id, "office", today, ImageType.JPEG, clerk, CONSENT)
        world.photos.upload(begun.enrolment.upload_key, b"photo")
        world.finish(world.id, begun.enrolment.reference_id, clerk)
        person = world.store.beneficiaries[world.id]
        assert len(person.reference_ids) == len(known) + more, "it may be enrolled"
        # Nor does one speak for the person to whoever enrolled the face that it is like.
        assert person.counter_photo_on == (None if copy or clerk is CLERK else today)


# --- a face that takes the place of another waits for a second clerk ---


def decide(world: Enrolling, review: Review, outcome: ReviewOutcome, user: User) -> None:
    decide_review = review_decider(world.store, world.photos, world.clock)
    ground = Ground.CONFIRMED if outcome is ReviewOutcome.ACCEPT else min(GROUNDS[outcome])
    decide_review(review.review_id, outcome, ground, user)


def the_override(world: Enrolling) -> Review:
    return [one for one in world.store.reviews.values() if one.kind is ReviewKind.OVERRIDE][-1]


@pytest.mark.parametrize("outcome", [ReviewOutcome.REFUSE, ReviewOutcome.NEEDS_MORE])
def test_a_replacement_that_no_second_clerk_accepts_is_worthless(outcome: ReviewOutcome) -> None:
    world = Enrolling()
    world.enrol(face(1), Replacement.WRONG_PHOTO)
    follower = world.enrol(face(1))
    assert world.store.beneficiaries[world.id].doubts, "meanwhile no machine accepts it"
    with pytest.raises(ActedInCase):
        decide(world, the_override(world), ReviewOutcome.ACCEPT, CLERK)
    decide(world, the_override(world), outcome, SECOND_CLERK)
    person = world.store.beneficiaries[world.id]
    assert person.reference_ids == (world.first.reference_id,), f"nor does {follower.reference_id}, which was like it"
    world.enrol(face(2, like=0, similarity=0.7))


def test_a_replacement_that_a_second_clerk_accepts_counts() -> None:
    world = Enrolling()
    replaced = world.enrol(face(1), Replacement.AGED)
    decide(world, the_override(world), ReviewOutcome.ACCEPT, SECOND_CLERK)
    assert world.store.beneficiaries[world.id].reference_ids == (replaced.reference_id,)
    assert not world.store.beneficiaries[world.id].doubts


def test_of_two_replacements_that_are_refused_neither_comes_back_by_the_other() -> None:
    world = Enrolling()
    world.enrol(face(1), Replacement.WRONG_PHOTO)
    first = the_override(world)
    world.enrol(face(2), Replacement.WRONG_PHOTO)
    second = the_override(world)
    decide(world, first, ReviewOutcome.REFUSE, SECOND_CLERK)
    decide(world, second, ReviewOutcome.REFUSE, SECOND_CLERK)
    assert world.store.beneficiaries[world.id].reference_ids == (world.first.reference_id,), (
        "what both took the place of"
    )
    with pytest.raises(ReferenceMismatch):
        world.enrol(face(2))
    agrees(world)


def test_where_a_refusal_leaves_nothing_to_compare_with_the_next_face_needs_a_second_clerk() -> None:
    """An override from before its ledger entry said what it replaced."""
    world = Enrolling()
    world.enrol(face(1), Replacement.WRONG_PHOTO)
    for number, entry in enumerate(world.store.entries[world.id]):
        if entry.details.get("replaced"):
            world.store.entries[world.id][number] = replace(entry, details={**entry.details, "replaced": None})
    decide(world, the_override(world), ReviewOutcome.REFUSE, SECOND_CLERK)
    assert world.store.beneficiaries[world.id].reference_ids == ()
    world.enrol(face(2))
    assert world.store.beneficiaries[world.id].doubts


def test_what_is_accepted_after_it_was_deleted_vouches_for_no_other_face() -> None:
    world = Enrolling()
    store = world.store
    world.enrol(face(1), Replacement.WRONG_PHOTO)
    late = the_override(world)
    WithdrawConsent(store.register, world.clock)(world.id, CLERK)
    world.clock.move(days=7)
    PurgeFaces(store.register, store.register, world.references, world.photos, store.face_counts, world.clock, 4)()
    GiveConsent(store.register, world.clock, "1")(world.id, "1", False, CLERK)
    decide(world, late, ReviewOutcome.ACCEPT, SECOND_CLERK)
    world.enrol(face(2))
    assert store.beneficiaries[world.id].doubts
    agrees(world)


def test_a_photo_at_the_counter_like_a_worthless_one_counts_no_more() -> None:
    world = Enrolling()
    store = world.store
    world.enrol(face(1), Replacement.WRONG_PHOTO)
    person = store.beneficiaries[world.id]
    seen = a_change(person, changed={"counter_photo_on": world.clock.today()})
    store.register.commit(seen)
    decide(world, the_override(world), ReviewOutcome.REFUSE, SECOND_CLERK)
    assert store.beneficiaries[world.id].counter_photo_on is None


def agrees(world: Enrolling) -> None:
    """What the ledger tells is what the register has."""
    recorded = Recorded()
    for entry in world.store.entries[world.id]:
        recorded.take(entry)
    assert recorded.differences(world.store.beneficiaries[world.id]) == []


def test_the_first_face_after_a_withdrawal_waits_for_a_second_clerk() -> None:
    """Withdrawing, deleting and enrolling anew walked round the comparison with the earlier face."""
    world = Enrolling()
    store = world.store
    WithdrawConsent(store.register, world.clock)(world.id, CLERK)
    world.clock.move(days=7)
    PurgeFaces(store.register, store.register, world.references, world.photos, store.face_counts, world.clock, 4)()
    GiveConsent(store.register, world.clock, "1")(world.id, "1", False, CLERK)
    assert not store.references_by_id, "nothing of the withdrawn face is kept"
    world.enrol(face(1))
    assert store.beneficiaries[world.id].doubts
    decide(world, the_override(world), ReviewOutcome.REFUSE, SECOND_CLERK)
    assert store.beneficiaries[world.id].reference_ids == ()
    another = world.enrol(face(2))
    decide(world, the_override(world), ReviewOutcome.ACCEPT, SECOND_CLERK)
    person = store.beneficiaries[world.id]
    assert (person.reference_ids, person.doubts, person.faces_were_deleted) == ((another.reference_id,), (), False)


@pytest.mark.parametrize(
    "whose", ["doubted", "reported dead by a stranger", "called unfounded by who enrols", "called unfounded by another"]
)
def test_the_first_face_of_somebody_doubted_waits_for_a_second_clerk(whose: str) -> None:
    """One clerk enrolled it, and a second photo as taken at the counter, which then counted at once; or called the
    doubt unfounded first, and had a private account certify by that face."""
    world = Enrolling()
    store, actor = world.store, Actor("register", Role.SYSTEM)
    store.register.commit(registered := registration(person_key=an_id()))
    world.id = registered.after.beneficiary_id
    kind = ReviewKind.DEATH_REPORT if whose.startswith("reported") else ReviewKind.DATA_SIGNAL
    case = OpenReview(store.register, world.clock)(world.id, kind, actor, related_id="register")
    if whose.startswith("called"):
        clerk = CLERK if whose.endswith("who enrols") else SECOND_CLERK
        decide(world, store.reviews[case], ReviewOutcome.REFUSE, clerk)
    world.enrol(face(1))
    person = store.beneficiaries[world.id]
    waits = any(one.kind is ReviewKind.OVERRIDE for one in person.doubts)
    assert waits is (whose != "called unfounded by another")
    if waits:
        with pytest.raises(ActedInCase):
            decide(world, the_override(world), ReviewOutcome.ACCEPT, CLERK)
        decide(world, the_override(world), ReviewOutcome.ACCEPT, SECOND_CLERK)
        assert store.beneficiaries[world.id].reference_ids == person.reference_ids


def test_who_enrolled_one_of_two_faces_does_not_decide_whether_they_are_one() -> None:
    world = Enrolling()
    actor = Actor("find_duplicates", Role.SYSTEM)
    OpenReview(world.store.register, world.clock)(world.id, ReviewKind.DUPLICATE_FACE, actor, related_id="other")
    OpenReview(world.store.register, world.clock)(world.id, ReviewKind.DUPLICATE_FACE, actor, related_id=world.id)
    for review in tuple(world.store.reviews.values()):
        with pytest.raises(ActedInCase):
            decide(world, review, ReviewOutcome.ACCEPT, CLERK)
        decide(world, review, ReviewOutcome.ACCEPT, SECOND_CLERK)
