"""A sweep that proposes and holds dies at any of its writes: the next puts everything right, and nobody is held twice,
without approval, or for nothing."""

import pytest

from lifecert.domain.hold import HoldChoice, HoldOutcome, HoldState
from lifecert.domain.ledger import LedgerEvent
from lifecert.domain.status import Status
from lifecert.domain.sweep import RunState
from ops.verify_ledger import LedgerCheck
from tests.support.holding import HoldWorld
from tests.support.mortal import Killed, Life, mortal_night
from tests.support.sweeping import finished_run

APPROVED, REJECTED, NEXT = ("slow 1", "slow 2", "slow 3"), ("spared",), ("next 1", "next 2")


def the_eve() -> HoldWorld:
    """Tonight a decided batch is applied, and two more people are proposed, lapsed and told."""
    world = HoldWorld()
    for name in (*APPROVED, *REJECTED, "quick"):
        world.add(name, days_left=7)
    for name in NEXT:
        world.add(name, days_left=8)
    world.night()
    for name in (*APPROVED, *REJECTED, "quick", *NEXT):
        assert world.deliver(name)
    world.clock.move(days=7)
    finished_run(world.store.sweep_runs, world.clock.today())
    world.nights(2)
    world.clock.move(days=world.grace_days - 2)
    # The nights between had nothing to do, and went well.
    finished_run(world.store.sweep_runs, world.clock.today())
    world.add("ends", days_left=1)
    world.nights()
    assert world.the_batch().candidates == 5
    world.decide(HoldChoice.ALL_BUT, *REJECTED)
    world.certify("quick")
    world.clock.move(days=1)
    return world


def writes_of_the_night() -> int:
    life, world = Life(), the_eve()
    mortal_night(world, life)()
    return life.writes


WRITES = writes_of_the_night()
EVERYBODY = (*APPROVED, *REJECTED, *NEXT, "quick", "ends")


def right(world: HoldWorld) -> None:
    """Held are exactly those approved, proposed exactly those due, each once; the batch says why of everybody."""
    (batch,) = world.batches(HoldState.APPLIED)
    assert world.outcomes(batch.batch_id) == {
        **dict.fromkeys(APPROVED, HoldOutcome.HELD),
        **dict.fromkeys(REJECTED, HoldOutcome.REJECTED),
        "quick": HoldOutcome.CERTIFIED,
    }
    assert batch.outcomes == {HoldOutcome.HELD: 3, HoldOutcome.REJECTED: 1, HoldOutcome.CERTIFIED: 1}
    assert {name for name in EVERYBODY if world.standing(name).held_since} == set(APPROVED)
    for name in EVERYBODY:
        counts = [world.events(name).count(event) for event in (LedgerEvent.HOLD_PROPOSED, LedgerEvent.PAYMENT_HELD)]
        assert counts == [name != "ends", name in APPROVED], name
    assert world.events(REJECTED[0]).count(LedgerEvent.HOLD_DROPPED) == 1
    in_open = [name for one in world.batches(HoldState.OPEN) for name in world.outcomes(one.batch_id)]
    assert sorted(in_open) == sorted(NEXT)
    assert world.standing("ends").status is Status.LAPSED
    check = LedgerCheck(world.store.register, world.store.ledger)
    assert [check(name) for name in EVERYBODY] == [None] * len(EVERYBODY)


def test_the_night_has_every_kind_of_write() -> None:
    world = the_eve()
    assert world.night().state is RunState.FINISHED
    right(world)
    # Begun, laid out and sent; three held, one rejected, one left, two proposed and one lapsed; jobs noted and
    # finished; the batches found, one opened, the other settled; the report and the end.
    jobs = len(world.store.sweep_runs.finished_jobs(world.store.sweep_runs.newest_id or ""))
    noted = sum(run == world.store.sweep_runs.newest_id for run, _, _ in world.store.sweep_runs.noted)
    assert WRITES == 3 + (3 + 1 + 1 + 2 + 1) + jobs + noted + 1 + 2 + 2  # noqa: SIM300


@pytest.mark.parametrize("took_effect", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("write", range(1, WRITES + 1))
@pytest.mark.parametrize("days", [0, 1, 9], ids=["at once", "next night", "after nine nights"])
def test_a_night_killed_at_any_write_is_made_good_by_the_next(write: int, took_effect: bool, days: int) -> None:
    world = the_eve()
    with pytest.raises(Killed):
        mortal_night(world, Life(write, took_effect))()
    world.clock.move(days=days)
    if days:
        world.queue.waiting.clear()  # not even the queue survived
    assert world.night().state is RunState.FINISHED
    right(world)
    world.night()
    right(world)


@pytest.mark.parametrize("took_effect", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("write", range(4, WRITES + 1))
def test_a_worker_killed_at_any_write_is_made_good_by_the_queue_and_the_watch(write: int, took_effect: bool) -> None:
    world = the_eve()
    with pytest.raises(Killed):
        mortal_night(world, Life(write, took_effect))()
    world.queue.drain(world.night.work)
    assert world.night.watch().state is RunState.FINISHED
    right(world)


@pytest.mark.parametrize("took_effect", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("write", range(1, WRITES + 1))
def test_who_certifies_between_death_and_restart_ends_active(write: int, took_effect: bool) -> None:
    world = the_eve()
    with pytest.raises(Killed):
        mortal_night(world, Life(write, took_effect))()
    for name in (APPROVED[0], NEXT[0], REJECTED[0]):
        world.certify(name)
    assert world.night().state is RunState.FINISHED
    for name in (APPROVED[0], NEXT[0], REJECTED[0]):
        assert world.standing(name).status is Status.ACTIVE
        assert world.standing(name).held_since is None
    assert world.batches(HoldState.DECIDED) == ()
    assert {name for name in EVERYBODY if world.standing(name).held_since} == set(APPROVED[1:])
    check = LedgerCheck(world.store.register, world.store.ledger)
    assert [check(name) for name in EVERYBODY] == [None] * len(EVERYBODY)


def test_two_workers_on_every_message_of_the_night_do_everything_once() -> None:
    """Each message comes twice, in turn, and in the other order the second time."""
    world = the_eve()
    world.night.plan()
    tasks = [task for task, _ in world.queue.waiting]
    world.queue.waiting.clear()
    for task in [*tasks, *reversed(tasks)]:
        world.night.work(task)
    right(world)
