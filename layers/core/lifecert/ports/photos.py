"""Uploaded photos."""

from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from lifecert.domain.session import ImageType


@dataclass(frozen=True, slots=True)
class UploadSlot:
    """A presigned POST: send `fields` and then the file, as multipart/form-data, to `url`."""

    url: str
    fields: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Upload:
    """An uploaded file, and when it arrived, by the store's clock to the second. `etag` is what the store calls these
    very bytes."""

    content: bytes
    at: datetime
    etag: str = ""


class ReviewPhotos(Protocol):
    """Photos for a reviewer's eyes."""

    def review_frames(self, beneficiary_id: str, session_id: str) -> tuple[str, ...]:
        """Keys of a session's frames that are kept for a review, in the order of its challenge."""
        ...

    def frame_link(self, key: str, seconds: int) -> str:
        """An address from which a kept frame can be read for so long."""
        ...

    def reference_link(self, key: str, seconds: int) -> str:
        """An address from which a reference photo can be read for so long."""
        ...

    def delete_review_frames(self, beneficiary_id: str, session_id: str) -> None:
        """Delete a session's frames that are kept for a review, if there are any."""
        ...


class Photos(Protocol):
    """The frames bucket and the references bucket."""

    def upload_slot(self, key: str, image_type: ImageType, max_bytes: int, seconds: int) -> UploadSlot:
        """A slot that takes one file of exactly this key and type and at most this size, for so long."""
        ...

    def read_upload(self, key: str, max_bytes: int) -> Upload | None:
        """An uploaded file, or None when nothing was uploaded. Reads no more than `max_bytes` + 1 bytes."""
        ...

    def are_there(self, keys: Sequence[str]) -> Set[str]:
        """Under which of these keys something was uploaded."""
        ...

    def keep_for_review(self, key: str, etag: str, kept_as: str) -> bool:
        """Keep a frame that a human must look at; False, and nothing kept, when it is not what it was any more."""
        ...

    def keep_reference(self, key: str, content: bytes) -> None:
        """Keep an enrolled reference photo."""
        ...

    def delete_photos(self, beneficiary_id: str) -> int:
        """Delete every photo of one person that was kept, as a reference or for a review, whatever the register knows
        of it; how many."""
        ...
