"""In-memory stand-ins of all ports. The contract suite holds them to what the real adapters do."""

import hashlib
import hmac
import json
import threading
import uuid
from collections.abc import Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from joserfc import jws
from joserfc.jwk import ECKey

from lifecert.domain.beneficiary import Beneficiary, Change
from lifecert.domain.certificate import Certificate, Revocation
from lifecert.domain.change_file import FeedHead, Manifest
from lifecert.domain.errors import (
    AlreadyRegistered,
    FrameSeenBefore,
    LimitReached,
    ReferenceNotFound,
    ReviewDecidedBefore,
    ReviewOpenedBefore,
    SessionAlreadyDecided,
    TokenRefused,
    VersionConflict,
)
from lifecert.domain.evidence import EnrolmentEvidence, Evidence, Template
from lifecert.domain.faces import FaceCount
from lifecert.domain.gallery import Alike, GalleryFace
from lifecert.domain.imprint import NO_PHOTOS, SESSIONS_REMEMBERED, FrameImprints, KnownPhotos
from lifecert.domain.ledger import LedgerEntry
from lifecert.domain.limits import Count
from lifecert.domain.notice import Contact, SentNotice
from lifecert.domain.person import FIRST_SECRET
from lifecert.domain.published import PublishedEvent
from lifecert.domain.reference import Enrolment, Reference, ReferencePhoto, photos_of
from lifecert.domain.review import AtLeast, Review, ReviewFilter, ReviewPage, ReviewPosition, ReviewState
from lifecert.domain.session import ImageType, Session, SessionState
from lifecert.domain.sweep import Partition, partition_of, shard_of
from lifecert.ports.photos import Upload, UploadSlot
from lifecert.ports.tokens import Bearer
from lifecert.ports.vision import Analysis, Frame
from tests.fakes_holds import MemoryHoldBatches
from tests.fakes_notices import MemoryContacts, MemorySentNotices
from tests.fakes_sweep import MemorySweepRuns

UPLOADED = datetime(2026, 3, 1, 1, 0, 5, tzinfo=UTC)  # a moment after the tests' sessions open


COUNTED = 1000


@dataclass(slots=True)
class MemoryStore:
    """The tables, and one adapter for each port over them. `lock` makes a commit one transaction."""

    shards: int = 2
    beneficiaries: dict[str, Beneficiary] = field(default_factory=dict)
    entries: dict[str, list[LedgerEntry]] = field(default_factory=dict)
    certificates: dict[str, Certificate] = field(default_factory=dict)
    sessions_by_id: dict[str, Session] = field(default_factory=dict)
    reviews: dict[str, Review] = field(default_factory=dict)
    references_by_id: dict[tuple[str, str], Reference] = field(default_factory=dict)
    frame_imprints: dict[tuple[str, str, int], FrameImprints] = field(default_factory=dict)
    enrolments: dict[tuple[str, str], Enrolment] = field(default_factory=dict)
    digests: set[str] = field(default_factory=set)
    counted: dict[str, int] = field(default_factory=dict)
    faces: FaceCount = field(default_factory=FaceCount)
    sweep_runs: MemorySweepRuns = field(default_factory=MemorySweepRuns)
    contacts: dict[str, Contact] = field(default_factory=dict)
    sent_notices: dict[str, SentNotice] = field(default_factory=dict)
    hold_batches: MemoryHoldBatches = field(default_factory=MemoryHoldBatches)
    lock: threading.RLock = field(default_factory=threading.RLock)

    @property
    def contacts_port(self) -> "MemoryContacts":
        return MemoryContacts(self.contacts)

    @property
    def sent_notices_port(self) -> "MemorySentNotices":
        return MemorySentNotices(self.sent_notices)

    @property
    def register(self) -> "MemoryRegister":
        return MemoryRegister(self)

    @property
    def ledger(self) -> "MemoryLedger":
        return MemoryLedger(self)

    @property
    def certificates_port(self) -> "MemoryCertificates":
        return MemoryCertificates(self)

    @property
    def references(self) -> "MemoryReferences":
        return MemoryReferences(self)

    @property
    def face_counts(self) -> "MemoryFaceCounts":
        return MemoryFaceCounts(self)

    @property
    def sessions(self) -> "MemorySessions":
        return MemorySessions(self)

    @property
    def reviews_port(self) -> "MemoryReviews":
        return MemoryReviews(self)

    @property
    def limits(self) -> "MemoryLimits":
        return MemoryLimits(self)

    @property
    def seen_frames(self) -> "MemorySeenFrames":
        return MemorySeenFrames(self)


@dataclass(frozen=True, slots=True)
class MemoryCertificates:
    store: MemoryStore

    def get(self, certificate_id: str) -> Certificate | None:
        return self.store.certificates.get(certificate_id)


@dataclass(frozen=True, slots=True)
class MemoryRegister:
    store: MemoryStore

    def get(self, beneficiary_id: str) -> Beneficiary | None:
        return self.store.beneficiaries.get(beneficiary_id)

    def find_by_person(self, person_keys: Sequence[str]) -> Beneficiary | None:
        return next((one for one in self.store.beneficiaries.values() if one.person_key in person_keys), None)

    def due(self, partition: Partition, after: str | None = None) -> Iterator[str]:
        for beneficiary_id, one in sorted(self.store.beneficiaries.items()):
            stands = partition_of(one, self.store.shards)
            if stands == partition and beneficiary_id > (after or ""):
                yield beneficiary_id

    def faces_due(self, shard: int, today: date) -> Iterator[str]:
        for beneficiary_id, one in sorted(self.store.beneficiaries.items()):
            if one.faces_due and one.faces_due.on <= today and shard_of(beneficiary_id, self.store.shards) == shard:
                yield beneficiary_id

    def has_due(self, partition: Partition) -> bool:
        return any(True for _ in self.due(partition))

    def commit(self, change: Change) -> None:
        with self.store.lock:
            self._check(change)
            self._write(change)

    def _check(self, change: Change) -> None:
        store, after = self.store, change.after
        if change.session:
            stored = store.sessions_by_id.get(change.session.session_id)
            if stored is None or stored.state is SessionState.DECIDED:
                raise SessionAlreadyDecided
        if change.review:
            self._check_review(change.review)
        self._check_reference(change.reference)
        if store.digests.intersection(change.frame_digests):
            raise FrameSeenBefore
        if change.revocation:
            self._check_revocation(change.revocation)
        before = store.beneficiaries.get(after.beneficiary_id)
        if change.before_version == 0 and before:
            raise AlreadyRegistered
        if change.before_version != (before.version if before else 0) or _rehashed(before, after):
            raise VersionConflict
        named = (*change.deleted_references, *([change.frame_imprints.reference_id] if change.frame_imprints else []))
        if any((after.beneficiary_id, one) not in store.references_by_id for one in named):
            raise VersionConflict
        self._check_hold(change)
        if any(entry.seq == change.entry.seq for entry in store.entries.get(after.beneficiary_id, [])):
            raise VersionConflict

    def _check_reference(self, reference: Reference | None) -> None:
        if reference and _reference_key(reference) not in self.store.enrolments:
            raise ReferenceNotFound

    def _check_revocation(self, revocation: Revocation) -> None:
        certificate = self.store.certificates.get(revocation.certificate_id)
        if certificate is None or (revocation.at and certificate.revoked_at):
            raise VersionConflict

    def _check_hold(self, change: Change) -> None:
        stored, new, settled = self.store.hold_batches.by_person, change.hold_candidate, change.hold_outcome
        if new and (new.batch_id, new.beneficiary_id) in stored:
            raise VersionConflict
        if settled:
            candidate = stored.get((settled.batch_id, settled.beneficiary_id))
            if candidate is None or candidate.outcome:
                raise VersionConflict

    def _check_review(self, review: Review) -> None:
        stored = self.store.reviews.get(review.review_id)
        if review.decision and (stored is None or stored.decision):
            raise ReviewDecidedBefore
        if review.decision is None and stored:
            raise ReviewOpenedBefore

    def _write(self, change: Change) -> None:
        store, after = self.store, change.after
        store.beneficiaries[after.beneficiary_id] = after
        store.entries.setdefault(change.entry.beneficiary_id, []).append(change.entry)
        if change.certificate:
            store.certificates[change.certificate.certificate_id] = change.certificate
        if change.revocation:
            revoked = store.certificates[change.revocation.certificate_id]
            store.certificates[revoked.certificate_id] = replace(revoked, revoked_at=change.revocation.at)
        if change.session:
            store.sessions_by_id[change.session.session_id] = change.session
        if change.review:
            store.reviews[change.review.review_id] = change.review
        if change.reference:
            del store.enrolments[_reference_key(change.reference)]
            store.references_by_id[_reference_key(change.reference)] = change.reference
        store.digests.update(change.frame_digests)
        if change.contact:
            store.contacts[change.contact.beneficiary_id] = change.contact
        if change.forgets_contact:
            store.contacts.pop(change.after.beneficiary_id, None)
        if change.sent_notice:
            store.sent_notices[change.sent_notice.message_id] = change.sent_notice
        self._write_hold(change)
        self._write_faces(change)
        store.faces += change.faces

    def _write_hold(self, change: Change) -> None:
        holds = self.store.hold_batches.by_person
        if new := change.hold_candidate:
            holds[new.batch_id, new.beneficiary_id] = new
        if settled := change.hold_outcome:
            key = (settled.batch_id, settled.beneficiary_id)
            holds[key] = replace(holds[key], outcome=settled.outcome)

    def _write_faces(self, change: Change) -> None:
        store, person = self.store, change.after.beneficiary_id
        if kept := change.frame_imprints:
            store.frame_imprints[person, kept.reference_id, kept.slot] = kept
        for reference_id in change.deleted_references:
            del store.references_by_id[person, reference_id]
            for slot in range(SESSIONS_REMEMBERED):
                store.frame_imprints.pop((person, reference_id, slot), None)


@dataclass(frozen=True, slots=True)
class MemoryLedger:
    store: MemoryStore

    def entries(self, beneficiary_id: str) -> Iterator[LedgerEntry]:
        yield from sorted(self.store.entries.get(beneficiary_id, []), key=lambda entry: entry.seq)


@dataclass(frozen=True, slots=True)
class MemoryReferences:
    store: MemoryStore

    def templates(self, beneficiary_id: str, model_version: str) -> Mapping[str, Template]:
        return {
            reference_id: reference.template
            for (owner, reference_id), reference in self.store.references_by_id.items()
            if owner == beneficiary_id and reference.template.model_version == model_version
        }

    def faces(self, beneficiary_id: str, model_version: str) -> tuple[Mapping[str, Template], KnownPhotos]:
        mine = [one for (owner, _), one in self.store.references_by_id.items() if owner == beneficiary_id]
        kept = [one for (owner, *_), one in self.store.frame_imprints.items() if owner == beneficiary_id]
        known = KnownPhotos(
            tuple(one.imprint for one in mine if one.imprint),
            tuple(imprint for one in kept for imprint in one.imprints),
        )
        return self.templates(beneficiary_id, model_version), known

    def enrolled(self, beneficiary_id: str) -> Sequence[str]:
        return sorted(reference_id for owner, reference_id in self.store.references_by_id if owner == beneficiary_id)

    def photos(self, beneficiary_id: str) -> tuple[ReferencePhoto, ...]:
        mine = [one for (owner, _), one in self.store.references_by_id.items() if owner == beneficiary_id]
        return tuple(
            ReferencePhoto(one.reference_id, one.photo_key, one.source, one.captured_on, one.enrolled_at)
            for one in sorted(mine, key=lambda one: one.enrolled_at, reverse=True)
        )

    def begin(self, enrolment: Enrolment) -> None:
        self.store.enrolments[enrolment.beneficiary_id, enrolment.reference_id] = enrolment

    def begun(self, beneficiary_id: str, reference_id: str) -> Enrolment | None:
        return self.store.enrolments.get((beneficiary_id, reference_id))


@dataclass(frozen=True, slots=True)
class MemoryFaceCounts:
    store: MemoryStore

    def total(self) -> FaceCount:
        return self.store.faces


@dataclass(frozen=True, slots=True)
class MemoryLimits:
    store: MemoryStore

    def take(self, counts: Sequence[Count]) -> None:
        with self.store.lock:
            for count in counts:
                if self.store.counted.get(count.name, 0) >= count.limit:
                    raise LimitReached(count.until)
            for count in counts:
                if count.adds:
                    self.count(count)

    def count(self, count: Count) -> int:
        with self.store.lock:
            self.store.counted[count.name] = self.store.counted.get(count.name, 0) + 1
            return self.store.counted[count.name]


@dataclass(frozen=True, slots=True)
class MemorySessions:
    store: MemoryStore

    def open(self, session: Session, counts: Sequence[Count] = ()) -> Session:
        with self.store.lock:
            if session.session_id not in self.store.sessions_by_id:
                MemoryLimits(self.store).take(counts)
                self.store.sessions_by_id[session.session_id] = session
            return self.store.sessions_by_id[session.session_id]

    def get(self, session_id: str) -> Session | None:
        return self.store.sessions_by_id.get(session_id)

    def claim(self, session_id: str, now: datetime, until: datetime) -> Session | None:
        with self.store.lock:
            session = self.store.sessions_by_id.get(session_id)
            if session is None or session.state is SessionState.DECIDED:
                return None
            if session.claimed_until and session.claimed_until >= now:
                return None
            claimed = replace(session, state=SessionState.DECIDING, claimed_until=until)
            self.store.sessions_by_id[session_id] = claimed
            return claimed


@dataclass(frozen=True, slots=True)
class MemoryReviews:
    store: MemoryStore

    def get(self, review_id: str) -> Review | None:
        return self.store.reviews.get(review_id)

    def count_open(self) -> AtLeast:
        number = sum(one.state is ReviewState.OPEN for one in self.store.reviews.values())
        return AtLeast(min(number, COUNTED), more=number > COUNTED)

    def listed(self, wanted: ReviewFilter, limit: int, after: ReviewPosition | None = None) -> ReviewPage:
        def place(review: Review) -> tuple[datetime, str]:
            return review.opened_at, review.review_id

        found = [
            one
            for one in sorted(self.store.reviews.values(), key=place)
            if one.state is wanted.state
            and (after is None or place(one) > (after.opened_at, after.review_id))
            and wanted.kind in (None, one.kind)
            and wanted.reason in (None, one.reason)
        ]
        page = tuple(found[:limit])
        return ReviewPage(page, ReviewPosition.of(page[-1]) if len(found) > limit else None)


@dataclass(frozen=True, slots=True)
class MemorySeenFrames:
    store: MemoryStore

    def any_seen(self, digests: Sequence[str]) -> bool:
        return not self.store.digests.isdisjoint(digests)


@dataclass(slots=True)
class FixedClock:
    """Stands still until it is set or moved."""

    time: datetime = datetime(2026, 3, 1, 1, 0, tzinfo=UTC)
    zone: ZoneInfo = field(default_factory=lambda: ZoneInfo("Asia/Shanghai"))

    def now(self) -> datetime:
        return self.time

    def local(self) -> datetime:
        return self.time.astimezone(self.zone)

    def day_of(self, moment: datetime) -> date:
        return moment.astimezone(self.zone).date()

    def today(self) -> date:
        return self.day_of(self.time)

    def move(self, **by: float) -> None:
        """As `timedelta`: `clock.move(minutes=5)`."""
        self.time += timedelta(**by)


@dataclass(slots=True)
class MemoryPhotos:
    """`uploads` by key; `kept` holds what was kept for a review or as a reference; `slots` what was handed out."""

    uploads: dict[str, bytes] = field(default_factory=dict)
    uploaded_at: dict[str, datetime] = field(default_factory=dict)
    kept: dict[str, bytes] = field(default_factory=dict)
    slots: dict[str, tuple[ImageType, int, int]] = field(default_factory=dict)

    def upload(self, key: str, content: bytes, at: datetime = UPLOADED) -> None:
        self.uploads[key], self.uploaded_at[key] = content, at

    def upload_slot(self, key: str, image_type: ImageType, max_bytes: int, seconds: int) -> UploadSlot:
        self.slots[key] = (image_type, max_bytes, seconds)
        return UploadSlot("https://frames.example/", {"key": key, "Content-Type": image_type})

    def read_upload(self, key: str, max_bytes: int) -> Upload | None:
        content = self.uploads.get(key)
        return None if content is None else Upload(content[: max_bytes + 1], self.uploaded_at[key])

    def keep_for_review(self, key: str, content: bytes) -> None:
        self.kept[key] = content

    def keep_reference(self, key: str, content: bytes) -> None:
        self.kept[key] = content

    def delete_references(self, beneficiary_id: str) -> int:
        mine = [key for key in self.kept if key.startswith(photos_of(beneficiary_id))]
        for key in mine:
            del self.kept[key]
        return len(mine)

    def review_frames(self, session_id: str) -> tuple[str, ...]:
        return tuple(sorted(key for key in self.kept if key.startswith(f"review/{session_id}/")))

    def frame_link(self, key: str, seconds: int) -> str:
        return f"https://frames.example/{key}?expires={seconds}"

    def reference_link(self, key: str, seconds: int) -> str:
        return f"https://references.example/{key}?expires={seconds}"

    def delete_review_frames(self, session_id: str) -> None:
        for key in self.review_frames(session_id):
            del self.kept[key]


@dataclass
class MemoryGallery:
    """Compares each with each."""

    segments: dict[str, Sequence[GalleryFace]] = field(default_factory=dict)

    def add(self, segment: str, faces: Sequence[GalleryFace]) -> None:
        self.segments[segment] = faces

    def search(self, faces: Sequence[GalleryFace], at_least: float, most: int) -> Mapping[str, tuple[Alike, ...]]:
        known = [one for faces in self.segments.values() for one in faces]
        found = {}
        for asked in faces:
            alike = [
                Alike(one.beneficiary_id, one.reference_id, one.template.similarity(asked.template))
                for one in known
                if one.beneficiary_id != asked.beneficiary_id
            ]
            best = sorted(alike, key=lambda one: -one.similarity)
            found[asked.reference_id] = tuple(one for one in best if one.similarity >= at_least)[:most]
        return found

    def forget(self, beneficiary_ids: AbstractSet[str]) -> int:
        before = sum(map(len, self.segments.values()))
        self.segments = {
            name: [one for one in faces if one.beneficiary_id not in beneficiary_ids]
            for name, faces in self.segments.items()
        }
        return before - sum(map(len, self.segments.values()))


@dataclass(frozen=True, slots=True)
class BackwardsProtection:
    """Stores templates backwards, under the name of the person."""

    def protect(self, beneficiary_id: str, template: Template) -> Template:
        return replace(template, vector=template.vector[::-1], protection=f"of {beneficiary_id}")

    def reveal(self, beneficiary_id: str, stored: Mapping[str, Template]) -> Mapping[str, Template]:
        assert all(template.protection == f"of {beneficiary_id}" for template in stored.values())
        return {
            name: replace(template, vector=template.vector[::-1], protection="") for name, template in stored.items()
        }


@dataclass(frozen=True, slots=True)
class FakePersonKeys:
    secret: bytes = b"secret of this test"
    secrets: tuple[str, ...] = (FIRST_SECRET,)
    moving: bool = False

    @property
    def newest(self) -> str:
        return self.secrets[-1]

    @property
    def looked_up(self) -> tuple[str, ...]:
        return tuple(reversed(self.secrets[-2 if self.moving else -1 :]))

    def person_key(self, id_number: str, secret: str | None = None) -> str:
        return self._key("id", id_number, secret)

    def name_key(self, name: str, secret: str | None = None) -> str:
        return self._key("name", name, secret)

    def beneficiary_id(self, id_number: str) -> str:
        return str(uuid.uuid5(uuid.NAMESPACE_OID, self._mac("an id of", id_number)))

    def _key(self, purpose: str, value: str, secret: str | None) -> str:
        for version in self.secrets[: self.secrets.index(secret or self.newest) + 1]:
            value = self._mac(f"{version} {purpose}", value)
        return value

    def _mac(self, purpose: str, value: str) -> str:
        return hmac.new(self.secret, f"{purpose}\0{value}".encode(), hashlib.sha256).hexdigest()


@dataclass(frozen=True, slots=True)
class FakeSigning:
    """Signer and public keys over a key made in this process, by a JOSE library instead of KMS."""

    key: ECKey = field(default_factory=lambda: ECKey.generate_key("P-256", {"kid": "key-of-this-test"}))

    def sign(self, claims: Mapping[str, str | int]) -> str:
        header = {"alg": "ES256", "kid": self.key.kid, "typ": "lifecert+jws"}
        return jws.serialize_compact(header, json.dumps(claims), self.key)

    def jwks(self) -> Mapping[str, list[dict[str, str]]]:
        public = {name: str(value) for name, value in self.key.as_dict(private=False).items()}
        return {"keys": [{**public, "alg": "ES256", "use": "sig"}]}


@dataclass(frozen=True, slots=True)
class FakeTokens:
    """Takes one token, of one user."""

    def bearer(self, token: str) -> Bearer:
        if token != "good.token.here":
            raise TokenRefused("not_genuine")
        return Bearer("0a1b2c3d-0000-4000-8000-00000000000a", ("clerk",))


@dataclass(slots=True)
class MemoryBus:
    events: list[PublishedEvent] = field(default_factory=list)

    def publish(self, event: PublishedEvent) -> None:
        self.events.append(event)


@dataclass(slots=True)
class MemoryChanges:
    """`numbers` holds the file of each event that is in one."""

    events: dict[str, PublishedEvent] = field(default_factory=dict)
    numbers: dict[str, int] = field(default_factory=dict)
    stands: FeedHead = field(default_factory=FeedHead)

    def add(self, event: PublishedEvent) -> None:
        self.events.setdefault(event.event_id, event)

    def waiting(self) -> Iterator[PublishedEvent]:
        yield from [event for event_id, event in sorted(self.events.items()) if event_id not in self.numbers]

    def settle(self, events: Sequence[PublishedEvent], number: int, at: datetime) -> None:
        for event in events:
            self.events[event.event_id] = event
            self.numbers[event.event_id] = number

    def head(self) -> FeedHead:
        return self.stands

    def advance(self, before: FeedHead, after: FeedHead) -> None:
        if self.stands.number == before.number:
            self.stands = after


@dataclass(slots=True)
class MemoryChangeFiles:
    files: dict[int, bytes] = field(default_factory=dict)
    manifests: dict[int, Manifest] = field(default_factory=dict)

    def write(self, number: int, content: bytes) -> bool:
        return self.files.setdefault(number, content) is content

    def read(self, number: int) -> bytes | None:
        return self.files.get(number)

    def write_manifest(self, manifest: Manifest) -> None:
        self.manifests.setdefault(manifest.number, manifest)


@dataclass(slots=True)
class ScriptedAnalyser:
    """Answers with what the test set; `calls` keeps what it was shown."""

    evidence: Evidence | None = None
    enrolment: EnrolmentEvidence | None = None
    imprints: tuple[bytes, ...] = ()
    calls: list[tuple[tuple[Frame, ...], dict[str, Template]]] = field(default_factory=list)
    known: list[KnownPhotos] = field(default_factory=list)
    photos: list[bytes] = field(default_factory=list)

    def analyse(
        self, frames: Sequence[Frame], references: Mapping[str, Template], known: KnownPhotos = NO_PHOTOS
    ) -> Analysis:
        self.calls.append((tuple(frames), dict(references)))
        self.known.append(known)
        assert self.evidence is not None, "the test has not set `evidence`"
        return Analysis(self.evidence, self.imprints)

    def enrol(self, photo: bytes) -> EnrolmentEvidence:
        self.photos.append(photo)
        assert self.enrolment is not None, "the test has not set `enrolment`"
        return self.enrolment


def _rehashed(before: Beneficiary | None, after: Beneficiary) -> bool:
    return before is not None and before.person_key != after.person_key


def _reference_key(reference: Reference) -> tuple[str, str]:
    return reference.beneficiary_id, reference.reference_id
