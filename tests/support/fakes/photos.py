"""Uploads and kept photos in memory."""

import hashlib
from collections.abc import Sequence, Set
from dataclasses import dataclass, field
from datetime import UTC, datetime

from lifecert.domain.reference import photos_of
from lifecert.domain.session import ImageType, review_frames_of
from lifecert.ports.photos import Upload, UploadSlot

UPLOADED = datetime(2026, 3, 1, 1, 0, 5, tzinfo=UTC)  # a moment after the tests' sessions open


def etag_of(content: bytes) -> str:
    """What a store calls these bytes."""
    return f'"{hashlib.sha256(content).hexdigest()[:32]}"'


@dataclass(slots=True)
class MemoryPhotos:
    """`uploads` by key; `kept` holds what was kept for a review or as a reference; `slots` what was handed out."""

    uploads: dict[str, bytes] = field(default_factory=dict)
    uploaded_at: dict[str, datetime] = field(default_factory=dict)
    kept: dict[str, bytes] = field(default_factory=dict)
    slots: dict[str, tuple[ImageType, int, int]] = field(default_factory=dict)

    def upload(self, key: str, content: bytes, at: datetime = UPLOADED) -> None:
        self.uploads[key], self.uploaded_at[key] = content, at

    def upload_slot(self, key: str, image_type: ImageType, max_bytes: int, seconds: int) -> UploadSlot:
        self.slots[key] = (image_type, max_bytes, seconds)
        return UploadSlot("https://frames.example/", {"key": key, "Content-Type": image_type})

    def read_upload(self, key: str, max_bytes: int) -> Upload | None:
        content = self.uploads.get(key)
        return None if content is None else Upload(content[: max_bytes + 1], self.uploaded_at[key], etag_of(content))

    def are_there(self, keys: Sequence[str]) -> Set[str]:
        return {key for key in keys if key in self.uploads}

    def keep_for_review(self, key: str, etag: str, kept_as: str) -> bool:
        if key not in self.uploads or etag_of(self.uploads[key]) != etag:
            return False
        self.kept[kept_as] = self.uploads[key]
        return True

    def keep_reference(self, key: str, content: bytes) -> None:
        self.kept[key] = content

    def delete_photos(self, beneficiary_id: str) -> int:
        prefixes = photos_of(beneficiary_id), review_frames_of(beneficiary_id)
        mine = [key for key in self.kept if key.startswith(prefixes)]
        for key in mine:
            del self.kept[key]
        return len(mine)

    def review_frames(self, beneficiary_id: str, session_id: str) -> tuple[str, ...]:
        prefix = f"{review_frames_of(beneficiary_id)}{session_id}/"
        return tuple(sorted(key for key in self.kept if key.startswith(prefix)))

    def frame_link(self, key: str, seconds: int) -> str:
        return f"https://frames.example/{key}?expires={seconds}"

    def reference_link(self, key: str, seconds: int) -> str:
        return f"https://references.example/{key}?expires={seconds}"

    def delete_review_frames(self, beneficiary_id: str, session_id: str) -> None:
        for key in self.review_frames(beneficiary_id, session_id):
            del self.kept[key]
