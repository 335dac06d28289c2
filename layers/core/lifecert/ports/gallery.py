"""The gallery, and the files it lies in."""

from collections.abc import Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from typing import Protocol

from lifecert.domain.gallery import Alike, GalleryFace


class Gallery(Protocol):
    """Faces of everybody, searched exactly."""

    def add(self, segment: str, faces: Sequence[GalleryFace]) -> None:
        """Keep faces under a name of their own; the same name again changes nothing."""
        ...

    def search(self, faces: Sequence[GalleryFace], at_least: float, most: int) -> Mapping[str, tuple[Alike, ...]]:
        """By reference id of `faces`: the other beneficiaries with a face as similar as `at_least` or more, the most
        alike first, each once, no more than `most`."""
        ...

    def forget(self, beneficiary_ids: AbstractSet[str]) -> int:
        """Remove all faces of these people; how many there were."""
        ...


class GalleryFiles(Protocol):
    """Where a gallery is kept."""

    def sizes(self) -> Mapping[str, int]:
        """Bytes of each file by name."""
        ...

    def read(self, name: str) -> Iterator[bytes]:
        """A file in pieces of any size; nothing when it is gone."""
        ...

    def write(self, name: str, content: bytes) -> None:
        """Write a file, or replace it."""
        ...

    def delete(self, name: str) -> None:
        """Delete a file, if it is there."""
        ...
