"""Sweeps at once with each other and with certifications, and a sweep killed between two requests to the tables."""

import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any

import pytest

from lifecert.application.shared.certifying import Proof, certifying
from lifecert.application.shared.changing import change_newest
from lifecert.domain.actor import Actor, Role
from lifecert.domain.beneficiary import Beneficiary
from lifecert.domain.certificate import Method
from lifecert.domain.change import Change
from lifecert.domain.errors import VersionConflict
from lifecert.domain.hold import (
    HoldBatch,
    HoldChoice,
    HoldDecision,
    HoldGround,
    HoldOutcome,
    HoldProposal,
    HoldState,
)
from lifecert.domain.ledger import Detail, LedgerEvent, facts_of
from lifecert.domain.notice import Notice
from lifecert.domain.number import NumberClaim
from lifecert.domain.status import Certified, Status, transition
from lifecert.domain.sweep import JobKind, Partition, RunState, shard_of
from lifecert.ports.register import ChangingRegister
from ops.verify_ledger import LedgerCheck
from tests.support.builders import OFFICE, VALID_UNTIL, a_change, a_hold_candidate, an_id, registration, standing_of
from tests.support.engines import SHARDS, DynamoTables, Stores
from tests.support.fakes.clock import FixedClock
from tests.support.fakes.sweep import MemoryReports, MemoryTasks
from tests.support.patience import PATIENCE_SECONDS
from tests.support.sweeping import GRACE_DAYS, Night, finished_run

PEOPLE = 9


@dataclass
class InStep:
    """A register for two threads, which makes each wait until the other has read the same person too.

    So both have read the same version before either writes: every person is a collision.
    """

    register: ChangingRegister
    both: threading.Barrier = field(default_factory=lambda: threading.Barrier(2))
    read: set[tuple[int, str]] = field(default_factory=set)
    collisions: list[str] = field(default_factory=list)

    def get(self, beneficiary_id: str) -> Beneficiary | None:
        found = self.register.get(beneficiary_id)
        mine = (threading.get_ident(), beneficiary_id)
        if mine not in self.read:
            self.read.add(mine)
            self.both.wait(timeout=PATIENCE_SECONDS)
        return found

    def at_place(self, place: str) -> Beneficiary | NumberClaim | None:
        return self.register.at_place(place)

    def get_several(self, beneficiary_ids: Sequence[str]) -> tuple[Beneficiary, ...]:
        return self.register.get_several(beneficiary_ids)

    def find_by_person(self, person_keys: Sequence[str]) -> Beneficiary | None:
        return self.register.find_by_person(person_keys)

    def due(self, partition: Partition, after: str | None = None) -> Iterator[str]:
        return iter(list(self.register.due(partition, after)))

    def has_due(self, partition: Partition) -> bool:
        return self.register.has_due(partition)

    def commit(self, change: Change) -> None:
        try:
            self.register.commit(change)
        except VersionConflict:
            self.collisions.append(change.after.beneficiary_id)
            raise


def day_after() -> FixedClock:
    clock = FixedClock()
    clock.move(days=(VALID_UNTIL - clock.today()).days + 1)
    return clock


def prepared(stores: Stores) -> list[str]:
    """People whose year ended yesterday, and a run that finished the day before."""
    ids = []
    for _ in range(PEOPLE):
        change = registration(has_reference=False)
        stores.register.commit(change)
        ids.append(change.after.beneficiary_id)
    finished_run(stores.sweep_runs, VALID_UNTIL)
    return ids


def history(stores: Stores, beneficiary_id: str) -> list[LedgerEvent]:
    return [entry.event for entry in stores.ledger.entries(beneficiary_id)]


def all_lapsed_once(stores: Stores, ids: list[str]) -> None:
    check = LedgerCheck(stores.register, stores.ledger)
    assert [check(one) for one in ids] == [None] * len(ids)
    assert [history(stores, one) for one in ids] == [[LedgerEvent.REGISTERED, LedgerEvent.LAPSED]] * len(ids)
    assert {found.status for one in ids if (found := stores.register.get(one))} == {Status.LAPSED}


def both_work(night: Night) -> None:
    """Two workers, each of which gets every message: as when SQS hands one out twice."""
    tasks = [task for task, _ in night.queue.waiting]
    night.queue.waiting.clear()

    def work() -> None:
        for task in tasks:
            night.work(task)

    with ThreadPoolExecutor(2) as pool:
        for worker in [pool.submit(work) for _ in range(2)]:
            worker.result(timeout=PATIENCE_SECONDS)


def test_two_workers_on_the_same_jobs_lapse_everybody_once(racing: Stores) -> None:
    ids = prepared(racing)
    register, reports = InStep(racing.register), MemoryReports()
    night = Night(register, racing.sweep_runs, day_after(), SHARDS, reports=reports)
    night.plan()
    both_work(night)
    assert sorted(register.collisions) == sorted(ids)
    run = racing.sweep_runs.newest()
    assert run
    assert (run.state, run.failed) == (RunState.FINISHED, 0)
    # One of the two changed a person, the other left them alone. Whoever is slower notes what they did after the
    # report: it has what one of the two saw of every job, and may lack what the other changed there.
    tally = reports.written[0].tallies[JobKind.LAPSE]
    assert PEOPLE <= tally.seen <= 2 * PEOPLE
    assert tally.total <= PEOPLE
    assert racing.sweep_runs.last_finished() == day_after().today()
    all_lapsed_once(racing, ids)


def test_two_planners_at_once_hand_out_one_run(racing: Stores) -> None:
    ids = prepared(racing)
    queue = MemoryTasks()
    night = Night(racing.register, racing.sweep_runs, day_after(), SHARDS, queue)
    start = threading.Barrier(2)

    def plan() -> str:
        start.wait(timeout=PATIENCE_SECONDS)
        return night.plan().run_id

    with ThreadPoolExecutor(2) as pool:
        planned = [pool.submit(plan) for _ in range(2)]
        assert len({one.result(timeout=PATIENCE_SECONDS) for one in planned}) == 1
    assert len(queue.waiting) in (SHARDS, 2 * SHARDS)
    queue.drain(night.work)
    assert racing.sweep_runs.last_finished() == day_after().today()
    all_lapsed_once(racing, ids)


def test_who_certifies_while_the_sweep_writes_ends_certified(racing: Stores) -> None:
    ids = prepared(racing)
    register, clock = InStep(racing.register), day_after()
    night = Night(register, racing.sweep_runs, clock, SHARDS)
    night.plan()
    tasks = [task for task, _ in night.queue.waiting]
    order = [one for task in tasks for one in racing.register.due(Partition(task.job.day, task.job.shard))]

    def certified(before: Beneficiary) -> Change:
        moved = transition(standing_of(before), Certified(clock.today(), clock.today()), Role.USER)
        details = {"status": moved.standing.status, "valid_until": moved.standing.valid_until.isoformat()}
        return a_change(before, LedgerEvent.CERTIFIED, changed={"standing": moved.standing}, details=details)

    def certify() -> None:
        for beneficiary_id in order:
            assert change_newest(register, beneficiary_id, certified)

    with ThreadPoolExecutor(2) as pool:
        sweep = pool.submit(lambda: [night.work(task) for task in tasks])
        phones = pool.submit(certify)
        phones.result(timeout=PATIENCE_SECONDS)
        assert sweep.result(timeout=PATIENCE_SECONDS)[-1]
    assert sorted(register.collisions) == sorted(ids)
    check = LedgerCheck(racing.register, racing.ledger)
    for one in ids:
        assert check(one) is None
        assert history(racing, one)[-1] is LedgerEvent.CERTIFIED
        found = racing.register.get(one)
        assert found
        assert found.status is Status.ACTIVE
        assert found.valid_until > clock.today() + timedelta(days=360)


def approved(stores: Stores, clock: FixedClock) -> list[str]:
    """Lapsed people in a batch that is decided: all of them are to be held."""
    batch_id, ids = stores.hold_batches.gathering(OFFICE, an_id()), []
    for _ in range(PEOPLE):
        registered = registration(status=Status.LAPSED, has_reference=False)
        told = Notice(VALID_UNTIL, 0, registered.after.version + 1)
        day = VALID_UNTIL.isoformat()
        details: dict[str, Detail] = {"days_before": 0, "valid_until": day}
        due = a_change(registered.after, LedgerEvent.REMINDER_DUE, changed={"notice": told}, details=details)
        changed: dict[str, Any] = {"notice": replace(told, delivered_on=VALID_UNTIL)}
        arrived = a_change(due.after, LedgerEvent.NOTICE_DELIVERED, changed=changed, details={"delivered_on": day})
        for change in (registered, due, arrived):
            stores.register.commit(change)
        one = arrived.after
        proposed = HoldProposal(batch_id, VALID_UNTIL, clock.now())
        candidate = a_hold_candidate(one, batch_id, notice_delivered_on=VALID_UNTIL)
        parts = {"changed": {"hold_proposal": proposed}, "details": {"batch_id": batch_id}, "at": clock.now()}
        stores.register.commit(a_change(one, LedgerEvent.HOLD_PROPOSED, hold_candidates=(candidate,), **parts))
        ids.append(one.beneficiary_id)
    stores.hold_batches.open(HoldBatch(batch_id, "fund", "110101", "2026-06-01.1", clock.now(), PEOPLE))
    decision = HoldDecision(HoldChoice.ALL, HoldGround.NOT_HEARD_OF, "clerk-1", clock.now())
    assert stores.hold_batches.decide(batch_id, decision)
    return ids


def test_who_certifies_as_the_sweep_holds_ends_active_and_is_told_of_every_day_held(racing: Stores) -> None:
    clock = day_after()
    clock.move(days=GRACE_DAYS)
    ids = approved(racing, clock)
    register = InStep(racing.register)
    night = Night(register, racing.sweep_runs, clock, SHARDS, batches=racing.hold_batches)
    night.kinds = {JobKind.HOLD: night.kinds[JobKind.HOLD]}
    night.plan()
    tasks = [task for task, _ in night.queue.waiting]
    order = [one for task in tasks for one in night.kinds[JobKind.HOLD].people(racing.register, task.job)]
    assert sorted(order) == sorted(ids)
    proof = Proof(Method.FACE_SELF, clock.today(), "clerk-2", "e" * 64, "policy", "model", "calibration")

    def certified(before: Beneficiary) -> Change:
        actor = Actor("clerk-2", Role.CLERK)
        change, _ = certifying(before, proof, actor, clock.now(), clock.today(), {})
        return replace(change, certificate=None)

    def certify() -> None:
        for beneficiary_id in order:
            assert change_newest(register, beneficiary_id, certified)

    with ThreadPoolExecutor(2) as pool:
        sweep = pool.submit(lambda: [night.work(task) for task in tasks])
        pool.submit(certify).result(timeout=PATIENCE_SECONDS)
        assert sweep.result(timeout=PATIENCE_SECONDS)[-1]
    assert sorted(register.collisions) == sorted(ids)
    check = LedgerCheck(racing.register, racing.ledger)
    outcomes = {}
    for one in ids:
        assert check(one) is None
        entries = list(racing.ledger.entries(one))
        held = [entry.event for entry in entries].count(LedgerEvent.PAYMENT_HELD)
        assert entries[-1].event is LedgerEvent.CERTIFIED
        (told,) = facts_of(entries[-1])
        assert told["payment_was_held"] is bool(held)
        found = racing.register.get(one)
        assert found
        assert found.status is Status.ACTIVE
        assert found.held_since is None
        outcomes[one] = HoldOutcome.HELD if held else HoldOutcome.CERTIFIED
    (batch,) = racing.hold_batches.listed(HoldState.APPLIED, 10).items
    page = racing.hold_batches.candidates(batch.batch_id, PEOPLE)
    assert {one.beneficiary_id: one.outcome for one in page.items} == outcomes


class Killed(BaseException):
    """The process is gone."""


WRITING = ("TransactWriteItems", "PutItem", "UpdateItem")


def dying(tables: DynamoTables, moment: str, ends_at: int, do: Callable[[], object]) -> bool:
    """Do something that is killed around its so-manieth writing request; whether it came to that."""
    writes = 0

    def count(**_: Any) -> None:
        nonlocal writes
        writes += 1
        if writes == ends_at:
            raise Killed

    events = tables.client.meta.events
    for operation in WRITING:
        events.register(f"{moment}.dynamodb.{operation}", count)
    try:
        do()
    except Killed:
        return True
    finally:
        for operation in WRITING:
            events.unregister(f"{moment}.dynamodb.{operation}", count)
    return False


def lapsing(stores: Stores, clock: FixedClock) -> Night:
    """A night that lapses and does nothing else."""
    night = Night(stores.register, stores.sweep_runs, clock, SHARDS)
    night.kinds = {JobKind.LAPSE: night.kinds[JobKind.LAPSE]}
    return night


@pytest.mark.parametrize("moment", ["before-call", "after-call"])
def test_a_sweep_killed_around_any_request_is_made_good(moment: str, moto_tables: DynamoTables) -> None:
    """Also between the two requests that end a run."""
    stores, clock = moto_tables.stores(), day_after()
    ends_at, killed, ids = 0, True, []
    while killed:
        ends_at += 1
        ids += prepared_again(stores, clock)
        killed = dying(moto_tables, moment, ends_at, lapsing(stores, clock))
        run = lapsing(stores, clock)()
        assert run.state is RunState.FINISHED
        assert stores.sweep_runs.last_finished() == clock.today()
        all_lapsed_once(stores, ids)
    # Begun, one job opened in each of two shards, running; three lapses; each job noted and finished; the pointer
    # and the end; and the run that nothing ended.
    assert ends_at == 1 + 2 + 1 + 3 + 2 * 2 + 2 + 1


def prepared_again(stores: Stores, clock: FixedClock) -> list[str]:
    """Three people in two shards whose year ends today, seen from tomorrow."""
    today = clock.today()
    if stores.sweep_runs.newest() is None:
        finished_run(stores.sweep_runs, today)
    while True:
        changes = [registration(valid_until=today, has_reference=False) for _ in range(3)]
        if {shard(change) for change in changes} == {0, 1}:
            break
    for change in changes:
        stores.register.commit(change)
    clock.move(days=1)
    return [change.after.beneficiary_id for change in changes]


def shard(change: Change) -> int:
    return shard_of(change.after.beneficiary_id, SHARDS)
