"""The ledger: the append-only, hash-chained record of every change to a beneficiary.

An entry's hash is SHA-256 over the canonical JSON (sorted keys, no spaces, UTF-8) of all its other fields,
the previous entry's hash among them; the first entry's `prev_hash` is 64 zeros. To alter one entry is to
break every later link.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum

from lifecert.domain.actor import Actor
from lifecert.domain.errors import BrokenLedger

GENESIS = "0" * 64

Fact = str | int | bool | None
# One fact, or what is each benefit's: a fact for each name in it.
Detail = Fact | Sequence[Mapping[str, Fact]]


class LedgerEvent(StrEnum):
    """What a ledger entry records."""

    REGISTERED = "registered"
    BENEFIT_ADDED = "benefit_added"
    AMENDED = "amended"  # a clerk put right what the record says; before and after, of what is no personal data
    START_CORRECTED = "start_corrected"  # two clerks put right since when a benefit is due, and what was paid for that
    REFERENCE_ENROLLED = "reference_enrolled"
    CERTIFIED = "certified"
    ALREADY_CERTIFIED = "already_certified"  # proven again on a day whose certificate counts: no other is issued
    VERIFICATION_FAILED = "verification_failed"
    LAPSED = "lapsed"
    HOLD_PROPOSED = "hold_proposed"
    HOLD_DROPPED = "hold_dropped"
    PAYMENT_HELD = "payment_held"
    BENEFIT_ENDED = "benefit_ended"
    TERMINATED = "terminated"
    CORRECTED = "corrected"
    CERTIFICATE_REVOKED = "certificate_revoked"
    REMINDER_DUE = "reminder_due"
    CONTACT_CHANGED = "contact_changed"
    CONTACT_DELETED = "contact_deleted"
    NOTICE_SENT = "notice_sent"
    NOTICE_DELIVERED = "notice_delivered"
    NOTICE_FAILED = "notice_failed"  # the channel refused it, or says that it did not arrive
    NOTICE_RECORDED = "notice_recorded"  # a clerk wrote down a letter, a visit or a public notice, or that one failed
    NOTICE_VOIDED = "notice_voided"  # one of these came back, or never was
    REVIEW_OPENED = "review_opened"
    REPORT_JOINED = "report_joined"  # somebody else reports the death that a case is open about
    DEATH_NOTED = "death_noted"  # a register tells the death of somebody whose benefits had ended: kept, and no case
    REVIEW_DECIDED = "review_decided"
    CERTIFY_AGAIN_DUE = "certify_again_due"  # a case of their photos ended undecided: they are to be told
    CONSENT_WITHDRAWN = "consent_withdrawn"
    CONSENT_GIVEN = "consent_given"
    WITHDRAWAL_UNDONE = (
        "withdrawal_undone"  # somebody else had withdrawn the consent, or the person thinks better of it
    )
    HELPERS_REMOVED = "helpers_removed"
    FACES_DELETED = "faces_deleted"
    VISIT_NOTED = "visit_noted"  # an officer came, and did not see the person: what was found, and nothing else
    MANDATE_GIVEN = "mandate_given"
    MANDATE_ENDED = "mandate_ended"
    INVITATION_ISSUED = "invitation_issued"
    INVITATION_WITHDRAWN = "invitation_withdrawn"


# What a proof of life is written as; one of a day that counts already is no news.
PROOFS = frozenset({LedgerEvent.CERTIFIED, LedgerEvent.ALREADY_CERTIFIED})


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
            "details": {name: _plain(value) for name, value in self.details.items()},
            "prev_hash": self.prev_hash,
        }
        text = json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
        return hashlib.sha256(text.encode()).hexdigest()

    def sealed(self) -> "LedgerEntry":
        """This entry with its hash."""
        return replace(self, hash=self.computed_hash())


# What entries from before people had several benefits say of the only one, among the rest.
_OF_THE_ONLY_ONE = (
    *("arrears_first_day", "arrears_last_day", "batch_id", "held_since", "payment_held", "payment_was_held"),
    *("status", "status_before"),
)


def facts_of(entry: LedgerEntry) -> Sequence[Mapping[str, Fact]]:
    """What an entry says of each benefit that it is about; empty when it is about none."""
    told = entry.details.get("benefits")
    if told is not None and not isinstance(told, str | int):
        return told
    facts: dict[str, Fact] = {}
    for name in _OF_THE_ONLY_ONE:
        value = entry.details.get(name)
        if name in entry.details and (value is None or isinstance(value, str | int)):
            facts[name] = value
    return [{"benefit": "1", **facts}] if facts else []


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


def _plain(value: Detail) -> object:
    return value if value is None or isinstance(value, str | int) else [dict(one) for one in value]


def _fault(entry: LedgerEntry, number: int, head: str) -> str | None:
    if entry.seq != number:
        return f"is missing or out of its place: number {entry.seq} stands there"
    if entry.prev_hash != head:
        return "does not link to what stands before it"
    if entry.hash != entry.computed_hash():
        return "was altered: its hash is not that of its content"
    return None
