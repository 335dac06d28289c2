"""What stands in for the services of AWS other than DynamoDB, so that the product's own adapters run in one process.

They keep in memory, answer as the services do as far as those adapters ask, cost no time, and count what is asked.
"""

import hashlib
import hmac
import io
import json
from collections import Counter, defaultdict, deque
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from botocore.exceptions import ClientError

ZONE = ZoneInfo("Asia/Shanghai")


@dataclass(slots=True)
class MovedClock:
    """Time that stands until it is moved, in the office's zone."""

    moment: datetime

    @staticmethod
    def at(day: date, hour: int, minute: int = 0) -> "MovedClock":
        """That hour of a day."""
        clock = MovedClock(datetime.now(UTC))
        clock.set(day, hour, minute)
        return clock

    def set(self, day: date, hour: int, minute: int = 0) -> None:
        """Let it be that hour of a day."""
        self.moment = datetime.combine(day, time(hour, minute), ZONE).astimezone(UTC)

    def pass_by(self, seconds: int) -> None:
        """Let time pass."""
        self.moment += timedelta(seconds=seconds)

    def now(self) -> datetime:
        """This moment, in UTC."""
        return self.moment

    def local(self) -> datetime:
        """The same by the office's clock."""
        return self.moment.astimezone(ZONE)

    def day_of(self, moment: datetime) -> date:
        """The day of a moment, where the office is."""
        return moment.astimezone(ZONE).date()

    def today(self) -> date:
        """This day."""
        return self.day_of(self.moment)


class _Body(io.BytesIO):
    """What was stored, as it is read from an answer."""

    def __init__(self, content: bytes) -> None:
        super().__init__(content)
        self._whole = content

    def read(self, most: int | None = -1) -> bytes:
        """The content. All of it at once is the very object that was stored, so that a photo is kept once."""
        if self.tell() == 0 and (most is None or most < 0 or most >= len(self._whole)):
            self.seek(0, io.SEEK_END)
            return self._whole
        return super().read(most)

    def iter_chunks(self, size: int) -> Iterator[bytes]:
        """The content in parts."""
        while part := self.read(size):
            yield part


@dataclass(slots=True)
class MemoryS3:
    """Buckets in memory. What was written is dated by `clock`."""

    clock: MovedClock
    buckets: dict[str, dict[str, tuple[bytes, datetime]]] = field(default_factory=lambda: defaultdict(dict))
    requests: Counter[str] = field(default_factory=Counter)
    _uploads: dict[str, dict[int, bytes]] = field(default_factory=dict)

    def put_object(self, *, Bucket: str, Key: str, Body: bytes, IfNoneMatch: str = "", **_: Any) -> dict[str, str]:
        """Write an object; with `IfNoneMatch` only where there is none."""
        self.requests["PutObject"] += 1
        if IfNoneMatch and Key in self.buckets[Bucket]:
            raise _error("PreconditionFailed", "PutObject")
        self.buckets[Bucket][Key] = (Body, self.clock.now())
        return {"ETag": _etag(Body)}

    def get_object(self, *, Bucket: str, Key: str, Range: str = "", IfMatch: str = "", **_: Any) -> dict[str, Any]:
        """Read an object, or a range of it."""
        self.requests["GetObject"] += 1
        content, at = self._found(Bucket, Key, "GetObject")
        if IfMatch and _etag(content) != IfMatch:
            raise _error("PreconditionFailed", "GetObject")
        etag = _etag(content)
        if Range:
            first, last = Range.removeprefix("bytes=").split("-")
            content = content[int(first) : int(last) + 1]
        return {"Body": _Body(content), "LastModified": at, "ETag": etag, "ContentLength": len(content)}

    def head_object(self, *, Bucket: str, Key: str) -> dict[str, Any]:
        """Whether there is one."""
        self.requests["HeadObject"] += 1
        content, at = self._found(Bucket, Key, "HeadObject")
        return {"ContentLength": len(content), "ETag": _etag(content), "LastModified": at}

    def copy_object(
        self, *, Bucket: str, Key: str, CopySource: Mapping[str, str], CopySourceIfMatch: str = "", **_: Any
    ) -> dict[str, str]:
        """Copy an object that is still what it was."""
        self.requests["CopyObject"] += 1
        content, _at = self._found(CopySource["Bucket"], CopySource["Key"], "CopyObject")
        if CopySourceIfMatch and _etag(content) != CopySourceIfMatch:
            raise _error("PreconditionFailed", "CopyObject")
        self.buckets[Bucket][Key] = (content, self.clock.now())
        return {"ETag": _etag(content)}

    def delete_object(self, *, Bucket: str, Key: str) -> dict[str, str]:
        """Delete an object, if there is one."""
        self.requests["DeleteObject"] += 1
        self.buckets[Bucket].pop(Key, None)
        return {}

    def list_objects_v2(self, *, Bucket: str, Prefix: str) -> dict[str, Any]:
        """One page of the objects whose keys begin so."""
        return next(self.paginate(Bucket=Bucket, Prefix=Prefix))

    def get_paginator(self, _operation: str) -> "MemoryS3":
        """Of lists: there is one page of all."""
        return self

    def paginate(self, *, Bucket: str, Prefix: str = "", Delimiter: str = "") -> Iterator[dict[str, Any]]:
        """The objects whose keys begin so, in order; with a delimiter the folders below instead."""
        self.requests["ListObjectsV2"] += 1
        keys = sorted(key for key in self.buckets[Bucket] if key.startswith(Prefix))
        if Delimiter:
            rest = (key.removeprefix(Prefix).partition(Delimiter) for key in keys)
            folders = sorted({f"{Prefix}{name}{Delimiter}" for name, found, _ in rest if found})
            yield {"CommonPrefixes": [{"Prefix": folder} for folder in folders]}
            return
        yield {"Contents": [{"Key": key} for key in keys]}

    def create_multipart_upload(self, *, Bucket: str, Key: str) -> dict[str, str]:
        """Begin an object that comes in parts."""
        self._uploads[f"{Bucket}/{Key}"] = {}
        return {"UploadId": f"{Bucket}/{Key}"}

    def upload_part(self, *, UploadId: str, PartNumber: int, Body: bytes, **_: Any) -> dict[str, str]:
        """One part."""
        self._uploads[UploadId][PartNumber] = Body
        return {"ETag": _etag(Body)}

    def complete_multipart_upload(self, *, Bucket: str, Key: str, UploadId: str, **_: Any) -> None:
        """Put the parts together."""
        parts = self._uploads.pop(UploadId)
        self.put_object(Bucket=Bucket, Key=Key, Body=b"".join(parts[number] for number in sorted(parts)))

    def generate_presigned_post(self, *, Bucket: str, Key: str, **_: Any) -> dict[str, Any]:
        """A slot: whoever has it puts the object."""
        return {"url": f"https://{Bucket}.example", "fields": {"key": Key}}

    def generate_presigned_url(self, _operation: str, **_: Any) -> str:
        """Nobody reads by address here."""
        return "https://example"

    def forget(self, bucket: str, prefix: str, before: datetime) -> None:
        """The lifecycle rule of a prefix: what is older goes."""
        kept = self.buckets[bucket]
        for key in [key for key, (_, at) in kept.items() if key.startswith(prefix) and at < before]:
            del kept[key]

    def _found(self, bucket: str, key: str, operation: str) -> tuple[bytes, datetime]:
        if key not in self.buckets[bucket]:
            raise _error("NoSuchKey", operation)
        return self.buckets[bucket][key]


@dataclass(slots=True)
class MemoryKms:
    """Keyed hashes, encryption that hides nothing, and signatures that nobody checks: made-up people need no more."""

    requests: Counter[str] = field(default_factory=Counter)

    def generate_mac(self, *, KeyId: str, Message: bytes, **_: Any) -> dict[str, bytes]:
        """A keyed hash."""
        self.requests["GenerateMac"] += 1
        return {"Mac": hmac.digest(KeyId.encode(), Message, hashlib.sha256)}

    def encrypt(self, *, KeyId: str, Plaintext: bytes, EncryptionContext: Mapping[str, str]) -> dict[str, bytes]:
        """As long as KMS's own."""
        self.requests["Encrypt"] += 1
        told = {"key": KeyId, "text": Plaintext.decode(), "for": dict(EncryptionContext)}
        return {"CiphertextBlob": json.dumps(told).encode().ljust(160)}

    def decrypt(self, *, KeyId: str, CiphertextBlob: bytes, EncryptionContext: Mapping[str, str]) -> dict[str, bytes]:
        """What was encrypted, under the same key and for the same owner."""
        self.requests["Decrypt"] += 1
        told = json.loads(CiphertextBlob)
        if (told["key"], told["for"]) != (KeyId, dict(EncryptionContext)):
            raise _error("InvalidCiphertextException", "Decrypt")
        return {"Plaintext": str(told["text"]).encode()}

    def sign(self, *, KeyId: str, Message: bytes, **_: Any) -> dict[str, bytes]:
        """Something of the form of a signature: SEQUENCE { INTEGER, INTEGER }."""
        self.requests["Sign"] += 1
        number = b"\x01" + hmac.digest(KeyId.encode(), Message, hashlib.sha256)[1:]
        integer = b"\x02" + bytes([len(number)]) + number
        return {"Signature": b"\x30" + bytes([2 * len(integer)]) + 2 * integer}


@dataclass(slots=True)
class MemorySqs:
    """Queues, by their URL, of message bodies."""

    queues: dict[str, deque[str]] = field(default_factory=lambda: defaultdict(deque))
    sent: Counter[str] = field(default_factory=Counter)

    def send_message(self, *, QueueUrl: str, MessageBody: str, **_: Any) -> dict[str, str]:
        """Put a message into a queue."""
        self.sent[QueueUrl] += 1
        self.queues[QueueUrl].append(MessageBody)
        return {"MessageId": str(self.sent[QueueUrl])}

    def change_message_visibility(self, **_: Any) -> None:
        """Whatever fails here ends the run: nothing comes again."""

    def drain(self, queue: str, work: Callable[[str], object]) -> int:
        """Do all that waits, and what that sends, one after the other; how many."""
        done = 0
        while self.queues[queue]:
            work(self.queues[queue].popleft())
            done += 1
        return done


@dataclass(slots=True)
class MemoryBus:
    """Hands each event on at once: a payer's to its queue's reader, a notice's to the queue of notices."""

    take: Callable[[str, dict[str, Any]], None] = lambda _type, _detail: None
    events: Counter[str] = field(default_factory=Counter)

    def put_events(self, *, Entries: list[Mapping[str, Any]]) -> dict[str, Any]:
        """Hand events on."""
        for entry in Entries:
            self.events[str(entry["DetailType"])] += 1
            self.take(str(entry["DetailType"]), json.loads(entry["Detail"]))
        return {"FailedEntryCount": 0, "Entries": []}


@dataclass(slots=True)
class MemorySns:
    """The channel of text messages: takes each, and gives it a number. `gone` are numbers that are none any more."""

    gone: set[str] = field(default_factory=set)
    sent: list[tuple[str, str]] = field(default_factory=list)
    number: int = 0

    def publish(self, *, PhoneNumber: str = "", Message: str, **_: Any) -> dict[str, str]:
        """Take a message."""
        if PhoneNumber in self.gone:
            raise _error("InvalidParameter", "Publish")
        self.number += 1
        self.sent.append((f"message-{self.number}", PhoneNumber))
        return {"MessageId": f"message-{self.number}"}


@dataclass(slots=True)
class MemoryLambda:
    """The function that decides: asked in this process, by the same message."""

    answer: Callable[[Mapping[str, Any]], Mapping[str, Any]] = dict

    def invoke(self, *, FunctionName: str, Payload: bytes) -> dict[str, Any]:
        """Ask it."""
        told = self.answer(json.loads(Payload))
        return {"Payload": io.BytesIO(json.dumps(told).encode())}


def _etag(content: bytes) -> str:
    return f'"{hashlib.md5(content, usedforsecurity=False).hexdigest()}"'


def _error(code: str, operation: str) -> ClientError:
    return ClientError({"Error": {"Code": code, "Message": ""}}, operation)
