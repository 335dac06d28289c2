"""The gallery's files in S3, under a prefix of the model version and the secret's version."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypedDict

from botocore.exceptions import ClientError

from lifecert.adapters.aws_errors import code_of, translated
from lifecert.domain.errors import GalleryFileChanged
from lifecert.domain.gallery import StoredFile

if TYPE_CHECKING:
    from mypy_boto3_kms import KMSClient
    from mypy_boto3_s3 import S3Client

_PIECE = 8 * 1024 * 1024  # bytes


@dataclass(frozen=True, slots=True)
class S3GalleryFiles:
    """`GalleryFiles`. `prefix` ends with a slash."""

    client: "S3Client"
    bucket: str
    prefix: str

    def listed(self) -> Mapping[str, StoredFile]:
        """The files by name. S3 lists what was written a moment ago."""
        pages = self.client.get_paginator("list_objects_v2").paginate(Bucket=self.bucket, Prefix=self.prefix)
        with translated():
            return {
                item["Key"].removeprefix(self.prefix): StoredFile(item["Size"], item["ETag"])
                for page in pages
                for item in page.get("Contents", [])
            }

    def read(self, name: str, tag: str | None = None) -> Iterator[bytes]:
        """A file in pieces; nothing when it was merged away meanwhile."""
        try:
            with _conditional():
                body = self.client.get_object(**self._file(name), **_only(tag))["Body"]
        except _Gone:
            return
        try:
            while True:
                with translated():
                    piece = body.read(_PIECE)
                if not piece:
                    return
                yield piece
        finally:
            body.close()

    def write(self, name: str, content: bytes, tag: str | None = None) -> str:
        """Write a file, or this version of it anew."""
        try:
            with _conditional():
                return self.client.put_object(**self._file(name), Body=content, **_only(tag))["ETag"]
        except _Gone:
            raise GalleryFileChanged(name) from None

    def delete(self, name: str, tag: str | None = None) -> None:
        """Delete a file, or this version of it, if it is there."""
        with suppress(_Gone), _conditional():
            self.client.delete_object(**self._file(name), **_only(tag))

    def _file(self, name: str) -> "_File":
        return {"Bucket": self.bucket, "Key": self.prefix + name}


class _File(TypedDict):
    Bucket: str
    Key: str


class _OfVersion(TypedDict, total=False):
    IfMatch: str


class _Gone(Exception):
    """There is no such file."""


def _only(tag: str | None) -> _OfVersion:
    return {"IfMatch": tag} if tag else {}


@contextmanager
def _conditional() -> Iterator[None]:
    """Raises _Gone, GalleryFileChanged, or what `translated` makes of other errors."""
    with translated():
        try:
            yield
        except ClientError as error:
            if code_of(error) in {"NoSuchKey", "404"}:
                raise _Gone from None
            # Two conditional writes at the same moment: S3 refuses one of them so.
            if code_of(error) in {"PreconditionFailed", "412", "ConditionalRequestConflict", "409"}:
                raise GalleryFileChanged(error.operation_name) from None
            raise


def gallery_files(client: "S3Client", bucket: str, model_version: str, secret_version: str) -> S3GalleryFiles:
    """The files of one model and secret: faces of another compare with nothing, and lie in a folder of their own."""
    return S3GalleryFiles(client, bucket, f"gallery/{model_version.replace('/', '_')}/{secret_version}/")


def gallery_secret(client: "KMSClient", key_id: str, version: str) -> bytes:
    """The deployment's secret for its gallery, 32 bytes, derived by KMS. Raises StoreUnavailable."""
    message = f"lifecert gallery\0{version}".encode()
    with translated():
        return client.generate_mac(KeyId=key_id, Message=message, MacAlgorithm="HMAC_SHA_256")["Mac"]
