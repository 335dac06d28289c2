"""`make bench-snapshots`: what snapshots of a payer's feed take in time and memory, and what starting from one does.

Made-up change files of everybody's registration and a year are put into a folder, laid out as the bucket is. Then, each
in a process of its own: the first snapshot, from file 1 on; a month more, and the snapshot after it; and the example.
"""

import argparse
import io
import json
import multiprocessing
import os
import random
import resource
import runpy
import sys
import time
import uuid
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import islice
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from zoneinfo import ZoneInfo

from botocore.exceptions import ClientError

from lifecert.adapters.s3.change_files import S3ChangeFiles
from lifecert.adapters.s3.snapshots import S3Snapshots
from lifecert.adapters.system_clock import SystemClock
from lifecert.application.feed.write_change_files import LINES
from lifecert.application.feed.write_snapshots import WriteSnapshots
from lifecert.domain.change_file import FeedHead, content_of, head_after, manifest_of
from lifecert.domain.published import PublishedEvent

PAYER = "fund"
START = datetime(2026, 1, 1, tzinfo=UTC)
# Of a hundred people, in a year: so many certify, and so many of them had lapsed before; a hold is one in a thousand.
CERTIFY, LAPSE = 95, 20


@dataclass(frozen=True, slots=True)
class FolderS3:
    """As much of a client of S3 as the feed needs, over a folder."""

    path: Path

    def put_object(self, **asked: Any) -> None:
        """Write a file, if there is none."""
        path = self.path / asked["Key"]
        if path.exists():
            raise ClientError({"Error": {"Code": "PreconditionFailed"}}, "PutObject")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(asked["Body"])

    def get_object(self, **asked: Any) -> dict[str, Any]:
        """Read a file."""
        path = self.path / asked["Key"]
        if not path.exists():
            raise ClientError({"Error": {"Code": "NoSuchKey"}}, "GetObject")
        return {"Body": io.BytesIO(path.read_bytes())}

    def get_paginator(self, _: str) -> "FolderS3":
        """Of list_objects_v2."""
        return self

    def paginate(self, **asked: Any) -> Iterator[dict[str, Any]]:
        """The folders in one."""
        inside = self.path / asked["Prefix"]
        yield {"CommonPrefixes": [{"Prefix": f"{asked['Prefix']}{path.name}/"} for path in sorted(inside.glob("*"))]}


@dataclass(frozen=True, slots=True)
class Feed:
    """A payer's files and snapshots in a folder, laid out as in the bucket."""

    path: Path

    @property
    def files(self) -> S3ChangeFiles:
        """Its change files."""
        return S3ChangeFiles(self._client, "")

    @property
    def snapshots(self) -> S3Snapshots:
        """Its snapshots."""
        return S3Snapshots(self._client, "")

    def head(self, payer: str) -> FeedHead:
        """Where it stands: after the newest file."""
        newest = max(self.path.glob(f"changes/{payer}/*.manifest.json"), default=None)
        if newest is None:
            return FeedHead()
        members = json.loads(newest.read_bytes())
        return FeedHead(members["number"], members["last_sequence"], members["sha256"])

    @property
    def _client(self) -> Any:
        return FolderS3(self.path)


def a_year(people: int, seed: int) -> Iterator[PublishedEvent]:
    """Everybody registered, and what happens in a year, in some order."""
    chance = random.Random(seed)  # noqa: S311 - nothing secret
    ids = [str(uuid.UUID(int=chance.getrandbits(128), version=4)) for _ in range(people)]
    for one in ids:
        yield an_event(one, 1, "BeneficiaryRegistered", START, category="resident_pension", district="110101")
    for number, one in enumerate(ids):
        yield from _year_of(one, 2, START + timedelta(seconds=30 * number % 31_000_000), chance)


def a_month(people: int, seed: int) -> Iterator[PublishedEvent]:
    """What happens to a twelfth of the same people in a month."""
    chance = random.Random(seed)  # noqa: S311 - nothing secret
    ids = [str(uuid.UUID(int=chance.getrandbits(128), version=4)) for _ in range(people)]
    for one in ids[::12]:
        yield from _year_of(one, 10, START + timedelta(days=370), chance)


def _year_of(one: str, seq: int, at: datetime, chance: random.Random) -> Iterator[PublishedEvent]:
    drawn = chance.randrange(1000)
    if drawn < LAPSE * 10:
        yield an_event(one, seq, "BeneficiaryLapsed", at, status="lapsed")
    if drawn == 0:
        since = f"{at.date()}"
        yield an_event(
            one, seq + 1, "PaymentHeld", at, status="lapsed", payment_held=True, held_since=since, unpaid_since=since
        )
    elif drawn < CERTIFY * 10:
        told: dict[str, Any] = {"certificate_id": str(uuid.UUID(int=chance.getrandbits(128), version=4))}
        yield an_event(one, seq + 2, "BeneficiaryCertified", at, status_before="active", payment_was_held=False, **told)


def an_event(one: str, seq: int, kind: str, at: datetime, **facts: Any) -> PublishedEvent:
    """One event, with what every event has."""
    event_id = f"{one}:{seq}:1"
    detail = {
        "event_id": event_id,
        "beneficiary_id": one,
        "seq": seq,
        "at": at.isoformat(),
        "benefit": "1",
        "payer": PAYER,
        "payer_reference": f"account-{one[:12]}",
        "status": "active",
        "valid_until": f"{(at + timedelta(days=365)).date()}",
        "payment_held": False,
        "held_since": None,
        "unpaid_since": None,
        **facts,
    }
    return PublishedEvent(event_id, kind, at, detail, payer=PAYER)


def write_files(feed: Feed, events: Iterator[PublishedEvent]) -> int:
    """The change files of these events; how many lines they have."""
    head = before = feed.head(PAYER)
    while some := list(islice(events, LINES)):
        content = content_of(some, head.sequence + 1)
        feed.files.write(PAYER, head.number + 1, content)
        manifest = manifest_of(PAYER, content, head, START)
        feed.files.write_manifest(manifest)
        head = head_after(manifest)
    return head.sequence - before.sequence


def snapshot(path: Path) -> int:
    """Write the snapshot after the newest file; how many benefits it has."""
    feed = Feed(path)
    changes: Any = feed
    clock = SystemClock(ZoneInfo("Asia/Shanghai"))
    (manifest,) = WriteSnapshots(changes, feed.files, feed.snapshots, clock, [PAYER])(anew=True)
    return manifest.lines


def started(path: Path) -> int:
    """The payer's example, from the newest snapshot."""
    example = runpy.run_path("clients/payer/rebuild.py")
    return len(example["rebuilt"](path / "changes" / PAYER).benefits)


def measured(what: Callable[[Path], int], path: Path) -> dict[str, Any]:
    """Seconds, CPU seconds and the most memory (MB) of something, in a process of its own."""
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    process = context.Process(target=_measure, args=(what, path, theirs))
    process.start()
    result: dict[str, Any] = ours.recv()
    process.join()
    return result


def _measure(what: Callable[[Path], int], path: Path, answer: Any) -> None:
    began = time.monotonic()
    number = what(path)
    used = resource.getrusage(resource.RUSAGE_SELF)
    answer.send(
        {
            "benefits": number,
            "seconds": round(time.monotonic() - began, 1),
            "cpu_seconds": round(used.ru_utime + used.ru_stime, 1),
            "peak_mb": _peak_kb() // 1024,
        }
    )


def _peak_kb() -> int:
    # Not ru_maxrss: what a process began with, before it became this one, counts there too.
    lines = Path("/proc/self/status").read_text("ascii").splitlines()
    return int(next(line.split()[1] for line in lines if line.startswith("VmHWM:")))


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the figures as JSON."""
    parser = argparse.ArgumentParser(prog="python -m lab.scale.snapshots", description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--people", type=int, default=1_000_000)
    asked = parser.parse_args(arguments)
    with TemporaryDirectory() as name:
        path = Path(name)
        feed = Feed(path)
        within = path / "changes" / PAYER
        within.mkdir(parents=True)
        (within / "snapshots").symlink_to(path / "snapshots" / PAYER)  # a payer has them there
        say(f"{asked.people:,} people: files of their registration and a year")
        lines = write_files(feed, a_year(asked.people, 1))
        say(f"{lines:,} lines; the first snapshot, from file 1 on")
        figures: dict[str, Any] = {"people": asked.people, "lines_first": lines}
        figures["first"] = measured(snapshot, path)
        say(f"{figures['first']}; a month more")
        figures["lines_month"] = write_files(feed, a_month(asked.people, 1))
        figures["month"] = measured(snapshot, path)
        say(f"{figures['month']}; the example, started from it")
        figures["example"] = measured(started, path)
        newest = max(path.glob(f"snapshots/{PAYER}/*"))
        figures["snapshot_mb"] = round(sum(part.stat().st_size for part in newest.iterdir()) / 1e6, 1)
    print(json.dumps(figures, indent=2))
    return 0


def say(line: str) -> None:
    """Progress."""
    print(f"bench-snapshots: {line}", file=sys.stderr, flush=True)


if __name__ == "__main__":
    os.nice(10)
    sys.exit(main())
