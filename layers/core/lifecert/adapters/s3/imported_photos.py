"""Photos that an office brought for an import: `photos/` of the imports bucket, for thirty days at most."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from botocore.exceptions import ClientError

from lifecert.adapters.aws_errors import code_of, translated

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

FOLDER = "photos/"


@dataclass(frozen=True, slots=True)
class S3ImportedPhotos:
    """The imports bucket. To tell one that is not there from a permission that is missing, S3 wants s3:ListBucket."""

    client: "S3Client"
    bucket: str

    def read(self, photo: str, max_bytes: int) -> bytes | None:
        """A photo, cut off after `max_bytes` + 1 bytes; None when there is none."""
        with translated():
            try:
                body = self.client.get_object(Bucket=self.bucket, Key=f"{FOLDER}{photo}")["Body"]
            except ClientError as error:
                if code_of(error) in {"NoSuchKey", "404"}:
                    return None
                raise
            try:
                return body.read(max_bytes + 1)
            finally:
                body.close()

    def delete(self, photo: str) -> None:
        """Delete one."""
        with translated():
            self.client.delete_object(Bucket=self.bucket, Key=f"{FOLDER}{photo}")
