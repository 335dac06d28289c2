"""The kinds of jobs that a sweep has. Another kind is a member of `JobKind` and a class like these.

Every person a kind changes is one conditional transaction with a ledger entry, made of the newest state: who does not
need it any more is left alone, and doing it again changes nothing.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Protocol

from lifecert.domain.actor import SWEEP_ACTOR
from lifecert.domain.beneficiary import Beneficiary, Change, record
from lifecert.domain.ledger import LedgerEvent
from lifecert.domain.status import Status, YearEnded, transition
from lifecert.domain.year import is_over


class Kind(Protocol):
    """One kind of job."""

    @property
    def among(self) -> Status:
        """Which half of the `by_due` index it reads: the active, or the lapsed whose payment is not held."""
        ...

    def days(self, first_day: date, today: date) -> Iterator[date]:
        """The `valid_until` days of the people it is for, for a run of `today` that also makes good whatever the
        runs on the days after `first_day` had to do."""
        ...

    def change(self, beneficiary: Beneficiary, today: date, now: datetime) -> Change | None:
        """What to do with a person; None to leave them alone."""
        ...


@dataclass(frozen=True, slots=True)
class Lapse:
    """Marks as lapsed whoever's year has ended."""

    among: Status = Status.ACTIVE

    def days(self, first_day: date, today: date) -> Iterator[date]:
        """Every last covered day from `first_day` to yesterday."""
        return days(first_day, today - timedelta(days=1))

    def change(self, beneficiary: Beneficiary, today: date, now: datetime) -> Change | None:
        """Lapse somebody active whose year is over."""
        standing = beneficiary.standing
        if standing.status is not Status.ACTIVE or not is_over(standing.valid_until, today):
            return None
        moved = transition(standing, YearEnded(today), SWEEP_ACTOR.role)
        after, entry = record(
            replace(beneficiary, standing=moved.standing),
            LedgerEvent.LAPSED,
            SWEEP_ACTOR,
            now,
            {"status": moved.standing.status, "valid_until": moved.standing.valid_until.isoformat()},
        )
        return Change(beneficiary.version, after, entry)


def days(first: date, last: date) -> Iterator[date]:
    """Every day from first to last, both included; none when last is before first."""
    for offset in range((last - first).days + 1):
        yield first + timedelta(days=offset)
