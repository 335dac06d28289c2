"""Snapshots in S3, under `snapshots/<payer>/<number>/`: begun.json, the parts, and manifest.json once all are there."""

import json
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from lifecert.adapters.aws_errors import translated
from lifecert.adapters.s3.change_files import found, name_of, put_once
from lifecert.domain.errors import Unreadable
from lifecert.domain.snapshot import Beginning, Part, SnapshotManifest, name_of_part

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client


@dataclass(frozen=True, slots=True)
class S3Snapshots:
    """The bucket of change files, beside which they are. Objects are written if there is none."""

    client: "S3Client"
    bucket: str

    def numbers(self, payer: str) -> list[int]:
        """Those of a payer that were begun, oldest first."""
        prefix = f"snapshots/{payer}/"
        pages = self.client.get_paginator("list_objects_v2").paginate(Bucket=self.bucket, Prefix=prefix, Delimiter="/")
        with translated():
            folders = [folder["Prefix"] for page in pages for folder in page.get("CommonPrefixes", [])]
        return sorted(int(folder.removeprefix(prefix).rstrip("/")) for folder in folders)

    def begin(self, beginning: Beginning) -> bool:
        """Note what a snapshot is to be made of; False when that was noted before."""
        return self._put(beginning.payer, beginning.number, "begun.json", asdict(beginning))

    def beginning(self, payer: str, number: int) -> Beginning:
        """What a snapshot that was begun is made of."""
        content = self._found(payer, number, "begun.json")
        if content is None:
            raise Unreadable(_key(payer, number, "begun.json"))
        return Beginning(**json.loads(content))

    def write_part(self, payer: str, number: int, part: int, content: bytes) -> bool:
        """Write a part; False when it is there."""
        key = _key(payer, number, name_of_part(part))
        return put_once(self.client, self.bucket, key, content, "application/gzip")

    def read_part(self, payer: str, number: int, part: int) -> bytes | None:
        """A part; None when it is not there yet."""
        return self._found(payer, number, name_of_part(part))

    def write_manifest(self, manifest: SnapshotManifest) -> None:
        """Say that a snapshot is whole, unless that was said before."""
        members = {**asdict(manifest), "written_at": manifest.written_at.isoformat()}
        self._put(manifest.payer, manifest.number, "manifest.json", members)

    def manifest(self, payer: str, number: int) -> SnapshotManifest | None:
        """The manifest of a snapshot; None when it is not whole."""
        content = self._found(payer, number, "manifest.json")
        return manifest_from(json.loads(content)) if content else None

    def _put(self, payer: str, number: int, name: str, members: dict[str, Any]) -> bool:
        content = json.dumps(members).encode()
        return put_once(self.client, self.bucket, _key(payer, number, name), content, "application/json")

    def _found(self, payer: str, number: int, name: str) -> bytes | None:
        return found(self.client, self.bucket, _key(payer, number, name))


def manifest_from(members: dict[str, Any]) -> SnapshotManifest:
    """What `write_manifest` wrote."""
    parts = tuple(Part(**part) for part in members["parts"])
    return SnapshotManifest(**{**members, "written_at": datetime.fromisoformat(members["written_at"]), "parts": parts})


def _key(payer: str, number: int, name: str) -> str:
    return f"snapshots/{payer}/{name_of(number)}/{name}"
