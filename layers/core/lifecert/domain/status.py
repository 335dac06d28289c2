"""The status table (design.md §3 rule 4), as data and one pure function over it."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from enum import StrEnum

from lifecert.domain.actor import Role
from lifecert.domain.errors import TransitionRefused
from lifecert.domain.year import ArrearsPeriod, is_over, period, valid_until_after


class Status(StrEnum):
    """Where a beneficiary's entitlement stands."""

    ACTIVE = "active"
    LAPSED = "lapsed"
    TERMINATED = "terminated"


class EndCause(StrEnum):
    """Why an entitlement ended."""

    DECEASED = "deceased"
    IMPRISONED = "imprisoned"
    MOVED = "moved"
    OTHER = "other"
    PLANNED = "planned"  # known beforehand: a dependant comes of age


@dataclass(frozen=True, slots=True)
class Standing:
    """How one benefit stands: its status, the last day on which the person's life is covered, and its payment.

    `held_since` is the day since which the payment is held; once the benefit has ended it says that it was. `ended_on`
    is the first day that is not due any more. `unpaid_since` is the first day that nobody has paid or announced as
    arrears; None while everything is paid as it falls due. Every day before it is settled. `begins` is the first day
    that is due at all, which may still come; None where it is not known.
    """

    status: Status
    valid_until: date
    held_since: date | None = None
    ended_on: date | None = None
    unpaid_since: date | None = None
    begins: date | None = field(default=None, compare=False)

    @property
    def is_held(self) -> bool:
        """Whether the payment is held now."""
        return self.held_since is not None and self.status is Status.LAPSED


@dataclass(frozen=True, slots=True)
class Certified:
    """It became known `today` that life was proven `on` this day."""

    on: date
    today: date


@dataclass(frozen=True, slots=True)
class YearEnded:
    """The sweep found, on `today`, that `valid_until` had passed."""

    today: date


@dataclass(frozen=True, slots=True)
class HoldApproved:
    """The office approved holding the payment from `today`.

    The grace days count from the last covered day, or from `grace_from` where that is later.
    """

    today: date
    grace_days: int
    notice_delivered_on: date | None
    approved_by: str
    grace_from: date | None = None


@dataclass(frozen=True, slots=True)
class EntitlementEnded:
    """One clerk proposed and another confirmed, `today`, that the entitlement ended: nothing is due from `on` on."""

    on: date
    today: date
    cause: EndCause
    proposed_by: str
    confirmed_by: str


@dataclass(frozen=True, slots=True)
class PlannedEndReached:
    """The sweep found, on `today`, that the day from which nothing is due any more, known beforehand, has come."""

    on: date
    today: date


@dataclass(frozen=True, slots=True)
class EndCorrected:
    """One clerk proposed and another confirmed that the end of the entitlement was a mistake.

    `lapsed` is whether the person is: where something else is due to them, the sweep finds that the year is over, and
    tells every payer. `ended_on` is the end that stands again, where a wrong death had been recorded before it.
    """

    today: date
    proposed_by: str
    confirmed_by: str
    lapsed: bool
    ended_on: date | None = None


@dataclass(frozen=True, slots=True)
class CertificateRevoked:
    """One clerk proposed and another confirmed that a certificate does not count.

    `valid_until` is the last day that is covered without it, and `held_since` since when the payment was held in the
    year that ended on that day; None if it was not.
    """

    valid_until: date
    today: date
    proposed_by: str
    confirmed_by: str
    held_since: date | None = None


@dataclass(frozen=True, slots=True)
class StartCorrected:
    """One clerk proposed and another confirmed, `today`, that a benefit is due since another day, `start`.

    `ended_on` is the first day that is not due any more of one that has ended: the day that was recorded for it, or, of
    one that had not begun by then, the new start where that is later.
    """

    start: date
    today: date
    proposed_by: str
    confirmed_by: str
    ended_on: date | None = None


Event = Certified | YearEnded | HoldApproved | EntitlementEnded | PlannedEndReached | EndCorrected | CertificateRevoked


@dataclass(frozen=True, slots=True)
class Transition:
    """What an event did: the new standing, the arrears that fall due with it, and the days that were paid and are not
    due after all, which the payer reclaims or sets off.

    Both keep one account true: every day before `unpaid_since` is paid, and none from it on.
    """

    standing: Standing
    arrears: ArrearsPeriod | None = None
    reclaim: ArrearsPeriod | None = None


def _certify(standing: Standing, event: Certified) -> Transition:
    # A late message about an earlier day must not shorten what a later certification already covers.
    valid_until = max(standing.valid_until, valid_until_after(event.on))
    if is_over(valid_until, event.today):
        raise TransitionRefused("the year of that certification is over already")
    # The payment goes on when life is known, not when it was proven: the days between are owed too.
    return _paid_again(Standing(Status.ACTIVE, valid_until), standing.unpaid_since, event.today)


def _lapse(standing: Standing, event: YearEnded) -> Transition:
    if not is_over(standing.valid_until, event.today):
        raise TransitionRefused("the certification year has not ended")
    return Transition(replace(standing, status=Status.LAPSED))


def _hold(standing: Standing, event: HoldApproved) -> Transition:
    if standing.held_since:
        raise TransitionRefused("the payment is held already")
    grace_from = max(standing.valid_until, event.grace_from or standing.valid_until)
    if (event.today - grace_from).days <= event.grace_days:
        raise TransitionRefused("the grace days are not over")
    if event.notice_delivered_on is None or event.notice_delivered_on > event.today:
        raise TransitionRefused("no notice was delivered")
    if not event.approved_by:
        raise TransitionRefused("the office has not approved")
    return Transition(replace(standing, held_since=event.today, unpaid_since=_not_before(standing, event.today)))


def _end(standing: Standing, event: EntitlementEnded) -> Transition:
    _two_people(event.proposed_by, event.confirmed_by)
    return _ended(standing, event.on, event.today)


def _died_before(standing: Standing, event: EntitlementEnded) -> Transition:
    _two_people(event.proposed_by, event.confirmed_by)
    if event.cause is not EndCause.DECEASED:
        raise TransitionRefused("the benefit has ended")
    if standing.ended_on is None or event.on >= standing.ended_on:
        raise TransitionRefused("the benefit ended before that day, or on it")
    return _ended(standing, event.on, event.today)


def _end_as_planned(standing: Standing, event: PlannedEndReached) -> Transition:
    if event.today < event.on:
        raise TransitionRefused("the planned end has not come")
    return _ended(standing, event.on, event.today)


def _ended(standing: Standing, on: date, today: date) -> Transition:
    settled = _not_before(standing, standing.unpaid_since or today)
    # Held days before the end were due while the person lived; paid days after it were not.
    arrears, reclaim = period(settled, _before(on)), period(on, _before(settled))
    ended = Standing(Status.TERMINATED, standing.valid_until, standing.held_since, ended_on=on, unpaid_since=on)
    return Transition(ended, arrears, reclaim)


def _correct(standing: Standing, event: EndCorrected) -> Transition:
    _two_people(event.proposed_by, event.confirmed_by)
    if event.ended_on is not None:
        still = replace(standing, ended_on=event.ended_on, unpaid_since=event.ended_on)
        return Transition(still, period(standing.unpaid_since or event.ended_on, _before(event.ended_on)))
    status = Status.LAPSED if event.lapsed else Status.ACTIVE
    back = Standing(status, standing.valid_until)
    unpaid_since = standing.unpaid_since or standing.ended_on or event.today
    if standing.held_since is None or status is Status.ACTIVE:
        return _paid_again(back, unpaid_since, event.today)
    # As it was before the wrong end. What was paid until the hold, and reclaimed for the end, is due again.
    held = replace(back, held_since=standing.held_since, unpaid_since=max(standing.held_since, unpaid_since))
    return Transition(held, period(unpaid_since, _before(standing.held_since)))


def _revoke(standing: Standing, event: CertificateRevoked) -> Transition:
    _two_people(event.proposed_by, event.confirmed_by)
    valid_until = min(standing.valid_until, event.valid_until)
    if valid_until == standing.valid_until:
        return Transition(standing)
    # The sweep looks at days that end now: whose day is long over lapses here.
    lapsed = standing.status is Status.LAPSED or is_over(valid_until, event.today)
    back = Standing(Status.LAPSED if lapsed else Status.ACTIVE, valid_until)
    if event.held_since is None or not lapsed:
        # A hold of the revoked year falls with it: nobody was told of, or approved, one for the year before.
        return _paid_again(back, standing.unpaid_since, event.today)
    settled = _not_before(standing, standing.unpaid_since or event.today)
    unpaid_since = min(settled, _not_before(standing, event.held_since))
    held = replace(back, held_since=event.held_since, unpaid_since=unpaid_since)
    return Transition(held, reclaim=period(unpaid_since, _before(settled)))


def _paid_again(standing: Standing, unpaid_since: date | None, today: date) -> Transition:
    return Transition(standing, period(unpaid_since, _before(today)) if unpaid_since else None)


def _not_before(standing: Standing, day: date) -> date:
    """The day, or that on which the benefit begins, if that comes later: what is not due yet is not owed."""
    return max(day, standing.begins) if standing.begins else day


def _before(day: date) -> date:
    return day - timedelta(days=1)


def _two_people(proposed_by: str, confirmed_by: str) -> None:
    if not proposed_by or not confirmed_by or proposed_by == confirmed_by:
        raise TransitionRefused("one clerk proposes and another confirms")


_CERTIFIERS = frozenset({Role.USER, Role.CLERK, Role.DATA_MATCH})
_SWEEP = frozenset({Role.SWEEP})
_CLERK = frozenset({Role.CLERK})

# (from, event): (who may, what it does). Whatever is not in the table is refused.
TABLE: dict[tuple[Status, type[Event]], tuple[frozenset[Role], Callable[..., Transition]]] = {
    (Status.ACTIVE, Certified): (_CERTIFIERS, _certify),
    (Status.ACTIVE, YearEnded): (_SWEEP, _lapse),
    (Status.LAPSED, Certified): (_CERTIFIERS, _certify),
    (Status.LAPSED, HoldApproved): (_SWEEP, _hold),
    (Status.ACTIVE, EntitlementEnded): (_CLERK, _end),
    (Status.LAPSED, EntitlementEnded): (_CLERK, _end),
    (Status.ACTIVE, PlannedEndReached): (_SWEEP, _end_as_planned),
    (Status.LAPSED, PlannedEndReached): (_SWEEP, _end_as_planned),
    (Status.TERMINATED, EntitlementEnded): (_CLERK, _died_before),
    (Status.TERMINATED, EndCorrected): (_CLERK, _correct),
    (Status.ACTIVE, CertificateRevoked): (_CLERK, _revoke),
    (Status.LAPSED, CertificateRevoked): (_CLERK, _revoke),
}


def transition(standing: Standing, event: Event, role: Role) -> Transition:
    """Apply an event by the table. Raises TransitionRefused, changing nothing, when it does not apply."""
    row = TABLE.get((standing.status, type(event)))
    if row is None:
        raise TransitionRefused(f"{type(event).__name__} does not apply while {standing.status}")
    roles, effect = row
    if role not in roles:
        raise TransitionRefused(f"{role} may not cause {type(event).__name__}")
    return effect(standing, event)


def status_by_valid_until(valid_until: date, today: date) -> Status:
    """Active while the year runs, lapsed after it: the status of a new or corrected entitlement."""
    return Status.LAPSED if is_over(valid_until, today) else Status.ACTIVE


def with_start(standing: Standing, event: StartCorrected) -> Transition:
    """What another start does to a benefit that stands so. It is no row of the table: whoever is active, lapsed or held
    stays so, and what has ended is over. Raises TransitionRefused: it is not on record since when it is due; it had
    ended before; or one clerk alone says so."""
    _two_people(event.proposed_by, event.confirmed_by)
    before, start = standing.begins, event.start
    if before is None:
        raise TransitionRefused("since when the benefit is due is not on record")
    settled = _not_before(standing, standing.unpaid_since or event.today)
    moved = replace(standing, begins=start)
    if standing.status is Status.TERMINATED:
        ended_on = event.ended_on or standing.ended_on or settled
        if start > ended_on:
            raise TransitionRefused("the benefit ended before that day")
        moved = replace(moved, ended_on=ended_on, unpaid_since=ended_on)
    elif standing.unpaid_since is not None:
        # Of one that was held before it began nothing was paid yet: what comes to be due since the hold is held too.
        held = standing.held_since if settled == before and standing.held_since else settled
        moved = replace(moved, unpaid_since=max(held, start))
    settled_now = _not_before(moved, moved.unpaid_since or event.today)
    # All before `settled` was paid since the old start, and now is since the new one.
    arrears = period(start, _before(min(before, settled_now)))
    return Transition(moved, arrears, period(before, _before(min(start, settled))))
