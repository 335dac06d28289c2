"""How many entries one clerk adds to one person's record in a day. Whoever decides anything about the person reads all
of them; what people, strangers and registers add is bounded by the hour, the day or the case (adr/0068)."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from lifecert.domain.actor import Role
from lifecert.domain.errors import LimitReached
from lifecert.domain.ledger import LedgerEntry
from lifecert.domain.review import ReviewKind

# Whoever brings somebody in, enrols them, writes to them, certifies them and decides what is open has some twenty.
MOST_ACTS_DAY = 30


@dataclass(frozen=True, slots=True)
class ActsOfDay:
    """Entries of each clerk on a day, in UTC, as entries are dated."""

    on: date
    by: tuple[tuple[str, int], ...]


def one_more(acts: ActsOfDay | None, entry: LedgerEntry) -> ActsOfDay | None:
    """With one more entry, if it is a clerk's own act. Raises LimitReached: the next day goes on, and another clerk
    does.

    What an import does two clerks did, once for each person of a list; and that somebody does unusually much is said of
    them, and is no act of theirs.
    """
    ours = entry.details.get("import_id") or entry.details.get("kind") == ReviewKind.UNUSUAL_VOLUME
    if entry.actor.role is not Role.CLERK or ours:
        return acts
    today = _day_of(entry.at)
    counts = _counts(acts, today)
    counts[entry.actor.actor_id] = counts.get(entry.actor.actor_id, 0) + 1
    if counts[entry.actor.actor_id] > MOST_ACTS_DAY:
        raise _full(today)
    return ActsOfDay(today, tuple(counts.items()))


def refuse_full(acts: ActsOfDay | None, clerk: str, at: datetime) -> None:
    """Raises LimitReached where this clerk can add nothing more today: before anything is done that would tell them
    something."""
    today = _day_of(at)
    if _counts(acts, today).get(clerk, 0) >= MOST_ACTS_DAY:
        raise _full(today)


def _day_of(at: datetime) -> date:
    return at.astimezone(UTC).date()


def _counts(acts: ActsOfDay | None, today: date) -> dict[str, int]:
    return dict(acts.by) if acts and acts.on == today else {}


def _full(today: date) -> LimitReached:
    return LimitReached(datetime.combine(today + timedelta(days=1), time(), UTC))
