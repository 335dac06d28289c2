"""The purge: whose faces must go, that they are really gone, that nobody else's are, and that a crash loses nothing."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

import pytest

from lifecert.adapters.kms.protected_references import ProtectedReferences
from lifecert.application.faces.consent import GiveConsent, UndoGround, WithdrawConsent
from lifecert.application.faces.enrol_reference import BeginEnrolment, ConsentShown, FinishEnrolment
from lifecert.application.faces.purge_faces import AT_ONCE, PurgeFaces, PurgeReport
from lifecert.application.shared.changing import change_newest
from lifecert.domain.actor import Group, User
from lifecert.domain.beneficiary import Beneficiary
from lifecert.domain.change import Change
from lifecert.domain.errors import (
    BeneficiaryNotFound,
    ConsentMissing,
    ConsentWithdrawn,
    EntitlementEnded,
    NotAllowed,
    PurgeUnfinished,
    StoreUnavailable,
)
from lifecert.domain.evidence import EnrolmentEvidence, Measure, Verdict
from lifecert.domain.faces import FaceCount
from lifecert.domain.ledger import LedgerEvent, verify_chain
from lifecert.domain.notice import Contact, NoticeChannel
from lifecert.domain.session import ImageType
from lifecert.domain.status import Standing, Status
from tests.support.builders import (
    CLERK,
    HELPER,
    VALID_UNTIL,
    a_change,
    a_policy,
    a_session,
    a_template,
    registration,
    standing_of,
)
from tests.support.fakes.analysers import ScriptedAnalyser
from tests.support.fakes.clock import FixedClock
from tests.support.fakes.keys import BackwardsProtection
from tests.support.fakes.photos import MemoryPhotos
from tests.support.fakes.store import MemoryStore

ENDED = date(2026, 3, 1)
CONSENT = ConsentShown("2026-1")
DUE = ENDED + timedelta(days=90)
TERMINATED = Standing(Status.TERMINATED, VALID_UNTIL, ended_on=ENDED)


class Crash(Exception):
    """The process died."""


@dataclass(slots=True)
class World:
    """An office that enrols, and the purge. Everything that writes dies at the write with number `dies_at`."""

    store: MemoryStore = field(default_factory=MemoryStore)
    photos: MemoryPhotos = field(default_factory=MemoryPhotos)
    clock: FixedClock = field(default_factory=FixedClock)
    dies_at: int = -1
    writes: int = 0

    def person(self, references: int = 1, **changed: Any) -> str:
        """Somebody with so many references, then changed."""
        change = registration(has_reference=False)
        self.store.register.commit(change)
        beneficiary_id = change.after.beneficiary_id
        for _ in range(references):
            self.enrol(beneficiary_id)
        if changed:
            self.change(beneficiary_id, **changed)
        return beneficiary_id

    def enrol(self, beneficiary_id: str) -> None:
        policy, store = a_policy(), self.store
        analyser = ScriptedAnalyser(
            enrolment=EnrolmentEvidence((Measure("decode", Verdict.PASSED, score=0.7),), a_template())
        )
        begin = BeginEnrolment(store.register, store.references, self.photos, self.clock, policy, CONSENT.version)
        protection = BackwardsProtection()
        references = ProtectedReferences(store.references, protection)
        finish = FinishEnrolment(
            *(store.register, references, self.photos, analyser, self.clock, policy, protection, CONSENT.version),
            store.limits,
        )
        begun = begin(beneficiary_id, "office", None, ImageType.JPEG, CLERK, CONSENT).enrolment
        self.photos.upload(begun.upload_key, b"photo")
        finish(beneficiary_id, begun.reference_id, CLERK)

    def change(self, beneficiary_id: str, **changed: Any) -> None:
        change_newest(self.store.register, beneficiary_id, lambda newest: a_change(newest, changed=changed))

    def purge(self, **options: Any) -> PurgeReport:
        store = self.store
        purge = PurgeFaces(self, store.register, store.references, self, store.face_counts, self.clock, store.shards)  # type: ignore[arg-type]
        return purge(**options)

    def on(self, day: date) -> "World":
        self.clock.move(days=(day - self.clock.today()).days)
        return self

    def entries(self, beneficiary_id: str) -> list[dict[str, Any]]:
        deletions = [e for e in self.store.entries[beneficiary_id] if e.event is LedgerEvent.FACES_DELETED]
        assert verify_chain(self.store.entries[beneficiary_id])
        return [dict(entry.details) for entry in deletions]

    def left(self, beneficiary_id: str) -> tuple[int, int, bool]:
        """Photos, references, and what the register says."""
        photos = [key for key in self.photos.kept if key.startswith(f"references/{beneficiary_id}/")]
        references = self.store.references.enrolled(beneficiary_id)
        return len(photos), len(references), self.store.beneficiaries[beneficiary_id].has_reference

    # The ports that write, with the crash in them.

    def get(self, beneficiary_id: str) -> Beneficiary | None:
        return self.store.register.get(beneficiary_id)

    def commit(self, change: Change) -> None:
        self._write(lambda: self.store.register.commit(change))

    def delete_photos(self, beneficiary_id: str) -> int:
        deleted: int = self._write(lambda: self.photos.delete_photos(beneficiary_id))
        return deleted

    def _write(self, write: Callable[[], Any]) -> Any:
        """Dies before the write, or after it."""
        self.writes += 1
        if self.writes == self.dies_at:
            raise Crash
        written = write()
        self.writes += 1
        if self.writes == self.dies_at:
            raise Crash
        return written


def test_ninety_days_after_the_end_every_face_is_gone_and_the_ledger_says_so() -> None:
    world = World()
    person = world.person(references=3, standing=TERMINATED)
    assert world.on(DUE - timedelta(days=1)).purge().people == 0
    assert world.left(person) == (3, 3, True)
    report = world.on(DUE).purge()
    assert (report.people, report.faces, report.photos, report.stored) == (1, 3, 3, FaceCount())
    assert world.left(person) == (0, 0, False)
    assert world.entries(person) == [
        {"reason": "entitlement_ended", "due_on": DUE.isoformat(), "references": 3, "all": True}
    ]


@pytest.mark.parametrize("references", [0, 2])
def test_the_contact_goes_with_the_faces_also_where_there_are_none(references: int) -> None:
    world = World()
    person = world.person(references, standing=TERMINATED, contact_channel=NoticeChannel.SMS)
    world.store.contacts[person] = Contact(person, NoticeChannel.SMS, b"sealed")
    assert world.on(DUE - timedelta(days=1)).purge().contacts == 0
    assert person in world.store.contacts
    report = world.on(DUE).purge()
    assert (report.contacts, report.faces, report.left_alone) == (1, references, 0)
    assert (world.store.contacts, world.store.beneficiaries[person].contact_channel) == ({}, None)
    entry = world.store.entries[person][-1]
    assert (entry.event, entry.details) == (LedgerEvent.CONTACT_DELETED, {"due_on": DUE.isoformat()})
    assert world.purge() == PurgeReport(DUE)
    assert verify_chain(world.store.entries[person])


def test_a_consent_taken_back_takes_the_faces_and_leaves_the_contact() -> None:
    world = World()
    person = world.person(contact_channel=NoticeChannel.SMS, consent_withdrawn_on=ENDED)
    world.store.contacts[person] = Contact(person, NoticeChannel.SMS, b"sealed")
    report = world.on(DUE).purge()
    assert (report.faces, report.contacts, list(world.store.contacts)) == (1, 0, [person])
    world.change(person, standing=Standing(Status.TERMINATED, VALID_UNTIL, ended_on=DUE))
    assert world.on(DUE + timedelta(days=89)).purge().contacts == 0
    assert world.on(DUE + timedelta(days=90)).purge().contacts == 1


def test_faces_that_must_go_at_once_do_not_take_the_contact_of_an_ended_one_along() -> None:
    world = World()
    person = world.person(standing=TERMINATED, contact_channel=NoticeChannel.SMS, consent_withdrawn_on=ENDED)
    world.store.contacts[person] = Contact(person, NoticeChannel.SMS, b"sealed")
    world.photos.keep_reference(f"references/{person}/late", b"photo")
    report = world.on(ENDED).purge()
    assert (report.faces, report.contacts) == (1, 0)
    report = world.on(DUE).purge()
    assert (report.photos, report.contacts) == (0, 1)


def test_a_second_purge_finds_nothing_and_a_missed_week_is_caught_up() -> None:
    world = World()
    person = world.person(standing=TERMINATED)
    assert world.on(DUE + timedelta(days=7)).purge().people == 1
    assert world.purge() == PurgeReport(world.clock.today())
    assert len(world.entries(person)) == 1


def test_nobody_elses_faces_are_touched() -> None:
    world = World()
    others = [
        world.person(),
        world.person(standing=Standing(Status.LAPSED, VALID_UNTIL)),
        world.person(standing=Standing(Status.LAPSED, VALID_UNTIL, held_since=ENDED)),
        world.person(standing=Standing(Status.TERMINATED, VALID_UNTIL, ended_on=DUE)),
    ]
    world.person(references=0, standing=TERMINATED)
    assert world.on(DUE).purge() == PurgeReport(DUE, stored=FaceCount(people=4, faces=4))
    assert [world.left(person) for person in others] == [(1, 1, True)] * 4


def test_an_end_corrected_in_time_keeps_the_faces() -> None:
    world = World()
    person = world.person(standing=TERMINATED)
    world.change(person, standing=Standing(Status.ACTIVE, VALID_UNTIL))
    assert world.on(DUE).purge().people == 0
    assert world.left(person) == (1, 1, True)


def test_a_photo_whose_enrolment_never_finished_goes_too() -> None:
    world = World()
    person = world.person(standing=TERMINATED)
    world.photos.keep_reference(f"references/{person}/orphan", b"photo")
    assert world.on(DUE).purge().photos == 2
    assert world.left(person) == (0, 0, False)


def test_many_references_take_several_transactions_of_at_most_ten() -> None:
    world = World()
    person = world.person(references=2 * AT_ONCE + 1, standing=TERMINATED)
    report = world.on(DUE).purge()
    assert (report.people, report.faces, report.stored) == (1, 2 * AT_ONCE + 1, FaceCount())
    assert [(entry["references"], entry["all"]) for entry in world.entries(person)] == [
        (AT_ONCE, False),
        (AT_ONCE, False),
        (1, True),
    ]


@pytest.mark.parametrize("dies_at", range(1, 9))
def test_a_crash_before_or_after_any_write_loses_nothing_and_counts_nothing_twice(dies_at: int) -> None:
    world = World(dies_at=dies_at)
    people = [world.person(references=2, standing=TERMINATED) for _ in range(2)]
    kept = world.person()
    with pytest.raises(Crash):
        world.on(DUE).purge()
    world.dies_at = -1
    assert world.purge().stored == FaceCount(people=1, faces=1)
    for person in people:
        assert world.left(person) == (0, 0, False)
        assert [entry["references"] for entry in world.entries(person)] == [2]
    assert world.left(kept) == (1, 1, True)


def test_there_are_eight_places_to_crash() -> None:
    world = World()
    for _ in range(2):
        world.person(references=2, standing=TERMINATED)
    world.on(DUE).purge()
    assert world.writes == 8


def test_one_persons_trouble_keeps_nobody_elses_faces_and_is_told() -> None:
    world = World()
    bad, good = world.person(standing=TERMINATED), world.person(standing=TERMINATED)
    delete = world.photos.delete_photos

    def refuse(beneficiary_id: str) -> int:
        if beneficiary_id == bad:
            raise StoreUnavailable("SlowDown")
        return delete(beneficiary_id)

    purge = PurgeFaces(
        world.store.register,
        world.store.register,
        world.store.references,
        _Refusing(refuse),  # type: ignore[arg-type]
        world.store.face_counts,
        world.on(DUE).clock,
        world.store.shards,
    )
    with pytest.raises(PurgeUnfinished, match=bad):
        purge()
    assert world.left(bad) == (1, 1, True)
    assert world.left(good) == (0, 0, False)


@dataclass(slots=True)
class _Refusing:
    delete_photos: Callable[[str], int]


def test_out_of_time_it_stops_between_people_and_goes_on_when_called_again() -> None:
    world = World()
    people = [world.person(standing=TERMINATED) for _ in range(3)]
    asked = iter([False, True])
    with pytest.raises(PurgeUnfinished, match="out of time"):
        world.on(DUE).purge(out_of_time=lambda: next(asked))
    assert sorted(world.left(person)[1] for person in people) == [0, 1, 1]
    assert world.purge().people == 2


# --- what lies there and nobody knows of -----------------------------------------------------------------------------


def enrolling_while(world: World, person: str, happens: Callable[[], None]) -> None:
    """A photo is put by an enrolment, and before the register hears of it this happens."""
    keep = world.photos.keep_reference

    class Meanwhile(MemoryPhotos):
        def keep_reference(self, key: str, content: bytes) -> None:
            keep(key, content)
            happens()

    before = world.photos
    world.photos = Meanwhile(before.uploads, before.uploaded_at, before.kept, before.slots)
    with pytest.raises((ConsentWithdrawn, EntitlementEnded)):
        world.enrol(person)
    world.photos = before


def test_a_photo_put_at_the_moment_of_the_withdrawal_is_found_and_deleted() -> None:
    """The register never knew of it: nobody has a reference, and yet a photo lay there for good."""
    world = World()
    person = world.person(references=0)
    enrolling_while(world, person, lambda: _ignored(WithdrawConsent(world.store.register, world.clock)(person, CLERK)))
    assert world.left(person) == (1, 0, False)
    assert world.purge().photos == 0
    report = world.on(world.clock.today() + timedelta(days=7)).purge()
    assert (report.photos, report.faces, report.people, report.stored) == (1, 0, 0, FaceCount())
    assert world.left(person) == (0, 0, False)
    assert not world.store.beneficiaries[person].faces_were_deleted, "there was no face that another could replace"
    assert world.purge() == PurgeReport(world.clock.today())


def test_a_photo_put_at_the_moment_of_the_end_is_found_and_deleted() -> None:
    world = World()
    person = world.person(references=0)
    enrolling_while(world, person, lambda: world.change(person, standing=TERMINATED))
    assert world.on(DUE - timedelta(days=1)).purge().photos == 0
    assert world.on(DUE).purge().photos == 1
    assert world.left(person) == (0, 0, False)


def test_who_withdraws_at_once_a_minute_before_the_purge_is_looked_at_a_night_later() -> None:
    """Whatever was putting a photo at that moment has ended by then."""
    world = World()
    person = world.person()
    WithdrawConsent(world.store.register, world.clock)(person, CLERK, at_once=True)
    assert world.purge() == PurgeReport(world.clock.today(), stored=FaceCount(1, 1))
    assert world.on(world.clock.today() + timedelta(days=1)).purge().faces == 0, "nor the night that comes"
    assert world.on(world.clock.today() + timedelta(days=2)).purge().faces == 1


def test_frames_that_a_human_was_to_look_at_go_with_the_faces() -> None:
    world = World()
    person, other = world.person(), world.person()
    for whose in (person, other):
        session = a_session(beneficiary_id=whose)
        world.photos.upload(session.frame_key(1), b"frame")
        frame = world.photos.read_upload(session.frame_key(1), 100)
        assert frame
        assert world.photos.keep_for_review(session.frame_key(1), frame.etag, session.review_key(1))
    WithdrawConsent(world.store.register, world.clock)(person, CLERK)
    report = world.on(world.clock.today() + timedelta(days=7)).purge()
    assert (report.faces, report.photos) == (1, 2)
    assert [key for key in world.photos.kept if person in key] == []
    assert len([key for key in world.photos.kept if other in key]) == 2


def _ignored(_result: object) -> None:
    return None


# --- consent ---------------------------------------------------------------------------------------------------------


def test_a_withdrawn_consent_deletes_the_faces_after_seven_days_and_keeps_the_entitlement() -> None:
    world = World()
    person = world.person(certified_by=(HELPER.user_id,))
    before = standing_of(world.store.beneficiaries[person])
    after = WithdrawConsent(world.store.register, world.clock)(person, HELPER)
    assert (after.consent_withdrawn_on, after.withdrawn_by) == (world.clock.today(), HELPER.user_id)
    assert world.on(world.clock.today() + timedelta(days=6)).purge().people == 0
    assert world.left(person) == (1, 1, True)
    report = world.on(world.clock.today() + timedelta(days=1)).purge()
    assert (report.people, report.stored) == (1, FaceCount())
    assert world.left(person) == (0, 0, False)
    assert [entry["reason"] for entry in world.entries(person)] == ["consent_withdrawn"]
    assert standing_of(world.store.beneficiaries[person]) == before
    assert world.store.entries[person][-2].actor.role == "user"


def test_a_repeated_withdrawal_changes_nothing() -> None:
    world = World()
    person = world.person()
    withdraw = WithdrawConsent(world.store.register, world.clock)
    first = withdraw(person, CLERK)
    world.clock.move(days=3)
    assert withdraw(person, CLERK) == first


@pytest.mark.parametrize("user", [User("stranger"), User("auditor", frozenset({Group.AUDITOR}))])
def test_strangers_withdraw_nobodys_consent(user: User) -> None:
    world = World()
    person = world.person()
    withdraw = WithdrawConsent(world.store.register, world.clock)
    for beneficiary_id in (person, "nobody"):
        with pytest.raises(BeneficiaryNotFound):
            withdraw(beneficiary_id, user)
    assert world.store.beneficiaries[person].consent_withdrawn_on is None


def test_consent_given_anew_opens_the_way_to_a_new_reference() -> None:
    world = World()
    person = world.person()
    WithdrawConsent(world.store.register, world.clock)(person, CLERK)
    world.on(world.clock.today() + timedelta(days=7)).purge()
    with pytest.raises(ConsentWithdrawn):
        world.enrol(person)
    give = GiveConsent(world.store.register, world.clock, "2026-1")
    with pytest.raises(NotAllowed):
        give(person, "2026-1", False, HELPER)
    with pytest.raises(ConsentMissing):
        give(person, "2020-1", False, CLERK)
    again = give(person, "2026-1", True, CLERK, UndoGround.CHANGED_MIND)
    assert again.consent_withdrawn_on is None
    entry = world.store.entries[person][-1]
    assert entry.event is LedgerEvent.CONSENT_GIVEN
    said = {"consent_version": "2026-1", "guardian_consent": True, "ground": "changed_mind", "helpers": ""}
    assert entry.details == {**said, "channel": again.contact_channel}
    version = world.store.beneficiaries[person].version
    give(person, "2026-1", True, CLERK)
    assert world.store.beneficiaries[person].version == version
    world.enrol(person)
    assert world.left(person) == (1, 1, True)
    assert world.store.faces == FaceCount(people=1, faces=1)


def test_no_face_is_enrolled_that_would_have_to_go() -> None:
    world = World()
    with pytest.raises(EntitlementEnded):
        world.enrol(world.person(references=0, standing=TERMINATED))
    assert not world.photos.kept


def test_a_photo_uploaded_before_the_end_is_not_enrolled_after_it() -> None:
    world = World()
    person = world.person(references=0)
    policy, store = a_policy(), world.store
    begin = BeginEnrolment(store.register, store.references, world.photos, world.clock, policy, CONSENT.version)
    begun = begin(person, "office", None, ImageType.JPEG, CLERK, CONSENT).enrolment
    world.photos.upload(begun.upload_key, b"photo")
    world.change(person, standing=TERMINATED)
    analyser = ScriptedAnalyser(enrolment=EnrolmentEvidence((Measure("decode", Verdict.PASSED),), a_template()))
    protection = BackwardsProtection()
    references = ProtectedReferences(store.references, protection)
    finish = FinishEnrolment(
        *(store.register, references, world.photos, analyser, world.clock, policy, protection, CONSENT.version),
        store.limits,
    )
    with pytest.raises(EntitlementEnded):
        finish(person, begun.reference_id, CLERK)
    assert world.store.faces == FaceCount()
    assert not store.references.enrolled(person)
    assert not world.photos.kept
