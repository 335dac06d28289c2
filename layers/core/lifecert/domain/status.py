"""The status table (design.md §3 rule 4), as data and one pure function over it."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, timedelta
from enum import StrEnum

from lifecert.domain.actor import Role
from lifecert.domain.errors import TransitionRefused
from lifecert.domain.year import ArrearsPeriod, is_over, period, uncovered_period, valid_until_after


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


@dataclass(frozen=True, slots=True)
class Standing:
    """Status, the last day covered, since when the payment is held (only while lapsed) or ended (terminated)."""

    status: Status
    valid_until: date
    held_since: date | None = None
    ended_on: date | None = None


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
    """One clerk proposed and another confirmed that the entitlement ended `on` this day."""

    on: date
    cause: EndCause
    proposed_by: str
    confirmed_by: str


@dataclass(frozen=True, slots=True)
class EndCorrected:
    """One clerk proposed and another confirmed that the end of the entitlement was a mistake."""

    today: date
    proposed_by: str
    confirmed_by: str


@dataclass(frozen=True, slots=True)
class CertificateRevoked:
    """One clerk proposed and another confirmed that a certificate does not count.

    `valid_until` is the last day that is covered without it.
    """

    valid_until: date
    today: date
    proposed_by: str
    confirmed_by: str


Event = Certified | YearEnded | HoldApproved | EntitlementEnded | EndCorrected | CertificateRevoked


@dataclass(frozen=True, slots=True)
class Transition:
    """What an event did: the new standing, and the arrears that fall due with it."""

    standing: Standing
    arrears: ArrearsPeriod | None = None


def _certify(standing: Standing, event: Certified) -> Transition:
    # A late message about an earlier day must not shorten what a later certification already covers.
    valid_until = max(standing.valid_until, valid_until_after(event.on))
    if is_over(valid_until, event.today):
        raise TransitionRefused("the year of that certification is over already")
    lapsed = standing.status is Status.LAPSED
    # A held payment goes on when life is known, not when it was proven: the days between are owed too.
    until = max(event.on, event.today) if standing.held_since else event.on
    arrears = uncovered_period(standing.valid_until, until) if lapsed else None
    return Transition(Standing(Status.ACTIVE, valid_until), arrears)


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
    return Transition(replace(standing, held_since=event.today))


def _end(standing: Standing, event: EntitlementEnded) -> Transition:
    _two_people(event.proposed_by, event.confirmed_by)
    return Transition(Standing(Status.TERMINATED, standing.valid_until, ended_on=event.on))


def _correct(standing: Standing, event: EndCorrected) -> Transition:
    _two_people(event.proposed_by, event.confirmed_by)
    status = status_by_valid_until(standing.valid_until, event.today)
    # Owed are the covered days since the wrong end; days after `valid_until` fall due with a certification.
    ended_on = standing.ended_on or event.today
    arrears = period(ended_on, min(standing.valid_until, event.today - timedelta(days=1)))
    return Transition(Standing(status, standing.valid_until), arrears)


def _revoke(standing: Standing, event: CertificateRevoked) -> Transition:
    _two_people(event.proposed_by, event.confirmed_by)
    valid_until = min(standing.valid_until, event.valid_until)
    # The sweep looks at days that end now: whose day is long over lapses here.
    lapsed = standing.status is Status.LAPSED or is_over(valid_until, event.today)
    return Transition(replace(standing, status=Status.LAPSED if lapsed else Status.ACTIVE, valid_until=valid_until))


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
