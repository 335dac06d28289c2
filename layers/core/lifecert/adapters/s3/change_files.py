"""The payer's change files in S3: `changes/<number>.jsonl` and `changes/<number>.manifest.json`, nine digits each."""

import json
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from lifecert.adapters.aws_errors import code_of, translated
from lifecert.domain.change_file import Manifest

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

# What S3 says when there is an object already, or one is being written at this moment.
TAKEN = frozenset({"PreconditionFailed", "ConditionalRequestConflict"})


def key_of(number: int) -> str:
    """Where a file is, without what its name ends with. Keys sort as numbers do."""
    return f"changes/{number:09d}"


@dataclass(frozen=True, slots=True)
class S3ChangeFiles:
    """The bucket of change files. Objects are written if there is none, so one that is there never changes."""

    client: "S3Client"
    bucket: str

    def write(self, number: int, content: bytes) -> bool:
        """Write a file; False when there is one with this number."""
        return self._put(f"{key_of(number)}.jsonl", content, "application/jsonl")

    def read(self, number: int) -> bytes | None:
        """A file's content; None when there is no such file. Needs s3:ListBucket, as `S3Photos` says."""
        with translated():
            try:
                answer = self.client.get_object(Bucket=self.bucket, Key=f"{key_of(number)}.jsonl")
            except ClientError as error:
                if code_of(error) in {"NoSuchKey", "404"}:
                    return None
                raise
            return answer["Body"].read()

    def write_manifest(self, manifest: Manifest) -> None:
        """Write the manifest of a file, unless it has one."""
        members: dict[str, Any] = {**asdict(manifest), "written_at": manifest.written_at.isoformat()}
        self._put(f"{key_of(manifest.number)}.manifest.json", json.dumps(members).encode(), "application/json")

    def _put(self, key: str, content: bytes, content_type: str) -> bool:
        with translated():
            try:
                self.client.put_object(
                    Bucket=self.bucket, Key=key, Body=content, ContentType=content_type, IfNoneMatch="*"
                )
            except ClientError as error:
                if code_of(error) in TAKEN:
                    return False
                raise
        return True
