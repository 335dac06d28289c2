"""Which ledger entries the world outside hears of, and as what."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from lifecert.domain.ledger import Detail, LedgerEntry, LedgerEvent

# What is announced, as what, and with which of the entry's details: those that a payer needs, and no other.
# Failed verifications and enrolments concern nobody outside, and neither do sessions, consent, evidence, versions of
# policy and models, or who acted. infra/schemas has a JSON schema for each type.
_PUBLISHED: Mapping[LedgerEvent, tuple[str, tuple[str, ...]]] = {
    LedgerEvent.REGISTERED: ("BeneficiaryRegistered", ("category", "district", "status", "valid_until")),
    LedgerEvent.CERTIFIED: (
        "BeneficiaryCertified",
        (
            "certificate_id",
            "status_before",
            "status",
            "valid_until",
            "payment_was_held",
            "held_since",
            "arrears_first_day",
            "arrears_last_day",
        ),
    ),
    LedgerEvent.LAPSED: ("BeneficiaryLapsed", ("status", "valid_until")),
    LedgerEvent.PAYMENT_HELD: ("PaymentHeld", ("status", "valid_until", "payment_held", "held_since")),
    # Not why it ended: that is between the person and the office.
    LedgerEvent.TERMINATED: ("BeneficiaryTerminated", ("status_before", "status", "valid_until", "ended_on")),
    LedgerEvent.CORRECTED: (
        "BeneficiaryCorrected",
        ("status_before", "status", "valid_until", "arrears_first_day", "arrears_last_day"),
    ),
    LedgerEvent.CERTIFICATE_REVOKED: (
        "CertificateRevoked",
        ("certificate_id", "status_before", "status", "valid_until", "payment_held"),
    ),
    LedgerEvent.REMINDER_DUE: ("ReminderDue", ("days_before", "valid_until", "channel")),
    LedgerEvent.CERTIFY_AGAIN_DUE: ("CertifyAgainDue", ("channel",)),
}


@dataclass(frozen=True, slots=True)
class PublishedEvent:
    """An event for payers and notices. `event_id` is stable: a repeat has the same id.

    `correlation_id` leads to the log of what caused it; it travels beside the detail.
    """

    event_id: str
    type: str
    at: datetime
    detail: Mapping[str, Detail]
    correlation_id: str = ""


def published_event(entry: LedgerEntry) -> PublishedEvent | None:
    """The event that announces a ledger entry, or None when it is nobody's business."""
    if entry.event not in _PUBLISHED:
        return None
    name, wanted = _PUBLISHED[entry.event]
    event_id = f"{entry.beneficiary_id}:{entry.seq}"
    detail = {
        "event_id": event_id,
        "beneficiary_id": entry.beneficiary_id,
        "seq": entry.seq,
        "at": entry.at.isoformat(),
        **{detail: entry.details[detail] for detail in wanted if detail in entry.details},
    }
    return PublishedEvent(event_id, name, entry.at, detail, entry.correlation_id)
