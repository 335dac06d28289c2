"""What a beneficiary is covered by, told from the ledger: for when a certification turns out not to count."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from lifecert.domain.ledger import LedgerEntry, LedgerEvent, facts_of
from lifecert.domain.year import valid_until_after


@dataclass(frozen=True, slots=True)
class Coverage:
    """The last covered day, and the certificate that covers it; None when that is the year after registration."""

    valid_until: date
    certificate_id: str | None


def coverage_without(entries: Iterable[LedgerEntry], certificate_id: str) -> Coverage | None:
    """What covers a beneficiary when this certificate does not count, and neither do those revoked before it.

    `entries` are all of one beneficiary, first to last. None when the first one does not say.
    """
    candidates: dict[str | None, date] = {}
    for entry in entries:
        if entry.event is LedgerEvent.REGISTERED and isinstance(text := entry.details.get("valid_until"), str):
            candidates[None] = date.fromisoformat(text)
        elif entry.event is LedgerEvent.CERTIFIED:
            candidates[str(entry.details["certificate_id"])] = _own_year(entry)
        elif entry.event is LedgerEvent.CERTIFICATE_REVOKED:
            candidates.pop(str(entry.details["certificate_id"]), None)
    candidates.pop(certificate_id, None)
    if not candidates:
        return None
    # Of two that reach as far, the later one.
    newest = max(reversed(candidates), key=lambda one: candidates[one])
    return Coverage(candidates[newest], newest)


def held_before(entries: Iterable[LedgerEntry], benefit_id: str, valid_until: date) -> date | None:
    """Since when the payment of a benefit was held in the year that ended on `valid_until`; None if it was not.

    `entries` are all of one beneficiary, first to last. Such a hold ends with a certification, and is in force again
    once that does not count.
    """
    for entry in entries:
        if entry.event is not LedgerEvent.PAYMENT_HELD or entry.details.get("valid_until") != valid_until.isoformat():
            continue
        for fact in facts_of(entry):
            if fact["benefit"] == benefit_id:
                return date.fromisoformat(str(fact["held_since"]))
    return None


def _own_year(entry: LedgerEntry) -> date:
    certified_on = entry.details.get("certified_on")
    if isinstance(certified_on, str):
        return valid_until_after(date.fromisoformat(certified_on))
    return date.fromisoformat(str(entry.details["valid_until"]))
