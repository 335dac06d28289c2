"""Which ledger entries the world outside hears of, and as what: one event for each benefit, to its payer alone."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from lifecert.domain.benefit import FIRST_BENEFIT, FIRST_PAYER
from lifecert.domain.ledger import Fact, LedgerEntry, LedgerEvent

# How a benefit stands from now on; in every event for a payer.
_STANDING = ("status", "valid_until", "payment_held", "held_since", "unpaid_since")
_ARREARS = ("arrears_first_day", "arrears_last_day")
_RECLAIM = ("reclaim_first_day", "reclaim_last_day")
_NEW = ("BeneficiaryRegistered", ("category", "district", "start", *_STANDING))
_BEFORE = ("category_before", "district_before", "payer_reference_before")
# Not why it ended: that is between the person and the office.
_ENDED = ("BeneficiaryTerminated", ("status_before", *_STANDING, "ended_on", *_ARREARS, *_RECLAIM))

# What is announced, as what, and with which of the entry's details: those that a payer needs, and no other.
# Failed verifications and enrolments concern nobody outside, and neither do sessions, consent, evidence, versions of
# policy and models, or who acted. infra/schemas has a JSON schema for each type. Whether a benefit is a person's first,
# or their last, is no payer's business.
_FOR_PAYERS: Mapping[LedgerEvent, tuple[str, tuple[str, ...]]] = {
    LedgerEvent.REGISTERED: _NEW,
    LedgerEvent.BENEFIT_ADDED: _NEW,
    LedgerEvent.AMENDED: ("BeneficiaryAmended", ("category", "district", "start", *_BEFORE, *_STANDING)),
    LedgerEvent.START_CORRECTED: (
        "BenefitStartCorrected",
        ("start", "start_before", *_STANDING, "ended_on", *_ARREARS, *_RECLAIM),
    ),
    LedgerEvent.CERTIFIED: (
        "BeneficiaryCertified",
        ("certificate_id", "status_before", *_STANDING, "payment_was_held", *_ARREARS),
    ),
    LedgerEvent.LAPSED: ("BeneficiaryLapsed", _STANDING),
    LedgerEvent.PAYMENT_HELD: ("PaymentHeld", _STANDING),
    LedgerEvent.BENEFIT_ENDED: _ENDED,
    LedgerEvent.TERMINATED: _ENDED,
    LedgerEvent.CORRECTED: ("BeneficiaryCorrected", ("status_before", *_STANDING, *_ARREARS)),
    LedgerEvent.CERTIFICATE_REVOKED: (
        "CertificateRevoked",
        ("certificate_id", "status_before", *_STANDING, *_ARREARS, *_RECLAIM),
    ),
}
# For notices, and no payer's business.
_FOR_NOTICES: Mapping[LedgerEvent, tuple[str, tuple[str, ...]]] = {
    LedgerEvent.REMINDER_DUE: ("ReminderDue", ("days_before", "valid_until", "channel")),
    LedgerEvent.CERTIFY_AGAIN_DUE: ("CertifyAgainDue", ("channel",)),
    LedgerEvent.CONSENT_WITHDRAWN: ("ConsentWithdrawn", ("faces_go_on", "channel")),
    LedgerEvent.WITHDRAWAL_UNDONE: ("WithdrawalUndone", ("channel",)),
}
# Announced to whoever can be told, beside what the payers hear.
_TOLD_BESIDE: Mapping[LedgerEvent, tuple[str, tuple[str, ...]]] = {
    LedgerEvent.CERTIFIED: ("CertifiedNoticeDue", ("channel",)),
    LedgerEvent.START_CORRECTED: ("StartCorrectedNoticeDue", ("channel",)),
}


@dataclass(frozen=True, slots=True)
class PublishedEvent:
    """An event for a payer, or for notices, and then without a `payer`. `event_id` is stable: a repeat has the same id.

    `correlation_id` leads to the log of what caused it; it travels beside the detail.
    """

    event_id: str
    type: str
    at: datetime
    detail: Mapping[str, Fact]
    correlation_id: str = ""
    payer: str = ""


def published_events(entry: LedgerEntry) -> tuple[PublishedEvent, ...]:
    """The events that announce a ledger entry; none when it is nobody's business."""
    if entry.event in _FOR_NOTICES:
        return (_for_notices(entry, *_FOR_NOTICES[entry.event]),)
    if entry.event is LedgerEvent.CONSENT_GIVEN and entry.details.get("ground"):
        # Which ended a withdrawal: whoever's face may be used again hears of it, by whichever way that came.
        return (_for_notices(entry, *_FOR_NOTICES[LedgerEvent.WITHDRAWAL_UNDONE]),)
    if entry.event not in _FOR_PAYERS:
        return ()
    benefits = entry.details.get("benefits")
    if benefits is None or not isinstance(benefits, Sequence) or isinstance(benefits, str):
        # Its id is as it was, so that what was published before, and is once more, is known.
        facts = {name: _fact(entry, name) for name in entry.details}
        benefit = _benefit_from_before(facts, certified=entry.event is LedgerEvent.CERTIFIED)
        return (_for_payer(entry, benefit, f"{entry.beneficiary_id}:{entry.seq}"),)
    events = tuple(
        _for_payer(entry, benefit, f"{entry.beneficiary_id}:{entry.seq}:{benefit['benefit']}") for benefit in benefits
    )
    if entry.event in _TOLD_BESIDE and entry.details.get("channel"):
        return (*events, _for_notices(entry, *_TOLD_BESIDE[entry.event]))
    if entry.event is LedgerEvent.CERTIFICATE_REVOKED and "days_before" in entry.details:
        # Whose year it moved back is told so.
        return (*events, _for_notices(entry, *_FOR_NOTICES[LedgerEvent.REMINDER_DUE]))
    return events


def _for_notices(entry: LedgerEntry, name: str, wanted: Sequence[str]) -> PublishedEvent:
    event_id = f"{entry.beneficiary_id}:{entry.seq}"
    detail = {**_common(entry, event_id), **{fact: _fact(entry, fact) for fact in wanted}}
    return PublishedEvent(event_id, name, entry.at, detail, entry.correlation_id)


def _for_payer(entry: LedgerEntry, benefit: Mapping[str, Fact], event_id: str) -> PublishedEvent:
    name, wanted = _FOR_PAYERS[entry.event]
    payer = str(benefit["payer"])
    detail = {
        **_common(entry, event_id),
        "benefit": benefit["benefit"],
        "payer": payer,
        "payer_reference": benefit.get("payer_reference"),
        # What is the benefit's own comes before what is the person's.
        **{fact: benefit[fact] if fact in benefit else _fact(entry, fact) for fact in wanted},
    }
    # A benefit that is new is not held.
    detail.update({name: bool(detail[name]) for name in ("payment_held", "payment_was_held") if name in detail})
    return PublishedEvent(event_id, name, entry.at, detail, entry.correlation_id, payer)


def _common(entry: LedgerEntry, event_id: str) -> dict[str, Fact]:
    return {
        "event_id": event_id,
        "beneficiary_id": entry.beneficiary_id,
        "seq": entry.seq,
        "at": entry.at.isoformat(),
    }


def _fact(entry: LedgerEntry, name: str) -> Fact:
    fact = entry.details.get(name)
    return fact if fact is None or isinstance(fact, str | int) else None


def as_today(detail: Mapping[str, Fact]) -> Mapping[str, Fact]:
    """An event's detail as it is published today; one from before benefits were kept becomes the first payer's."""
    if "benefit" in detail:
        return detail
    benefit = _benefit_from_before(detail, certified="payment_was_held" in detail)
    del benefit["start"]  # which was not published
    return {**detail, **benefit, "payment_held": bool(detail.get("payment_held")), "payer_reference": None}


def _benefit_from_before(facts: Mapping[str, Fact], *, certified: bool) -> dict[str, Fact]:
    """The one benefit of an entry, or event, from before benefits were kept.

    Arrears were then the days without a proof of life, paid or not: what was not paid are those since the hold. And
    `held_since` of a certification was since when the payment had been held.
    """
    first, last, held_since = (facts.get(name) for name in ("arrears_first_day", "arrears_last_day", "held_since"))
    unpaid_since = facts.get("ended_on") or held_since
    if certified:
        first = max(str(first), str(held_since)) if first and held_since else None
        last = last if first and str(first) <= str(last) else None
        held_since = unpaid_since = None
    return {
        "benefit": FIRST_BENEFIT,
        "payer": FIRST_PAYER,
        "start": facts.get("benefit_start"),
        "held_since": held_since,
        "unpaid_since": unpaid_since,
        "arrears_first_day": first if last else None,
        "arrears_last_day": last,
    }
