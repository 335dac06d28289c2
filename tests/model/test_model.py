"""A part of the search that `make model` goes through, bounded by states and so the same every time; and that each
check can fail."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date

import pytest

from lifecert.application.sweep.holds import CloseHolds
from lifecert.application.sweep.kinds import Lapse, TellLapsed
from lifecert.domain import status
from lifecert.domain.beneficiary import Beneficiary
from lifecert.domain.benefit import Benefit
from lifecert.domain.hold import HoldDecision
from lifecert.domain.ledger import LedgerEntry
from lifecert.domain.status import EntitlementEnded, Status
from tests.model.scenarios import SCENARIOS
from tests.model.search import Scenario, search
from tests.model.story import told
from tests.support.fakes.sessions import MemorySessions

STATES = 150


def nights_only() -> Scenario:
    """Nothing but nights, notices and the office's decisions."""
    return replace(SCENARIOS["one"], may={})


@pytest.mark.parametrize("name", SCENARIOS)
def test_the_first_states_are_in_order(name: str) -> None:
    result = search(SCENARIOS[name], limit=STATES)
    assert [line for found in result.found for line in told(found)] == []
    assert result.states == STATES
    assert result.steps > STATES


def test_states_that_are_the_same_are_looked_at_once() -> None:
    result = search(nights_only(), limit=1000)
    assert result.closed
    assert result.states < 300


def _grace_counts_from_the_end(monkeypatch: pytest.MonkeyPatch) -> None:
    """Who is told late has less time than others."""

    def begins_on(self: Beneficiary, _benefit: Benefit) -> date:
        return max(self.valid_until, self.grace_from or self.valid_until)

    monkeypatch.setattr(Beneficiary, "grace_begins_on", begins_on)


def _every_decision_approves(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(HoldDecision, "approves", lambda _self, _who: True)


def _nothing_is_reclaimed(monkeypatch: pytest.MonkeyPatch) -> None:
    row = (Status.LAPSED, EntitlementEnded)
    roles, effect = status.TABLE[row]
    monkeypatch.setitem(status.TABLE, row, (roles, lambda *moved: replace(effect(*moved), reclaim=None)))


def _hashes_are_wrong(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(LedgerEntry, "sealed", lambda self: replace(self, hash="0" * 64))


def _a_session_forgets_its_result(monkeypatch: pytest.MonkeyPatch) -> None:
    get = MemorySessions.get

    def forgetful(self: MemorySessions, session_id: str) -> object:
        found = get(self, session_id)
        return found and replace(found, result=None)

    monkeypatch.setattr(MemorySessions, "get", forgetful)


def _nobody_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(TellLapsed, "change", lambda _self, _person, _look: None)


def _nobody_lapses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Lapse, "change", lambda _self, _person, _look: None)


def _no_list_is_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(CloseHolds, "__call__", lambda _self, _run_id: None)


@pytest.mark.parametrize(
    ("broken", "scenario", "fault"),
    [
        (_grace_counts_from_the_end, nights_only(), "the grace days from day 3 on were not over"),
        (_every_decision_approves, nights_only(), "and the office did not approve"),
        (_nothing_is_reclaimed, SCENARIOS["one"], "was paid 1 times and not 0"),
        (_hashes_are_wrong, nights_only(), "is not where it stands, or not as it was written"),
        (_a_session_forgets_its_result, SCENARIOS["papers"], "a refusal changed something"),
        (_nobody_is_told, nights_only(), "lapsed, was not told so, and stands where no night will look"),
        (_nobody_lapses, nights_only(), "the year ended on day 6, and no sweep saw it"),
        (_no_list_is_shown, nights_only(), "in a list that is never shown"),
    ],
)
def test_a_rule_that_is_broken_ends_a_story(
    broken: Callable[[pytest.MonkeyPatch], None], scenario: Scenario, fault: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken(monkeypatch)
    (found,) = search(scenario, limit=1000).found
    story = list(told(found))
    assert fault in found.fault
    assert story[-1] == f"WRONG: {found.fault}"
    assert story[1].startswith("day 1: the office registers Ann")
