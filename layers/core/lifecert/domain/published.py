"""Which ledger entries the world outside hears of, and as what."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from lifecert.domain.ledger import Detail, LedgerEntry, LedgerEvent

# Failed verifications and enrolments concern nobody outside.
_TYPES = {
    LedgerEvent.REGISTERED: "BeneficiaryRegistered",
    LedgerEvent.CERTIFIED: "BeneficiaryCertified",
    LedgerEvent.LAPSED: "BeneficiaryLapsed",
}


@dataclass(frozen=True, slots=True)
class PublishedEvent:
    """An event for payers and notices. `event_id` is stable: a repeat has the same id."""

    event_id: str
    type: str
    at: datetime
    detail: Mapping[str, Detail]


def published_event(entry: LedgerEntry) -> PublishedEvent | None:
    """The event that announces a ledger entry, or None when it is nobody's business."""
    if entry.event not in _TYPES:
        return None
    event_id = f"{entry.beneficiary_id}:{entry.seq}"
    detail = {
        "event_id": event_id,
        "beneficiary_id": entry.beneficiary_id,
        "seq": entry.seq,
        "at": entry.at.isoformat(),
        **entry.details,
    }
    return PublishedEvent(event_id, _TYPES[entry.event], entry.at, detail)
