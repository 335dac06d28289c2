"""A worker of the sweep as a process of its own: `python -m tests.support.worker_process URL PREFIX DAYS TASK...`.

It takes tasks as the queue hands them out, one after the other, says on its output when the next person's turn has
come, and waits for a line: whoever started it may kill it in the middle of a person, however busy the machine is.
"""

import json
import sys
from datetime import date

from botocore.config import Config

from lifecert.domain.sweep import Job, JobKind, Task
from local.aws import Aws
from tests.support.engines import SHARDS, DynamoTables
from tests.support.fakes.clock import FixedClock
from tests.support.patience import PATIENCE_SECONDS
from tests.support.sweeping import Night


def told(task: Task) -> str:
    """A task as an argument."""
    return json.dumps([task.run_id, task.job.kind, task.job.day.isoformat(), task.job.shard])


def task_of(text: str) -> Task:
    """What `told` told."""
    run_id, kind, day, shard = json.loads(text)
    return Task(run_id, Job(JobKind(kind), date.fromisoformat(day), shard))


class Saying:
    """The pace: it says that the next person's turn has come, and waits to be told to go on; at the end of its input it
    goes on by itself."""

    def __call__(self) -> None:
        print("next", flush=True)  # noqa: T201 - read by the test
        sys.stdin.readline()


def main(url: str, prefix: str, days: str, *tasks: str) -> None:
    """Do the tasks, `days` after the day of the test."""
    client = (
        Aws(url)
        .session()
        .client("dynamodb", endpoint_url=url, config=Config(proxies={}, read_timeout=PATIENCE_SECONDS))
    )
    stores = DynamoTables(client, prefix).stores()
    clock = FixedClock()
    clock.move(days=int(days))
    night = Night(stores.register, stores.sweep_runs, clock, SHARDS)
    night.pace = Saying()  # type: ignore[assignment]
    for task in map(task_of, tasks):
        night.work(task)


if __name__ == "__main__":
    main(*sys.argv[1:])
