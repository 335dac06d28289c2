"""What a beneficiary is covered by, told from the ledger: for when a certification turns out not to count."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date

from lifecert.domain.ledger import LedgerEntry, LedgerEvent
from lifecert.domain.year import valid_until_after


@dataclass(frozen=True, slots=True)
class Coverage:
    """The last covered day, and the newest certificate with the day of its proof, if there is one. The year after
    registration may reach further than any certificate."""

    valid_until: date
    certificate_id: str | None = None
    certified_on: date | None = None


def coverage_without(entries: Iterable[LedgerEntry], certificate_id: str) -> Coverage | None:
    """What covers a beneficiary when this certificate does not count, and neither do those revoked before it.

    `entries` are all of one beneficiary, first to last. None when the first one does not say.
    """
    registered: date | None = None
    certificates: dict[str, Coverage] = {}
    for entry in entries:
        if entry.event is LedgerEvent.REGISTERED and isinstance(text := entry.details.get("valid_until"), str):
            registered = date.fromisoformat(text)
        elif entry.event is LedgerEvent.CERTIFIED:
            certificates[str(entry.details["certificate_id"])] = _of_certificate(entry)
        elif entry.event is LedgerEvent.CERTIFICATE_REVOKED:
            certificates.pop(str(entry.details["certificate_id"]), None)
    certificates.pop(certificate_id, None)
    if not certificates:
        return Coverage(registered) if registered else None
    # Of two that reach as far, the later one.
    newest = max(reversed(certificates.values()), key=lambda one: one.valid_until)
    return replace(newest, valid_until=max(newest.valid_until, registered or newest.valid_until))


def _of_certificate(entry: LedgerEntry) -> Coverage:
    certificate_id, certified_on = str(entry.details["certificate_id"]), entry.details.get("certified_on")
    if isinstance(certified_on, str):
        on = date.fromisoformat(certified_on)
        return Coverage(valid_until_after(on), certificate_id, on)
    return Coverage(date.fromisoformat(str(entry.details["valid_until"])), certificate_id)
