"""The whole status table: every status with every event and every role (design.md §3 rule 4)."""

from dataclasses import replace
from datetime import date, timedelta
from itertools import product

import pytest

from lifecert.domain.actor import Role
from lifecert.domain.errors import TransitionRefused
from lifecert.domain.status import (
    CertificateRevoked,
    Certified,
    EndCause,
    EndCorrected,
    EntitlementEnded,
    Event,
    HoldApproved,
    PlannedEndReached,
    Standing,
    Status,
    Transition,
    YearEnded,
    status_by_valid_until,
    transition,
)
from lifecert.domain.year import ArrearsPeriod

TODAY = date(2026, 8, 1)
ENDED = date(2026, 6, 30)
RUNNING = date(2026, 12, 31)

STANDINGS = {
    Status.ACTIVE: Standing(Status.ACTIVE, ENDED),
    Status.LAPSED: Standing(Status.LAPSED, ENDED),
    Status.TERMINATED: Standing(Status.TERMINATED, RUNNING, ended_on=date(2026, 7, 10), unpaid_since=date(2026, 7, 10)),
}
EVENTS: dict[type[Event], Event] = {
    Certified: Certified(TODAY, TODAY),
    YearEnded: YearEnded(TODAY),
    HoldApproved: HoldApproved(TODAY, grace_days=30, notice_delivered_on=date(2026, 7, 1), approved_by="office"),
    EntitlementEnded: EntitlementEnded(date(2026, 7, 20), TODAY, EndCause.DECEASED, "clerk-1", "clerk-2"),
    PlannedEndReached: PlannedEndReached(date(2026, 7, 30), TODAY),
    EndCorrected: EndCorrected(TODAY, "clerk-1", "clerk-2", lapsed=False),
    CertificateRevoked: CertificateRevoked(date(2026, 1, 31), TODAY, "clerk-1", "clerk-2"),
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
    (Status.ACTIVE, PlannedEndReached): ({Role.SWEEP}, Status.TERMINATED),
    (Status.LAPSED, PlannedEndReached): ({Role.SWEEP}, Status.TERMINATED),
    (Status.TERMINATED, EndCorrected): ({Role.CLERK}, Status.ACTIVE),
    (Status.ACTIVE, CertificateRevoked): ({Role.CLERK}, Status.LAPSED),
    (Status.LAPSED, CertificateRevoked): ({Role.CLERK}, Status.LAPSED),
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


def test_a_proof_of_life_whose_own_year_ends_today_still_counts() -> None:
    moved = transition(STANDINGS[Status.LAPSED], Certified(date(2025, 8, 1), TODAY), Role.DATA_MATCH)
    assert moved.standing == Standing(Status.ACTIVE, TODAY)


@pytest.mark.parametrize(
    ("unpaid_since", "proven_on", "first_day"),
    [
        (None, date(2026, 7, 20), None),  # a lapsed payment that is not held goes on
        (date(2026, 7, 15), date(2026, 7, 20), date(2026, 7, 15)),  # owed until it was known
        (date(2026, 7, 15), date(2026, 8, 3), date(2026, 7, 15)),  # the certifier's day is a day ahead of ours
        (TODAY, TODAY, None),  # held this very night
    ],
    ids=["not held", "held", "held, and proven later than today", "held today"],
)
def test_arrears_are_the_days_that_were_not_paid(
    unpaid_since: date | None, proven_on: date, first_day: date | None
) -> None:
    lapsed = Standing(Status.LAPSED, ENDED, held_since=unpaid_since, unpaid_since=unpaid_since)
    moved = transition(lapsed, Certified(proven_on, TODAY), Role.DATA_MATCH)
    assert moved.arrears == (ArrearsPeriod(first_day, date(2026, 7, 31)) if first_day else None)
    assert moved.standing.unpaid_since is None


def test_somebody_active_has_no_arrears_though_the_sweep_is_late() -> None:
    assert transition(STANDINGS[Status.ACTIVE], Certified(TODAY, TODAY), Role.USER).arrears is None


def test_certifying_after_lapsing_restores_with_arrears_and_ends_the_hold() -> None:
    held = Standing(Status.LAPSED, ENDED, held_since=date(2026, 7, 31), unpaid_since=date(2026, 7, 31))
    moved = transition(held, Certified(TODAY, TODAY), Role.USER)
    assert moved.standing == Standing(Status.ACTIVE, date(2027, 8, 1))
    assert moved.arrears == ArrearsPeriod(date(2026, 7, 31), date(2026, 7, 31))


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


def test_a_hold_begins_on_the_day_it_is_made_and_changes_nothing_else() -> None:
    moved = transition(STANDINGS[Status.LAPSED], EVENTS[HoldApproved], Role.SWEEP)
    assert moved.standing == Standing(Status.LAPSED, ENDED, held_since=TODAY, unpaid_since=TODAY)
    assert moved.arrears is None


@pytest.mark.parametrize(
    "event",
    [
        HoldApproved(TODAY, grace_days=31, notice_delivered_on=date(2026, 7, 1), approved_by="office"),
        HoldApproved(TODAY, 30, date(2026, 7, 1), "office", grace_from=date(2026, 7, 1)),
        HoldApproved(TODAY, 31, date(2026, 7, 1), "office", grace_from=date(2026, 5, 1)),
        HoldApproved(TODAY, grace_days=30, notice_delivered_on=TODAY, approved_by="office"),
    ],
    ids=["thirty-second day", "thirty-first day since the notice", "a notice before the end", "notice of today"],
)
def test_a_hold_may_begin_on_the_first_day_after_the_grace_days(event: HoldApproved) -> None:
    assert transition(STANDINGS[Status.LAPSED], event, Role.SWEEP).standing.held_since == TODAY
    with pytest.raises(TransitionRefused):
        transition(STANDINGS[Status.LAPSED], replace(event, today=TODAY - timedelta(days=1)), Role.SWEEP)


@pytest.mark.parametrize(
    "event",
    [
        HoldApproved(TODAY, grace_days=32, notice_delivered_on=date(2026, 7, 1), approved_by="office"),
        HoldApproved(TODAY, grace_days=90, notice_delivered_on=date(2026, 7, 1), approved_by="office"),
        HoldApproved(TODAY, 30, date(2026, 7, 2), "office", grace_from=date(2026, 7, 2)),
        HoldApproved(TODAY, grace_days=30, notice_delivered_on=None, approved_by="office"),
        HoldApproved(TODAY, grace_days=30, notice_delivered_on=TODAY + timedelta(days=1), approved_by="office"),
        HoldApproved(TODAY, grace_days=30, notice_delivered_on=date(2026, 7, 1), approved_by=""),
    ],
    ids=[
        "a grace day left",
        "many grace days left",
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
def test_ending_correcting_and_revoking_take_two_people(people: tuple[str, str]) -> None:
    with pytest.raises(TransitionRefused):
        transition(STANDINGS[Status.ACTIVE], EntitlementEnded(TODAY, TODAY, EndCause.MOVED, *people), Role.CLERK)
    with pytest.raises(TransitionRefused):
        transition(STANDINGS[Status.TERMINATED], EndCorrected(TODAY, *people, lapsed=False), Role.CLERK)
    with pytest.raises(TransitionRefused):
        transition(STANDINGS[Status.ACTIVE], CertificateRevoked(ENDED, TODAY, *people), Role.CLERK)


def test_the_order_of_their_names_says_nothing_and_one_name_is_one_person_however_it_was_read() -> None:
    ended = EntitlementEnded(TODAY, TODAY, EndCause.MOVED, proposed_by="clerk-2", confirmed_by="clerk-1")
    assert transition(STANDINGS[Status.ACTIVE], ended, Role.CLERK).standing.status is Status.TERMINATED
    same = replace(ended, confirmed_by="".join(["clerk", "-2"]))
    with pytest.raises(TransitionRefused):
        transition(STANDINGS[Status.ACTIVE], same, Role.CLERK)


def ended(on: date, valid_until: date = RUNNING, held_since: date | None = None) -> Standing:
    return Standing(Status.TERMINATED, valid_until, held_since, ended_on=on, unpaid_since=on)


def died(on: date, people: tuple[str, str] = ("clerk-1", "clerk-2")) -> EntitlementEnded:
    return EntitlementEnded(on, TODAY, EndCause.DECEASED, *people)


def test_a_death_before_the_end_that_was_recorded_moves_it_and_takes_back_the_days_between() -> None:
    moved = transition(ended(date(2026, 7, 10)), died(date(2026, 7, 4)), Role.CLERK)
    assert moved == Transition(ended(date(2026, 7, 4)), reclaim=ArrearsPeriod(date(2026, 7, 4), date(2026, 7, 9)))
    mistaken = EndCorrected(TODAY, "clerk-1", "clerk-2", lapsed=False, ended_on=date(2026, 7, 10))
    back = transition(moved.standing, mistaken, Role.CLERK)
    assert back == Transition(ended(date(2026, 7, 10)), ArrearsPeriod(date(2026, 7, 4), date(2026, 7, 9)))


@pytest.mark.parametrize("on", [date(2026, 7, 10), date(2026, 7, 11)])
def test_a_death_on_the_day_of_the_recorded_end_or_later_moves_nothing(on: date) -> None:
    with pytest.raises(TransitionRefused):
        transition(ended(date(2026, 7, 10)), died(on), Role.CLERK)


def test_only_a_death_moves_an_end_and_two_people_say_so() -> None:
    before = date(2026, 7, 4)
    with pytest.raises(TransitionRefused):
        transition(ended(date(2026, 7, 10)), replace(died(before), cause=EndCause.IMPRISONED), Role.CLERK)
    with pytest.raises(TransitionRefused):
        transition(ended(date(2026, 7, 10)), died(before, ("clerk-1", "clerk-1")), Role.CLERK)


def test_a_correction_pays_the_days_since_the_wrong_end() -> None:
    moved = transition(ended(date(2026, 7, 10)), EVENTS[EndCorrected], Role.CLERK)
    assert moved.standing == Standing(Status.ACTIVE, RUNNING)
    assert moved.arrears == ArrearsPeriod(date(2026, 7, 10), date(2026, 7, 31))


def test_a_correction_after_the_year_ended_comes_back_lapsed_and_pays_the_days_of_grace_too() -> None:
    moved = transition(
        ended(date(2026, 6, 20), ENDED), EndCorrected(TODAY, "clerk-1", "clerk-2", lapsed=True), Role.CLERK
    )
    assert moved.standing == Standing(Status.LAPSED, ENDED)
    assert moved.arrears == ArrearsPeriod(date(2026, 6, 20), date(2026, 7, 31))


@pytest.mark.parametrize(
    ("held_since", "ended_on", "arrears", "reclaim"),
    [
        (None, date(2026, 7, 20), None, ArrearsPeriod(date(2026, 7, 20), date(2026, 7, 31))),
        (None, TODAY, None, None),
        (date(2026, 7, 10), date(2026, 7, 20), ArrearsPeriod(date(2026, 7, 10), date(2026, 7, 19)), None),
        (date(2026, 7, 20), date(2026, 7, 20), None, None),
        (date(2026, 7, 25), date(2026, 7, 20), None, ArrearsPeriod(date(2026, 7, 20), date(2026, 7, 24))),
    ],
    ids=["paid until today", "ended today", "held before the end", "held that day", "held after the end"],
)
def test_an_end_pays_the_held_days_before_it_and_reclaims_the_paid_days_after_it(
    held_since: date | None, ended_on: date, arrears: ArrearsPeriod | None, reclaim: ArrearsPeriod | None
) -> None:
    standing = Standing(Status.LAPSED, ENDED, held_since, unpaid_since=held_since)
    event = EntitlementEnded(ended_on, TODAY, EndCause.DECEASED, "clerk-1", "clerk-2")
    moved = transition(standing, event, Role.CLERK)
    assert moved.standing == ended(ended_on, ENDED, held_since)
    assert not moved.standing.is_held
    assert (moved.arrears, moved.reclaim) == (arrears, reclaim)


@pytest.mark.parametrize(
    ("held_since", "ended_on", "unpaid_since", "arrears"),
    [
        (date(2026, 7, 10), date(2026, 7, 20), date(2026, 7, 20), None),
        (date(2026, 7, 25), date(2026, 7, 20), date(2026, 7, 25), ArrearsPeriod(date(2026, 7, 20), date(2026, 7, 24))),
    ],
    ids=["held before the end", "held after the end"],
)
def test_what_was_held_before_a_wrong_end_comes_back_as_held(
    held_since: date, ended_on: date, unpaid_since: date, arrears: ArrearsPeriod | None
) -> None:
    moved = transition(
        ended(ended_on, ENDED, held_since), EndCorrected(TODAY, "clerk-1", "clerk-2", lapsed=True), Role.CLERK
    )
    assert moved.standing == Standing(Status.LAPSED, ENDED, held_since, unpaid_since=unpaid_since)
    assert moved.arrears == arrears


def test_a_hold_before_a_wrong_end_is_over_once_the_year_runs_again() -> None:
    moved = transition(ended(date(2026, 7, 20), RUNNING, date(2026, 7, 10)), EVENTS[EndCorrected], Role.CLERK)
    assert moved.standing == Standing(Status.ACTIVE, RUNNING)
    assert moved.arrears == ArrearsPeriod(date(2026, 7, 20), date(2026, 7, 31))


@pytest.mark.parametrize("unpaid_since", [TODAY, None], ids=["today", "on a day nobody knows"])
def test_a_correction_on_the_day_itself_owes_nothing(unpaid_since: date | None) -> None:
    terminated = Standing(Status.TERMINATED, RUNNING, ended_on=unpaid_since, unpaid_since=unpaid_since)
    assert transition(terminated, EVENTS[EndCorrected], Role.CLERK).arrears is None


def test_a_correction_the_day_after_owes_one_day() -> None:
    yesterday = date(2026, 7, 31)
    moved = transition(ended(yesterday), EVENTS[EndCorrected], Role.CLERK)
    assert moved.arrears == ArrearsPeriod(yesterday, yesterday)


@pytest.mark.parametrize(("on", "comes"), [(TODAY, True), (TODAY + timedelta(days=1), False)])
def test_a_planned_end_comes_on_its_day(on: date, *, comes: bool) -> None:
    event = PlannedEndReached(on, TODAY)
    if comes:
        assert transition(STANDINGS[Status.ACTIVE], event, Role.SWEEP).standing == ended(on, ENDED)
    else:
        with pytest.raises(TransitionRefused):
            transition(STANDINGS[Status.ACTIVE], event, Role.SWEEP)


@pytest.mark.parametrize(
    ("status", "covered_until", "valid_until", "comes_to"),
    [
        (Status.ACTIVE, date(2026, 1, 31), date(2026, 1, 31), Status.LAPSED),
        (Status.ACTIVE, TODAY - timedelta(days=1), TODAY - timedelta(days=1), Status.LAPSED),
        (Status.ACTIVE, TODAY, TODAY, Status.ACTIVE),
        (Status.ACTIVE, date(2027, 5, 1), RUNNING, Status.ACTIVE),  # never later than it was
        (Status.LAPSED, date(2026, 9, 1), date(2026, 9, 1), Status.LAPSED),  # nobody is restored by a revocation
    ],
)
def test_a_revoked_certificate_takes_its_year_back(
    status: Status, covered_until: date, valid_until: date, comes_to: Status
) -> None:
    moved = transition(
        Standing(status, RUNNING), CertificateRevoked(covered_until, TODAY, "clerk-1", "clerk-2"), Role.CLERK
    )
    assert moved.standing == Standing(comes_to, valid_until)
    assert (moved.arrears, moved.reclaim) == (None, None)


HELD = date(2026, 7, 10)


@pytest.mark.parametrize(
    ("standing", "arrears"),
    [
        (Standing(Status.ACTIVE, RUNNING), ArrearsPeriod(HELD, date(2026, 7, 31))),
        (
            Standing(Status.LAPSED, RUNNING, date(2026, 7, 30), unpaid_since=date(2026, 7, 30)),
            ArrearsPeriod(HELD, date(2026, 7, 29)),
        ),
    ],
    ids=["paid since", "held again in the revoked year"],
)
def test_a_revocation_restores_the_hold_of_the_year_before_and_reclaims_what_was_paid(
    standing: Standing, arrears: ArrearsPeriod
) -> None:
    event = CertificateRevoked(ENDED, TODAY, "clerk-1", "clerk-2", held_since=HELD)
    moved = transition(standing, event, Role.CLERK)
    assert moved.standing == Standing(Status.LAPSED, ENDED, HELD, unpaid_since=HELD)
    assert (moved.arrears, moved.reclaim) == (None, arrears)


def test_a_hold_of_the_revoked_year_falls_with_it_and_its_days_are_paid() -> None:
    held = Standing(Status.LAPSED, RUNNING, HELD, unpaid_since=HELD)
    moved = transition(held, CertificateRevoked(ENDED, TODAY, "clerk-1", "clerk-2"), Role.CLERK)
    assert moved.standing == Standing(Status.LAPSED, ENDED)
    assert moved.arrears == ArrearsPeriod(HELD, date(2026, 7, 31))


def test_a_revocation_that_moves_no_day_changes_nothing() -> None:
    held = Standing(Status.LAPSED, ENDED, HELD, unpaid_since=HELD)
    moved = transition(held, CertificateRevoked(ENDED, TODAY, "clerk-1", "clerk-2"), Role.CLERK)
    assert (moved.standing, moved.arrears, moved.reclaim) == (held, None, None)


@pytest.mark.parametrize(("today", "status"), [(ENDED, Status.ACTIVE), (ENDED + timedelta(days=1), Status.LAPSED)])
def test_a_new_entitlement_is_active_until_its_last_day(today: date, status: Status) -> None:
    assert status_by_valid_until(ENDED, today) is status


@pytest.mark.parametrize(
    ("standing", "event", "role", "said"),
    [
        (STANDINGS[Status.ACTIVE], EVENTS[HoldApproved], Role.SWEEP, "HoldApproved does not apply while active"),
        (STANDINGS[Status.ACTIVE], EVENTS[YearEnded], Role.USER, "user may not cause YearEnded"),
    ],
)
def test_a_refusal_says_what_does_not_apply(standing: Standing, event: Event, role: Role, said: str) -> None:
    with pytest.raises(TransitionRefused, match=f"^{said}$"):
        transition(standing, event, role)


@pytest.mark.parametrize(
    ("status", "held_since", "held"),
    [
        (Status.LAPSED, ENDED, True),
        (Status.LAPSED, None, False),
        (Status.ACTIVE, ENDED, False),
        (Status.TERMINATED, ENDED, False),  # it was, when it ended
    ],
)
def test_a_payment_is_held_while_somebody_is_lapsed(status: Status, held_since: date | None, *, held: bool) -> None:
    assert Standing(status, ENDED, held_since).is_held is held


def test_an_end_from_before_unpaid_days_were_kept_is_corrected_from_its_day() -> None:
    moved = transition(replace(ended(date(2026, 7, 10)), unpaid_since=None), EVENTS[EndCorrected], Role.CLERK)
    assert moved.arrears == ArrearsPeriod(date(2026, 7, 10), date(2026, 7, 31))


BEGINS = date(2026, 9, 1)


def test_nothing_is_owed_before_the_first_day_that_is_due() -> None:
    """Held, ended and revoked before it begins."""
    told = transition(replace(STANDINGS[Status.LAPSED], begins=BEGINS), EVENTS[HoldApproved], Role.SWEEP)
    assert (told.standing.held_since, told.standing.unpaid_since) == (TODAY, BEGINS)
    certified = transition(told.standing, Certified(TODAY, TODAY), Role.USER)
    assert certified.arrears is None
    end = EntitlementEnded(BEGINS, TODAY, EndCause.DECEASED, "clerk-1", "clerk-2")
    gone = transition(Standing(Status.ACTIVE, RUNNING, begins=BEGINS), end, Role.CLERK)
    assert (gone.arrears, gone.reclaim, gone.standing.unpaid_since) == (None, None, BEGINS)
    revoked = CertificateRevoked(date(2026, 1, 31), TODAY, "clerk-1", "clerk-2", held_since=date(2026, 7, 1))
    held = transition(Standing(Status.ACTIVE, RUNNING, begins=BEGINS), revoked, Role.CLERK)
    assert (held.reclaim, held.standing.unpaid_since) == (None, BEGINS)


def test_a_standing_is_one_whenever_the_benefit_began() -> None:
    """Rules give back a new standing without that day, which is the benefit's own."""
    assert Standing(Status.ACTIVE, RUNNING, begins=BEGINS) == Standing(Status.ACTIVE, RUNNING)
