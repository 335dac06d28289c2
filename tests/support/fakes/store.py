"""All tables in memory, and one fake for each port over them."""

import threading
from dataclasses import dataclass, field

from lifecert.domain.access import Access
from lifecert.domain.beneficiary import Beneficiary
from lifecert.domain.certificate import Certificate
from lifecert.domain.device import Device
from lifecert.domain.faces import FaceCount
from lifecert.domain.imprint import FrameImprints
from lifecert.domain.invitation import Invitation
from lifecert.domain.ledger import LedgerEntry
from lifecert.domain.notice import Contact, SentNotice
from lifecert.domain.number import NumberClaim
from lifecert.domain.reference import Enrolment, Reference
from lifecert.domain.review import Review
from lifecert.domain.session import Session
from tests.support.fakes.access import MemoryAccessLog, MemoryPaymentReferences
from tests.support.fakes.devices import MemoryDevices
from tests.support.fakes.faces import MemoryFaceCounts, MemoryReferences, MemorySeenFrames
from tests.support.fakes.holds import MemoryHoldBatches
from tests.support.fakes.invitations import MemoryInvitations
from tests.support.fakes.notices import MemoryContacts, MemorySentNotices
from tests.support.fakes.register import MemoryCertificates, MemoryLedger, MemoryRegister
from tests.support.fakes.reviews import MemoryReviews
from tests.support.fakes.sessions import MemoryClaims, MemoryLimits, MemorySessions
from tests.support.fakes.sweep import MemorySweepRuns


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
    invitations: dict[str, Invitation] = field(default_factory=dict)
    accesses: list[Access] = field(default_factory=list)
    payment_hints: set[tuple[str, str]] = field(default_factory=set)
    number_claims: dict[str, NumberClaim] = field(default_factory=dict)
    devices: dict[str, Device] = field(default_factory=dict)
    lock: threading.RLock = field(default_factory=threading.RLock)

    @property
    def access_log(self) -> MemoryAccessLog:
        return MemoryAccessLog(self)

    @property
    def devices_port(self) -> MemoryDevices:
        return MemoryDevices(self)

    @property
    def payment_references(self) -> MemoryPaymentReferences:
        return MemoryPaymentReferences(self)

    @property
    def invitations_port(self) -> MemoryInvitations:
        return MemoryInvitations(self)

    @property
    def contacts_port(self) -> MemoryContacts:
        return MemoryContacts(self.contacts)

    @property
    def sent_notices_port(self) -> MemorySentNotices:
        return MemorySentNotices(self.sent_notices)

    @property
    def register(self) -> MemoryRegister:
        return MemoryRegister(self)

    @property
    def ledger(self) -> MemoryLedger:
        return MemoryLedger(self)

    @property
    def certificates_port(self) -> MemoryCertificates:
        return MemoryCertificates(self)

    @property
    def references(self) -> MemoryReferences:
        return MemoryReferences(self)

    @property
    def face_counts(self) -> MemoryFaceCounts:
        return MemoryFaceCounts(self)

    @property
    def sessions(self) -> MemorySessions:
        return MemorySessions(self)

    @property
    def claims(self) -> MemoryClaims:
        return MemoryClaims(self)

    @property
    def reviews_port(self) -> MemoryReviews:
        return MemoryReviews(self)

    @property
    def limits(self) -> MemoryLimits:
        return MemoryLimits(self)

    @property
    def seen_frames(self) -> MemorySeenFrames:
        return MemorySeenFrames(self)
