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


@dataclass(frozen=True, slots=True)
class LedgerEntry:
    """One change. `details` holds codes, dates and ids only: no name, ID number, photo, template or score."""

    beneficiary_id: str
    seq: int
    event: LedgerEvent
    at: datetime
    actor: Actor
    details: Mapping[str, Detail] = field(default_factory=dict)
    prev_hash: str = GENESIS
    hash: str = ""

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


def verify_chain(entries: Iterable[LedgerEntry]) -> int:
    """Walk one beneficiary's entries in order and return how many there are.

    Raises BrokenLedger naming the first entry whose number, link or hash is wrong.
    """
    count, head = 0, GENESIS
    for entry in entries:
        count += 1
        if entry.seq != count or entry.prev_hash != head or entry.hash != entry.computed_hash():
            raise BrokenLedger(f"entry {count} of {entry.beneficiary_id} does not link")
        head = entry.hash
    return count
