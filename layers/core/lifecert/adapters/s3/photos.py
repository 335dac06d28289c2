"""Photos in S3. Phones upload by presigned POST only; what is kept is written by the function itself."""

from collections.abc import Sequence, Set
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from botocore.config import Config
from botocore.exceptions import ClientError

from lifecert.adapters.aws_errors import code_of, translated
from lifecert.domain.reference import photos_of
from lifecert.domain.session import ImageType
from lifecert.ports.photos import Upload, UploadSlot

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_s3.type_defs import CopySourceTypeDef


def client_config() -> Config:
    """How the client must be made: phones need a version 4 signature and the bucket's address in its own region.

    Without "virtual", a form names the global address, from which a new bucket redirects and a browser gives up.
    """
    return Config(signature_version="s3v4", s3={"addressing_style": "virtual"})


@dataclass(frozen=True, slots=True)
class S3Photos:
    """The frames bucket and the references bucket. A bucket that a function never uses stays empty. `ahead` is how far
    the clock of a local demo was moved, while S3 keeps its own.

    The client is made with `client_config()`. To tell a frame that was not
    uploaded from a permission that is missing, S3 wants s3:ListBucket beside s3:GetObject: without it a missing
    key is answered as AccessDenied, which propagates.
    """

    client: "S3Client"
    frames_bucket: str
    references_bucket: str = ""
    ahead: timedelta = timedelta(0)

    def upload_slot(self, key: str, image_type: ImageType, max_bytes: int, seconds: int) -> UploadSlot:
        """A presigned POST for exactly this key and type, 1 to `max_bytes` bytes, for `seconds`. No request is made."""
        content_type = str(image_type)
        post = self.client.generate_presigned_post(
            Bucket=self.frames_bucket,
            Key=key,
            Fields={"Content-Type": content_type},
            Conditions=[{"Content-Type": content_type}, ["content-length-range", 1, max_bytes]],
            ExpiresIn=seconds,
        )
        return UploadSlot(post["url"], post["fields"])

    def read_upload(self, key: str, max_bytes: int) -> Upload | None:
        """An uploaded file, cut off after `max_bytes` + 1 bytes; None when there is none."""
        with translated():
            try:
                answer = self.client.get_object(Bucket=self.frames_bucket, Key=key)
            except ClientError as error:
                if code_of(error) in {"NoSuchKey", "404"}:
                    return None
                raise
            body = answer["Body"]
            try:
                return Upload(body.read(max_bytes + 1), answer["LastModified"] + self.ahead, answer["ETag"])
            finally:
                body.close()

    def are_there(self, keys: Sequence[str]) -> Set[str]:
        """Those of these keys that have an object, all asked for at once."""
        from concurrent.futures import ThreadPoolExecutor

        with ThreadPoolExecutor(max(1, len(keys))) as threads:
            return {key for key, there in zip(keys, threads.map(self._is_there, keys), strict=True) if there}

    def _is_there(self, key: str) -> bool:
        with translated():
            try:
                self.client.head_object(Bucket=self.frames_bucket, Key=key)
            except ClientError as error:
                if code_of(error) in {"NoSuchKey", "404"}:
                    return False
                raise
        return True

    def keep_for_review(self, key: str, etag: str, kept_as: str) -> bool:
        """Copy a frame beside the uploads, where it lives longer. Its bytes stay in S3."""
        place: CopySourceTypeDef = {"Bucket": self.frames_bucket, "Key": key}
        with translated():
            try:
                self.client.copy_object(
                    Bucket=self.frames_bucket,
                    Key=kept_as,
                    CopySource=place,
                    CopySourceIfMatch=etag,
                )
            except ClientError as error:
                if code_of(error) in {"PreconditionFailed", "412", "NoSuchKey", "404"}:
                    return False
                raise
        return True

    def keep_reference(self, key: str, content: bytes) -> None:
        """Keep a reference photo."""
        with translated():
            self.client.put_object(Bucket=self.references_bucket, Key=key, Body=content)

    def delete_references(self, beneficiary_id: str) -> int:
        """Delete every photo under the person's own prefix, page by page; a repeat finds nothing left."""
        pages = self.client.get_paginator("list_objects_v2").paginate(
            Bucket=self.references_bucket, Prefix=photos_of(beneficiary_id)
        )
        deleted = 0
        with translated():
            for page in pages:
                for item in page.get("Contents", []):
                    # One by one: a batch answers 200 for what it did not delete.
                    self.client.delete_object(Bucket=self.references_bucket, Key=item["Key"])
                    deleted += 1
        return deleted
