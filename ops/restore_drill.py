"""Prove that the register and its ledger can be restored: `python -m ops.restore_drill --help`.

Restores both tables beside the real ones as they were at one moment, verifies every chain of what was restored, says
how long it took, and deletes what it made. The real tables are only read.
"""

import argparse
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from ops.deployment import UNREACHABLE, add_arguments, dynamodb, output, outputs, parse, why
from ops.verify_ledger import WholeLedger
from ops.words import people

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

Restore = Callable[["DynamoDBClient", str, str], None]
# A large table takes hours to restore.
_PATIENCE: Any = {"Delay": 5, "MaxAttempts": 5000}
_BATCH = 25


def to_moment(moment: datetime | None) -> Restore:
    """Restoring by point-in-time recovery, to the newest moment there is for None."""

    def restore(client: "DynamoDBClient", source: str, target: str) -> None:
        when: Any = {"RestoreDateTime": moment} if moment else {"UseLatestRestorableTime": True}
        client.restore_table_to_point_in_time(SourceTableName=source, TargetTableName=target, **when)

    return restore


def by_copy(client: "DynamoDBClient", source: str, target: str) -> None:
    """Restoring by reading the table whole: for the local AWS, which has no point-in-time recovery."""
    table = client.describe_table(TableName=source)["Table"]
    keys = {key["AttributeName"] for key in table["KeySchema"]}
    client.create_table(
        TableName=target,
        KeySchema=table["KeySchema"],
        AttributeDefinitions=[one for one in table["AttributeDefinitions"] if one["AttributeName"] in keys],
        BillingMode="PAY_PER_REQUEST",
    )
    client.get_waiter("table_exists").wait(TableName=target)
    for page in client.get_paginator("scan").paginate(TableName=source, ConsistentRead=True):
        for first in range(0, len(page["Items"]), _BATCH):
            batch: Any = [{"PutRequest": {"Item": item}} for item in page["Items"][first : first + _BATCH]]
            left: Any = {target: batch}
            while left:
                left = client.batch_write_item(RequestItems=left).get("UnprocessedItems")


def drill(
    client: "DynamoDBClient", beneficiaries: str, ledger: str, restore: Restore, say: Callable[[str], None]
) -> bool:
    """Restore, verify, clean up; whether every chain was whole. Raises what AWS raises, with nothing left behind."""
    began = time.monotonic()
    with _restored(client, (beneficiaries, ledger), restore) as (register_copy, ledger_copy):
        say(f"restored beside the real tables after {time.monotonic() - began:.0f} s: {register_copy}, {ledger_copy}")
        walked = WholeLedger(client, register_copy, ledger_copy, segments=4)(say, lambda _: None)
        whole = not walked.broken and walked.people > 0
        said = "every chain is whole" if whole else f"{len(walked.broken)} broken"
        if not walked.people:
            said = "NOTHING was restored"
        say(f"{people(walked.people)} verified after {time.monotonic() - began:.0f} s: {said}")
    return whole


@contextmanager
def _restored(client: "DynamoDBClient", sources: Sequence[str], restore: Restore) -> Iterator[list[str]]:
    mark = datetime.now(UTC).strftime("drill-%Y%m%d%H%M%S")
    targets: list[str] = []
    try:
        for source in sources:
            target = f"{source[:200]}-{mark}"
            restore(client, source, target)
            targets.append(target)
        for target in targets:
            client.get_waiter("table_exists").wait(TableName=target, WaiterConfig=_PATIENCE)
        yield targets
    finally:
        for target in targets:
            client.get_waiter("table_exists").wait(TableName=target, WaiterConfig=_PATIENCE)
            client.delete_table(TableName=target)


def main(arguments: Sequence[str] | None = None) -> int:
    """Exit status: 0 restored and whole, 1 broken or empty, 2 it could not be done."""
    parser = argparse.ArgumentParser(prog="python -m ops.restore_drill", description=(__doc__ or "").split("\n")[0])
    add_arguments(parser)
    parser.add_argument("--at", type=datetime.fromisoformat, metavar="TIME", help="moment with its zone (now)")
    parser.add_argument("--by-copy", action="store_true", help="for an AWS without point-in-time recovery (make dev)")
    asked = parse(parser, arguments)
    if asked.at and asked.at.tzinfo is None:
        parser.error("--at needs a time zone, such as 2026-11-25T08:00:00+00:00")
    try:
        found = outputs(asked.stack, asked.endpoint_url)
        tables = output(found, "BeneficiariesTable"), output(found, "LedgerTable")
        restore = by_copy if asked.by_copy else to_moment(asked.at)
        return 0 if drill(dynamodb(asked.endpoint_url), *tables, restore, print) else 1
    except UNREACHABLE as error:
        print(f"restore drill: {why(error)}", file=sys.stderr)
        return 2


if __name__ == "__main__":
    sys.exit(main())
