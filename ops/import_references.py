"""Bring a list of photos in and let them be checked: `python -m ops.import_references --help`.

The photos go into the imports bucket under names of their own content, for files are often called by their person's
number; the list then names them so. Nobody is enrolled: a clerk who looks at the dry run releases it over the API,
naming the digest that is printed here. It may be stopped and started again: the same list is the same import.
"""

import argparse
import csv
import hashlib
import io
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from zoneinfo import ZoneInfo

from lifecert.adapters.dynamodb.import_runs import DynamoImportRuns
from lifecert.adapters.messages.import_tasks import SqsImportTasks
from lifecert.adapters.s3.imported_photos import FOLDER
from lifecert.adapters.s3.register_files import S3RegisterFiles
from lifecert.adapters.system_clock import SystemClock
from lifecert.application.office.prepare_import import NewImport, PrepareImport, StartDryRun
from lifecert.domain.actor import Group, User
from lifecert.domain.intake import ImportKind, ImportState
from lifecert.entry.setting_values import schemes_of
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
from ops.import_register import ended


def renamed(listed: str, folder: Path, upload: Callable[[Path, str], None]) -> Iterator[str]:
    """The lines of a list, its photos uploaded and named by their content. A photo that is not there keeps its name, so
    that its line is refused by itself."""
    rows = list(csv.reader(io.StringIO(listed)))
    if not rows or "photo" not in rows[0]:
        yield from listed.splitlines()
        return
    place = rows[0].index("photo")
    for number, row in enumerate(rows):
        if number and place < len(row):
            path = folder / row[place]
            inside = path.resolve().is_relative_to(folder.resolve())
            if inside and path.is_file():
                name = f"{hashlib.sha256(path.read_bytes()).hexdigest()[:40]}{path.suffix.lower()}"
                upload(path, f"{FOLDER}{_parted(name)}")
                row[place] = _parted(name)
            else:
                row[place] = f"missing-{number}"
        text = io.StringIO()
        csv.writer(text, lineterminator="").writerow(row)
        yield text.getvalue()


def _parted(name: str) -> str:
    # Sixteen digits in a row at most: none reads as an ID number.
    return "/".join(name[start : start + 10] for start in range(0, 40, 10)) + name[40:]


def main(arguments: Sequence[str] | None = None) -> int:
    """Exit status: 0 checked, or enrolled already; 1 the list is refused; 2 it could not be brought in."""
    parser = argparse.ArgumentParser(prog="python -m ops.import_references", description=(__doc__ or "").split("\n")[0])
    add_arguments(parser)
    parser.add_argument("file", type=Path, metavar="LIST", help="CSV with a header, in UTF-8")
    parser.add_argument("--photos", required=True, type=Path, metavar="FOLDER", help="where the photos lie")
    parser.add_argument("--source", required=True, metavar="CODE", help="a code for where the photos come from")
    asked = parse(parser, arguments)
    if not asked.file.is_file() or not asked.photos.is_dir():
        parser.error("no list, or no folder of photos")
    try:
        return _run(asked)
    except UNREACHABLE as error:
        print(f"not brought in: {why(error)}", file=sys.stderr)
        return 2


def _run(asked: argparse.Namespace) -> int:
    stack, endpoint = asked.stack, asked.endpoint_url
    found = outputs(stack, endpoint)
    s3, bucket = client("s3", endpoint), output(found, "ImportsBucket")
    runs, files = (
        DynamoImportRuns(dynamodb(endpoint), output(found, "ImportRunsTable")),
        S3RegisterFiles(s3, bucket, schemes_of(parameter(stack, endpoint, "NumberSchemes"))),
    )
    queue = SqsImportTasks(client("sqs", endpoint), output(found, "PhotoQueueUrl"))
    clock = SystemClock(ZoneInfo(parameter(stack, endpoint, "TimeZone")))
    user = User(operator(endpoint), frozenset({Group.CLERK}))
    lines = renamed(
        asked.file.read_text(encoding="utf-8-sig"),
        asked.photos,
        lambda path, key: s3.upload_file(str(path), bucket, key),
    )
    content = "".join(f"{line}\n" for line in lines).encode()
    digest = hashlib.sha256(content).hexdigest()
    new = NewImport(asked.source, ImportKind.REFERENCES, file=f"{digest}.csv")
    one = PrepareImport(runs, files, clock)(new, user, f"{asked.source} {digest}").register_import
    if one.state is ImportState.AWAITING_FILE:
        files.write(one.file, content)
    if not one.state.is_over:
        one = StartDryRun(runs, files, queue, counting=lambda _user: None)(one.import_id, user)
    return ended(one, runs)


if __name__ == "__main__":
    sys.exit(main())
