"""The gallery's files in S3, under a prefix of the model version and the secret's version."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from botocore.exceptions import ClientError

from lifecert.adapters.aws_errors import code_of, translated

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

    def sizes(self) -> Mapping[str, int]:
        """Bytes of each file by name."""
        pages = self.client.get_paginator("list_objects_v2").paginate(Bucket=self.bucket, Prefix=self.prefix)
        with translated():
            return {
                item["Key"].removeprefix(self.prefix): item["Size"]
                for page in pages
                for item in page.get("Contents", [])
            }

    def read(self, name: str) -> Iterator[bytes]:
        """A file in pieces; nothing when it was merged away meanwhile."""
        with translated():
            try:
                body = self.client.get_object(Bucket=self.bucket, Key=self.prefix + name)["Body"]
            except ClientError as error:
                if code_of(error) in {"NoSuchKey", "404"}:
                    return
                raise
            try:
                while piece := body.read(_PIECE):
                    yield piece
            finally:
                body.close()

    def write(self, name: str, content: bytes) -> None:
        """Write a file, or replace it."""
        with translated():
            self.client.put_object(Bucket=self.bucket, Key=self.prefix + name, Body=content)

    def delete(self, name: str) -> None:
        """Delete a file, if it is there."""
        with translated():
            self.client.delete_object(Bucket=self.bucket, Key=self.prefix + name)


def gallery_files(client: "S3Client", bucket: str, model_version: str, secret_version: str) -> S3GalleryFiles:
    """The files of one model and secret: faces of another compare with nothing, and lie in a folder of their own."""
    return S3GalleryFiles(client, bucket, f"gallery/{model_version.replace('/', '_')}/{secret_version}/")


def gallery_secret(client: "KMSClient", key_id: str, version: str) -> bytes:
    """The deployment's secret for its gallery, 32 bytes, derived by KMS. Raises StoreUnavailable."""
    message = f"lifecert gallery\0{version}".encode()
    with translated():
        return client.generate_mac(KeyId=key_id, Message=message, MacAlgorithm="HMAC_SHA_256")["Mac"]
