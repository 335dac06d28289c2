"""Sweeps at once with each other and with certifications, and a sweep killed between two requests to the tables."""

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import pytest

from lifecert.application.changing import change_newest
from lifecert.application.sweep import Sweep
from lifecert.domain.actor import Role
from lifecert.domain.beneficiary import Beneficiary, Change
from lifecert.domain.errors import VersionConflict
from lifecert.domain.ledger import LedgerEvent
from lifecert.domain.status import Certified, Status, transition
from lifecert.domain.sweep import Partition, SweepRun
from lifecert.ports.stores import Register
from tests.builders import VALID_UNTIL, a_change, registration
from tests.contract.engines import SHARDS, DynamoTables, Stores
from tests.fakes import FixedClock
from tools.verify_ledger import LedgerCheck

PEOPLE = 9


@dataclass
class InStep:
    """A register for two threads, which makes each wait until the other has read the same person too.

    So both have read the same version before either writes: every person is a collision.
    """

    register: Register
    both: threading.Barrier = field(default_factory=lambda: threading.Barrier(2))
    read: set[tuple[int, str]] = field(default_factory=set)
    collisions: list[str] = field(default_factory=list)

    def get(self, beneficiary_id: str) -> Beneficiary | None:
        found = self.register.get(beneficiary_id)
        mine = (threading.get_ident(), beneficiary_id)
        if mine not in self.read:
            self.read.add(mine)
            self.both.wait(timeout=20)
        return found

    def find_by_person(self, person_key: str) -> Beneficiary | None:
        return self.register.find_by_person(person_key)

    def due(self, partition: Partition) -> Iterator[str]:
        return self.register.due(partition)

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
        change = registration()
        stores.register.commit(change)
        ids.append(change.after.beneficiary_id)
    stores.sweep_runs.save(SweepRun(VALID_UNTIL, VALID_UNTIL, finished=True))
    return ids


def history(stores: Stores, beneficiary_id: str) -> list[LedgerEvent]:
    return [entry.event for entry in stores.ledger.entries(beneficiary_id)]


def all_lapsed_once(stores: Stores, ids: list[str]) -> None:
    check = LedgerCheck(stores.register, stores.ledger)
    assert [check(one) for one in ids] == [None] * len(ids)
    assert [history(stores, one) for one in ids] == [[LedgerEvent.REGISTERED, LedgerEvent.LAPSED]] * len(ids)
    assert {found.standing.status for one in ids if (found := stores.register.get(one))} == {Status.LAPSED}


def test_two_sweeps_at_once_lapse_everybody_once(racing: Stores) -> None:
    ids = prepared(racing)
    register = InStep(racing.register)
    with ThreadPoolExecutor(2) as pool:
        sweeps = [pool.submit(Sweep(register, racing.sweep_runs, day_after(), SHARDS)) for _ in range(2)]
        runs = [sweep.result(timeout=60) for sweep in sweeps]
    assert sorted(register.collisions) == sorted(ids)
    assert all(run.finished for run in runs)
    # Each person is in the report of one run, and left alone by the other.
    assert sum(run.lapsed_total for run in runs) == sum(run.left_alone for run in runs) == PEOPLE
    assert racing.sweep_runs.last_finished() == day_after().today()
    all_lapsed_once(racing, ids)


def test_who_certifies_while_the_sweep_writes_ends_certified(racing: Stores) -> None:
    ids = prepared(racing)
    register, clock = InStep(racing.register), day_after()
    order = [one for shard in range(SHARDS) for one in racing.register.due(Partition(VALID_UNTIL, shard))]

    def certified(before: Beneficiary) -> Change:
        moved = transition(before.standing, Certified(clock.today(), clock.today()), Role.USER)
        details = {"status": moved.standing.status, "valid_until": moved.standing.valid_until.isoformat()}
        return a_change(before, LedgerEvent.CERTIFIED, changed={"standing": moved.standing}, details=details)

    def certify() -> None:
        for beneficiary_id in order:
            assert change_newest(register, beneficiary_id, certified)

    with ThreadPoolExecutor(2) as pool:
        sweep = pool.submit(Sweep(register, racing.sweep_runs, clock, SHARDS))
        phones = pool.submit(certify)
        phones.result(timeout=60)
        assert sweep.result(timeout=60).finished
    assert sorted(register.collisions) == sorted(ids)
    check = LedgerCheck(racing.register, racing.ledger)
    for one in ids:
        assert check(one) is None
        assert history(racing, one)[-1] is LedgerEvent.CERTIFIED
        found = racing.register.get(one)
        assert found
        assert found.standing.status is Status.ACTIVE
        assert found.standing.valid_until > clock.today() + timedelta(days=360)


class Killed(BaseException):
    """The process is gone."""


WRITING = ("TransactWriteItems", "PutItem", "UpdateItem")


@pytest.mark.parametrize("moment", ["before-call", "after-call"])
def test_a_sweep_killed_around_any_request_is_made_good(moment: str, moto_tables: DynamoTables) -> None:
    """Also between the two requests that save a finished run."""
    stores, clock = moto_tables.stores(), day_after()
    ends_at, killed, ids = 0, True, []
    while killed:
        ends_at, killed = ends_at + 1, False
        ids += prepared_again(stores, clock)
        writes = 0

        def count(**_: Any) -> None:
            nonlocal writes
            writes += 1
            if writes == ends_at:  # noqa: B023 (unregistered below)
                raise Killed

        events = moto_tables.client.meta.events
        for operation in WRITING:
            events.register(f"{moment}.dynamodb.{operation}", count)
        try:
            Sweep(stores.register, stores.sweep_runs, clock, SHARDS)()
        except Killed:
            killed = True
        finally:
            for operation in WRITING:
                events.unregister(f"{moment}.dynamodb.{operation}", count)
        Sweep(stores.register, stores.sweep_runs, clock, SHARDS)()
        assert stores.sweep_runs.last_finished() == clock.today()
        all_lapsed_once(stores, ids)
    # Three lapses, three days in two shards, the end and the pointer to it, and the run that nothing ended.
    assert ends_at == 3 + 3 * 2 + 2 + 1


def prepared_again(stores: Stores, clock: FixedClock) -> list[str]:
    """Three people whose year ends today, seen from tomorrow."""
    today = clock.today()
    stores.sweep_runs.save(SweepRun(today, today, finished=True))
    changes = [registration(valid_until=today) for _ in range(3)]
    for change in changes:
        stores.register.commit(change)
    clock.move(days=1)
    return [change.after.beneficiary_id for change in changes]
