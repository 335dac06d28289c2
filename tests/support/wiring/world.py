"""What the functions stand on, and ways to put somebody or something into it."""

import io
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from lifecert.application.shared.issuing import Issuer
from lifecert.domain.actor import Actor, Role
from lifecert.domain.change import record
from lifecert.domain.hold import HoldBatch, HoldChoice, HoldDecision, HoldGround
from lifecert.domain.invitation import Invitation
from lifecert.domain.ledger import LedgerEvent
from lifecert.domain.person import mask_name, normalise_name
from lifecert.domain.review import ReviewKind
from tests.support.builders import (
    NOW,
    a_beneficiary,
    a_certificate,
    a_hold_candidate,
    a_reference,
    a_review,
    a_session,
    a_template,
    an_enrolment,
)
from tests.support.fakes.answers import MemoryAnswers
from tests.support.fakes.clock import FixedClock
from tests.support.fakes.faces import MemoryGallery
from tests.support.fakes.feed import (
    MemoryAnchors,
    MemoryChangeFiles,
    MemoryChanges,
    MemoryHeads,
    MemorySnapshots,
    PickyBus,
)
from tests.support.fakes.imports import MemoryImports
from tests.support.fakes.intake import (
    MemoryImportedPhotos,
    MemoryImportQueue,
    MemoryImportRuns,
    MemoryLetterFiles,
    MemoryLetters,
    MemoryRegisterFiles,
)
from tests.support.fakes.invitations import FakeInvitationKeys
from tests.support.fakes.keys import BackwardsProtection, FakePersonKeys, FakeSigning
from tests.support.fakes.lists import MemoryWorkLists
from tests.support.fakes.notices import MemorySender
from tests.support.fakes.photos import MemoryPhotos
from tests.support.fakes.store import MemoryStore
from tests.support.fakes.sweep import MemoryReports, MemoryTasks
from tests.support.sweeping import Night
from tests.support.wiring.people import DESK, SECRET, USER, WANG, Person, world_code, world_id


@dataclass(slots=True)
class World:
    """What the functions stand on."""

    store: MemoryStore = field(default_factory=MemoryStore)
    photos: MemoryPhotos = field(default_factory=MemoryPhotos)
    clock: FixedClock = field(default_factory=lambda: FixedClock(NOW))
    bus: PickyBus = field(default_factory=lambda: PickyBus(refuses=f"{world_id(199)}:1"))
    changes: MemoryChanges = field(default_factory=MemoryChanges)
    change_files: MemoryChangeFiles = field(default_factory=MemoryChangeFiles)
    snapshots: MemorySnapshots = field(default_factory=MemorySnapshots)
    heads: MemoryHeads = field(default_factory=MemoryHeads)
    lists: MemoryWorkLists = field(default_factory=MemoryWorkLists)
    anchors: MemoryAnchors = field(default_factory=MemoryAnchors)
    keys: FakePersonKeys = field(default_factory=FakePersonKeys)
    invitation_keys: FakeInvitationKeys = field(default_factory=FakeInvitationKeys)
    imports: MemoryImports = field(default_factory=MemoryImports)
    letters: MemoryLetters = field(default_factory=MemoryLetters)
    letter_files: MemoryLetterFiles = field(default_factory=MemoryLetterFiles)
    imported_photos: MemoryImportedPhotos = field(default_factory=MemoryImportedPhotos)
    import_runs: MemoryImportRuns = field(default_factory=MemoryImportRuns)
    register_files: MemoryRegisterFiles = field(default_factory=MemoryRegisterFiles)
    import_queue: MemoryImportQueue = field(default_factory=MemoryImportQueue)
    gallery: MemoryGallery = field(default_factory=MemoryGallery)
    signing: FakeSigning = field(default_factory=FakeSigning)
    answers: MemoryAnswers = field(default_factory=MemoryAnswers)
    log: io.StringIO = field(default_factory=io.StringIO)
    queue: MemoryTasks = field(default_factory=MemoryTasks)
    reports: MemoryReports = field(default_factory=MemoryReports)
    waits: list[int] = field(default_factory=list)
    sender: MemorySender = field(default_factory=MemorySender)

    @property
    def night(self) -> Night:
        store, batches = self.store, self.store.hold_batches
        return Night(
            store.register, store.sweep_runs, self.clock, store.shards, self.queue, self.reports, batches=batches
        )

    @property
    def issuer(self) -> Issuer:
        return Issuer("lifecert.example", self.signing)

    def add_person(self, person: Person, **fields: Any) -> None:
        registered = a_beneficiary(
            **{
                "beneficiary_id": person.id,
                "person_key": self.keys.person_key(person.id_number),
                "name_key": self.keys.name_key(normalise_name(person.name)),
                "masked_name": mask_name(person.name),
                "certified_by": (USER,),
                **fields,
            }
        )
        details: dict[str, Any] = {"status": registered.status, "valid_until": registered.valid_until.isoformat()}
        actor = Actor("clerk-1", Role.CLERK)
        after, entry = record(
            registered, LedgerEvent.REGISTERED, actor, NOW, {**details, "benefits": [registered.benefits[0].facts()]}
        )
        self.store.beneficiaries[person.id] = after
        self.store.entries[person.id] = [entry]

    def add_session(self, number: int, frames: str = "", beneficiary: Person = WANG, **fields: Any) -> None:
        session = a_session(session_id=world_id(number), user_id=USER, beneficiary_id=beneficiary.id, **fields)
        self.store.sessions_by_id[session.session_id] = session
        for step in range(1, 4) if frames else ():
            self.photos.upload(session.frame_key(step), f"{frames}-{step}".encode())

    def add_invitation(self, number: int, of: Person, **fields: Any) -> None:
        code, keys = world_code(number), self.invitation_keys
        invitation = Invitation(
            **{
                "invitation_id": world_id(number),
                "beneficiary_id": of.id,
                "digits_key": keys.digits_key(code.digits),
                "text_key": keys.text_key(code.text or ""),
                "secret": keys.newest,
                "guardian": False,
                "issued_at": NOW,
                "expires_on": date(2031, 3, 1),
                **fields,
            }
        )
        self.store.invitations[of.id] = invitation
        if newest := self.store.beneficiaries.get(of.id):
            self.store.beneficiaries[of.id] = replace(newest, invitation_id=invitation.invitation_id)

    def add_invited_session(self, number: int, frames: str = "", **fields: Any) -> None:
        self.add_session(number, frames, secret_digest=SECRET.digest, **fields)
        sessions, invited = self.store.sessions_by_id, f"invitation-{world_id(701)}"
        sessions[world_id(number)] = replace(sessions[world_id(number)], user_id=invited)

    def add_reference(self, of: Person, reference_id: str | None = None) -> None:
        enrolment = an_enrolment(self.store.beneficiaries[of.id], reference_id=reference_id or world_id(399))
        template = BackwardsProtection().protect(of.id, a_template())
        reference = a_reference(enrolment, template=template)
        self.store.references_by_id[of.id, reference.reference_id] = reference
        newest = self.store.beneficiaries[of.id]
        self.store.beneficiaries[of.id] = replace(newest, reference_ids=(reference.reference_id,))

    def add_enrolment(self, number: int, photo: str = "", of: Person = WANG, **fields: Any) -> None:
        beneficiary = self.store.beneficiaries[of.id]
        enrolment = an_enrolment(beneficiary, reference_id=world_id(number), **fields)
        self.store.enrolments[beneficiary.beneficiary_id, enrolment.reference_id] = enrolment
        if photo:
            self.photos.upload(enrolment.upload_key, photo.encode())

    def add_certificate(self, number: int, of: Person, *, newest: bool, **fields: Any) -> None:
        beneficiary = self.store.beneficiaries[of.id]
        certificate = a_certificate(beneficiary, certificate_id=world_id(number), **fields)
        statement = self.signing.sign(certificate.claims("lifecert.example"))
        self.store.certificates[certificate.certificate_id] = replace(certificate, statement=statement)
        if newest:
            self.store.beneficiaries[of.id] = replace(beneficiary, certificate_id=certificate.certificate_id)

    def add_review(self, number: int, of: Person, kind: ReviewKind, by: str, **fields: Any) -> None:
        role = Role.CLERK if by.startswith("clerk") or by == DESK else Role.USER
        person = self.store.beneficiaries[of.id]
        given = {"kind": kind, "opened_by": Actor(by, role), "session_id": None, "reason": None, **fields}
        review = a_review(person, review_id=world_id(number), district=person.district, **given)
        self.store.reviews[review.review_id] = review

    def add_hold_batch(self, number: int, *people: Person, decided_by: str = "", **fields: Any) -> None:
        batch_id = world_id(number)
        decision = HoldDecision(HoldChoice.ALL, HoldGround.NOT_HEARD_OF, decided_by, NOW) if decided_by else None
        opened = HoldBatch(batch_id, "fund", "110101", "2026-02-28.1", NOW, len(people), decision)
        self.store.hold_batches.batches[batch_id] = opened
        for one in (self.store.beneficiaries[person.id] for person in people):
            candidate = a_hold_candidate(one, batch_id, **fields)
            self.store.hold_batches.by_person[batch_id, one.beneficiary_id] = candidate
