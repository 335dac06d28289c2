"""A sweep in which something fails: nobody else waits for it, the run tells, and it goes on when mended."""

from datetime import date

import pytest

from lifecert.domain.beneficiary import Beneficiary
from lifecert.domain.change import Change
from lifecert.domain.errors import StoreUnavailable, SweepUnfinished
from lifecert.domain.status import Status
from lifecert.domain.sweep import RunState
from tests.support.fakes.register import MemoryRegister
from tests.support.sweeping import YESTERDAY, LapseWorld, Night, lapsed, report_of


class FailingRegister(MemoryRegister):
    """Cannot write the beneficiary called "bad"."""

    def commit(self, change: Change) -> None:
        if change.after.beneficiary_id == "bad":
            raise StoreUnavailable
        MemoryRegister.commit(self, change)


def test_a_task_out_of_time_takes_along_whom_it_failed_on() -> None:
    world = LapseWorld()
    world.store.shards = 1
    for name in ("a", "bad", "c", "d", "e"):
        world.add(name, YESTERDAY)
    night = world.over(FailingRegister(world.store))
    night.plan()
    [(task, _)] = night.queue.waiting
    night.queue.waiting.clear()
    answers = iter([False] * 3 + [True])
    night.work(task, out_of_time=lambda: next(answers))
    [(rest, _)] = night.queue.waiting
    assert (rest.after, rest.again) == ("c", ("bad",))
    # There is no time even for the one to be tried again: it is not forgotten.
    night.queue.waiting.clear()
    night.work(rest, out_of_time=lambda: True)
    assert [task for task, _ in night.queue.waiting] == [rest]
    mended = Night(world.store.register, world.store.sweep_runs, world.clock, 1, night.queue)
    assert mended.queue.drain(mended.work)
    assert all(world.status(name) is Status.LAPSED for name in world.store.beneficiaries)


def test_one_bad_item_keeps_nobody_waiting_but_the_run_tells_and_goes_on_when_mended() -> None:
    world = LapseWorld()
    for name in ("a", "bad", "z"):
        world.add(name, YESTERDAY)
    failing = world.over(FailingRegister(world.store))
    run = failing()
    assert [world.status(name) for name in ("a", "bad", "z")] == [Status.LAPSED, Status.ACTIVE, Status.LAPSED]
    assert (run.state, run.failed, lapsed(run)) == (RunState.LEFT_UNDONE, 1, 2)
    assert report_of(failing).failed_ids == ["bad"]
    assert world.store.sweep_runs.last_finished() is None
    with pytest.raises(SweepUnfinished, match="left 1 people undone"):
        failing.watch()
    mended = world.night()
    assert (mended.run_id, mended.state, lapsed(mended), mended.failed) == (run.run_id, RunState.FINISHED, 3, 0)
    assert world.status("bad") is Status.LAPSED
    assert world.night.watch() == mended


def test_who_fails_once_is_done_at_the_next_try() -> None:
    world = LapseWorld()
    world.add("bad", YESTERDAY)
    failures = iter([True, False])

    class OnceFailing(MemoryRegister):
        def commit(self, change: Change) -> None:
            if next(failures):
                raise StoreUnavailable
            MemoryRegister.commit(self, change)

    night = world.over(OnceFailing(world.store))
    assert night().state is RunState.FINISHED
    assert report_of(night).failed == {}
    assert night.queue.dead == []


def test_a_task_that_fails_for_good_is_a_dead_letter() -> None:
    world = LapseWorld()
    world.add("bad", YESTERDAY)
    world.add("other job", date(2026, 2, 20))
    night = world.over(FailingRegister(world.store))
    night.plan()
    [(bad, _)] = [(task, n) for task, n in night.queue.waiting if task.job.day == YESTERDAY]
    with pytest.raises(SweepUnfinished, match="bad"):
        night.work(bad)
    with pytest.raises(SweepUnfinished, match="bad"):
        night.work(bad, last_try=True)
    assert night.work(bad) is None  # given up already: a further copy has nothing to do


def test_a_store_that_fails_on_everybody_is_not_asked_a_million_times(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("lifecert.application.sweep.work.MOST_FAILED", 3)
    world = LapseWorld()
    world.store.shards = 1
    for number in range(10):
        world.add(f"person {number}", YESTERDAY)
    asked: list[str] = []

    class Down(MemoryRegister):
        def get(self, beneficiary_id: str) -> Beneficiary | None:
            asked.append(beneficiary_id)
            raise StoreUnavailable

    night = world.over(Down(world.store))
    night.plan()
    [(task, _)] = night.queue.waiting
    with pytest.raises(SweepUnfinished, match="3 left undone"):
        night.work(task)
    assert len(asked) == 3


def test_a_failed_run_is_caught_up_by_the_next_days() -> None:
    world = LapseWorld()
    world.add("bad", YESTERDAY)
    assert world.over(FailingRegister(world.store))().state is RunState.LEFT_UNDONE
    world.clock.move(days=5)
    assert lapsed(world.night()) == 1
