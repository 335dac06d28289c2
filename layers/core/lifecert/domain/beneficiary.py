"""Beneficiary and change: every change is a new version together with the ledger entry that records it."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime

from lifecert.domain.actor import Actor
from lifecert.domain.camera import Camera
from lifecert.domain.category import Category
from lifecert.domain.certificate import Certificate, Revocation
from lifecert.domain.faces import FaceCount, FacesDue, faces_due
from lifecert.domain.hold import CandidateOutcome, HoldCandidate, HoldProposal
from lifecert.domain.imprint import FrameImprints
from lifecert.domain.invitation import Invitation
from lifecert.domain.ledger import GENESIS, Detail, LedgerEntry, LedgerEvent
from lifecert.domain.notice import Contact, Notice, NoticeChannel, SentNotice
from lifecert.domain.person import FIRST_SECRET
from lifecert.domain.reference import Reference
from lifecert.domain.review import Review
from lifecert.domain.session import Session
from lifecert.domain.status import Standing, Status

REMEMBERED_HELPERS = 20


@dataclass(frozen=True, slots=True)
class Beneficiary:
    """A person drawing a benefit.

    `person_key` and `name_key` are keyed hashes of ID number and name, under the secret of version `person_secret`.
    `version` is the number of the last
    ledger entry and `ledger_head` its hash. `reference_ids` are the references that count, the first enrolled in front.
    `certified_by` are the users who certified this person, newest last.
    `open_review_id` is the open review of kind `verification`, to which further failed attempts belong.
    `consent_withdrawn_on` is the day since which no face may be used, until consent is given anew. `notice` is the
    last that the person was told, and `contact_channel` how they can be. `grace_from` is the day from which the grace
    days before a hold count, where that is later than the last covered day; `hold_proposal` is the last batch in which
    the person stood to be held.
    """

    beneficiary_id: str
    person_key: str
    name_key: str
    masked_name: str
    masked_id_number: str
    category: Category
    district: str
    standing: Standing
    version: int = 0
    ledger_head: str = GENESIS
    has_reference: bool = False
    reference_ids: tuple[str, ...] = ()
    camera: Camera = field(default_factory=Camera)
    certified_by: tuple[str, ...] = ()
    certificate_id: str | None = None
    open_review_id: str | None = None
    consent_withdrawn_on: date | None = None
    notice: Notice | None = None
    contact_channel: NoticeChannel | None = None
    person_secret: str = FIRST_SECRET
    grace_from: date | None = None
    hold_proposal: HoldProposal | None = None

    @property
    def current_notice(self) -> Notice | None:
        """What the person was told about this certification year; a certification since makes it the last year's."""
        return self.notice if self.notice and self.notice.valid_until == self.standing.valid_until else None

    @property
    def notice_delivered_on(self) -> date | None:
        """The day on which a notice about this certification year first arrived; what a hold asks for."""
        return self.current_notice.delivered_on if self.current_notice else None

    @property
    def grace_begins_on(self) -> date:
        """The day from which the grace days before a hold count: the last covered day, that on which a notice first
        arrived or that of `grace_from`, whichever is latest. Nobody who is told late has less time than others."""
        days = (self.standing.valid_until, self.grace_from, self.notice_delivered_on)
        return max(day for day in days if day)

    @property
    def open_proposal(self) -> HoldProposal | None:
        """The proposal to hold the payment, while neither a decision nor another standing has ended it."""
        proposal, standing = self.hold_proposal, self.standing
        lapsed = standing.status is Status.LAPSED and not standing.held_since
        return proposal if proposal and lapsed and proposal.valid_until == standing.valid_until else None

    @property
    def faces_due(self) -> FacesDue | None:
        """When the references of this person must be deleted; None when there are none, or not yet."""
        return faces_due(self.standing, self.consent_withdrawn_on) if self.has_reference else None

    def at(self, standing: Standing) -> "Beneficiary":
        """With another standing: what was proposed about the one before is off."""
        return replace(self, standing=standing, hold_proposal=None)

    def with_certifier(self, user_id: str) -> tuple[str, ...]:
        """`certified_by` with this user as the newest."""
        return (*(known for known in self.certified_by if known != user_id), user_id)[-REMEMBERED_HELPERS:]


@dataclass(frozen=True, slots=True)
class Change:
    """Everything that must be written together, or not at all.

    `before_version` is the version that was read (0: not registered yet). The other parts are those that
    come with the change: a certificate, that an earlier one does not count, the session it closes, a review that it
    opens or decides, a new reference, used frames and their imprints, references that are deleted, a new contact or
    that it is forgotten, a notice on its way, an invitation issued or withdrawn, a person who is proposed for a hold or
    what became of the proposal. `faces` is by how much the number of stored faces changes.
    """

    before_version: int
    after: Beneficiary
    entry: LedgerEntry
    certificate: Certificate | None = None
    revocation: Revocation | None = None
    session: Session | None = None
    review: Review | None = None
    reference: Reference | None = None
    frame_digests: tuple[str, ...] = ()
    deleted_references: tuple[str, ...] = ()
    faces: FaceCount = field(default_factory=FaceCount)
    contact: Contact | None = None
    forgets_contact: bool = False
    sent_notice: SentNotice | None = None
    hold_candidate: HoldCandidate | None = None
    hold_outcome: CandidateOutcome | None = None
    frame_imprints: FrameImprints | None = None
    invitation: Invitation | None = None


def record(
    changed: Beneficiary, event: LedgerEvent, actor: Actor, at: datetime, details: Mapping[str, Detail]
) -> tuple[Beneficiary, LedgerEntry]:
    """Give a changed beneficiary its next version, and the sealed ledger entry that records the change.

    `changed` still carries the version and the ledger head that were read.
    """
    entry = LedgerEntry(
        changed.beneficiary_id, changed.version + 1, event, at, actor, details, changed.ledger_head
    ).sealed()
    return replace(changed, version=entry.seq, ledger_head=entry.hash), entry
