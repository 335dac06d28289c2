"""Anchors in S3: `anchors/<day>.json`, and the heads of a day in `parts/<day>/<part>.jsonl`.

The bucket keeps versions, and in prod none of them can be deleted for years (object lock in compliance mode). Something
can still be put over an object, or a mark that it is deleted: the first version is the one that counts.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from lifecert.adapters.aws_errors import code_of, translated
from lifecert.adapters.s3.change_files import TAKEN

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

_ANCHORS = "anchors/"


@dataclass(frozen=True, slots=True)
class S3Anchors:
    """The bucket of anchors."""

    client: "S3Client"
    bucket: str

    def days(self) -> list[date]:
        """The days that have an anchor, the first one first, also where somebody marked it as deleted."""
        keys = {str(one["Key"]) for one in self._versions(_ANCHORS) if one["Size"] is not None}
        return sorted(date.fromisoformat(key.removeprefix(_ANCHORS).removesuffix(".json")) for key in keys)

    def read(self, day: date) -> bytes | None:
        """The anchor of a day; None when there is none."""
        return self._first(_anchor_key(day))

    def write(self, day: date, content: bytes) -> bool:
        """Write the anchor of a day; False when there is one."""
        return self._put_once(_anchor_key(day), content, "application/json")

    def read_part(self, day: date, part: int) -> bytes | None:
        """The heads of a part of a day; None when none were written."""
        return self._first(_part_key(day, part))

    def write_part(self, day: date, part: int, content: bytes) -> bool:
        """Write the heads of a part of a day; False when they are there."""
        return self._put_once(_part_key(day, part), content, "application/jsonl")

    def put_over(self) -> list[str]:
        """Keys over which something was put, or a mark of deletion, since they were written."""
        found: dict[str, int] = {}
        for one in self._versions(""):
            found[one["Key"]] = found.get(one["Key"], 0) + 1
        return sorted(key for key, versions in found.items() if versions > 1)

    def _first(self, key: str) -> bytes | None:
        # S3 lists a key's versions newest first; a mark of deletion has no size, and no content.
        versions = [one for one in self._versions(key) if one["Key"] == key and one["Size"] is not None]
        if not versions:
            return None
        with translated():
            answer = self.client.get_object(Bucket=self.bucket, Key=key, VersionId=versions[-1]["VersionId"])
            return answer["Body"].read()

    def _versions(self, prefix: str) -> Iterator[dict[str, Any]]:
        pages = self.client.get_paginator("list_object_versions").paginate(Bucket=self.bucket, Prefix=prefix)
        with translated():
            for page in pages:
                for version in page.get("Versions", []):
                    yield {"Key": version["Key"], "VersionId": version["VersionId"], "Size": version["Size"]}
                for mark in page.get("DeleteMarkers", []):
                    yield {"Key": mark["Key"], "VersionId": mark["VersionId"], "Size": None}

    def _put_once(self, key: str, content: bytes, content_type: str) -> bool:
        with translated():
            try:
                self.client.put_object(
                    Bucket=self.bucket,
                    Key=key,
                    Body=content,
                    ContentType=content_type,
                    IfNoneMatch="*",
                    # A bucket that locks what comes in wants a checksum with it.
                    ChecksumAlgorithm="SHA256",
                )
            except ClientError as error:
                if code_of(error) in TAKEN:
                    return False
                raise
        return True


def _anchor_key(day: date) -> str:
    return f"{_ANCHORS}{day.isoformat()}.json"


def _part_key(day: date, part: int) -> str:
    return f"parts/{day.isoformat()}/{part:02d}.jsonl"
