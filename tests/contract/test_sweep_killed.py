"""Workers as processes that are killed (SIGKILL) half way, on Amazon's DynamoDB Local: nobody missed, nobody twice."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from lifecert.domain.sweep import RunState, Task
from local.dynamodb_local import Engine
from local.stack import ROOT
from tests.contract.test_sweep_races import all_lapsed_once, day_after
from tests.support.builders import VALID_UNTIL, registration
from tests.support.engines import SHARDS, DynamoTables
from tests.support.fakes.clock import FixedClock
from tests.support.fakes.sweep import MemoryReports, MemoryTasks
from tests.support.patience import PATIENCE_SECONDS
from tests.support.sweeping import Night, finished_run
from tests.support.worker_process import told

PEOPLE = 40


@contextmanager
def worker(engine: Engine, tables: DynamoTables, tasks: Sequence[Task]) -> Iterator["subprocess.Popen[str]"]:
    """A worker process, which is dead when the block ends."""
    days = (day_after().today() - FixedClock().today()).days
    command = [sys.executable, "-m", "tests.support.worker_process", engine.url, tables.prefix, str(days)]
    process = subprocess.Popen(
        [*command, *map(told, tasks)],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": ".:layers/core:layers/vision"},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


def go_on(process: "subprocess.Popen[str]") -> bool:
    """Wait for a worker's next person, and let it do that one; False when there is none."""
    assert process.stdin
    assert process.stdout
    if not process.stdout.readline():
        return False
    process.stdin.write("\n")
    process.stdin.flush()
    return True


def killed_at(process: "subprocess.Popen[str]", person: int) -> bool:
    """Kill a worker somewhere in its so-manieth person; False when it was done before."""
    if not all(go_on(process) for _ in range(person)):
        return False
    process.send_signal(signal.SIGKILL)
    return process.wait(timeout=PATIENCE_SECONDS) == -signal.SIGKILL


def lapsed(tables: DynamoTables) -> int:
    """How many are by now."""
    pages = tables.client.get_paginator("scan").paginate(TableName=tables.name("Beneficiaries"), ConsistentRead=True)
    return sum(item["lapsed"]["BOOL"] for page in pages for item in page["Items"])


def planned(tables: DynamoTables) -> tuple[Night, list[str], list[Task]]:
    stores = tables.stores()
    ids = []
    for _ in range(PEOPLE):
        change = registration(has_reference=False)
        stores.register.commit(change)
        ids.append(change.after.beneficiary_id)
    finished_run(stores.sweep_runs, VALID_UNTIL)
    night = Night(stores.register, stores.sweep_runs, day_after(), SHARDS, MemoryTasks(), MemoryReports())
    night.plan()
    return night, ids, [task for task, _ in night.queue.waiting]


def finished(night: Night, tables: DynamoTables, ids: list[str]) -> None:
    run = night.runs.newest()
    assert run
    night.close(run.run_id)  # as the watch does, should the last worker have died in its last write
    run = night.runs.newest()
    assert run
    assert (run.state, run.failed) == (RunState.FINISHED, 0)
    assert night.runs.last_finished() == day_after().today()
    all_lapsed_once(tables.stores(), ids)


def test_a_worker_killed_again_and_again_goes_on_where_it_stopped(
    dynamodb_local: Engine, amazon_tables: DynamoTables
) -> None:
    night, ids, tasks = planned(amazon_tables)
    seen = [0]
    for person in (3, 20):
        with worker(dynamodb_local, amazon_tables, tasks) as process:
            assert killed_at(process, person)
        seen.append(lapsed(amazon_tables))
        # Those before the one in hand are done, and of that one everything or nothing.
        assert seen[-2] + person - 1 <= seen[-1] <= seen[-2] + person
    with worker(dynamodb_local, amazon_tables, tasks) as process:
        process.communicate(timeout=PATIENCE_SECONDS)  # which also ends its input
        assert process.returncode == 0
    finished(night, amazon_tables, ids)


def test_of_two_workers_on_the_same_messages_one_is_killed(dynamodb_local: Engine, amazon_tables: DynamoTables) -> None:
    night, ids, tasks = planned(amazon_tables)
    with worker(dynamodb_local, amazon_tables, tasks) as lives, worker(dynamodb_local, amazon_tables, tasks) as dies:
        # One has read who is due when the other dies, and then meets those that were done meanwhile.
        assert go_on(lives)
        assert killed_at(dies, 5)
        lives.communicate(timeout=PATIENCE_SECONDS)
        assert lives.returncode == 0
    finished(night, amazon_tables, ids)
