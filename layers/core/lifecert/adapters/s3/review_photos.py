"""Photos for a reviewer, in S3: addresses that work for minutes, and an end to the frames once a case is decided."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from lifecert.adapters.aws_errors import translated
from lifecert.domain.session import review_frames_of

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client


@dataclass(frozen=True, slots=True)
class S3ReviewPhotos:
    """The frames bucket's `review/` and the references bucket. The client is made with `s3_photos.client_config()`."""

    client: "S3Client"
    frames_bucket: str
    references_bucket: str

    def review_frames(self, beneficiary_id: str, session_id: str) -> tuple[str, ...]:
        """Keys of a session's kept frames. A challenge has less than ten steps, so they sort by number."""
        prefix = f"{review_frames_of(beneficiary_id)}{session_id}/"
        with translated():
            listed = self.client.list_objects_v2(Bucket=self.frames_bucket, Prefix=prefix)
        return tuple(sorted(found["Key"] for found in listed.get("Contents", [])))

    def frame_link(self, key: str, seconds: int) -> str:
        """A presigned GET of a kept frame. No request is made."""
        return self._link(self.frames_bucket, key, seconds)

    def reference_link(self, key: str, seconds: int) -> str:
        """A presigned GET of a reference photo. No request is made."""
        return self._link(self.references_bucket, key, seconds)

    def delete_review_frames(self, beneficiary_id: str, session_id: str) -> None:
        """Delete a session's kept frames."""
        for key in self.review_frames(beneficiary_id, session_id):
            with translated():
                self.client.delete_object(Bucket=self.frames_bucket, Key=key)

    def _link(self, bucket: str, key: str, seconds: int) -> str:
        return self.client.generate_presigned_url(
            "get_object",
            # Whatever the file is, a browser must neither run it nor keep it.
            Params={"Bucket": bucket, "Key": key, "ResponseCacheControl": "no-store"},
            ExpiresIn=seconds,
        )
