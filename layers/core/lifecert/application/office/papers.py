"""Papers that others signed: which of them certified a person before, and lie beside the next one (adr/0067)."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum

from lifecert.domain.certificate import Method, RevocationCause
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
    """A paper, or the sheet of a visit, that certified the person: by which method, as of which day and when, which
    clerks brought and confirmed it, and the SHA-256 of the office's copy. `same` are the facts that the newer one has
    as well; with `paper` the number. `mistaken`: its certificate was revoked as an error."""

    certificate_id: str
    method: Method
    seen_on: date
    certified_at: datetime
    proposed_by: str
    confirmed_by: str
    scan: str
    same: tuple[str, ...]
    mistaken: bool


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


def _certified_with_copies(entries: Iterable[LedgerEntry], stated: Mapping[str, str]) -> Iterator[PaperBefore]:
    """The papers and sheets of visits by which somebody was certified, first to last, of which the office has a copy.
    `entries` are all of one beneficiary, first to last."""
    found: dict[str, PaperBefore] = {}
    for entry in entries:
        told, certificate_id = entry.details, str(entry.details.get("certificate_id"))
        if entry.event is LedgerEvent.CERTIFIED and told.get("scan"):
            found[certificate_id] = PaperBefore(
                certificate_id=certificate_id,
                method=Method(str(told["method"])),
                seen_on=date.fromisoformat(str(told["certified_on"])),
                certified_at=entry.at,
                proposed_by=str(told.get("proposed_by") or entry.actor.actor_id),
                confirmed_by=entry.actor.actor_id,
                scan=str(told["scan"]),
                same=tuple(one for one in _TOLD_ALIKE if stated.get(one) and told.get(one) == stated[one]),
                mistaken=False,
            )
        elif entry.event is LedgerEvent.CERTIFICATE_REVOKED and certificate_id in found:
            mistaken = told.get("cause") == RevocationCause.ERROR
            found[certificate_id] = replace(found[certificate_id], mistaken=mistaken)
    yield from found.values()


def refuse_used_before(entries: Iterable[LedgerEntry], stated: Mapping[str, str], on: date) -> None:
    """Raises PaperUsedBefore for a paper by which the person was certified as of another day, known by its copy, of
    whichever kind it was then, or by its number where the same kind of office attested it: else a family goes on for
    years with one paper on which the day is another each time. What was entered by mistake may come again as it should
    have."""
    for one in _certified_with_copies(entries, stated):
        this_very = one.scan == stated["scan"] or {"attester", "paper"} <= {*one.same}
        if this_very and one.seen_on != on and not one.mistaken:
            raise PaperUsedBefore


def earlier_papers(entries: Iterable[LedgerEntry], stated: Mapping[str, str], on: date) -> tuple[PaperBefore, ...]:
    """The last few papers, of whichever kind, that certified the person as of another day: a sheet that is scanned
    anew, on which the day was rewritten, is one of them. One sheet may be a form, with the letter's code on it, and an
    attestation, with a stamp and a number."""
    found = _certified_with_copies(entries, stated)
    return tuple(one for one in found if one.method in PAPERS and one.seen_on != on)[-MOST_COMPARED:]


def same_sheets(entries: Iterable[LedgerEntry], stated: Mapping[str, str], on: date) -> tuple[PaperBefore, ...]:
    """What certified the person as of another day by the very copy of a visit's sheet; the last few."""
    found = _certified_with_copies(entries, stated)
    return tuple(one for one in found if one.scan == stated.get("scan") and one.seen_on != on)[-MOST_COMPARED:]


def laid_beside(earlier: Iterable[PaperBefore], copies: Copies) -> LaidBeside | None:
    """What there is to say of the earlier papers; None where there is none. Raises EarlierPapers where whoever confirms
    has neither their copies nor says that they cannot be found. Of one that was entered by mistake no copy is asked
    for: whoever enters it as it should have been has it in their hands."""
    needed = {one.scan for one in earlier if not one.mistaken}
    if not needed:
        return None
    if needed <= copies.digests:
        return LaidBeside.COMPARED
    if not copies.missing:
        raise EarlierPapers
    return LaidBeside.MISSING


def papers_before(review: Review, entries: Iterable[LedgerEntry]) -> tuple[PaperBefore, ...]:
    """What lies beside the paper that a case is about: of a proposal, of a paper against an open case, and of the
    second look at a certificate that a paper or a visit's sheet brought. Nothing of any other case."""
    known, stated, day = tuple(entries), review.stated, review.day
    if review.kind is ReviewKind.AUDIT:
        for place, entry in enumerate(known):
            told = entry.details
            if entry.event is LedgerEvent.CERTIFIED and told.get("certificate_id") == review.related_id:
                stated = {name: value for name, value in told.items() if isinstance(value, str)}
                known, day = known[:place], date.fromisoformat(stated["certified_on"])
                break
    if not day or "scan" not in stated:
        return ()
    others = (one for one in known if one.details.get("certificate_id") != review.review_id)
    return (earlier_papers if stated.get("method") in PAPERS else same_sheets)(others, stated, day)
