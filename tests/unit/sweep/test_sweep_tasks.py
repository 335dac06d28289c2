"""What a worker makes of its messages, and at which pace."""

import json
from typing import Any

import pytest

from lifecert.adapters.steady_pace import SteadyPace
from lifecert.domain.errors import StoreUnavailable
from lifecert.domain.sweep import RunState
from lifecert.entry.events.sweep_tasks import RESERVE_MS
from tests.support.fakes.register import MemoryRegister
from tests.support.wiring.functions import Context, event, function, run
from tests.support.wiring.world import World


def handled(records: list[dict[str, Any]], remaining_ms: int = 300_000) -> list[str]:
    answer = function("sweep_worker").handler({"Records": records}, Context(remaining_ms=remaining_ms))
    return [failure["itemIdentifier"] for failure in answer["batchItemFailures"]]


def messages(receive_count: int = 1) -> list[dict[str, Any]]:
    """One for each shard, of which one has a person due."""
    records: list[dict[str, Any]] = event("sweep_worker/both_shards")["Records"]
    for record in records:
        record["attributes"]["ApproximateReceiveCount"] = str(receive_count)
    return records


def planned(world: World) -> dict[str, Any]:
    run("expiry_sweep/by_hand")
    (task,) = [task for task, _ in world.queue.waiting]
    (mine,) = [one for one in messages() if json.loads(one["body"])["job"] == task.job.key]
    return mine


def state(world: World) -> RunState:
    newest = world.store.sweep_runs.newest()
    assert newest
    return newest.state


def test_a_message_that_fails_waits_longer_each_time_and_keeps_no_other_waiting(world: World) -> None:
    good = planned(world)
    bad = {**good, "messageId": "bad", "body": "{}"}
    assert handled([bad, good]) == ["bad"]
    assert state(world) is RunState.FINISHED
    assert world.waits == [60]
    bad["attributes"] = {**good["attributes"], "ApproximateReceiveCount": "3"}
    assert handled([bad]) == ["bad"]
    assert world.waits == [60, 180]


def test_a_run_that_left_somebody_undone_is_told_loudly_and_its_last_message_is_kept(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    message = planned(world)
    due = next(iter(world.queue.waiting))[0].job

    def unavailable(self: MemoryRegister, beneficiary_id: str) -> None:
        raise StoreUnavailable("ThrottlingException")

    monkeypatch.setattr(MemoryRegister, "get", unavailable)
    for tries in range(1, world.queue.tries + 1):
        message["attributes"]["ApproximateReceiveCount"] = str(tries)
        assert handled([message]) == [message["messageId"]]
    assert state(world) is RunState.LEFT_UNDONE
    report = world.reports.written[-1]
    assert list(report.failed) == [due.key]
    assert '"message":"sweep_unfinished"' in world.log.getvalue()


def test_a_worker_out_of_time_sends_everything_on(world: World) -> None:
    message = planned(world)
    world.queue.waiting.clear()
    assert handled([message], remaining_ms=RESERVE_MS - 1) == []
    assert [task.job.key for task, _ in world.queue.waiting] == [json.loads(message["body"])["job"]]
    assert state(world) is RunState.RUNNING


@pytest.mark.parametrize(
    "change",
    [
        {"run_id": "2026-03-01"},
        {"run_id": "2026-03-01.0"},
        {"job": "lapse#2026-02-28"},
        {"after": "somebody"},
        {"again": ["x"]},
        {"more": 1},
    ],
)
def test_a_message_that_is_none_is_a_dead_letter_sooner_or_later(world: World, change: dict[str, Any]) -> None:
    message = planned(world)
    message["body"] = json.dumps({**json.loads(message["body"]), **change})
    assert handled([message]) == [message["messageId"]]


def test_the_pace_is_even_and_saves_nothing_up() -> None:
    now, slept = [100.0], []

    def sleep(seconds: float) -> None:
        slept.append(round(seconds, 3))
        now[0] += seconds

    pace = SteadyPace(10, clock=lambda: now[0], sleep=sleep)
    for _ in range(3):
        pace()
    assert slept == [0.1, 0.1]
    now[0] += 60
    pace()
    pace()
    assert slept == [0.1, 0.1, 0.1]
