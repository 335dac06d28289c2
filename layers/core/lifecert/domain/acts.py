"""How many entries one clerk adds to one person's record in a day. Whoever decides anything about the person reads all
of them; what people, strangers and registers add is bounded by the hour, the day or the case (adr/0068)."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from lifecert.domain.actor import Actor, Role
from lifecert.domain.errors import LimitReached

# Whoever brings somebody in, enrols them, writes to them, certifies them and decides what is open has some twenty.
MOST_ACTS_DAY = 30


@dataclass(frozen=True, slots=True)
class ActsOfDay:
    """Entries of each clerk on a day, in UTC, as entries are dated."""

    on: date
    by: tuple[tuple[str, int], ...]


def one_more(acts: ActsOfDay | None, actor: Actor, at: datetime) -> ActsOfDay | None:
    """With one more entry of this actor; of no clerk's nothing is counted. Raises LimitReached: the next day goes on,
    and another clerk does."""
    if actor.role is not Role.CLERK:
        return acts
    today = at.astimezone(UTC).date()
    counts = dict(acts.by) if acts and acts.on == today else {}
    counts[actor.actor_id] = counts.get(actor.actor_id, 0) + 1
    if counts[actor.actor_id] > MOST_ACTS_DAY:
        raise LimitReached(datetime.combine(today + timedelta(days=1), time(), UTC))
    return ActsOfDay(today, tuple(counts.items()))
