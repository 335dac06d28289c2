"""The payer's feed on real engines: a change waits once, is settled once, and a file is written once."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import boto3
import pytest

from lifecert.adapters.dynamodb.changes import BY_WAITING, SHARDS, DynamoChanges
from lifecert.adapters.dynamodb.values import plain
from lifecert.adapters.s3.change_files import S3ChangeFiles
from lifecert.application.feed.write_change_files import WriteChangeFiles
from lifecert.domain.change_file import FeedHead, events_of, manifest_of
from lifecert.domain.published import PublishedEvent
from lifecert.ports.feed import ChangeFiles, Changes
from local.aws import Aws
from local.tables import create, drop
from tests.support.builders import NOW, an_id
from tests.support.fakes.clock import FixedClock
from tests.support.fakes.feed import MemoryChangeFiles, MemoryChanges

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


def an_event(seq: int = 3, **detail: Any) -> PublishedEvent:
    beneficiary_id = an_id()
    event_id = f"{beneficiary_id}:{seq}"
    members = {
        "event_id": event_id,
        "beneficiary_id": beneficiary_id,
        "seq": seq,
        "at": NOW.isoformat(),
        "status": "active",
        "payment_was_held": False,
        "arrears_first_day": None,
        **detail,
    }
    return PublishedEvent(event_id, "BeneficiaryCertified", NOW, members)


def test_a_change_waits_once_and_comes_back_as_it_was(table: Table) -> None:
    changes = DynamoChanges(table.client, table.name)
    assert list(changes.waiting()) == []
    events = sorted([an_event(district="湖南"), an_event(), an_event()], key=lambda event: event.event_id)
    for event in [*events, *events]:
        changes.add(event)
    assert sorted(changes.waiting(), key=lambda event: event.event_id) == events


def test_more_than_one_request_takes(table: Table) -> None:
    changes = DynamoChanges(table.client, table.name)
    events = [an_event() for _ in range(130)]
    for event in events:
        changes.add(event)
    assert {event.event_id for event in changes.waiting()} == {event.event_id for event in events}
    changes.settle(events[:60], 1, NOW)
    assert {event.event_id for event in changes.waiting()} == {event.event_id for event in events[60:]}


def test_what_is_settled_is_remembered_for_400_days_and_waits_no_more(table: Table) -> None:
    changes = DynamoChanges(table.client, table.name)
    event = an_event()
    changes.add(event)
    changes.settle([event], 7, NOW)
    changes.settle([event], 7, NOW)
    changes.add(event)
    assert list(changes.waiting()) == []
    item = table.item(event.event_id)
    assert (item["file"], item["expires_at"]) == (7, int((NOW + timedelta(days=400)).timestamp()))


def test_the_head_moves_on_from_where_it_was_read(table: Table) -> None:
    changes = DynamoChanges(table.client, table.name)
    assert changes.head() == FeedHead()
    first, second = FeedHead(1, 5, "a" * 64), FeedHead(2, 5, "b" * 64)
    changes.advance(FeedHead(), first)
    changes.advance(FeedHead(), FeedHead(1, 99, "c" * 64))
    assert changes.head() == first
    changes.advance(first, second)
    changes.advance(first, FeedHead(2, 99, "c" * 64))
    assert changes.head() == second
    assert list(changes.waiting()) == []


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
    write = WriteChangeFiles(changes, files, FixedClock())
    first, second = an_event(), an_event()
    changes.add(first)
    lagging.stand_still(name)
    assert [manifest.lines for manifest in write()] == [1]
    assert [manifest.lines for manifest in write()] == [0], "the index shows it, the table knows better"
    changes.add(second)
    assert [manifest.lines for manifest in write()] == [0], "not shown yet"
    lagging.stand_still(name)
    assert [manifest.lines for manifest in write()] == [1]
    filed = [event.event_id for number in sorted(files.files) for event in events_of(files.files[number])]
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
    assert files.read(1) is None
    assert files.write(1, b"first\n")
    assert not files.write(1, b"second\n")
    assert files.read(1) == b"first\n"
    assert files.read(2) is None
    for when in (NOW, NOW + timedelta(days=1)):
        files.write_manifest(manifest_of(b"first\n", FeedHead(), when))
    kept = files.client.get_object(Bucket=files.bucket, Key="changes/000000001.manifest.json")["Body"].read()
    assert NOW.isoformat().encode() in kept
    assert b'"number": 1, ' in kept


def test_tables_and_files_together_do_what_the_fakes_do(table: Table, files: S3ChangeFiles) -> None:
    clock = FixedClock()
    memory: tuple[Changes, ChangeFiles] = (MemoryChanges(), MemoryChangeFiles())
    real: tuple[Changes, ChangeFiles] = (DynamoChanges(table.client, table.name), files)
    events = [an_event(seq) for seq in range(1, 8)]
    for changes, into in (memory, real):
        for event in events:
            changes.add(event)
        written = WriteChangeFiles(changes, into, clock, lines=3)()
        # Which change is in which file is the engine's to choose; that each is in one, is not.
        assert [(one.number, one.lines, one.first_sequence) for one in written] == [(1, 3, 1), (2, 3, 4), (3, 1, 7)]
        filed = [event for number in (1, 2, 3) for event in events_of(into.read(number) or b"")]
        assert sorted(filed, key=lambda event: event.event_id) == sorted(events, key=lambda event: event.event_id)
        assert changes.head().sha256 == written[-1].sha256
