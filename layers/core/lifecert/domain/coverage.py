"""What a beneficiary is covered by, told from the ledger: for when a certification turns out not to count."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date

from lifecert.domain.ledger import LedgerEntry, LedgerEvent, facts_of
from lifecert.domain.year import valid_until_after

# Whether the first year is counted from a start, by `year_from` of the registration; by hand there is none.
_BY_START = (None, "benefit_start")
# What says until when the first year covers.
_FIRST_YEAR = {LedgerEvent.REGISTERED: "valid_until", LedgerEvent.START_CORRECTED: "first_year"}


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
    first_year, certificates = _told(entries)
    certificates.pop(certificate_id, None)
    if not certificates:
        return Coverage(first_year) if first_year else None
    # Of two that reach as far, the later one.
    newest = max(reversed(certificates.values()), key=lambda one: one.valid_until)
    return replace(newest, valid_until=max(newest.valid_until, first_year or newest.valid_until))


@dataclass(frozen=True, slots=True)
class NearerYear:
    """The last day of a first year that was longer by a wrong start, and of what covers a person with it."""

    first_year: date
    valid_until: date


def nearer_year(entries: Iterable[LedgerEntry], starts: Mapping[str, date | None], today: date) -> NearerYear | None:
    """What becomes of the first year when the benefits that a person was registered with start on these days: nobody
    has a longer one by a start that was wrong, and it is over on no day before `today`.

    `entries` are all of one beneficiary, first to last; `starts` are by the numbers of the benefits. None where it
    stays: by these days it would be longer, or it came from a certification before an import, or was drawn.
    """
    known = tuple(entries)
    registered = next((one for one in known if one.event is LedgerEvent.REGISTERED), None)
    first_year, certificates = _told(known)
    if registered is None or first_year is None or registered.details.get("year_from") not in _BY_START:
        return None
    mine = [starts.get(str(facts["benefit"])) for facts in facts_of(registered)]
    begins = min((day for day in mine if day), default=None)
    if begins is None:
        return None
    proven = registered.details.get("last_certified_on")
    covers = [date.fromisoformat(proven)] if isinstance(proven, str) else []
    nearer = max(today, *map(valid_until_after, (begins, *covers)))
    if nearer >= first_year:
        return None
    return NearerYear(nearer, max([nearer, *(one.valid_until for one in certificates.values())]))


def _told(entries: Iterable[LedgerEntry]) -> tuple[date | None, dict[str, Coverage]]:
    """The last day of the first year, and what each certificate covers that counts."""
    first_year: date | None = None
    certificates: dict[str, Coverage] = {}
    for entry in entries:
        if isinstance(day := entry.details.get(_FIRST_YEAR.get(entry.event, "")), str):
            first_year = date.fromisoformat(day)
        if entry.event is LedgerEvent.CERTIFIED:
            certificates[str(entry.details["certificate_id"])] = _of_certificate(entry)
        elif entry.event is LedgerEvent.CERTIFICATE_REVOKED:
            certificates.pop(str(entry.details["certificate_id"]), None)
    return first_year, certificates


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


def _of_certificate(entry: LedgerEntry) -> Coverage:
    certificate_id, certified_on = str(entry.details["certificate_id"]), entry.details.get("certified_on")
    if isinstance(certified_on, str):
        on = date.fromisoformat(certified_on)
        return Coverage(valid_until_after(on), certificate_id, on)
    return Coverage(date.fromisoformat(str(entry.details["valid_until"])), certificate_id)
