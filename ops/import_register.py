"""Bring the file of an existing register in and let it be checked: `python -m ops.import_register --help`.

The file goes into the imports bucket in pieces, however long it is, and the dry run begins. Nobody is registered: a
clerk who looks at the dry run releases it over the API, naming the digest that is printed here. It may be stopped and
started again: the same file of the same register is the same import.
"""

import argparse
import hashlib
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from lifecert.adapters.dynamodb.import_runs import DynamoImportRuns
from lifecert.adapters.messages.import_tasks import SqsImportTasks
from lifecert.adapters.s3.register_files import S3RegisterFiles
from lifecert.adapters.system_clock import SystemClock
from lifecert.application.office.prepare_import import NewImport, PrepareImport, StartDryRun
from lifecert.domain.actor import Group, User
from lifecert.domain.intake import PART_BYTES, Encoding, ImportState, RegisterImport
from lifecert.entry.setting_values import schemes_of
from lifecert.ports.clock import Clock
from lifecert.ports.intake import ImportQueue, ImportRuns, RegisterFiles
from ops.deployment import (
    UNREACHABLE,
    add_arguments,
    client,
    dynamodb,
    operator,
    output,
    outputs,
    parameter,
    parse,
    why,
)

POLL_SECONDS = 5.0


def digest_of(path: Path, part_bytes: int = PART_BYTES) -> str:
    """The digest that the dry run tells of the same file."""
    parts = ""
    with path.open("rb") as file:
        while part := file.read(part_bytes):
            parts += hashlib.sha256(part).hexdigest()
    return hashlib.sha256(parts.encode()).hexdigest()


class BringIn:
    """Prepares an import, lets its file be uploaded if it has none, and starts the dry run."""

    def __init__(
        self,
        runs: ImportRuns,
        files: RegisterFiles,
        queue: ImportQueue,
        clock: Clock,
        upload: Callable[[Path, str], None],
    ) -> None:
        """`upload` puts a file to a place of the bucket."""
        self._runs = runs
        self._upload = upload
        self._prepare = PrepareImport(runs, files, clock)
        # Who runs this reads the tables anyway: nothing is counted.
        self._dry_run = StartDryRun(runs, files, queue, counting=lambda _user: None)

    def __call__(self, path: Path, source: str, encoding: Encoding | None, operator: str) -> RegisterImport:
        """The import as it begins, or is already. Raises LifeCertError."""
        digest, user = digest_of(path), User(operator, frozenset({Group.CLERK}))
        new = NewImport(source, encoding=encoding, file=f"{digest}{path.suffix}")
        begun = self._prepare(new, user, f"{source} {digest}").register_import
        if begun.state is ImportState.AWAITING_FILE:
            self._upload(path, begun.file)
        return self._dry_run(begun.import_id, user) if not begun.state.is_over else begun


def main(arguments: Sequence[str] | None = None) -> int:
    """Exit status: 0 checked, or registered already; 1 the file is refused; 2 it could not be brought in."""
    parser = argparse.ArgumentParser(prog="python -m ops.import_register", description=(__doc__ or "").split("\n")[0])
    add_arguments(parser)
    parser.add_argument("file", type=Path, metavar="FILE", help="CSV with a header, or JSON Lines")
    parser.add_argument("--source", required=True, metavar="CODE", help="a code for the register that it comes from")
    parser.add_argument("--encoding", choices=list(Encoding), help="how it is written (default: found out)")
    asked = parse(parser, arguments)
    if not asked.file.is_file():
        parser.error(f"{asked.file} is no file")
    try:
        return _run(asked)
    except UNREACHABLE as error:
        print(f"not brought in: {why(error)}", file=sys.stderr)
        return 2


def _run(asked: argparse.Namespace) -> int:
    stack, endpoint = asked.stack, asked.endpoint_url
    found = outputs(stack, endpoint)
    s3, bucket = client("s3", endpoint), output(found, "ImportsBucket")
    runs = DynamoImportRuns(dynamodb(endpoint), output(found, "ImportRunsTable"))
    queue = SqsImportTasks(client("sqs", endpoint), output(found, "ImportQueueUrl"))
    clock = SystemClock(ZoneInfo(parameter(stack, endpoint, "TimeZone")))

    def upload(path: Path, key: str) -> None:
        s3.upload_file(str(path), bucket, key)

    bring_in = BringIn(
        runs, S3RegisterFiles(s3, bucket, schemes_of(parameter(stack, endpoint, "NumberSchemes"))), queue, clock, upload
    )
    encoding = Encoding(asked.encoding) if asked.encoding else None
    one = bring_in(asked.file, asked.source, encoding, operator(endpoint))
    return ended(one, runs)


def ended(one: RegisterImport, runs: ImportRuns) -> int:
    """Wait until the dry run is over, and tell what came of it. Exit status 1: the file is refused."""
    while one.state in (ImportState.SURVEYING, ImportState.CHECKING):
        time.sleep(POLL_SECONDS)
        one = runs.get(one.import_id) or one
    print("\n".join(told(one)))
    return 1 if one.state is ImportState.REFUSED else 0


def told(one: RegisterImport) -> Sequence[str]:
    """What an operator is told of an import: counts, and nothing of what a line says."""
    lines = [f"import {one.import_id}: {one.state}"]
    if one.fault:
        lines.append(f"the file as a whole is refused: {one.fault}")
    tally: Any = one.registered or one.checked
    if tally:
        lines.append(f"{tally.lines:,} lines; {tally.people:,} people, {tally.benefits:,} benefits")
        for name, counts in (("years", tally.years), ("known", tally.known), ("refused", tally.refused)):
            lines += [f"  {name}: {key} {number:,}" for key, number in sorted(counts.items())]
    if one.same_as:
        lines.append(f"the very same file as import {one.same_as}")
    if one.state is ImportState.CHECKED:
        lines.append(f"another person releases it: POST /staff/imports/{one.import_id}/release, digest {one.digest}")
    return lines


if __name__ == "__main__":
    sys.exit(main())
