"""Published changes in DynamoDB, until they are in a change file and for 400 days after.

An item is known by its event's id, so that a repeat from the stream, or from an entry published again by hand, is no
second change. Those that wait for a file have the attribute `waiting`, the key of a sparse index, which names the
payer: finding one payer's costs what they are, and not what was ever published, and nothing depends on when an event
came.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from lifecert.adapters.aws_errors import code_of, translated
from lifecert.adapters.dynamodb.values import epoch, moment, plain, typed
from lifecert.domain.benefit import FIRST_PAYER
from lifecert.domain.change_file import FeedHead, published_again
from lifecert.domain.errors import StoreUnavailable
from lifecert.domain.published import PublishedEvent
from lifecert.domain.review import AtLeast
from lifecert.domain.sweep import shard_of

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

BY_WAITING = "by_waiting"
# Each partition of the index takes about 1,000 changes a second.
SHARDS = 8
# Beyond the year in which anybody could publish an entry again to mend a loss.
REMEMBERED = timedelta(days=400)
HEAD = "head"
# The most that one request takes.
_READ, _WRITTEN = 100, 25
# In each partition of the index: beyond some thousands it is enough to know that there are more.
COUNTED = 1_000
_TRIES = 5
CONDITION_FAILED = "ConditionalCheckFailedException"


@dataclass(frozen=True, slots=True)
class DynamoChanges:
    """The changes table."""

    client: "DynamoDBClient"
    table: str

    def add(self, event: PublishedEvent) -> None:
        """Let an event wait for its payer's next file, unless it is known."""
        item = {**_item(event), "waiting": _of(event.payer, str(shard_of(event.event_id, SHARDS)))}
        with translated():
            try:
                self.client.put_item(
                    TableName=self.table, Item=typed(item), ConditionExpression="attribute_not_exists(event_id)"
                )
            except ClientError as error:
                if code_of(error) != CONDITION_FAILED:
                    raise

    def waiting(self, payer: str) -> Iterator[PublishedEvent]:
        """A payer's events in no file. The index may lag behind, so each is read from the table itself."""
        ids = self._ids(payer)
        while some := list(islice(ids, _READ)):
            for item in self._read(some):
                if "waiting" in item:
                    yield _event(item)

    def count_waiting(self, payer: str) -> AtLeast:
        """How many wait, of the first COUNTED in each partition; as the index knows them."""
        number, more = 0, False
        for shard in range(SHARDS):
            with translated():
                page = self.client.query(
                    TableName=self.table,
                    IndexName=BY_WAITING,
                    KeyConditionExpression="waiting = :shard",
                    ExpressionAttributeValues=typed({":shard": _of(payer, str(shard))}),
                    Select="COUNT",
                    Limit=COUNTED,
                )
            number, more = number + page["Count"], more or "LastEvaluatedKey" in page
        return AtLeast(number, more)

    def settle(self, events: Sequence[PublishedEvent], number: int, at: datetime) -> None:
        """Mark events as being in a file."""
        marks = {"file": number, "expires_at": epoch(at + REMEMBERED)}
        left = iter(events)
        while some := list(islice(left, _WRITTEN)):
            self._write([{"PutRequest": {"Item": typed({**_item(event), **marks})}} for event in some])

    def head(self, payer: str) -> FeedHead:
        """Where a payer's feed stands."""
        key = typed({"event_id": _of(payer, HEAD)})
        with translated():
            answer = self.client.get_item(TableName=self.table, Key=key, ConsistentRead=True)
        if "Item" not in answer:
            return FeedHead()
        item = plain(answer["Item"])
        return FeedHead(int(item["number"]), int(item["sequence"]), item["sha256"])

    def advance(self, payer: str, before: FeedHead, after: FeedHead) -> None:
        """Move a payer's head on from `before`, once."""
        stands = {"number": after.number, "sequence": after.sequence, "sha256": after.sha256}
        item = {"event_id": _of(payer, HEAD), **stands}
        with translated():
            try:
                self.client.put_item(
                    TableName=self.table,
                    Item=typed(item),
                    ConditionExpression="attribute_not_exists(event_id) OR #number = :before",
                    ExpressionAttributeNames={"#number": "number"},
                    ExpressionAttributeValues=typed({":before": before.number}),
                )
            except ClientError as error:
                if code_of(error) != CONDITION_FAILED:
                    raise

    def _ids(self, payer: str) -> Iterator[str]:
        for shard in range(SHARDS):
            pages = self.client.get_paginator("query").paginate(
                TableName=self.table,
                IndexName=BY_WAITING,
                KeyConditionExpression="waiting = :shard",
                ExpressionAttributeValues=typed({":shard": _of(payer, str(shard))}),
            )
            with translated():
                for page in pages:
                    for item in page["Items"]:
                        yield plain(item)["event_id"]

    def _read(self, ids: Sequence[str]) -> Iterator[dict[str, Any]]:
        keys = [typed({"event_id": event_id}) for event_id in ids]
        left: Any = {self.table: {"Keys": keys, "ConsistentRead": True}}
        for _ in range(_TRIES):
            with translated():
                answer = self.client.batch_get_item(RequestItems=left)
            yield from map(plain, answer["Responses"].get(self.table, []))
            left = answer.get("UnprocessedKeys")
            if not left:
                return
        raise StoreUnavailable("keys left unread")

    def _write(self, requests: Sequence[Mapping[str, Any]]) -> None:
        left: Any = {self.table: requests}
        for _ in range(_TRIES):
            with translated():
                left = self.client.batch_write_item(RequestItems=left).get("UnprocessedItems")
            if not left:
                return
        raise StoreUnavailable("items left unwritten")


def _item(event: PublishedEvent) -> dict[str, Any]:
    # The detail as text: it must come out of the file as it went onto the bus, whole numbers and nulls as they were.
    return {
        "event_id": event.event_id,
        "type": event.type,
        "at": moment(event.at),
        "detail": json.dumps(dict(event.detail), ensure_ascii=False, separators=(",", ":")),
    }


def _event(item: Mapping[str, Any]) -> PublishedEvent:
    return published_again(item["event_id"], item["type"], item["at"], json.loads(item["detail"]))


def _of(payer: str, name: str) -> str:
    # The first payer's are as they were before there were others: its feed goes on, and what waits is not left behind.
    return name if payer == FIRST_PAYER else f"{payer}:{name}"
