"""The payers' feeds on real engines: a change waits once, is settled once, and a file is written once."""

import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field, replace
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import boto3
import pytest

from lifecert.adapters.dynamodb import changes as stored_changes
from lifecert.adapters.dynamodb.changes import BY_WAITING, SHARDS, DynamoChanges
from lifecert.adapters.dynamodb.values import plain, typed
from lifecert.adapters.s3.change_files import S3ChangeFiles
from lifecert.adapters.s3.snapshots import S3Snapshots
from lifecert.application.feed.get_feed import GetFeed
from lifecert.application.feed.write_change_files import WriteChangeFiles
from lifecert.application.feed.write_snapshots import WriteSnapshots
from lifecert.domain.change_file import FeedHead, events_of, manifest_of
from lifecert.domain.errors import Unreadable
from lifecert.domain.published import PublishedEvent
from lifecert.domain.review import AtLeast
from lifecert.domain.snapshot import Beginning, Part, SnapshotManifest
from lifecert.ports.feed import ChangeFiles, Changes
from local.aws import Aws
from local.tables import create, drop
from tests.support.builders import NOW, an_id
from tests.support.fakes.clock import FixedClock
from tests.support.fakes.feed import MemoryChangeFiles, MemoryChanges
from tests.support.payer_example import payer_example

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_s3 import S3Client


@dataclass(frozen=True, slots=True)
class Table:
    client: "DynamoDBClient"
    name: str

    def item(self, event_id: str) -> dict[str, Any]:
        return plain(self.client.get_item(TableName=self.name, Key={"event_id": {"S": event_id}})["Item"])


@pytest.fixture(params=["moto", "local", "amazon"])
def table(request: pytest.FixtureRequest) -> Iterator[Table]:
    client: DynamoDBClient
    if request.param == "moto":
        client = request.getfixturevalue("moto_session").client("dynamodb")
    elif request.param == "local":
        client = request.getfixturevalue("aws").dynamodb()
    else:
        client = request.getfixturevalue("dynamodb_local").client()
    prefix = f"t{an_id()[:8]}-"
    create(client, prefix, ["Changes"])
    yield Table(client, f"{prefix}Changes")
    drop(client, prefix, ["Changes"])


def an_event(seq: int = 3, payer: str = "fund", **detail: Any) -> PublishedEvent:
    beneficiary_id = an_id()
    event_id = f"{beneficiary_id}:{seq}:1"
    members = {
        "event_id": event_id,
        "beneficiary_id": beneficiary_id,
        "seq": seq,
        "at": NOW.isoformat(),
        "benefit": "1",
        "payer": payer,
        "status": "active",
        "payment_was_held": False,
        "arrears_first_day": None,
        **detail,
    }
    return PublishedEvent(event_id, "BeneficiaryCertified", NOW, members, payer=payer)


def test_a_change_waits_once_and_comes_back_as_it_was(table: Table) -> None:
    changes = DynamoChanges(table.client, table.name)
    assert list(changes.waiting("fund")) == []
    events = sorted([an_event(district="湖南"), an_event(), an_event()], key=lambda event: event.event_id)
    for event in [*events, *events]:
        changes.add(event)
    assert sorted(changes.waiting("fund"), key=lambda event: event.event_id) == events


def test_more_than_one_request_takes(table: Table) -> None:
    changes = DynamoChanges(table.client, table.name)
    events = [an_event() for _ in range(130)]
    for event in events:
        changes.add(event)
    assert {event.event_id for event in changes.waiting("fund")} == {event.event_id for event in events}
    changes.settle(events[:60], 1, NOW)
    assert {event.event_id for event in changes.waiting("fund")} == {event.event_id for event in events[60:]}


def test_what_is_settled_is_remembered_for_400_days_and_waits_no_more(table: Table) -> None:
    changes = DynamoChanges(table.client, table.name)
    event = an_event()
    changes.add(event)
    changes.settle([event], 7, NOW)
    changes.settle([event], 7, NOW)
    changes.add(event)
    assert list(changes.waiting("fund")) == []
    item = table.item(event.event_id)
    assert (item["file"], item["expires_at"]) == (7, int((NOW + timedelta(days=400)).timestamp()))


def test_the_head_moves_on_from_where_it_was_read(table: Table) -> None:
    changes = DynamoChanges(table.client, table.name)
    assert changes.head("fund") == FeedHead()
    first, second = FeedHead(1, 5, "a" * 64), FeedHead(2, 5, "b" * 64)
    changes.advance("fund", FeedHead(), first)
    changes.advance("fund", FeedHead(), FeedHead(1, 99, "c" * 64))
    assert changes.head("fund") == first
    changes.advance("fund", first, second)
    changes.advance("fund", first, FeedHead(2, 99, "c" * 64))
    assert changes.head("fund") == second
    assert list(changes.waiting("fund")) == []


@pytest.mark.parametrize("payer", ["fund", "mine"])
def test_one_payers_changes_and_head_are_not_anothers(table: Table, payer: str) -> None:
    changes = DynamoChanges(table.client, table.name)
    other = "mine" if payer == "fund" else "fund"
    mine, theirs = [an_event(payer=payer) for _ in range(20)], [an_event(payer=other) for _ in range(20)]
    for event in [*mine, *theirs]:
        changes.add(event)
    assert sorted(changes.waiting(payer), key=lambda event: event.event_id) == sorted(
        mine, key=lambda event: event.event_id
    )
    changes.settle(mine, 1, NOW)
    changes.advance(payer, FeedHead(), FeedHead(1, 20, "a" * 64))
    assert list(changes.waiting(payer)) == []
    assert {event.event_id for event in changes.waiting(other)} == {event.event_id for event in theirs}
    assert (changes.head(payer).number, changes.head(other).number) == (1, 0)


def test_what_was_there_before_there_were_several_payers_is_the_first_ones(table: Table) -> None:
    """As an earlier version wrote it: an event without a payer that waits, and the head of the only feed."""
    changes = DynamoChanges(table.client, table.name)
    detail = {"event_id": "b:2", "beneficiary_id": "b", "seq": 2, "at": NOW.isoformat(), "status": "active"}
    old = {"event_id": "b:2", "type": "BeneficiaryLapsed", "at": NOW.isoformat(), "detail": json.dumps(detail)}
    head = {"event_id": "head", "number": 7, "sequence": 99, "sha256": "a" * 64}
    for item in ({**old, "waiting": "3"}, head):
        table.client.put_item(TableName=table.name, Item=typed(item))
    assert [(event.event_id, event.payer) for event in changes.waiting("fund")] == [("b:2", "fund")]
    assert list(changes.waiting("mine")) == []
    assert changes.head("fund") == FeedHead(7, 99, "a" * 64)
    assert changes.head("mine") == FeedHead()
    changes.advance("fund", FeedHead(7, 99, "a" * 64), FeedHead(8, 100, "b" * 64))
    assert changes.head("fund").number == 8


def test_what_waits_is_counted_by_payer_and_not_read(table: Table) -> None:
    changes = DynamoChanges(table.client, table.name)
    assert changes.count_waiting("fund") == AtLeast(0)
    ours = [an_event() for _ in range(20)]
    for event in [*ours, *(an_event(payer="mine") for _ in range(3))]:
        changes.add(event)
    assert (changes.count_waiting("fund"), changes.count_waiting("mine")) == (AtLeast(20), AtLeast(3))
    changes.settle(ours[:15], 1, NOW)
    assert changes.count_waiting("fund") == AtLeast(5)


def test_a_count_of_many_ends_early(moto_session: boto3.Session, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stored_changes, "COUNTED", 2)
    create(moto_session.client("dynamodb"), "t-", ["Changes"])
    changes = DynamoChanges(moto_session.client("dynamodb"), "t-Changes")
    for _ in range(160):
        changes.add(an_event())
    assert changes.count_waiting("fund") == AtLeast(2 * SHARDS, more=True)


@dataclass
class LaggingIndex:
    """A client whose index shows what it showed at some moment, whatever has changed since: indexes follow later."""

    client: Any
    shown: dict[str, list[dict[str, Any]]] = field(default_factory=dict)

    def __getattr__(self, name: str) -> Any:
        return getattr(self.client, name)

    def stand_still(self, name: str) -> None:
        """Go on showing this table's index as it is now."""
        for shard in map(str, range(SHARDS)):
            pages = self.client.get_paginator("query").paginate(
                TableName=name,
                IndexName=BY_WAITING,
                KeyConditionExpression="waiting = :shard",
                ExpressionAttributeValues={":shard": {"S": shard}},
            )
            self.shown[shard] = [item for page in pages for item in page["Items"]]

    def get_paginator(self, operation: str) -> "LaggingIndex":
        assert operation == "query"
        return self

    def batch_get_item(self, **asked: Any) -> Any:
        # Not even the table answers at once with what was written last, unless asked to.
        assert all(one["ConsistentRead"] for one in asked["RequestItems"].values())
        return self.client.batch_get_item(**asked)

    def paginate(self, **asked: Any) -> Iterator[dict[str, Any]]:
        assert asked["IndexName"] == BY_WAITING
        shard = asked["ExpressionAttributeValues"][":shard"]["S"]
        yield {"Items": self.shown[shard]}


def test_what_the_index_still_shows_is_in_no_second_file(moto_session: boto3.Session) -> None:
    """No engine here lags, and the real one does: a run soon after another finds in the index what is filed already."""
    name = "t-Changes"
    create(moto_session.client("dynamodb"), "t-", ["Changes"])
    lagging: Any = LaggingIndex(moto_session.client("dynamodb"))
    changes, files = DynamoChanges(lagging, name), MemoryChangeFiles()
    write = WriteChangeFiles(changes, files, FixedClock(), ["fund"])
    first, second = an_event(), an_event()
    changes.add(first)
    lagging.stand_still(name)
    assert [manifest.lines for manifest in write()] == [1]
    assert [manifest.lines for manifest in write()] == [0], "the index shows it, the table knows better"
    changes.add(second)
    assert [manifest.lines for manifest in write()] == [0], "not shown yet"
    lagging.stand_still(name)
    assert [manifest.lines for manifest in write()] == [1]
    filed = [event.event_id for _, content in sorted(files.files.items()) for event in events_of(content)]
    assert filed == [first.event_id, second.event_id]


@pytest.fixture
def moto_s3(moto_session: boto3.Session) -> "S3Client":
    return moto_session.client("s3")


@pytest.fixture
def local_s3(aws: Aws) -> "S3Client":
    return aws.s3()


@pytest.fixture(params=["moto", "local"])
def files(request: pytest.FixtureRequest) -> S3ChangeFiles:
    client: S3Client = request.getfixturevalue(f"{request.param}_s3")
    bucket = f"changes-{an_id()}"
    client.create_bucket(Bucket=bucket)
    return S3ChangeFiles(client, bucket)


def test_a_file_is_written_once_and_never_changes(files: S3ChangeFiles) -> None:
    assert files.read("fund", 1) is None
    assert files.write("fund", 1, b"first\n")
    assert not files.write("fund", 1, b"second\n")
    assert files.read("fund", 1) == b"first\n"
    assert files.read("fund", 2) is None
    for when in (NOW, NOW + timedelta(days=1)):
        files.write_manifest(manifest_of("fund", b"first\n", FeedHead(), when))
    kept = files.client.get_object(Bucket=files.bucket, Key="changes/fund/000000001.manifest.json")["Body"].read()
    assert NOW.isoformat().encode() in kept
    assert b'"number": 1, ' in kept


def test_a_manifest_comes_back_as_it_was(files: S3ChangeFiles) -> None:
    manifest = manifest_of("mine", b"first\n", FeedHead(), NOW)
    assert files.manifest("mine", 1) is None
    files.write_manifest(manifest)
    assert files.manifest("mine", 1) == manifest
    assert files.manifest("fund", 1) is None
    # From before there were several payers: it stands elsewhere, and names none.
    old = {name: value for name, value in asdict(manifest).items() if name != "payer"}
    body = json.dumps({**old, "written_at": NOW.isoformat()}).encode()
    files.client.put_object(Bucket=files.bucket, Key="changes/000000001.manifest.json", Body=body)
    assert files.manifest("fund", 1) == replace(manifest, payer="fund")
    assert files.manifest("mine", 1) == manifest


def test_every_payer_has_its_own_files(files: S3ChangeFiles) -> None:
    assert files.write("fund", 1, b"first\n")
    assert files.read("mine", 1) is None
    assert files.write("mine", 1, b"other\n")
    assert (files.read("fund", 1), files.read("mine", 1)) == (b"first\n", b"other\n")


def test_the_oldest_files_are_the_first_payers_and_its_numbers_go_on(files: S3ChangeFiles) -> None:
    files.client.put_object(Bucket=files.bucket, Key="changes/000000001.jsonl", Body=b"from before\n")
    assert files.read("fund", 1) == b"from before\n"
    assert files.read("mine", 1) is None
    assert files.read("fund", 2) is None
    assert files.write("fund", 2, b"today\n")
    assert files.read("fund", 2) == b"today\n"


def test_snapshots_are_found_by_their_number_and_what_is_written_stays(files: S3ChangeFiles) -> None:
    snapshots = S3Snapshots(files.client, files.bucket)
    assert snapshots.numbers("fund") == []
    for number in (12, 7):
        assert snapshots.begin(Beginning("fund", number, 99, "a" * 64, 3, 30))
    assert snapshots.begin(Beginning("mine", 1, 9, "b" * 64))
    assert not snapshots.begin(Beginning("fund", 7, 100, "c" * 64))
    assert snapshots.numbers("fund") == [7, 12]
    assert snapshots.beginning("fund", 7) == Beginning("fund", 7, 99, "a" * 64, 3, 30)
    with pytest.raises(Unreadable):
        snapshots.beginning("fund", 8)
    assert snapshots.read_part("fund", 7, 63) is None
    assert snapshots.write_part("fund", 7, 63, b"first")
    assert not snapshots.write_part("fund", 7, 63, b"second")
    assert snapshots.read_part("fund", 7, 63) == b"first"
    assert snapshots.read_part("mine", 7, 63) is None
    assert snapshots.manifest("fund", 7) is None
    manifest = SnapshotManifest("fund", 7, 99, "a" * 64, NOW, 5, (Part("part-00.jsonl.gz", 5, 20, "d" * 64),))
    snapshots.write_manifest(manifest)
    snapshots.write_manifest(replace(manifest, lines=6))
    assert snapshots.manifest("fund", 7) == manifest


def test_a_snapshot_of_the_bucket_is_read_by_the_example(table: Table, files: S3ChangeFiles, tmp_path: Path) -> None:
    """Change files, snapshot, the folder that a payer copies, and the example that starts there."""
    changes, clock = DynamoChanges(table.client, table.name), FixedClock()
    snapshots = S3Snapshots(files.client, files.bucket)
    write_files = WriteChangeFiles(changes, files, clock, ["mine"], lines=3)
    write_snapshots = WriteSnapshots(changes, files, snapshots, clock, ["mine"])
    standing: dict[str, Any] = {
        "valid_until": "2027-03-01",
        "payment_held": False,
        "held_since": None,
        "unpaid_since": None,
    }
    before = [an_event(payer="mine", payer_reference=None, **standing) for _ in range(7)]
    for event in before:
        changes.add(event)
    write_files()
    (manifest,) = write_snapshots()
    assert (manifest.number, manifest.sequence, manifest.lines) == (3, 7, 7)
    after = [an_event(payer="mine", payer_reference=None, **standing) for _ in range(2)]
    for event in after:
        changes.add(event)
    write_files()
    for kept, under in (("changes/mine/", tmp_path), ("snapshots/mine/", tmp_path / "snapshots")):
        for found in files.client.list_objects_v2(Bucket=files.bucket, Prefix=kept)["Contents"]:
            name = found["Key"].removeprefix(kept)
            if kept.startswith("snap") or int(name[:9]) > 3:  # the others have expired
                (under / name).parent.mkdir(parents=True, exist_ok=True)
                content = files.client.get_object(Bucket=files.bucket, Key=found["Key"])["Body"].read()
                (under / name).write_bytes(content)
    state = payer_example().rebuilt(tmp_path)
    assert set(state.benefits) == {(event.detail["beneficiary_id"], "1") for event in [*before, *after]}


def test_tables_and_files_together_do_what_the_fakes_do(table: Table, files: S3ChangeFiles) -> None:
    clock = FixedClock()
    memory: tuple[Changes, ChangeFiles] = (MemoryChanges(), MemoryChangeFiles())
    real: tuple[Changes, ChangeFiles] = (DynamoChanges(table.client, table.name), files)
    events = [an_event(seq) for seq in range(1, 8)]
    for changes, into in (memory, real):
        for event in events:
            changes.add(event)
        written = WriteChangeFiles(changes, into, clock, ["fund"], lines=3)()
        # Which change is in which file is the engine's to choose; that each is in one, is not.
        assert [(one.number, one.lines, one.first_sequence) for one in written] == [(1, 3, 1), (2, 3, 4), (3, 1, 7)]
        filed = [event for number in (1, 2, 3) for event in events_of(into.read("fund", number) or b"")]
        assert sorted(filed, key=lambda event: event.event_id) == sorted(events, key=lambda event: event.event_id)
        assert changes.head("fund").sha256 == written[-1].sha256


def test_where_a_feed_stands_takes_a_few_reads_and_no_change_is_read(moto_session: boto3.Session) -> None:
    """However much was published: counts of the index, the head, two manifests and a list. Nothing is scanned."""
    dynamodb, s3 = moto_session.client("dynamodb"), moto_session.client("s3")
    create(dynamodb, "t-", ["Changes"])
    s3.create_bucket(Bucket="changes")
    changes, files = DynamoChanges(dynamodb, "t-Changes"), S3ChangeFiles(s3, "changes")
    for number in range(3):
        for _ in range(10):
            changes.add(an_event())
        if number < 2:
            WriteChangeFiles(changes, files, FixedClock(), ["fund"])()
    asked: list[str] = []
    for client in (dynamodb, s3):
        client.meta.events.register("before-call", lambda model, **_: asked.append(model.name))
    feed = GetFeed(changes, files, S3Snapshots(s3, "changes"), ["fund"])("fund")
    assert (feed.file and feed.file.number, feed.waiting, feed.snapshot) == (2, AtLeast(10), None)
    assert asked == ["Query"] * SHARDS + ["GetItem", "GetObject", "ListObjectsV2"]
