"""Change files in S3: `changes/<payer>/<number>.jsonl` and `changes/<payer>/<number>.manifest.json`, nine digits each.

The first payer's oldest files, from before there were others, are `changes/<number>.jsonl`. They are read, and no more
of them written.
"""

import json
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from lifecert.adapters.aws_errors import code_of, translated
from lifecert.domain.benefit import FIRST_PAYER
from lifecert.domain.change_file import Manifest

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

# What S3 says when there is an object already, or one is being written at this moment.
TAKEN = frozenset({"PreconditionFailed", "ConditionalRequestConflict"})


def name_of(number: int) -> str:
    """What a file is called, without its ending. Names sort as numbers do."""
    return f"{number:09d}"


def key_of(payer: str, number: int) -> str:
    """Where a file is, without its ending."""
    return f"changes/{payer}/{name_of(number)}"


@dataclass(frozen=True, slots=True)
class S3ChangeFiles:
    """The bucket of change files. Objects are written if there is none, so one that is there never changes."""

    client: "S3Client"
    bucket: str

    def write(self, payer: str, number: int, content: bytes) -> bool:
        """Write a file; False when the payer has one with this number."""
        return put_once(self.client, self.bucket, f"{key_of(payer, number)}.jsonl", content, "application/jsonl")

    def read(self, payer: str, number: int) -> bytes | None:
        """A file's content; None when there is no such file. Needs s3:ListBucket, as `S3Photos` says."""
        content = found(self.client, self.bucket, f"{key_of(payer, number)}.jsonl")
        if content is None and payer == FIRST_PAYER:
            content = found(self.client, self.bucket, f"changes/{name_of(number)}.jsonl")
        return content

    def write_manifest(self, manifest: Manifest) -> None:
        """Write the manifest of a file, unless it has one."""
        members: dict[str, Any] = {**asdict(manifest), "written_at": manifest.written_at.isoformat()}
        key = f"{key_of(manifest.payer, manifest.number)}.manifest.json"
        put_once(self.client, self.bucket, key, json.dumps(members).encode(), "application/json")

    def manifest(self, payer: str, number: int) -> Manifest | None:
        """The manifest of a file; None when there is none."""
        content = found(self.client, self.bucket, f"{key_of(payer, number)}.manifest.json")
        if content is None and payer == FIRST_PAYER:
            content = found(self.client, self.bucket, f"changes/{name_of(number)}.manifest.json")
        if content is None:
            return None
        members = {"payer": payer, **json.loads(content)}
        return Manifest(**{**members, "written_at": datetime.fromisoformat(members["written_at"])})


def put_once(client: "S3Client", bucket: str, key: str, content: bytes, content_type: str) -> bool:
    """Write an object; False, and nothing written, when there is one."""
    with translated():
        try:
            client.put_object(Bucket=bucket, Key=key, Body=content, ContentType=content_type, IfNoneMatch="*")
        except ClientError as error:
            if code_of(error) in TAKEN:
                return False
            raise
    return True


def found(client: "S3Client", bucket: str, key: str) -> bytes | None:
    """An object's content; None when there is none."""
    with translated():
        try:
            return client.get_object(Bucket=bucket, Key=key)["Body"].read()
        except ClientError as error:
            if code_of(error) in {"NoSuchKey", "404"}:
                return None
            raise
