"""A change of a beneficiary: a new version together with the ledger entry that records it, and what else is written."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from lifecert.domain.actor import Actor
from lifecert.domain.acts import one_more
from lifecert.domain.beneficiary import Beneficiary
from lifecert.domain.certificate import Certificate, Revocation
from lifecert.domain.faces import FaceCount
from lifecert.domain.hold import CandidateOutcome, HoldCandidate
from lifecert.domain.imprint import FrameImprints
from lifecert.domain.invitation import Invitation
from lifecert.domain.ledger import Detail, LedgerEntry, LedgerEvent
from lifecert.domain.notice import Contact, SentNotice
from lifecert.domain.number import NumberMove
from lifecert.domain.reference import Reference
from lifecert.domain.review import Review
from lifecert.domain.session import Session


@dataclass(frozen=True, slots=True)
class Change:
    """Everything that must be written together, or not at all.

    `before_version` is the version that was read (0: not registered yet). The other parts are those that come with the
    change: a certificate, that an earlier one does not count, the session it closes, a review that it opens or decides,
    a second case that is opened with it (the audit of what it decides, say), a new reference, used frames and
    their imprints, references that are deleted, a new contact or that it is forgotten, a notice on its way, an
    invitation issued or withdrawn, that the person is proposed for a hold (once for each office) or what became of a
    proposal, that their ID number is another. `faces` is by how much the number of stored faces changes.
    `reference_is_new`: no enrolment was begun of it, and its photo came another way.
    """

    before_version: int
    after: Beneficiary
    entry: LedgerEntry
    certificate: Certificate | None = None
    revocation: Revocation | None = None
    session: Session | None = None
    review: Review | None = None
    also_opened: Review | None = None
    reference: Reference | None = None
    reference_is_new: bool = False
    frame_digests: tuple[str, ...] = ()
    deleted_references: tuple[str, ...] = ()
    faces: FaceCount = field(default_factory=FaceCount)
    contact: Contact | None = None
    forgets_contact: bool = False
    sent_notice: SentNotice | None = None
    hold_candidates: tuple[HoldCandidate, ...] = ()
    hold_outcome: CandidateOutcome | None = None
    frame_imprints: FrameImprints | None = None
    invitation: Invitation | None = None
    number: NumberMove | None = None

    @property
    def reviews(self) -> tuple[Review, ...]:
        """The cases, each in the queue where it was opened; one from before there were queues where the person is."""
        cases = (one for one in (self.review, self.also_opened) if one)
        return tuple(
            one if one.district else replace(one, district=self.after.district_of(one.benefit_id)) for one in cases
        )


def record(
    changed: Beneficiary, event: LedgerEvent, actor: Actor, at: datetime, details: Mapping[str, Detail]
) -> tuple[Beneficiary, LedgerEntry]:
    """Give a changed beneficiary its next version, and the sealed ledger entry that records the change.

    `changed` still carries the version and the ledger head that were read. Raises LimitReached: this clerk has added so
    many entries to this record today.
    """
    entry = LedgerEntry(
        changed.beneficiary_id, changed.version + 1, event, at, actor, details, changed.ledger_head
    ).sealed()
    acts = one_more(changed.clerk_acts, entry)
    return replace(changed, version=entry.seq, ledger_head=entry.hash, clerk_acts=acts), entry
