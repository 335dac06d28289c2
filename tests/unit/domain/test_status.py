"""The whole status table: every status with every event and every role (design.md §3 rule 4)."""

from datetime import date, timedelta
from itertools import product

import pytest

from lifecert.domain.actor import Role
from lifecert.domain.errors import TransitionRefused
from lifecert.domain.status import (
    Certified,
    EndCause,
    EndCorrected,
    EntitlementEnded,
    Event,
    HoldApproved,
    Standing,
    Status,
    YearEnded,
    transition,
)
from lifecert.domain.year import ArrearsPeriod

TODAY = date(2026, 8, 1)
ENDED = date(2026, 6, 30)
RUNNING = date(2026, 12, 31)

STANDINGS = {
    Status.ACTIVE: Standing(Status.ACTIVE, ENDED),
    Status.LAPSED: Standing(Status.LAPSED, ENDED),
    Status.TERMINATED: Standing(Status.TERMINATED, RUNNING, ended_on=date(2026, 7, 10)),
}
EVENTS: dict[type[Event], Event] = {
    Certified: Certified(TODAY, TODAY),
    YearEnded: YearEnded(TODAY),
    HoldApproved: HoldApproved(TODAY, grace_days=30, notice_delivered_on=date(2026, 7, 1), approved_by="office"),
    EntitlementEnded: EntitlementEnded(date(2026, 7, 20), EndCause.DECEASED, "clerk-1", "clerk-2"),
    EndCorrected: EndCorrected(TODAY, "clerk-1", "clerk-2"),
}
CERTIFIERS = {Role.USER, Role.CLERK, Role.DATA_MATCH}
# What design.md says; everything else must be refused.
ALLOWED: dict[tuple[Status, type[Event]], tuple[set[Role], Status]] = {
    (Status.ACTIVE, Certified): (CERTIFIERS, Status.ACTIVE),
    (Status.ACTIVE, YearEnded): ({Role.SWEEP}, Status.LAPSED),
    (Status.LAPSED, Certified): (CERTIFIERS, Status.ACTIVE),
    (Status.LAPSED, HoldApproved): ({Role.SWEEP}, Status.LAPSED),
    (Status.ACTIVE, EntitlementEnded): ({Role.CLERK}, Status.TERMINATED),
    (Status.LAPSED, EntitlementEnded): ({Role.CLERK}, Status.TERMINATED),
    (Status.TERMINATED, EndCorrected): ({Role.CLERK}, Status.ACTIVE),
}


@pytest.mark.parametrize(("status", "kind", "role"), list(product(Status, EVENTS, Role)))
def test_the_table_is_whole(status: Status, kind: type[Event], role: Role) -> None:
    roles, to = ALLOWED.get((status, kind), (set(), None))
    if role in roles:
        assert transition(STANDINGS[status], EVENTS[kind], role).standing.status is to
    else:
        with pytest.raises(TransitionRefused):
            transition(STANDINGS[status], EVENTS[kind], role)


def test_certifying_early_starts_a_new_year_today() -> None:
    moved = transition(Standing(Status.ACTIVE, RUNNING), Certified(TODAY, TODAY), Role.USER)
    assert moved.standing == Standing(Status.ACTIVE, date(2027, 8, 1))
    assert moved.arrears is None


def test_a_late_message_of_an_early_day_never_shortens_the_year() -> None:
    standing = Standing(Status.ACTIVE, date(2027, 8, 1))
    assert transition(standing, Certified(date(2026, 3, 1), TODAY), Role.DATA_MATCH).standing == standing


def test_certifying_after_lapsing_restores_with_arrears_and_ends_the_hold() -> None:
    held = Standing(Status.LAPSED, ENDED, held_since=date(2026, 7, 31))
    moved = transition(held, Certified(TODAY, TODAY), Role.USER)
    assert moved.standing == Standing(Status.ACTIVE, date(2027, 8, 1))
    assert moved.arrears == ArrearsPeriod(date(2026, 7, 1), date(2026, 7, 31))


def test_a_proof_of_life_whose_own_year_is_over_restores_nobody() -> None:
    # Active with a year already over would never be looked at again: the sweep is past that day.
    with pytest.raises(TransitionRefused):
        transition(STANDINGS[Status.LAPSED], Certified(date(2025, 1, 10), date(2026, 8, 1)), Role.DATA_MATCH)


def test_nobody_lapses_on_the_last_day() -> None:
    standing = Standing(Status.ACTIVE, TODAY)
    with pytest.raises(TransitionRefused):
        transition(standing, YearEnded(TODAY), Role.SWEEP)
    assert transition(standing, YearEnded(TODAY + timedelta(days=1)), Role.SWEEP).standing.status is Status.LAPSED


def test_lapsing_does_not_hold_the_payment() -> None:
    assert transition(STANDINGS[Status.ACTIVE], YearEnded(TODAY), Role.SWEEP).standing.held_since is None


def test_a_hold_begins_on_the_day_it_is_made() -> None:
    moved = transition(STANDINGS[Status.LAPSED], EVENTS[HoldApproved], Role.SWEEP)
    assert moved.standing.held_since == TODAY


@pytest.mark.parametrize(
    "event",
    [
        HoldApproved(TODAY, grace_days=32, notice_delivered_on=date(2026, 7, 1), approved_by="office"),
        HoldApproved(TODAY, 30, date(2026, 7, 2), "office", grace_from=date(2026, 7, 2)),
        HoldApproved(TODAY, grace_days=30, notice_delivered_on=None, approved_by="office"),
        HoldApproved(TODAY, grace_days=30, notice_delivered_on=TODAY + timedelta(days=1), approved_by="office"),
        HoldApproved(TODAY, grace_days=30, notice_delivered_on=date(2026, 7, 1), approved_by=""),
    ],
    ids=[
        "grace days left",
        "grace days left since the notice",
        "no notice",
        "notice not delivered yet",
        "not approved",
    ],
)
def test_a_hold_needs_grace_over_notice_delivered_and_approval(event: HoldApproved) -> None:
    with pytest.raises(TransitionRefused):
        transition(STANDINGS[Status.LAPSED], event, Role.SWEEP)


def test_a_payment_is_held_once() -> None:
    held = Standing(Status.LAPSED, ENDED, held_since=date(2026, 7, 31))
    with pytest.raises(TransitionRefused):
        transition(held, EVENTS[HoldApproved], Role.SWEEP)


@pytest.mark.parametrize("people", [("clerk-1", "clerk-1"), ("clerk-1", ""), ("", "clerk-2")])
def test_ending_and_correcting_take_two_people(people: tuple[str, str]) -> None:
    with pytest.raises(TransitionRefused):
        transition(STANDINGS[Status.ACTIVE], EntitlementEnded(TODAY, EndCause.MOVED, *people), Role.CLERK)
    with pytest.raises(TransitionRefused):
        transition(STANDINGS[Status.TERMINATED], EndCorrected(TODAY, *people), Role.CLERK)


def test_a_correction_pays_the_covered_days_since_the_wrong_end() -> None:
    moved = transition(STANDINGS[Status.TERMINATED], EVENTS[EndCorrected], Role.CLERK)
    assert moved.standing == Standing(Status.ACTIVE, RUNNING)
    assert moved.arrears == ArrearsPeriod(date(2026, 7, 10), date(2026, 7, 31))


def test_a_correction_after_the_year_ended_comes_back_lapsed() -> None:
    ended = Standing(Status.TERMINATED, ENDED, ended_on=date(2026, 6, 20))
    moved = transition(ended, EVENTS[EndCorrected], Role.CLERK)
    assert moved.standing == Standing(Status.LAPSED, ENDED)
    assert moved.arrears == ArrearsPeriod(date(2026, 6, 20), ENDED)
