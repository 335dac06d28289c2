"""The gallery, and the files it lies in."""

from collections.abc import Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from typing import Protocol

from lifecert.domain.gallery import Alike, GalleryFace, StoredFile


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
    """Where a gallery is kept. Several may write at once: each does so on the version of a file that it listed or
    wrote, and hears GalleryFileChanged when that is not the newest any more. Nothing of its own is written then."""

    def listed(self) -> Mapping[str, StoredFile]:
        """The files by name, as they are at this moment."""
        ...

    def read(self, name: str, tag: str | None = None) -> Iterator[bytes]:
        """A file in pieces of any size, of this version or of the newest; nothing when it is gone. Raises
        GalleryFileChanged, before the first piece."""
        ...

    def write(self, name: str, content: bytes, tag: str | None = None) -> str:
        """Write a file, in the place of this version or of whichever there is; its new tag. Raises GalleryFileChanged,
        also when it is gone."""
        ...

    def delete(self, name: str, tag: str | None = None) -> None:
        """Delete this version of a file, or whichever there is, if there is any. Raises GalleryFileChanged."""
        ...
