"""Doing a thing once: what a repeat gets while the first is still at it, and when answers cannot be kept."""

from typing import Any

import pytest

from lifecert.domain.actor import User
from lifecert.domain.errors import IdempotencyKeyReused, StoreUnavailable
from lifecert.entry.http.once import Once
from lifecert.entry.http.problems import RequestInProgress
from tests.support.builders import CLERK
from tests.support.fakes.answers import MemoryAnswers
from tests.support.wiring.functions import Context


class Desk:
    """A clerk's requests under one key, and how often anything was done."""

    def __init__(self) -> None:
        self.answers = MemoryAnswers()
        self.done = 0

    def ask(self, request: str = "register 1", user: User = CLERK, **during: Any) -> dict[str, Any]:
        def act() -> dict[str, Any]:
            self.done += 1
            for then in during.values():
                then()
            return {"number": self.done}

        return Once(self.answers)(user, "key-1", request, Context(), act)  # type: ignore[arg-type]


def test_a_repeat_gets_the_first_answer_and_another_request_under_the_key_is_refused() -> None:
    desk = Desk()
    assert (desk.ask(), desk.ask()) == ({"number": 1}, {"number": 1})
    with pytest.raises(IdempotencyKeyReused):
        desk.ask("register 2")
    assert desk.done == 1


def test_a_repeat_that_comes_while_the_first_is_still_at_it_is_told_to_wait_and_does_nothing() -> None:
    desk = Desk()

    def again() -> None:
        with pytest.raises(RequestInProgress):
            desk.ask()

    assert desk.ask(meanwhile=again) == {"number": 1}
    assert desk.done == 1


def test_nothing_is_done_when_nobody_could_remember_it(monkeypatch: pytest.MonkeyPatch) -> None:
    desk = Desk()

    def unavailable(*_: Any, **__: Any) -> None:
        raise OSError("no answer")

    monkeypatch.setattr(MemoryAnswers, "_put_record", unavailable)
    with pytest.raises(StoreUnavailable):
        desk.ask()
    assert desk.done == 0
