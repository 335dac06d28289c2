"""All functions on fakes: one world of people, sessions and enrolments with fixed ids, which the event files name."""

import importlib.util
import io
import json
import logging
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from aws_lambda_powertools.utilities.idempotency import BasePersistenceLayer
from aws_lambda_powertools.utilities.idempotency.exceptions import (
    IdempotencyItemAlreadyExistsError,
    IdempotencyItemNotFoundError,
)
from aws_lambda_powertools.utilities.idempotency.persistence.datarecord import DataRecord

from lifecert import bootstrap, bootstrap_notices, bootstrap_office, bootstrap_streams, bootstrap_sweep
from lifecert.adapters.notice_texts import load_notice_text
from lifecert.adapters.protected_references import ProtectedReferences
from lifecert.application.certify_in_person import CertifyInPerson
from lifecert.application.consent import GiveConsent, WithdrawConsent
from lifecert.application.decide_holds import DecideHolds, GetHoldBatch, ListHoldBatches
from lifecert.application.decide_review import DecideReview
from lifecert.application.enrol_reference import BeginEnrolment, FinishEnrolment
from lifecert.application.entitlement import ConfirmProposal, Propose
from lifecert.application.find_duplicates import FindDuplicates
from lifecert.application.get_certificate import GetCertificate
from lifecert.application.get_reviews import GetReview, ListReviews
from lifecert.application.get_statistics import GetStatistics
from lifecert.application.get_status import GetBeneficiary, GetSession
from lifecert.application.import_data_match import ImportDataMatch
from lifecert.application.issuing import Issuer
from lifecert.application.note_delivery import NoteDelivery
from lifecert.application.publish import Publish
from lifecert.application.purge_faces import PurgeFaces
from lifecert.application.register_beneficiary import RegisterBeneficiary
from lifecert.application.report_death import ReportDeath
from lifecert.application.reviewing import OpenReview
from lifecert.application.send_notice import SendNotice
from lifecert.application.set_contact import SetContact
from lifecert.application.start_session import StartSession
from lifecert.application.verify_face import VerifyFace
from lifecert.application.write_change_files import WriteChangeFiles
from lifecert.domain.actor import Actor, Role
from lifecert.domain.beneficiary import Beneficiary, record
from lifecert.domain.camera import Camera
from lifecert.domain.category import Category, Scheme
from lifecert.domain.errors import StoreUnavailable
from lifecert.domain.evidence import EnrolmentEvidence, Evidence, Measure, Template, Verdict
from lifecert.domain.faces import FaceCount
from lifecert.domain.help_lines import HelpLines
from lifecert.domain.hold import (
    HoldBatch,
    HoldCandidate,
    HoldChoice,
    HoldDecision,
    HoldGround,
    HoldOutcome,
    HoldProposal,
)
from lifecert.domain.imprint import NO_PHOTOS, KnownPhotos
from lifecert.domain.ledger import LedgerEvent
from lifecert.domain.notice import Contact, Notice, NoticeChannel, QuietHours, SentNotice
from lifecert.domain.person import IdNumber, mask_name, normalise_name
from lifecert.domain.policy import Outcome
from lifecert.domain.published import PublishedEvent
from lifecert.domain.reasons import Reason
from lifecert.domain.reference import Replacement
from lifecert.domain.review import Ground, ReviewDecision, ReviewKind, ReviewOutcome
from lifecert.domain.session import SessionState
from lifecert.domain.status import EndCause, Standing, Status
from lifecert.domain.sweep import JobKind, RunState, SweepRun, Tally
from lifecert.domain.sweep_report import SweepReport
from lifecert.entry.log import logger, metrics
from lifecert.entry.once import Once
from lifecert.ports.vision import Analysis, Frame
from tests.builders import (
    NOW,
    VALID_UNTIL,
    a_certificate,
    a_policy,
    a_reference,
    a_review,
    a_session,
    a_template,
    an_enrolment,
    decided,
    face,
    failed_evidence,
    good_evidence,
    helper_volume,
    start_limits,
)
from tests.fakes import (
    BackwardsProtection,
    FakePersonKeys,
    FakeSigning,
    FakeTokens,
    FixedClock,
    MemoryBus,
    MemoryChangeFiles,
    MemoryChanges,
    MemoryGallery,
    MemoryPhotos,
    MemoryStore,
)
from tests.fakes_notices import FakeSeal, MemorySender
from tests.fakes_office import MemoryImports
from tests.fakes_sweep import MemoryReports, MemoryTasks
from tests.sweeping import Night

ROOT = Path(__file__).resolve().parents[1]
USER = "0a1b2c3d-0000-4000-8000-00000000000a"
DESK = "0a1b2c3d-0000-4000-8000-00000000000c"
BUSY = "0a1b2c3d-0000-4000-8000-00000000000b"


def home_of(name: str) -> ModuleType:
    """The part of the composition root that has this factory, and did not only import it."""
    parts = (bootstrap, bootstrap_notices, bootstrap_office, bootstrap_streams, bootstrap_sweep)
    return next(part for part in parts if getattr(vars(part).get(name), "__module__", "") == part.__name__)


def world_id(number: int) -> str:
    """A fixed id: 1xx are beneficiaries, 2xx sessions, 3xx enrolments, 4xx certificates, 5xx cases."""
    return f"00000000-0000-4000-8000-{number:012d}"


@dataclass(frozen=True, slots=True)
class Person:
    number: int
    name: str
    id_number: str

    @property
    def id(self) -> str:
        return world_id(self.number)


WANG = Person(101, "王小明", "11010519491231002X")
LAPSED = Person(102, "李秀英", "440524188001010014")
PAUSED = Person(103, "Ana María Gómez", "110101194001010012")
UNSEEN = Person(104, "赵桂兰", "110101194001010039")
ENDED = Person(105, "陈建国", "110101194001010055")
CHILD = Person(106, "周小宝", "110101201801010013")
DUE = Person(107, "吴德发", "110101194001010071")
WITHDRAWN = Person(108, "孙玉梅", "110101194001010098")
LONG_ENDED = Person(109, "钱大江", "110101194001010119")
REMINDED = Person(131, "郑秀兰", "110101194001010418")
SILENT = Person(132, "冯桂英", "110101194001010434")
MUTE = Person(133, "褚国强", "110101194001010450")
PEOPLE = (WANG, LAPSED, PAUSED, UNSEEN, ENDED, CHILD, DUE, WITHDRAWN, LONG_ENDED, REMINDED, SILENT, MUTE)


@dataclass(slots=True)
class ReadingAnalyser:
    """Reads the verdict off the frame: the content is `good`, `uncertain`, `other` or the name of a reason."""

    def analyse(
        self, frames: Sequence[Frame], references: Mapping[str, Template], known: KnownPhotos = NO_PHOTOS
    ) -> Analysis:
        return Analysis(self._evidence(frames))

    def _evidence(self, frames: Sequence[Frame]) -> Evidence:
        steps = tuple(frame.step for frame in frames)
        verdict = frames[0].content.decode().split("-")[0]
        if verdict in ("good", "uncertain", "other"):
            return good_evidence({"good": 0.9, "uncertain": 0.4, "other": 0.1}[verdict], steps)
        return failed_evidence(Reason(verdict), steps)

    def enrol(self, photo: bytes) -> EnrolmentEvidence:
        if photo in (b"good", b"stranger"):
            return EnrolmentEvidence((Measure("decode", Verdict.PASSED),), face(photo == b"stranger"))
        return EnrolmentEvidence((Measure("decode", Verdict.FAILED, reason=Reason(photo.decode())),), None)


@dataclass(slots=True)
class PickyBus(MemoryBus):
    """Refuses one event."""

    refuses: str = f"{world_id(199)}:1"

    def publish(self, event: PublishedEvent) -> None:
        if event.event_id == self.refuses:
            raise StoreUnavailable("InternalFailure")
        self.events.append(event)


class MemoryAnswers(BasePersistenceLayer):
    """Powertools' store in memory."""

    def __init__(self) -> None:
        self.records: dict[str, DataRecord] = {}
        super().__init__()  # type: ignore[no-untyped-call]

    def _get_record(self, idempotency_key: str) -> DataRecord:
        if idempotency_key not in self.records:
            raise IdempotencyItemNotFoundError
        return self.records[idempotency_key]

    def _put_record(self, data_record: DataRecord) -> None:
        if data_record.idempotency_key in self.records:
            raise IdempotencyItemAlreadyExistsError
        self.records[data_record.idempotency_key] = data_record

    def _update_record(self, data_record: DataRecord) -> None:
        self.records[data_record.idempotency_key] = data_record

    def _delete_record(self, data_record: DataRecord) -> None:
        self.records.pop(data_record.idempotency_key, None)


@dataclass(slots=True)
class World:
    """What the functions stand on."""

    store: MemoryStore = field(default_factory=MemoryStore)
    photos: MemoryPhotos = field(default_factory=MemoryPhotos)
    clock: FixedClock = field(default_factory=lambda: FixedClock(NOW))
    bus: PickyBus = field(default_factory=PickyBus)
    changes: MemoryChanges = field(default_factory=MemoryChanges)
    change_files: MemoryChangeFiles = field(default_factory=MemoryChangeFiles)
    keys: FakePersonKeys = field(default_factory=FakePersonKeys)
    imports: MemoryImports = field(default_factory=MemoryImports)
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

    def add_person(self, person: Person, **fields: Any) -> None:
        standing = fields.pop("standing", Standing(Status.ACTIVE, VALID_UNTIL))
        registered = Beneficiary(
            **{
                "beneficiary_id": person.id,
                "person_key": self.keys.person_key(person.id_number),
                "name_key": self.keys.name_key(normalise_name(person.name)),
                "masked_name": mask_name(person.name),
                "masked_id_number": IdNumber.parse(person.id_number).masked,
                "category": Category.RESIDENT_PENSION,
                "district": "110101",
                "standing": standing,
                "has_reference": True,
                "certified_by": (USER,),
                **fields,
            }
        )
        details: dict[str, Any] = {"status": standing.status, "valid_until": standing.valid_until.isoformat()}
        actor = Actor("clerk-1", Role.CLERK)
        after, entry = record(registered, LedgerEvent.REGISTERED, actor, NOW, {**details, "district": "110101"})
        self.store.beneficiaries[person.id] = after
        self.store.entries[person.id] = [entry]

    def add_session(self, number: int, frames: str = "", beneficiary: Person = WANG, **fields: Any) -> None:
        session = a_session(session_id=world_id(number), user_id=USER, beneficiary_id=beneficiary.id, **fields)
        self.store.sessions_by_id[session.session_id] = session
        for step in range(1, 4) if frames else ():
            self.photos.upload(session.frame_key(step), f"{frames}-{step}".encode())

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
        given = {"kind": kind, "opened_by": Actor(by, role), "session_id": None, "reason": None, **fields}
        review = a_review(self.store.beneficiaries[of.id], review_id=world_id(number), **given)
        self.store.reviews[review.review_id] = review

    def add_cases(self) -> None:
        """What the office has on its desk. The event files' clerk is DESK."""
        self.add_session(230, "uncertain")
        session = decided(self.store.sessions_by_id[world_id(230)], Outcome.REVIEW, Reason.MATCH_UNCERTAIN)
        self.store.sessions_by_id[session.session_id] = session
        for number in (1, 2, 3):
            self.photos.keep_for_review(session.review_key(number), b"frame")
        until, by = NOW + timedelta(days=14), "clerk-2"
        seen = {"session_id": session.session_id, "reason": Reason.MATCH_UNCERTAIN}
        confirmed = ReviewDecision(ReviewOutcome.ACCEPT, Ground.CONFIRMED, by, NOW)
        ended: dict[str, Any] = {"day": date(2026, 2, 20), "cause": EndCause.MOVED}
        self.add_review(501, WANG, ReviewKind.VERIFICATION, "daughter", **seen)
        self.add_review(502, WANG, ReviewKind.DEATH_REPORT, "daughter", decision=confirmed)
        self.add_review(503, WANG, ReviewKind.END, by, expires_at=until, **ended)
        self.add_review(504, WANG, ReviewKind.END, DESK, expires_at=until, **ended)
        self.add_review(505, WANG, ReviewKind.END, by, expires_at=NOW - timedelta(seconds=1), **ended)
        self.add_review(506, WANG, ReviewKind.OVERRIDE, DESK)
        self.add_review(507, WANG, ReviewKind.DEATH_REPORT, "daughter", day=date(2026, 2, 20))
        self.add_review(508, ENDED, ReviewKind.VERIFICATION, "daughter", **seen)
        self.add_review(509, ENDED, ReviewKind.CORRECTION, by, expires_at=until)
        unclear = ReviewDecision(ReviewOutcome.NEEDS_MORE, Ground.NOT_RECOGNISABLE, by, NOW)
        self.add_review(511, WANG, ReviewKind.VERIFICATION, "daughter", session_id=world_id(215), decision=unclear)
        self.add_review(510, WANG, ReviewKind.REVOCATION, by, expires_at=until, related_id=world_id(401))
        self.store.beneficiaries[WANG.id] = replace(self.store.beneficiaries[WANG.id], open_review_id=world_id(501))

    def add_hold_batch(self, number: int, *people: Person, decided_by: str = "", **fields: Any) -> None:
        batch_id, told_on = world_id(number), date(2026, 1, 20)
        decision = HoldDecision(HoldChoice.ALL, HoldGround.NOT_HEARD_OF, decided_by, NOW) if decided_by else None
        opened = HoldBatch(batch_id, "2026-02-28.1", NOW, len(people), decision)
        self.store.hold_batches.batches[batch_id] = opened
        for one in (self.store.beneficiaries[person.id] for person in people):
            candidate = HoldCandidate(
                batch_id=batch_id,
                beneficiary_id=one.beneficiary_id,
                masked_name=one.masked_name,
                category=one.category,
                district=one.district,
                valid_until=one.standing.valid_until,
                notice_delivered_on=told_on,
                proposed_at=NOW,
                **fields,
            )
            self.store.hold_batches.by_person[batch_id, one.beneficiary_id] = candidate

    def add_ended_run(self) -> None:
        """The night before: one lapsed."""
        run = SweepRun("2026-02-28.1", date(2026, 2, 28), date(2026, 2, 27), NOW, RunState.FINISHED)
        self.reports.write(SweepReport(run, {JobKind.LAPSE: Tally({"resident_pension/110101": 1}, 2)}, jobs=1))
        self.store.sweep_runs.runs[run.run_id], self.store.sweep_runs.newest_id = run, run.run_id

    def populate(self) -> None:
        minutes = timedelta(minutes=1)
        self.add_person(WANG)
        self.add_person(LAPSED, standing=Standing(Status.LAPSED, date(2026, 1, 31), held_since=date(2026, 2, 20)))
        self.add_person(PAUSED, camera=Camera(paused_until=NOW + 20 * minutes))
        self.add_person(UNSEEN, has_reference=False)
        self.add_person(ENDED, standing=Standing(Status.TERMINATED, VALID_UNTIL, ended_on=date(2026, 2, 1)))
        self.add_person(CHILD, category=Category.INJURY_DEPENDANT)
        self.add_person(WITHDRAWN, consent_withdrawn_on=date(2026, 3, 1))
        self.add_person(LONG_ENDED, standing=Standing(Status.TERMINATED, VALID_UNTIL, ended_on=date(2025, 11, 1)))
        self.store.faces = FaceCount(people=8, faces=8)
        self.add_person(DUE, standing=Standing(Status.ACTIVE, date(2026, 2, 28)))
        self.add_person(REMINDED, notice=Notice(VALID_UNTIL, 60, 1), contact_channel=NoticeChannel.SMS)
        address = FakeSeal().seal(REMINDED.id, "+8613800000000")
        self.store.contacts[REMINDED.id] = Contact(REMINDED.id, NoticeChannel.SMS, address)
        self.store.sent_notices["message-of-this-test"] = SentNotice(
            "message-of-this-test", REMINDED.id, NoticeChannel.SMS, VALID_UNTIL, NOW
        )
        self.add_session(201, "good")
        self.add_session(202, "too_dark")
        self.add_session(203, "other")
        self.add_session(204, "uncertain")
        self.add_session(205)
        self.add_session(206, "good", deadline=NOW - minutes)
        self.add_session(207, "good", state=SessionState.DECIDING, claimed_until=NOW + minutes)
        self.add_session(208, "good", beneficiary=PAUSED)
        self.add_session(209, "good", beneficiary=ENDED)
        self.add_session(210)
        sessions = self.store.sessions_by_id
        sessions[world_id(210)] = decided(sessions[world_id(210)])
        self.add_session(211)
        sessions[world_id(211)] = decided(sessions[world_id(211)], Outcome.RETRY, Reason.TOO_DARK)
        self.add_session(212, "good")
        self.photos.upload(sessions[world_id(212)].frame_key(2), b"good-1")  # one photo for two steps
        self.add_session(213, "good")
        sessions[world_id(213)] = replace(sessions[world_id(213)], user_id="somebody else")
        self.add_session(214, "good", beneficiary=WITHDRAWN)
        self.add_session(215)
        sent_on = decided(sessions[world_id(215)], Outcome.REVIEW, Reason.MATCH_UNCERTAIN)
        assert sent_on.result
        reviewed = replace(sent_on.result, certificate_id=None, valid_until=None, review_id=world_id(511))
        sessions[world_id(215)] = replace(sent_on, result=reviewed)
        self.add_certificate(401, WANG, newest=True)
        self.add_certificate(402, LAPSED, newest=True, valid_until=date(2026, 1, 31))
        self.add_certificate(403, WANG, newest=False)
        self.add_certificate(404, ENDED, newest=True)
        self.add_cases()
        for person in (SILENT, MUTE):
            standing = Standing(Status.LAPSED, date(2025, 11, 20))
            proposal = HoldProposal(world_id(601), standing.valid_until, NOW)
            self.add_person(person, standing=standing, hold_proposal=proposal)
        self.add_hold_batch(601, SILENT, MUTE)
        self.add_hold_batch(602, LAPSED, decided_by="clerk-2", outcome=HoldOutcome.HELD_BEFORE)
        self.add_ended_run()
        self.add_reference(LAPSED)
        alive = f"{WANG.id_number},alive,2026-02-20,hospital"
        self.imports.files["2026-03.csv"] = f"id_number,said,on,source\n{alive}\nrubbish\n1,alive,2026-02-20,x".encode()
        dead = {"id_number": DUE.id_number, "said": "dead", "on": "2026-02-20", "source": "civil_register"}
        self.imports.files["2026-03.jsonl"] = json.dumps(dead).encode()
        self.store.counted[f"user#{BUSY}#{NOW:%Y-%m-%dT%H}"] = 1000
        self.add_reference(WANG, world_id(307))
        self.add_enrolment(301, "good")
        self.add_enrolment(302)
        self.add_enrolment(303, "blurred")
        self.add_enrolment(304, "good", deadline=NOW - minutes)
        self.add_enrolment(305, "stranger", of=LAPSED)
        self.add_enrolment(306, "stranger", of=LAPSED, replacement=Replacement.WRONG_PHOTO)

    def wire(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """Put the fakes behind every factory of the composition root."""
        store, photos, clock, policy = self.store, self.photos, self.clock, a_policy()
        lines = HelpLines("12333", {Scheme.PENSION: {"11": "010-12333"}, Scheme.WORK_INJURY: {}})
        analyser, protection = ReadingAnalyser(), BackwardsProtection()
        wired: dict[str, Any] = {
            "start_session": StartSession(
                store.register,
                store.sessions,
                photos,
                self.keys,
                clock,
                FirstSteps(),
                policy,
                "2026-1",
                lines,
                store.limits,
                start_limits(),
            ),
            "verify_face": VerifyFace(
                store.register,
                store.sessions,
                store.references,
                photos,
                store.seen_frames,
                analyser,
                clock,
                policy,
                Issuer("lifecert.example", self.signing),
                helper_volume(store.limits, store.register, clock),
            ),
            "get_certificate": GetCertificate(store.certificates_port, store.register, clock),
            "public_keys": self.signing,
            "tokens": FakeTokens(),
            "get_session": GetSession(store.sessions, store.reviews_port),
            "get_beneficiary": GetBeneficiary(store.register, store.ledger),
            "register_beneficiary": RegisterBeneficiary(store.register, self.keys, FakeSeal(), clock),
            "register_once": Once(self.answers),
            "list_reviews": ListReviews(store.reviews_port),
            "get_review": GetReview(store.reviews_port, store.sessions, store.references, store.ledger, photos),
            "decide_review": DecideReview(
                store.register,
                store.reviews_port,
                store.sessions,
                store.ledger,
                photos,
                clock,
                Issuer("lifecert.example", self.signing),
            ),
            "certify_in_person": CertifyInPerson(store.register, clock, Issuer("lifecert.example", self.signing)),
            "certify_once": Once(self.answers),
            "propose": Propose(store.register, store.reviews_port, store.certificates_port, clock),
            "confirm_proposal": ConfirmProposal(store.register, store.reviews_port, store.ledger, clock),
            "begin_enrolment": BeginEnrolment(store.register, store.references, photos, clock, policy),
            "finish_enrolment": FinishEnrolment(
                store.register,
                ProtectedReferences(store.references, protection),
                photos,
                analyser,
                clock,
                policy,
                protection,
            ),
            "find_duplicates": FindDuplicates(
                store.register,
                ProtectedReferences(store.references, protection),
                self.gallery,
                OpenReview(store.register, clock),
                policy,
            ),
            "withdraw_consent": WithdrawConsent(store.register, clock),
            "give_consent": GiveConsent(store.register, clock, "2026-1"),
            "purge_faces": PurgeFaces(
                store.register, store.register, store.references, photos, store.face_counts, clock, store.shards
            ),
            "publish": Publish(self.bus, self.changes),
            "write_change_files": WriteChangeFiles(self.changes, self.change_files, clock),
            "clock": clock,
            "help_lines": lines,
        }
        told = {
            "set_contact": SetContact(store.register, FakeSeal(), clock),
            "send_notice": SendNotice(
                store.register,
                store.contacts_port,
                FakeSeal(),
                self.sender,
                clock,
                load_notice_text("zh-CN"),
                lines,
                QuietHours(21, 8),
            ),
            "wait_for_notice": lambda _receipt, seconds: self.waits.append(seconds),
            "note_delivery": NoteDelivery(store.register, store.sent_notices_port, clock),
        }
        night = self.night
        swept = {
            "plan_sweep": night.plan,
            "dry_run": night.dry_run,
            "watch_sweep": night.watch,
            "work_sweep": night.work,
            "wait_for_task": lambda _receipt, seconds: self.waits.append(seconds),
            "task_tries": night.queue.tries,
        }
        issuer = Issuer("lifecert.example", self.signing)
        office: dict[str, Any] = {
            "report_death": ReportDeath(store.register, self.keys, clock, lines),
            "import_data_match": ImportDataMatch(store.register, self.imports, self.keys, clock, issuer),
            "list_hold_batches": ListHoldBatches(store.hold_batches),
            "get_hold_batch": GetHoldBatch(store.hold_batches),
            "decide_holds": DecideHolds(store.hold_batches, clock),
            "get_statistics": GetStatistics(
                store.sweep_runs, self.reports, store.reviews_port, store.hold_batches, store.face_counts
            ),
        }
        for name, built in {**wired, **told, **swept, **office}.items():
            monkeypatch.setattr(home_of(name), name, lambda built=built: built)


@contextmanager
def world_on_fakes() -> Iterator[World]:
    """A populated world behind all functions; its `log` gets every line as it is written."""
    world = World()
    world.populate()
    copy = logging.StreamHandler(world.log)
    copy.setFormatter(logger.registered_formatter)
    logger.addHandler(copy)
    try:
        with pytest.MonkeyPatch.context() as monkeypatch:
            world.wire(monkeypatch)
            yield world
    finally:
        logging.getLogger(logger.name).removeHandler(copy)


@dataclass(slots=True)
class FirstSteps:
    """Draws the steps as they come."""

    def sample(self, population: Sequence[Any], k: int) -> list[Any]:
        return list(population[:k])


@dataclass(slots=True)
class Context:
    """What Lambda hands to a handler."""

    function_name: str = "function"
    function_version: str = "$LATEST"
    memory_limit_in_mb: int = 512
    invoked_function_arn: str = "arn:aws:lambda:us-east-1:123456789012:function:function"
    aws_request_id: str = "52fdfc07-2182-454f-963f-5f0f9a621d72"
    remaining_ms: int = 300_000

    def get_remaining_time_in_millis(self) -> int:
        return self.remaining_ms


@cache
def function(name: str) -> ModuleType:
    """The module functions/<name>/app.py."""
    spec = importlib.util.spec_from_file_location(f"functions.{name}.app", ROOT / "functions" / name / "app.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


def event(case: str) -> dict[str, Any]:
    """The event file events/<function>/<name>.json, by `<function>/<name>`."""
    loaded: dict[str, Any] = json.loads((ROOT / "events" / f"{case}.json").read_text(encoding="utf-8"))
    return loaded


def cases() -> list[str]:
    """Every event file."""
    return sorted(str(path.relative_to(ROOT / "events").with_suffix("")) for path in ROOT.glob("events/*/*.json"))


def run(case: str, **changes: Any) -> Any:
    """Run an event file, with members replaced by `changes`, through its handler."""
    metrics.clear_metrics()
    return function(case.split("/", maxsplit=1)[0]).handler({**event(case), **changes}, Context())
