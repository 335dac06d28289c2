"""Batches of holds, and what an office user decides (design.md §3 rule 4)."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from lifecert.domain.category import Category
from lifecert.domain.hold import (
    HOLD_GROUNDS,
    REPRIEVE,
    CandidateOutcome,
    HoldBatch,
    HoldCandidate,
    HoldChoice,
    HoldDecision,
    HoldGround,
    HoldOutcome,
    HoldProposal,
    HoldState,
    Reprieve,
)
from lifecert.domain.page import Position

OPENED = datetime(2026, 8, 1, 1, 0, tzinfo=UTC)
NAMED = ("b-1", "b-2")
DECISION = HoldDecision(HoldChoice.ALL_BUT, HoldGround.KNOWN_ALIVE, "clerk-1", OPENED, NAMED)
BATCH = HoldBatch("batch-1", "fund", "110101", "2026-08-01.1", OPENED, candidates=3)


@pytest.mark.parametrize(
    ("choice", "ids", "named_is_held", "another_is_held"),
    [
        (HoldChoice.ALL, (), True, True),
        (HoldChoice.NONE, (), False, False),
        (HoldChoice.ALL_BUT, NAMED, False, True),
        (HoldChoice.ONLY, NAMED, True, False),
    ],
)
def test_a_choice_holds_whom_it_says(
    choice: HoldChoice, ids: tuple[str, ...], named_is_held: bool, another_is_held: bool
) -> None:
    decision = replace(DECISION, choice=choice, ids=ids)
    assert decision.approves("b-2") is named_is_held
    assert decision.approves("b-3") is another_is_held


def test_who_holds_everybody_has_heard_of_nobody_and_who_spares_some_says_why() -> None:
    sparing = {HoldGround.KNOWN_ALIVE, HoldGround.CANNOT_COME, HoldGround.NOTICE_DOUBTED, HoldGround.OTHER}
    grounds = dict.fromkeys(HoldChoice, sparing) | {HoldChoice.ALL: {HoldGround.NOT_HEARD_OF}}
    assert grounds == HOLD_GROUNDS


def test_the_same_decision_at_another_time_is_the_same_and_any_other_is_not() -> None:
    assert DECISION.same_as(replace(DECISION, decided_at=OPENED + timedelta(days=1)))
    for other in (
        replace(DECISION, choice=HoldChoice.ONLY),
        replace(DECISION, ground=HoldGround.OTHER),
        replace(DECISION, decided_by="clerk-2"),
        replace(DECISION, ids=("b-1",)),
    ):
        assert not DECISION.same_as(other)


def test_a_batch_is_open_then_decided_then_applied() -> None:
    decided = replace(BATCH, decision=DECISION)
    applied = replace(decided, outcomes={HoldOutcome.HELD: 1}, applied_at=OPENED + timedelta(days=1))
    assert [batch.state for batch in (BATCH, decided, applied)] == [
        HoldState.OPEN,
        HoldState.DECIDED,
        HoldState.APPLIED,
    ]
    assert BATCH.position == Position(OPENED, "batch-1", BATCH.district)
    assert BATCH.outcomes == {}


@pytest.mark.parametrize(("hours", "days"), [(0, 0), (23, 0), (24, 1), (47, 1), (48, 2), (14 * 24, 14)])
def test_only_whole_days_count_for_how_long_a_batch_is_open(hours: int, days: int) -> None:
    assert BATCH.days_open(OPENED + timedelta(hours=hours)) == days


@pytest.mark.parametrize(("seconds", "shown"), [(-1, True), (0, True), (1, False)])
def test_the_office_saw_who_came_in_until_the_batch_was_opened(seconds: int, shown: bool) -> None:
    proposal = HoldProposal("batch-1", date(2026, 4, 1), OPENED + timedelta(seconds=seconds))
    assert BATCH.showed(proposal) is shown


def test_a_candidate_has_no_outcome_until_the_batch_is_applied() -> None:
    day = date(2026, 4, 1)
    candidate = HoldCandidate("batch-1", "b-1", "王*", ("1",), Category.RESIDENT_PENSION, "110101", day, day, OPENED)
    assert candidate.outcome is None
    held = CandidateOutcome(candidate.batch_id, candidate.beneficiary_id, HoldOutcome.HELD)
    assert replace(candidate, outcome=held.outcome).outcome is HoldOutcome.HELD


def test_who_waits_for_a_human_is_spared_for_thirty_days_of_one_year() -> None:
    assert timedelta(days=30) == REPRIEVE
    until, year = date(2026, 8, 31), date(2026, 8, 1)
    assert Reprieve(until, valid_until=year) == Reprieve(until, year)
    assert Reprieve(until, valid_until=year) != Reprieve(until, date(2027, 8, 1))
