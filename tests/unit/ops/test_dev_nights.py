"""Time on the stack of `make dev`: where its clock stands afterwards, whatever happens on the way. What the nights do
is in tests/e2e/test_years.py, on a stack."""

from typing import Any, ClassVar

import pytest

from local.dev import nights
from local.dev.running import Running
from local.stack import StackError

QUIET = {"run_date": "2026-12-01", "kinds": {"hold": {"total": 0}, "propose": {"total": 1}}}


class Stack:
    """A deployment whose clock is a parameter, as CloudFormation tells it."""

    api_url = "http://127.0.0.1:1"

    def __init__(self, shift: int) -> None:
        self.shifts = [shift]

    aws = property(lambda self: self)
    cloudformation = property(lambda self: lambda: self)

    def describe_stacks(self, StackName: str) -> dict[str, Any]:
        told = [{"ParameterKey": "Stage", "ParameterValue": "local"}]
        return {"Stacks": [{"Parameters": [*told, {"ParameterKey": "ClockShiftDays", "ParameterValue": self.now}]}]}

    @property
    def now(self) -> str:
        return str(self.shifts[-1])

    def update(self, clock_shift_days: int) -> "Stack":
        self.shifts.append(clock_shift_days)
        return self


class Office:
    """Whom the clerks register; who is there is found."""

    there: ClassVar[list[str]] = []

    def __init__(self, *_: object) -> None:
        pass

    def register(self, *_: str) -> str:
        self.there.append("b-1")
        return "b-1"

    def vouch(self, beneficiary_id: str) -> None:
        assert beneficiary_id == "b-1"

    def expect(self, *_: object) -> dict[str, Any]:
        return {"people": self.there}


@pytest.fixture
def stack(monkeypatch: pytest.MonkeyPatch) -> Stack:
    monkeypatch.setattr(nights, "Phone", Office)
    monkeypatch.setattr(nights, "sweep", lambda _: QUIET)
    monkeypatch.setattr(nights, "sent", lambda *_: "m-1")
    monkeypatch.setattr(nights, "arrived", lambda *_: None)
    monkeypatch.setattr(Office, "there", [])
    return Stack(3)


def running(stack: Stack) -> Running:
    class At:
        deployment = stack

        def token(self, _: str) -> str:
            return "a token"

    return At()  # type: ignore[return-value]


def test_a_night_is_one_day_more(stack: Stack) -> None:
    said = nights.night(running(stack))
    assert stack.shifts == [3, 4]
    assert "The nightly run of 2026-12-01: " in said
    assert "4 days ahead" in said


def test_whoever_lapses_in_the_past_does_so_once_and_the_clock_comes_back(stack: Stack) -> None:
    assert "Proposed for a hold today: 1." in nights.holds(running(stack))
    assert stack.shifts == [3, 3 - nights.DAYS_AGO, 3]
    with pytest.raises(StackError, match="already"):
        nights.holds(running(stack))
    assert stack.shifts == [3, 3 - nights.DAYS_AGO, 3]


def test_the_clock_comes_back_when_something_breaks(stack: Stack, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> None:
        raise RuntimeError

    monkeypatch.setattr(nights, "sent", broken)
    with pytest.raises(RuntimeError):
        nights.holds(running(stack))
    assert stack.shifts[-1] == 3


def test_without_a_stack_it_is_said(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    def none(_: object) -> None:
        raise StackError("No stack of make dev is running.")

    monkeypatch.setattr(nights, "find", none)
    assert nights.main(["night"]) == 2
    assert capsys.readouterr().err == "night: No stack of make dev is running.\n"
