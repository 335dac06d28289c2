"""Write a snapshot of each payer's feed now, whatever month the last one is of: `python -m ops.write_snapshots --help`.

For a new payer who is not to wait, and for the first snapshot of a feed that is too long for the function's quarter of
an hour. It may be stopped and started again: it goes on where it was.
"""

import argparse
import sys
from collections.abc import Sequence
from zoneinfo import ZoneInfo

from lifecert.adapters.dynamodb.changes import DynamoChanges
from lifecert.adapters.s3.change_files import S3ChangeFiles
from lifecert.adapters.s3.snapshots import S3Snapshots
from lifecert.adapters.system_clock import SystemClock
from lifecert.application.feed.write_snapshots import Progress, WriteSnapshots
from ops.deployment import UNREACHABLE, add_arguments, client, dynamodb, output, outputs, parameter, parse, why


def main(arguments: Sequence[str] | None = None) -> int:
    """Exit status: 0 written, or nothing to write; 2 it could not be."""
    parser = argparse.ArgumentParser(prog="python -m ops.write_snapshots", description=(__doc__ or "").split("\n")[0])
    add_arguments(parser)
    parser.add_argument("--payer", metavar="CODE", help="only this one (default: all)")
    asked = parse(parser, arguments)
    try:
        return _run(asked)
    except UNREACHABLE as error:
        print(f"no snapshot: {why(error)}", file=sys.stderr)
        return 2


def _run(asked: argparse.Namespace) -> int:
    stack, endpoint = asked.stack, asked.endpoint_url
    found, payers = outputs(stack, endpoint), parameter(stack, endpoint, "Payers").split(",")
    if asked.payer and asked.payer not in payers:
        print(f"no snapshot: {asked.payer} is none of the payers {', '.join(payers)}", file=sys.stderr)
        return 2
    changes = DynamoChanges(dynamodb(endpoint), output(found, "ChangesTable"))
    s3, bucket = client("s3", endpoint), output(found, "ChangeFilesBucket")
    clock = SystemClock(ZoneInfo(parameter(stack, endpoint, "TimeZone")))
    chosen = [asked.payer] if asked.payer else payers
    write = WriteSnapshots(changes, S3ChangeFiles(s3, bucket), S3Snapshots(s3, bucket), clock, chosen)
    written = write(tell=_progress, anew=True)
    for one in written:
        print(f"{one.payer}: after file {one.number}, {one.lines:,} benefits")
    for payer in sorted({*chosen} - {one.payer for one in written}):
        print(f"{payer}: nothing new since the last one")
    return 0


def _progress(progress: Progress) -> None:
    print(f"{progress.payer}: part {progress.parts} of {progress.of}", file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
