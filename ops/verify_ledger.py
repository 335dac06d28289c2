"""Walk the ledger and name the first broken link of each broken chain: `python -m ops.verify_ledger --help`.

Beside the links it holds each chain against the beneficiary: `version` and `ledger_head` must be the chain's end, or a
tail that was cut off would not show, and every field of which the ledger tells (ops/recorded.py) must be what it
tells, or an edit of the register behind the ledger's back would not. So must the keys under which the sweep and the
purge find the person (ops/due_keys.py). Whoever rewrites a whole chain and the beneficiary with it is found by the
anchors that were made of it each night (ops/anchored.py).
"""

import argparse
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING

from lifecert.adapters.aws_errors import translated
from lifecert.adapters.dynamodb.ledger import DynamoLedger
from lifecert.adapters.dynamodb.register import DynamoRegister
from lifecert.adapters.kms.signing import KmsPublicKeys
from lifecert.adapters.s3.anchors import S3Anchors
from lifecert.domain.beneficiary import Beneficiary
from lifecert.domain.errors import BrokenLedger, Unreadable
from lifecert.domain.ledger import ChainEnd, LedgerEntry, chain_end
from lifecert.ports.register import Ledger, Register
from ops.anchored import AnchorCheck, Hashes, Held, stored_hashes
from ops.deployment import UNREACHABLE, add_arguments, client, dynamodb, output, outputs, parameter, parse, why
from ops.due_keys import DueKeys
from ops.recorded import Recorded
from ops.words import counted, people

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

# A person may be changed between two reads. The next look sees both as they are.
LOOKS = 3
NOBODY = "nothing is stored under this id"
PROGRESS_SECONDS = 5.0
# What reading an item raises that no version of LifeCert can have written.
UNREADABLE = (Unreadable, KeyError, ValueError, TypeError, AttributeError, ArithmeticError)


@dataclass(frozen=True, slots=True)
class LedgerCheck:
    """Checks one person's chain."""

    register: Register
    ledger: Ledger
    # What is wrong with the keys of the indexes; a register in memory has none.
    due_keys: Callable[[Beneficiary], str | None] = lambda _beneficiary: None

    def __call__(self, beneficiary_id: str) -> str | None:
        """What is wrong first, or None. Reads one entry after the other: a chain may be of any length."""
        fault = None
        for _ in range(LOOKS):
            try:
                beneficiary = self.register.get(beneficiary_id)
            except UNREADABLE:
                return f"the beneficiary {beneficiary_id} cannot be read"
            walk = _Walk(self.ledger.entries(beneficiary_id))
            try:
                end = chain_end(walk)
            except BrokenLedger as broken:
                return str(broken)
            except UNREADABLE:
                return f"entry {walk.read + 1} of {beneficiary_id} cannot be read"
            fault = _against(beneficiary, end, walk.recorded) or (self.due_keys(beneficiary) if beneficiary else None)
            if fault is None:
                return None
        return f"{fault}: {beneficiary_id}"


class _Walk:
    """Passes entries on; counts them and remembers what they told."""

    def __init__(self, entries: Iterator[LedgerEntry]) -> None:
        self._entries = entries
        self.read = 0
        self.recorded = Recorded()

    def __iter__(self) -> Iterator[LedgerEntry]:
        for entry in self._entries:
            yield entry
            self.recorded.take(entry)
            self.read += 1


def _against(beneficiary: Beneficiary | None, end: ChainEnd, recorded: Recorded) -> str | None:
    if beneficiary is None:
        return f"nobody is registered, yet the ledger has {end.version} entries" if end.version else NOBODY
    if beneficiary.version > end.version:
        return f"entry {end.version + 1} is missing: the chain ends there, the beneficiary is at {beneficiary.version}"
    if beneficiary.version < end.version:
        return f"the chain has {end.version} entries, the beneficiary is at {beneficiary.version}"
    if beneficiary.ledger_head != end.head:
        return f"entry {end.version} is not the one that the beneficiary points at"
    if names := recorded.differences(beneficiary):
        return f"{', '.join(names)} not as the ledger recorded last"
    return None


@dataclass(slots=True)
class Walked:
    """What a walk through the tables found so far. Grows with the damage and not with the tables."""

    people: int = 0
    broken: set[str] = field(default_factory=set)
    lock: threading.Lock = field(default_factory=threading.Lock)


@dataclass(frozen=True, slots=True)
class WholeLedger:
    """Checks everybody: those in the register, and those of whom only the ledger knows.

    `segments` parts of the tables are read side by side; each holds one page in memory. `shards` as `ledger_check`
    has it.
    """

    client: "DynamoDBClient"
    beneficiaries: str
    ledger: str
    segments: int
    page_size: int = 1000
    shards: int | None = None

    def __call__(self, tell: Callable[[str], None], progress: Callable[[int], None]) -> Walked:
        """Walk the tables; `tell` is given each fault once, as it is found, and `progress` the people so far."""
        walked = Walked()
        with ThreadPoolExecutor(self.segments) as pool:
            parts = [pool.submit(self._segment, number, walked, tell, progress) for number in range(self.segments)]
        for part in parts:
            part.result()
        return walked

    def _segment(
        self, segment: int, walked: Walked, tell: Callable[[str], None], progress: Callable[[int], None]
    ) -> None:
        check = ledger_check(self.client, self.beneficiaries, self.ledger, self.shards)
        for beneficiary_id in self._ids(self.beneficiaries, segment):
            fault = check(beneficiary_id)
            with walked.lock:
                walked.people += 1
                progress(walked.people)
                if fault:
                    walked.broken.add(beneficiary_id)
                    tell(fault)
        # A deleted beneficiary leaves entries behind. Their number says nothing: any of them may be gone too.
        for beneficiary_id in self._ids(self.ledger, segment):
            if not self._registered(beneficiary_id):
                fault = check(beneficiary_id)
                with walked.lock:
                    if fault and beneficiary_id not in walked.broken:
                        walked.broken.add(beneficiary_id)
                        tell(fault)

    def _ids(self, table: str, segment: int) -> Iterator[str]:
        """Ids in one part of a table. One person's entries lie together, and give one id."""
        pages = self.client.get_paginator("scan").paginate(
            TableName=table,
            ProjectionExpression="beneficiary_id",
            # What only keeps a place of an ID number is nobody, and no entry has it.
            FilterExpression="attribute_not_exists(number_of)",
            Segment=segment,
            TotalSegments=self.segments,
            PaginationConfig={"PageSize": self.page_size},
        )
        last = None
        with translated():
            for page in pages:
                for item in page["Items"]:
                    beneficiary_id = item["beneficiary_id"]["S"]
                    if beneficiary_id != last:
                        yield beneficiary_id
                    last = beneficiary_id

    def _registered(self, beneficiary_id: str) -> bool:
        with translated():
            answer = self.client.get_item(
                TableName=self.beneficiaries,
                Key={"beneficiary_id": {"S": beneficiary_id}},
                ProjectionExpression="beneficiary_id",
                ConsistentRead=True,
            )
        return "Item" in answer


def ledger_check(client: "DynamoDBClient", beneficiaries: str, ledger: str, shards: int | None = None) -> LedgerCheck:
    """The check over two tables; with the number of shards (`DueShards`) that of a person's is checked too."""
    # Reading needs no number of shards.
    register = DynamoRegister(client, beneficiaries)
    return LedgerCheck(register, DynamoLedger(client, ledger), DueKeys(client, beneficiaries, shards))


class _Progress:
    """Says on stderr how far it is, every few seconds."""

    def __init__(self) -> None:
        self._next = time.monotonic() + PROGRESS_SECONDS

    def __call__(self, checked: int) -> None:
        if time.monotonic() >= self._next:
            self._next = time.monotonic() + PROGRESS_SECONDS
            print(f"{people(checked)} checked", file=sys.stderr, flush=True)


def main(arguments: Sequence[str] | None = None) -> int:
    """Exit status: 0 whole, 1 something is broken, 2 the tables cannot be read, or nobody has this id."""
    parser = argparse.ArgumentParser(prog="python -m ops.verify_ledger", description=(__doc__ or "").split("\n")[0])
    add_arguments(parser)
    parser.add_argument("--table", metavar="NAME", help="the ledger table, when not the stack's: one that was restored")
    parser.add_argument("--beneficiaries-table", metavar="NAME", help="the register that belongs to it")
    parser.add_argument("--beneficiary", metavar="ID", help="only this person (default: everybody)")
    parser.add_argument("--segments", type=int, default=4, choices=range(1, 65), metavar="1-64", help="parts at once")
    parser.add_argument(
        "--since", type=date.fromisoformat, metavar="DAY", help="hold against anchors from this day on only"
    )
    asked = parse(parser, arguments, needs_stack=False)
    if not asked.stack and not (asked.table and asked.beneficiaries_table):
        parser.error("name --stack, or both --table and --beneficiaries-table")
    try:
        return _run(asked)
    except UNREACHABLE as error:
        print(f"cannot read the ledger: {why(error)}", file=sys.stderr)
        return 2


def _run(asked: argparse.Namespace) -> int:
    found = outputs(asked.stack, asked.endpoint_url) if asked.stack else {}
    beneficiaries = asked.beneficiaries_table or output(found, "BeneficiariesTable")
    ledger = asked.table or output(found, "LedgerTable")
    tables = dynamodb(asked.endpoint_url)
    shards = int(parameter(asked.stack, asked.endpoint_url, "DueShards")) if asked.stack else None
    anchors = _anchor_check(found, asked.endpoint_url, stored_hashes(tables, ledger))
    if asked.beneficiary:
        fault = ledger_check(tables, beneficiaries, ledger, shards)(asked.beneficiary)
        held = anchors(_broken, since=asked.since, beneficiary_id=asked.beneficiary) if anchors else Held()
        if fault and fault.startswith(NOBODY) and not held.heads:
            print(f"{NOBODY}: {asked.beneficiary}", file=sys.stderr)
            return 2
        print(f"BROKEN {fault}" if fault else f"whole: {asked.beneficiary}")
        return 1 if fault or held.faults else 0
    walked = WholeLedger(tables, beneficiaries, ledger, asked.segments, shards=shards)(_broken, _Progress())
    print(f"{people(walked.people)} checked, {len(walked.broken)} broken")
    held = anchors(_broken, since=asked.since) if anchors else Held()
    if anchors:
        print(f"{counted(held.anchors, 'anchor', 'anchors')}, the last of {held.last or 'no day'}: {_held(held)}")
    return 1 if walked.broken or held.faults else 0


def _broken(fault: str) -> None:
    print(f"BROKEN {fault}", flush=True)


def _held(held: Held) -> str:
    return f"{counted(held.heads, 'head', 'heads')} compared, {counted(held.faults, 'fault', 'faults')}"


def _anchor_check(found: Mapping[str, str], endpoint_url: str | None, hashes: Hashes) -> AnchorCheck | None:
    """The check against the stack's anchors; None for tables by themselves, which have none."""
    if not found:
        return None
    bucket, key_id = output(found, "AnchorsBucket"), output(found, "AnchorKeyId")
    keys = KmsPublicKeys(client("kms", endpoint_url), (key_id,))
    return AnchorCheck(S3Anchors(client("s3", endpoint_url), bucket), keys, hashes)


if __name__ == "__main__":
    sys.exit(main())
