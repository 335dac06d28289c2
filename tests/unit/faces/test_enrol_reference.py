"""Photos that are enrolled: which are refused, which counts for whom, and what waits for a second clerk."""

from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import timedelta
from threading import Barrier

import pytest

from lifecert.application.faces.consent import GiveConsent, UndoGround, WithdrawConsent
from lifecert.application.faces.purge_faces import PurgeFaces
from lifecert.application.shared.reviewing import OpenReview
from lifecert.domain.actor import Actor, Role
from lifecert.domain.acts import MOST_ACTS_DAY, ActsOfDay
from lifecert.domain.errors import (
    ActedInCase,
    BeneficiaryNotFound,
    ConsentWithdrawn,
    LimitReached,
    PhotoMissing,
    PhotoUnsuitable,
    ReferenceMismatch,
    ReferenceNotFound,
    StoreUnavailable,
)
from lifecert.domain.evidence import EnrolmentEvidence, Measure, Verdict
from lifecert.domain.ledger import LedgerEvent
from lifecert.domain.limits import MOST_UNLIKE_HOUR, Count
from lifecert.domain.open_case import MOST_WAITING
from lifecert.domain.reasons import Reason
from lifecert.domain.reference import Replacement
from lifecert.domain.review import ReviewKind, ReviewOutcome
from lifecert.domain.session import ImageType
from ops.recorded import Recorded
from tests.support.builders import (
    CLERK,
    MODEL,
    a_change,
    a_template,
    an_id,
    face,
    registration,
)
from tests.support.enrolling import (
    CONSENT,
    PASSED,
    PERSON,
    SECOND_CLERK,
    TAKEN,
    Enrolling,
    World,
    decide,
    the_override,
)
from tests.support.fakes.register import watched
from tests.support.fakes.sessions import MemoryLimits
from tests.support.mortal import Killed, Life, Mortal


@dataclass(frozen=True, slots=True)
class MeetingLimits(MemoryLimits):
    """Whoever takes a count goes on once all have."""

    all_in: Barrier

    def take(self, counts: Sequence[Count]) -> None:
        try:
            MemoryLimits.take(self, counts)
        finally:
            self.all_in.wait(60)


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


def test_a_strangers_photo_is_refused_and_leaves_nothing_behind() -> None:
    world = Enrolling()
    before, kept = world.store.beneficiaries[world.id], dict(world.photos.kept)
    with pytest.raises(ReferenceMismatch):
        world.enrol(face(1))
    assert world.store.beneficiaries[world.id] == before
    assert (world.photos.kept, world.store.reviews) == (kept, {})


def test_nobody_is_looked_for_by_one_photo_tried_on_one_person_after_another() -> None:
    """A photo that is unlike somebody leaves nothing behind: with a clerk's account it would be tried on a county."""
    world = Enrolling()
    for _ in range(MOST_UNLIKE_HOUR):
        with pytest.raises(ReferenceMismatch):
            world.enrol(face(1))
    for whose in (face(1), face(0)):
        with pytest.raises(LimitReached):
            world.enrol(whose)  # the right one neither: which it was would be told by that
    world.enrol(face(2), Replacement.WRONG_PHOTO)  # which a second clerk gets to see
    assert the_override(world).opened_by.actor_id == CLERK.user_id
    world.clock.move(hours=1)
    assert world.enrol(face(2)).reference_id in world.store.beneficiaries[world.id].reference_ids


def test_many_at_one_instant_are_compared_as_often_as_one_after_the_other() -> None:
    """The limit was looked at first and counted after: of eighty at once all were compared."""
    world, burst = Enrolling(), 3 * MOST_UNLIKE_HOUR
    begun = [world.begin(world.id, "office", TAKEN, ImageType.JPEG, CLERK, CONSENT).enrolment for _ in range(burst)]
    for one in begun:
        world.photos.upload(one.upload_key, b"photo")
    world.analyser.enrolment, all_in = EnrolmentEvidence(PASSED, face(1)), Barrier(burst)
    world.finish = replace(world.finish, limits=MeetingLimits(world.store, all_in))
    looked = len(world.analyser.photos)

    def finish(reference_id: str) -> type[Exception]:
        with pytest.raises((ReferenceMismatch, LimitReached)) as refused:
            world.finish(world.id, reference_id, CLERK)
        return refused.type

    with ThreadPoolExecutor(burst) as threads:
        outcomes = Counter(threads.map(finish, [one.reference_id for one in begun]))
    assert len(world.analyser.photos) == looked + MOST_UNLIKE_HOUR
    assert outcomes == {ReferenceMismatch: MOST_UNLIKE_HOUR, LimitReached: burst - MOST_UNLIKE_HOUR}


def test_photos_that_are_like_the_person_or_like_nobody_use_up_nothing() -> None:
    world = Enrolling()
    for _ in range(MOST_UNLIKE_HOUR + 1):
        world.enrol(face(1, like=0, similarity=0.7))
        begun = world.begin(world.id, "office", TAKEN, ImageType.JPEG, CLERK, CONSENT).enrolment
        with pytest.raises(PhotoMissing):
            world.finish(world.id, begun.reference_id, CLERK)
        world.photos.upload(begun.upload_key, b"photo")
        world.analyser.enrolment = EnrolmentEvidence(PASSED, None)
        with pytest.raises(PhotoUnsuitable):
            world.finish(world.id, begun.reference_id, CLERK)
    assert set(world.store.counted.values()) == {0}


def test_a_crash_between_costs_one_try_and_the_photo_can_be_finished_again() -> None:
    world = Enrolling()
    analyser, dies = world.finish.analyser, Mortal(world.analyser, Life(1), {"enrol"})
    begun = world.begin(world.id, "office", TAKEN, ImageType.JPEG, CLERK, CONSENT).enrolment
    world.photos.upload(begun.upload_key, b"photo")
    world.finish = replace(world.finish, analyser=dies)
    with pytest.raises(Killed):
        world.finish(world.id, begun.reference_id, CLERK)
    assert set(world.store.counted.values()) == {1}
    world.finish = replace(world.finish, analyser=analyser)
    assert world.finish(world.id, begun.reference_id, CLERK).reference_id == begun.reference_id
    assert set(world.store.counted.values()) == {1}


def test_a_reason_that_is_refused_leaves_nothing_behind_either_and_counts() -> None:
    """With as many replacements waiting as there may be, a reason was no way to be seen, and tries had no bound."""
    world = Enrolling()
    for number in range(1, MOST_WAITING + 1):
        world.enrol(face(number), Replacement.WRONG_PHOTO)
    for _ in range(MOST_UNLIKE_HOUR):
        with pytest.raises(ReferenceMismatch):
            world.enrol(face(9), Replacement.WRONG_PHOTO)
    with pytest.raises(LimitReached):
        world.enrol(face(9), Replacement.WRONG_PHOTO)


def test_reasons_that_come_at_one_instant_count_where_they_leave_no_case() -> None:
    world = Enrolling()
    register = watched(world.store.register, lambda _: wait_for_a_second_clerk(world))
    world.finish = replace(world.finish, register=register)
    with pytest.raises(ReferenceMismatch):
        world.enrol(face(9), Replacement.WRONG_PHOTO)
    assert set(world.store.counted.values()) == {1}


def wait_for_a_second_clerk(world: Enrolling) -> None:
    """As many replacements of others are committed as may wait."""
    finish, world.finish = world.finish, replace(world.finish, register=world.store.register)
    while world.store.beneficiaries[world.id].waiting_of(ReviewKind.OVERRIDE) < MOST_WAITING:
        world.enrol(face(len(world.store.reviews) + 1), Replacement.WRONG_PHOTO)
    world.finish = finish


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
    GiveConsent(store.register, world.clock, "1")(world.id, "1", False, CLERK, UndoGround.CHANGED_MIND)
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
    GiveConsent(store.register, world.clock, "1")(world.id, "1", False, CLERK, UndoGround.CHANGED_MIND)
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


def full_record(world: Enrolling) -> None:
    person = world.store.beneficiaries[world.id]
    acts = ActsOfDay(world.clock.now().date(), ((CLERK.user_id, MOST_ACTS_DAY),))
    world.store.beneficiaries[world.id] = replace(person, clerk_acts=acts)


def withdrawn(world: Enrolling) -> None:
    person = world.store.beneficiaries[world.id]
    world.store.beneficiaries[world.id] = replace(person, consent=None, consent_withdrawn_on=world.clock.today())


@pytest.mark.parametrize(("change", "refused"), [(full_record, LimitReached), (withdrawn, ConsentWithdrawn)])
def test_what_is_refused_whatever_the_photo_shows_is_compared_with_nobody(
    change: Callable[[Enrolling], None], refused: type[Exception]
) -> None:
    """A photo that is like the person was told otherwise than one that is not, without a limit and without a trace."""
    world = Enrolling()
    begun = world.begin(world.id, "office", TAKEN, ImageType.JPEG, CLERK, CONSENT).enrolment
    world.photos.upload(begun.upload_key, b"photo")
    change(world)
    looked = len(world.analyser.photos)
    for template in (face(1, like=0, similarity=0.7), face(1)):
        world.analyser.enrolment = EnrolmentEvidence(PASSED, template)
        with pytest.raises(refused):
            world.finish(world.id, begun.reference_id, CLERK)
    assert len(world.analyser.photos) == looked
    assert not world.store.counted


def test_a_photo_that_was_compared_and_not_enrolled_costs_a_try() -> None:
    world = Enrolling()

    def down(_: int) -> None:
        raise StoreUnavailable("down")

    world.finish = replace(world.finish, register=watched(world.store.register, down))
    with pytest.raises(StoreUnavailable):
        world.enrol(face(1, like=0, similarity=0.7))
    assert set(world.store.counted.values()) == {1}
