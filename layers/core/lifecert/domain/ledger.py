"""The ledger: the append-only, hash-chained record of every change to a beneficiary.

An entry's hash is SHA-256 over the canonical JSON (sorted keys, no spaces, UTF-8) of all its other fields,
the previous entry's hash among them; the first entry's `prev_hash` is 64 zeros. To alter one entry is to
break every later link.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum

from lifecert.domain.actor import Actor
from lifecert.domain.errors import BrokenLedger

GENESIS = "0" * 64

Detail = str | int | bool | None


class LedgerEvent(StrEnum):
    """What a ledger entry records."""

    REGISTERED = "registered"
    REFERENCE_ENROLLED = "reference_enrolled"
    CERTIFIED = "certified"
    VERIFICATION_FAILED = "verification_failed"
    LAPSED = "lapsed"
    HOLD_PROPOSED = "hold_proposed"
    HOLD_DROPPED = "hold_dropped"
    PAYMENT_HELD = "payment_held"
    TERMINATED = "terminated"
    CORRECTED = "corrected"
    CERTIFICATE_REVOKED = "certificate_revoked"
    REMINDER_DUE = "reminder_due"
    CONTACT_CHANGED = "contact_changed"
    NOTICE_SENT = "notice_sent"
    NOTICE_DELIVERED = "notice_delivered"
    REVIEW_OPENED = "review_opened"
    REVIEW_DECIDED = "review_decided"
    CONSENT_WITHDRAWN = "consent_withdrawn"
    CONSENT_GIVEN = "consent_given"
    FACES_DELETED = "faces_deleted"
    INVITATION_ISSUED = "invitation_issued"
    INVITATION_WITHDRAWN = "invitation_withdrawn"


@dataclass(frozen=True, slots=True)
class LedgerEntry:
    """One change. `details` holds codes, dates and ids only: no name, ID number, photo, template or score.

    `correlation_id` is that of the request or run whose log tells more; it is noted as the entry is written, and is
    no part of the hash.
    """

    beneficiary_id: str
    seq: int
    event: LedgerEvent
    at: datetime
    actor: Actor
    details: Mapping[str, Detail] = field(default_factory=dict)
    prev_hash: str = GENESIS
    hash: str = ""
    correlation_id: str = ""

    def computed_hash(self) -> str:
        """The hash this entry must carry."""
        content = {
            "beneficiary_id": self.beneficiary_id,
            "seq": self.seq,
            "event": self.event,
            "at": self.at.isoformat(),
            "actor_id": self.actor.actor_id,
            "role": self.actor.role,
            "details": dict(self.details),
            "prev_hash": self.prev_hash,
        }
        text = json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
        return hashlib.sha256(text.encode()).hexdigest()

    def sealed(self) -> "LedgerEntry":
        """This entry with its hash."""
        return replace(self, hash=self.computed_hash())


@dataclass(frozen=True, slots=True)
class ChainEnd:
    """Number and hash of a chain's last entry: what the beneficiary's `version` and `ledger_head` must be."""

    version: int = 0
    head: str = GENESIS


def chain_end(entries: Iterable[LedgerEntry]) -> ChainEnd:
    """Walk one beneficiary's entries in order to the last.

    Raises BrokenLedger naming the first entry whose number, link or hash is wrong. A chain cut off at its end is
    whole by itself: only the beneficiary tells.
    """
    end = ChainEnd()
    for entry in entries:
        number = end.version + 1
        if fault := _fault(entry, number, end.head):
            raise BrokenLedger(f"entry {number} of {entry.beneficiary_id} {fault}")
        end = ChainEnd(number, entry.hash)
    return end


def verify_chain(entries: Iterable[LedgerEntry]) -> int:
    """Walk one beneficiary's entries as `chain_end` does, and return how many there are."""
    return chain_end(entries).version


def _fault(entry: LedgerEntry, number: int, head: str) -> str | None:
    if entry.seq != number:
        return f"is missing or out of its place: number {entry.seq} stands there"
    if entry.prev_hash != head:
        return "does not link to what stands before it"
    if entry.hash != entry.computed_hash():
        return "was altered: its hash is not that of its content"
    return None
