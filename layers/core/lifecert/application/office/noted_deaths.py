"""What registers tell of the death of somebody whose benefits had ended: kept in the ledger and nobody's case, until
something is due again (adr/0067)."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from lifecert.application.shared.reviewing import DeathTold, review_id_of
from lifecert.domain.actor import Actor
from lifecert.domain.beneficiary import Beneficiary
from lifecert.domain.change import Change, record
from lifecert.domain.data_match import MatchLine
from lifecert.domain.ledger import Detail, LedgerEntry, LedgerEvent
from lifecert.domain.review import CLAIM_LASTS, Review, ReviewKind
from lifecert.domain.status import EndCause

# So many words are kept of one person while nothing is due to them: more say nothing but that registers err.
MOST_NOTED = 10


@dataclass(frozen=True, slots=True)
class SignalAgain:
    """The case that is made of what was kept: the person with it, and what the entry says of it."""

    person: Beneficiary
    review: Review
    details: dict[str, Detail]


def noting(
    newest: Beneficiary, entries: Iterable[LedgerEntry], line: MatchLine, actor: Actor, now: datetime
) -> Change | None:
    """The change that keeps a register's word, which no case had, and does nothing else; None where it is kept. All
    that are kept belong to one case, which nobody has opened yet."""
    known, day = tuple(entries), line.on.isoformat()
    kept = _kept(known)
    if any(_says(one, actor, day) for one in kept):
        return None
    if len(kept) >= MOST_NOTED:
        return None
    # Not the id that the same word has as a case: it may be told again, and be one, before this is.
    first = review_id_of(newest.beneficiary_id, ReviewKind.DATA_SIGNAL, f"noted {line.source} {day}")
    details = {"review_id": kept[0].details["review_id"] if kept else first, "source": line.source, "day": day}
    after, entry = record(newest, LedgerEvent.DEATH_NOTED, actor, now, details)
    return Change(newest.version, after, entry)


def noted_deaths(entries: Iterable[LedgerEntry]) -> tuple[DeathTold, ...]:
    """What is kept, and has become no case, for whoever is to say that something is due again."""
    return tuple(DeathTold(one.actor.actor_id, one.at, _day(one), believed=True) for one in _kept(tuple(entries)))


def signal_again(person: Beneficiary, entries: Iterable[LedgerEntry], now: datetime) -> SignalAgain | None:
    """The case of a person to whom something is due again; None where nothing was kept."""
    kept = _kept(tuple(entries))
    if not kept:
        return None
    review = Review(
        review_id=str(kept[0].details["review_id"]),
        beneficiary_id=person.beneficiary_id,
        kind=ReviewKind.DATA_SIGNAL,
        opened_at=now,
        opened_by=kept[0].actor,
        related_id=str(kept[0].details["source"]),
        day=_day(kept[0]),
        cause=EndCause.DECEASED,
    )
    told_by = tuple(dict.fromkeys(one.actor.actor_id for one in kept))
    person = person.with_case(review, by=told_by)
    return SignalAgain(person, review, {"signal_id": review.review_id, "signal_by": ",".join(told_by)})


def was_looked_at(entries: Iterable[LedgerEntry], actor: Actor, day: str) -> bool:
    """Whether a case had this register's word of this day, as its first or as a further one: registers send what they
    sent before, and what a clerk has looked into is over.

    A word that joined a case so shortly before the decision that whoever made it may not have seen it, was not.
    """
    known = tuple(entries)
    opened = {one.details.get("signal_id") for one in known}
    decided = {str(one.details.get("review_id")): one for one in known if one.event is LedgerEvent.REVIEW_DECIDED}
    for entry in known:
        if not _says(entry, actor, day):
            continue
        review_id = str(entry.details.get("review_id"))
        if entry.event is LedgerEvent.REPORT_JOINED:
            decision = decided.get(review_id)
            # What joined after it was found true was put away with it, by two clerks who saw the person.
            if decision is None or entry.seq > decision.seq or decision.at - entry.at > CLAIM_LASTS:
                return True
        elif entry.event is not LedgerEvent.DEATH_NOTED or review_id in opened:
            return True
    return False


def _says(entry: LedgerEntry, actor: Actor, day: str) -> bool:
    """Whether an entry is this register's word on a death of this day."""
    of_a_case = entry.event in (LedgerEvent.REVIEW_OPENED, LedgerEvent.REPORT_JOINED)
    of_a_death = of_a_case and entry.details.get("kind") == ReviewKind.DATA_SIGNAL
    same = entry.actor.actor_id == actor.actor_id and entry.details.get("day") == day
    return same and (of_a_death or entry.event is LedgerEvent.DEATH_NOTED)


def _kept(entries: tuple[LedgerEntry, ...]) -> list[LedgerEntry]:
    """What is kept and was no case yet: not of itself, nor since it was told again."""
    noted = (one for one in entries if one.event is LedgerEvent.DEATH_NOTED)
    return [one for one in noted if not was_looked_at(entries, one.actor, str(one.details["day"]))]


def _day(entry: LedgerEntry) -> date:
    return date.fromisoformat(str(entry.details["day"]))
