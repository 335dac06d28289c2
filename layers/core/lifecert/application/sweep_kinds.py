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
from lifecert.domain.notice import Notice, due_reminder
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


@dataclass(frozen=True, slots=True)
class Remind:
    """Reminds people that their year ends, so many days before it does, once each in a certification year.

    Of several that are due at once, because nights were missed or somebody registered late, the newest alone is given.
    """

    days_before: tuple[int, ...]
    among: Status = Status.ACTIVE

    def days(self, first_day: date, today: date) -> Iterator[date]:
        """Every day that is, or was on one of the days to make good, so many days ahead."""
        reached = {
            day
            for ahead in map(timedelta, self.days_before)
            for day in days(max(first_day + ahead + timedelta(days=1), today), today + ahead)
        }
        return iter(sorted(reached))

    def change(self, beneficiary: Beneficiary, today: date, now: datetime) -> Change | None:
        """Remind somebody active who was not given this reminder, or one due later."""
        standing, told = beneficiary.standing, beneficiary.current_notice
        due = due_reminder(standing.valid_until, today, self.days_before)
        if standing.status is not Status.ACTIVE or due is None or (told and told.days_before <= due):
            return None
        delivered_on = beneficiary.notice_delivered_on
        notice = Notice(standing.valid_until, due, beneficiary.version + 1, delivered_on=delivered_on)
        after, entry = record(
            replace(beneficiary, notice=notice),
            LedgerEvent.REMINDER_DUE,
            SWEEP_ACTOR,
            now,
            {
                "days_before": due,
                "valid_until": standing.valid_until.isoformat(),
                "channel": beneficiary.contact_channel,
            },
        )
        return Change(beneficiary.version, after, entry)


def days(first: date, last: date) -> Iterator[date]:
    """Every day from first to last, both included; none when last is before first."""
    for offset in range((last - first).days + 1):
        yield first + timedelta(days=offset)
