"""Papers that others signed: which of them certified a person before, and lie beside the next one (adr/0067)."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from lifecert.domain.certificate import RevocationCause
from lifecert.domain.errors import EarlierPapers, PaperUsedBefore
from lifecert.domain.ledger import LedgerEntry, LedgerEvent
from lifecert.domain.review import Review, ReviewKind
from lifecert.domain.sighting import PAPERS

# So many earlier papers of one person are laid beside a new one: as many years as a letter lasts.
MOST_COMPARED = 5
# What of two papers is told to be the same, for whoever lays them side by side.
_TOLD_ALIKE = ("letter", "attester", "country", "witness", "paper")


@dataclass(frozen=True, slots=True)
class PaperBefore:
    """A paper that certified the person: as of which day and when, which clerks brought and confirmed it, and the
    SHA-256 of the office's copy. `same` are the facts that the newer paper has as well; with `paper` the number."""

    certificate_id: str
    seen_on: date
    certified_at: datetime
    proposed_by: str
    confirmed_by: str
    scan: str
    same: tuple[str, ...]
    method: str


@dataclass(frozen=True, slots=True)
class Copies:
    """What whoever confirms a paper has beside it: the SHA-256 of earlier papers' copies, made of the files themselves;
    or `missing`, that not all of them can be found."""

    digests: frozenset[str] = frozenset()
    missing: bool = False


class LaidBeside(StrEnum):
    """What the ledger has of that."""

    COMPARED = "compared"
    MISSING = "missing"


def certified_by_papers(entries: Iterable[LedgerEntry], stated: Mapping[str, str]) -> tuple[PaperBefore, ...]:
    """The papers that certified somebody, first to last, without those whose certificate was revoked as an error.
    `entries` are all of one beneficiary, first to last."""
    return tuple(one for one in _with_copies(entries, stated) if one.method in PAPERS)


def _with_copies(entries: Iterable[LedgerEntry], stated: Mapping[str, str]) -> Iterator[PaperBefore]:
    """The same, and the sheets of visits of which the office has a copy."""
    found: dict[str, PaperBefore] = {}
    for entry in entries:
        told, certificate_id = entry.details, str(entry.details.get("certificate_id"))
        if entry.event is LedgerEvent.CERTIFIED and told.get("scan"):
            found[certificate_id] = PaperBefore(
                certificate_id=certificate_id,
                seen_on=date.fromisoformat(str(told["certified_on"])),
                certified_at=entry.at,
                proposed_by=str(told.get("proposed_by") or entry.actor.actor_id),
                confirmed_by=entry.actor.actor_id,
                scan=str(told["scan"]),
                same=tuple(one for one in _TOLD_ALIKE if stated.get(one) and told.get(one) == stated[one]),
                method=str(told["method"]),
            )
        elif entry.event is LedgerEvent.CERTIFICATE_REVOKED and told.get("cause") == RevocationCause.ERROR:
            found.pop(certificate_id, None)
    yield from found.values()


def refuse_used_before(entries: Iterable[LedgerEntry], stated: Mapping[str, str], on: date, before: str = "") -> None:
    """Raises PaperUsedBefore for a paper by which the person was certified as of another day, known by its copy, of
    whichever kind it was then, or by its number where the same kind of office attested it: else a family goes on for
    years with one paper on which the day is another each time. `before` is the number's digest as it was once made,
    with the country in it."""
    known = tuple(entries)
    for stated_as in (stated, {**stated, "paper": before}) if before else (stated,):
        for one in _with_copies(known, stated_as):
            this_very = one.scan == stated_as["scan"] or {"attester", "paper"} <= {*one.same}
            if this_very and one.seen_on != on:
                raise PaperUsedBefore


def earlier_papers(entries: Iterable[LedgerEntry], stated: Mapping[str, str], on: date) -> tuple[PaperBefore, ...]:
    """The last few papers, of whichever kind, that certified the person as of another day: a sheet that is scanned
    anew, on which the day was rewritten, is one of them. One sheet may be a form, with the letter's code on it, and an
    attestation, with a stamp and a number."""
    return tuple(one for one in certified_by_papers(entries, stated) if one.seen_on != on)[-MOST_COMPARED:]


def laid_beside(earlier: Iterable[PaperBefore], copies: Copies) -> LaidBeside | None:
    """What there is to say of the earlier papers; None where there is none. Raises EarlierPapers where whoever confirms
    has neither their copies nor says that they cannot be found."""
    needed = {one.scan for one in earlier}
    if not needed:
        return None
    if needed <= copies.digests:
        return LaidBeside.COMPARED
    if not copies.missing:
        raise EarlierPapers
    return LaidBeside.MISSING


def papers_before(review: Review, entries: Iterable[LedgerEntry]) -> tuple[PaperBefore, ...]:
    """What lies beside the paper that a case is about: of a proposal, of a paper against an open case, and of the
    second look at a certificate that a paper brought. Nothing of any other case."""
    known = tuple(entries)
    if review.kind is ReviewKind.AUDIT:
        for place, entry in enumerate(known):
            told = entry.details
            if entry.event is LedgerEvent.CERTIFIED and told.get("certificate_id") == review.related_id:
                stated = {name: value for name, value in told.items() if isinstance(value, str)}
                by_paper = stated.get("method") in PAPERS
                day = date.fromisoformat(stated["certified_on"]) if by_paper else date.min
                return earlier_papers(known[:place], stated, day) if by_paper else ()
    if review.stated.get("method") in PAPERS and review.day:
        others = (one for one in known if one.details.get("certificate_id") != review.review_id)
        return earlier_papers(others, review.stated, review.day)
    return ()


def sheet_of_another_day(entries: Iterable[LedgerEntry], stated: Mapping[str, str], on: date) -> bool:
    """Whether the copy of a visit's sheet, if there is one, certified the person as of another day already."""
    scan = stated.get("scan")
    return bool(scan) and any(one.scan == scan and one.seen_on != on for one in _with_copies(entries, stated))
