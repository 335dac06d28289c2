"""Give records from before people had several benefits their list of them: `python -m ops.migrate_benefits --help`.

The register reads both shapes, so it runs while everything goes on: each person is one write, on condition that nobody
changed them meanwhile. Who has a list is left alone: a run that was stopped anywhere is simply started again. `--undo`
brings back the shape that the release before reads, for those with one benefit; it names the others, and leaves them.
"""

import argparse
import re
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from lifecert.adapters.dynamodb.benefits import benefit_map, benefits_of
from lifecert.adapters.dynamodb.register import beneficiary_of
from lifecert.adapters.dynamodb.values import optional_day, plain, typed
from lifecert.domain.benefit import FIRST_PAYER, Benefit
from lifecert.domain.status import Status
from ops.deployment import UNREACHABLE, add_arguments, add_pace, at_most, dynamodb, output, outputs, parse, why
from ops.words import counted, people

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

# What was a person's, and now is each benefit's; `status` follows from the benefits and `lapsed`.
FLAT = ("category", "district", "status", "held_since", "ended_on", "hold_proposal")
# Where `--undo` leaves the list, with all that the flat shape has no place for. The release before ignores it, and
# drops it when it changes the person: where it still is, nothing has changed since.
KEPT = "benefits_kept"
MIGRATED, UNDONE, MEANWHILE, SEVERAL, UNREADABLE = "migrated", "undone", "changed meanwhile", "several", "unreadable"
PROGRESS_SECONDS = 5.0
_NOT_AN_ITEM = (KeyError, ValueError, TypeError, AttributeError)


@dataclass(slots=True)
class Done:
    """What a run did: how many people it read, what became of those it was for, and ids of whom it left."""

    read: int = 0
    became: Counter[str] = field(default_factory=Counter)
    left: list[str] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)


@dataclass(frozen=True, slots=True)
class BenefitMigration:
    """Goes through the register, in `segments` parts side by side. `wait` is called before each write.

    `payer` pays what was registered before there were several payers.
    """

    client: "DynamoDBClient"
    table: str
    payer: str = FIRST_PAYER
    segments: int = 4
    wait: Callable[[], None] = lambda: None
    page_size: int = 1000

    def __call__(
        self, *, undo: bool = False, dry_run: bool = False, progress: Callable[[Done], None] = lambda _done: None
    ) -> Done:
        """Migrate, or undo it; a dry run writes nothing."""
        done = Done()
        with ThreadPoolExecutor(self.segments) as pool:
            parts = [
                pool.submit(self._segment, number, done, undo=undo, dry_run=dry_run, progress=progress)
                for number in range(self.segments)
            ]
        for part in parts:
            part.result()
        return done

    def _segment(
        self, segment: int, done: Done, *, undo: bool, dry_run: bool, progress: Callable[[Done], None]
    ) -> None:
        for read, items in self._pages(segment, undo=undo):
            with done.lock:
                done.read += read
            for item in items:
                became = self._one(item, undo=undo, dry_run=dry_run)
                with done.lock:
                    done.became[became] += 1
                    if became in (SEVERAL, UNREADABLE):
                        done.left.append(item["beneficiary_id"])
            with done.lock:
                progress(done)

    def _pages(self, segment: int, *, undo: bool) -> Iterator[tuple[int, list[dict[str, Any]]]]:
        """How many people each page is of, and those among them whom this run is for."""
        pages = self.client.get_paginator("scan").paginate(
            TableName=self.table,
            # What only keeps a place of an ID number is nobody.
            FilterExpression=f"attribute_{'' if undo else 'not_'}exists(benefits) AND attribute_not_exists(number_of)",
            Segment=segment,
            TotalSegments=self.segments,
            ConsistentRead=True,
            PaginationConfig={"PageSize": self.page_size},
        )
        return ((page["ScannedCount"], [plain(item) for item in page["Items"]]) for page in pages)

    def _one(self, item: Mapping[str, Any], *, undo: bool, dry_run: bool) -> str:
        if undo and len(item["benefits"]) > 1:
            return SEVERAL
        try:
            changes = flat(item) if undo else with_benefits(item, self.payer)
        except _NOT_AN_ITEM:
            return UNREADABLE
        if not dry_run:
            self.wait()
            if not self._write(item, changes, undo=undo):
                return MEANWHILE
        return UNDONE if undo else MIGRATED

    def _write(self, item: Mapping[str, Any], changes: Mapping[str, Any], *, undo: bool) -> bool:
        """One person, whole or not at all; False when they were changed since they were read, or brought up."""
        kept = {name: value for name, value in changes.items() if value is not None}
        gone = [name for name in changes if name not in kept and name in item]
        removed = f" REMOVE {', '.join(f'#{name}' for name in gone)}" if gone else ""
        try:
            self.client.update_item(
                TableName=self.table,
                Key=typed({"beneficiary_id": item["beneficiary_id"]}),
                UpdateExpression=f"SET {', '.join(f'#{name} = :{name}' for name in kept)}{removed}",
                ConditionExpression=f"version = :version AND attribute_{'' if undo else 'not_'}exists(benefits)",
                ExpressionAttributeNames={f"#{name}": name for name in (*kept, *gone)},
                ExpressionAttributeValues=typed(
                    {":version": item["version"], **{f":{name}": value for name, value in kept.items()}}
                ),
            )
        except self.client.exceptions.ConditionalCheckFailedException:
            return False
        return True


def with_benefits(item: Mapping[str, Any], payer: str) -> dict[str, Any]:
    """What migrating changes in a flat item: attributes with their new values, None for those that go.

    Raises KeyError, ValueError or TypeError for an item that no version of LifeCert can have written.
    """
    found = beneficiary_of(item)
    benefits = item.get(KEPT) or [benefit_map(replace(one, payer=payer)) for one in found.benefits]
    return {"benefits": benefits, "lapsed": found.lapsed, **dict.fromkeys((*FLAT, KEPT))}


def flat(item: Mapping[str, Any]) -> dict[str, Any]:
    """What undoing changes in the item of somebody with one benefit, as the release before would have written it.

    Raises KeyError, ValueError or TypeError for an item that no version of LifeCert can have written.
    """
    found = beneficiary_of(item)
    (benefit,) = benefits_of(item)
    kept = item["benefits"][0]
    days = [day for day in (found.grace_from, benefit.grace_from) if day]
    return {
        "category": str(benefit.category),
        "district": benefit.district,
        "status": str(found.status),
        # Nobody was held any more, once a benefit had ended.
        "held_since": optional_day(_held_since(benefit, found.status)),
        "ended_on": kept.get("ended_on"),
        "hold_proposal": kept.get("hold_proposal"),
        "grace_from": optional_day(max(days, default=None)),
        KEPT: item["benefits"],
        "benefits": None,
        "ends_bucket": None,
    }


def _held_since(benefit: Benefit, status: Status) -> Any:
    return benefit.held_since if status is Status.LAPSED else None


class _Progress:
    """Says on stderr how far it is, every few seconds."""

    def __init__(self) -> None:
        self._next = time.monotonic() + PROGRESS_SECONDS

    def __call__(self, done: Done) -> None:
        if time.monotonic() >= self._next:
            self._next = time.monotonic() + PROGRESS_SECONDS
            print(_summary(done), file=sys.stderr, flush=True)


def _summary(done: Done) -> str:
    told = ", ".join(f"{count:,} {name}" for name, count in sorted(done.became.items()))
    return f"{people(done.read)} read: {told or 'nothing to do'}"


def _payer(text: str) -> str:
    if not re.fullmatch("[a-z0-9]{2,24}", text):
        raise argparse.ArgumentTypeError("a code of 2 to 24 small letters and digits")
    return text


def main(arguments: Sequence[str] | None = None) -> int:
    """Exit status: 0 everybody is as they should be, 1 somebody is left, 2 the table cannot be reached."""
    parser = argparse.ArgumentParser(prog="python -m ops.migrate_benefits", description=(__doc__ or "").split("\n")[0])
    add_arguments(parser)
    parser.add_argument("--payer", type=_payer, default=FIRST_PAYER, help="who pays what they draw (%(default)s)")
    parser.add_argument("--undo", action="store_true", help="bring back the shape of the release before")
    parser.add_argument("--dry-run", action="store_true", help="write nothing, and say what would be done")
    parser.add_argument("--segments", type=int, default=4, choices=range(1, 65), metavar="1-64", help="parts at once")
    add_pace(parser, 500.0, "writes")
    asked = parse(parser, arguments)
    try:
        table = output(outputs(asked.stack, asked.endpoint_url), "BeneficiariesTable")
        wait = _one_at_a_time(at_most(asked.per_second))
        migration = BenefitMigration(dynamodb(asked.endpoint_url), table, asked.payer, asked.segments, wait)
        done = migration(undo=asked.undo, dry_run=asked.dry_run, progress=_Progress())
    except UNREACHABLE as error:
        print(f"stopped: {why(error)}; what is done is done, start it again to go on", file=sys.stderr)
        return 2
    for beneficiary_id in sorted(done.left):
        print(f"LEFT {beneficiary_id}")
    print(("a dry run, nothing was written; " if asked.dry_run else "") + _summary(done))
    if done.became[MEANWHILE]:
        print(f"{counted(done.became[MEANWHILE], 'person was', 'people were')} changed meanwhile: run it once more")
    return 1 if done.left or done.became[MEANWHILE] else 0


def _one_at_a_time(wait: Callable[[], None]) -> Callable[[], None]:
    """For several threads: the pace is all of theirs together."""
    lock = threading.Lock()

    def waiting() -> None:
        with lock:
            wait()

    return waiting


if __name__ == "__main__":
    sys.exit(main())
