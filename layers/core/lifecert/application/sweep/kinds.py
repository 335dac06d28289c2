"""The kinds of jobs that a sweep has. Another kind is a member of `JobKind` and a class like these.

Every person a kind changes is one conditional transaction with a ledger entry, made of the newest state: who does not
need it any more is left alone, and doing it again changes nothing. Holds are in `holds`.
"""

from abc import ABC, abstractmethod
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from typing import ClassVar, Protocol

from lifecert.application.shared.ending import ending
from lifecert.application.shared.moving import moved
from lifecert.domain.actor import SWEEP_ACTOR
from lifecert.domain.beneficiary import Beneficiary
from lifecert.domain.benefit import BenefitEnd, Office
from lifecert.domain.change import Change, record
from lifecert.domain.hold import REPRIEVE
from lifecert.domain.ledger import LedgerEvent
from lifecert.domain.notice import AFTER_THE_END, Notice, due_reminder
from lifecert.domain.status import EndCause, PlannedEndReached, Status, YearEnded
from lifecert.domain.sweep import Among, Job, JobKind, Partition
from lifecert.domain.year import is_over
from lifecert.ports.register import Register


@dataclass(frozen=True, slots=True)
class Look:
    """What is known as a person is looked at: for which job, when, and which batch takes each office's candidates."""

    job: Job
    today: date
    now: datetime
    gathering: dict[Office, str] = field(default_factory=dict)


class Kind(Protocol):
    """One kind of job."""

    def jobs(self, first_day: date, today: date, shards: int) -> Iterator[Job]:
        """Every job of a run of `today` that also makes good whatever the runs on the days after `first_day` had to
        do, whether there is somebody to look at or not."""
        ...

    def anybody(self, register: Register, job: Job) -> bool:
        """Whether a job has somebody to look at."""
        ...

    def people(self, register: Register, job: Job, after: str | None = None) -> Iterator[str]:
        """Ids of the people whom a job is for, in order; those after an id only."""
        ...

    def begin(self, look: Look) -> Look:
        """Make ready for a job's people: what to look at them with."""
        ...

    def change(self, beneficiary: Beneficiary, look: Look) -> Change | None:
        """What to do with a person; None to leave them alone."""
        ...

    def counts(self, change: Change) -> bool:
        """Whether a change is what this kind is for, and so is counted."""
        ...

    def left_alone(self, beneficiary: Beneficiary, look: Look) -> None:
        """Take note of somebody who was left alone."""
        ...


class OfDays(ABC):
    """What kinds have in common that read partitions of the `by_due` index: `among` says which half of it."""

    __slots__ = ()
    kind: ClassVar[JobKind]
    among: ClassVar[Among] = Among.ACTIVE

    @abstractmethod
    def days(self, first_day: date, today: date) -> Iterator[date]:
        """The days of the partitions to read."""

    @abstractmethod
    def change(self, beneficiary: Beneficiary, look: Look) -> Change | None:
        """What to do with a person; None to leave them alone."""

    def jobs(self, first_day: date, today: date, shards: int) -> Iterator[Job]:
        """One for each day and shard."""
        for day in self.days(first_day, today):
            for shard in range(shards):
                yield Job(self.kind, day, shard)

    def anybody(self, register: Register, job: Job) -> bool:
        """One read of one item."""
        return register.has_due(self._partition(job))

    def people(self, register: Register, job: Job, after: str | None = None) -> Iterator[str]:
        """Who is in the partition."""
        return register.due(self._partition(job), after)

    def begin(self, look: Look) -> Look:
        """There is nothing to make ready."""
        return look

    def counts(self, change: Change) -> bool:
        """Every change is."""
        return True

    def left_alone(self, beneficiary: Beneficiary, look: Look) -> None:
        """There is nothing to note."""
        return

    def _partition(self, job: Job) -> Partition:
        return Partition(job.day, job.shard, self.among)


@dataclass(frozen=True, slots=True)
class Lapse(OfDays):
    """Marks as lapsed whoever's year has ended."""

    kind: ClassVar[JobKind] = JobKind.LAPSE

    def days(self, first_day: date, today: date) -> Iterator[date]:
        """Every last covered day from `first_day` to yesterday, and those before it whose people were spared."""
        return days(first_day - REPRIEVE, today - timedelta(days=1))

    def change(self, beneficiary: Beneficiary, look: Look) -> Change | None:
        """Lapse somebody active whose year is over."""
        last_day = max(beneficiary.valid_until, beneficiary.spared_until or beneficiary.valid_until)
        if beneficiary.status is not Status.ACTIVE or not is_over(last_day, look.today):
            return None
        step = moved(beneficiary, beneficiary.open_benefits, YearEnded(look.today), SWEEP_ACTOR.role)
        # Whom missed nights lapse late loses none of the grace days, and is where the next night looks.
        grace_from = look.today - timedelta(days=1)
        after, entry = record(
            replace(step.after, grace_from=grace_from),
            LedgerEvent.LAPSED,
            SWEEP_ACTOR,
            look.now,
            {**step.details, "grace_from": grace_from.isoformat()},
        )
        return Change(beneficiary.version, after, entry)


@dataclass(frozen=True, slots=True)
class Remind(OfDays):
    """Reminds people that their year ends, so many days before it does, once each in a certification year.

    Of several that are due at once, because nights were missed or somebody registered late, the newest alone is given.
    """

    kind: ClassVar[JobKind] = JobKind.REMIND
    days_before: tuple[int, ...]

    def days(self, first_day: date, today: date) -> Iterator[date]:
        """Every day that is, or was on one of the days to make good, so many days ahead."""
        reached = {
            day
            for ahead in map(timedelta, self.days_before)
            for day in days(max(first_day + ahead + timedelta(days=1), today), today + ahead)
        }
        return iter(sorted(reached))

    def change(self, beneficiary: Beneficiary, look: Look) -> Change | None:
        """Remind somebody active who was not given this reminder, or one due later."""
        told = beneficiary.current_notice
        due = due_reminder(beneficiary.valid_until, look.today, self.days_before)
        if beneficiary.status is not Status.ACTIVE or due is None or (told and told.days_before <= due):
            return None
        return _told(beneficiary, due, look.now)


@dataclass(frozen=True, slots=True)
class TellLapsed(OfDays):
    """Tells those who lapsed that they have, the night after, once in a certification year.

    Whoever was reminded before the end is told too; a delivered reminder counts for a hold all the same.
    """

    kind: ClassVar[JobKind] = JobKind.NOTICE
    among: ClassVar[Among] = Among.LAPSED

    def days(self, first_day: date, today: date) -> Iterator[date]:
        """Every day since the one to make good: who lapsed late, or for another cause, stands under that day."""
        return days(first_day, today)

    def change(self, beneficiary: Beneficiary, look: Look) -> Change | None:
        """Tell somebody lapsed who was not told so."""
        told = beneficiary.current_notice
        if beneficiary.status is not Status.LAPSED or all(one.is_held for one in beneficiary.open_benefits):
            return None
        if told and told.days_before == AFTER_THE_END:
            return None
        return _told(beneficiary, AFTER_THE_END, look.now)


@dataclass(frozen=True, slots=True)
class EndAsPlanned(OfDays):
    """Ends benefits whose last day was known beforehand: a dependant comes of age."""

    kind: ClassVar[JobKind] = JobKind.END
    among: ClassVar[Among] = Among.ENDING

    def days(self, first_day: date, today: date) -> Iterator[date]:
        """Every day since the one to make good."""
        return days(first_day, today)

    def change(self, beneficiary: Beneficiary, look: Look) -> Change | None:
        """End whatever was to end by today."""
        over = [one for one in beneficiary.open_benefits if one.planned_end and one.planned_end <= look.today]
        if not over:
            return None
        step = moved(
            beneficiary,
            over,
            lambda one: PlannedEndReached(one.planned_end or look.today, look.today),
            SWEEP_ACTOR.role,
            lambda one: BenefitEnd(one.planned_end or look.today, EndCause.PLANNED),
        )
        return ending(step, SWEEP_ACTOR, look.now, {"cause": EndCause.PLANNED}, by_two=None)


def _told(beneficiary: Beneficiary, days_before: int, now: datetime) -> Change:
    """The change that makes a notice due."""
    valid_until, before = beneficiary.valid_until, beneficiary.current_notice
    # Of messages alone: a letter that comes back must take with it all that it counted for.
    arrived, failed = (before.delivered_on, before.failed_on) if before else (None, None)
    notice = Notice(valid_until, days_before, beneficiary.version + 1, delivered_on=arrived, failed_on=failed)
    after, entry = record(
        replace(beneficiary, notice=notice),
        LedgerEvent.REMINDER_DUE,
        SWEEP_ACTOR,
        now,
        {
            "days_before": days_before,
            "valid_until": valid_until.isoformat(),
            "channel": beneficiary.contact_channel,
        },
    )
    return Change(beneficiary.version, after, entry)


def days(first: date, last: date) -> Iterator[date]:
    """Every day from first to last, both included; none when last is before first."""
    for offset in range((last - first).days + 1):
        yield first + timedelta(days=offset)
