"""The gallery in packed files: fixed records, searched in chunks by one multiplication each.

The search is exact, and needs the memory of one chunk however many faces there are. Templates are rotated under one
secret of the deployment: angles between people must stay, so a rotation of each person's own will not do.
"""

import heapq
import uuid
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from contextlib import suppress
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from lifecert.domain.errors import GalleryFileChanged
from lifecert.domain.gallery import Alike, GalleryFace
from lifecert.domain.rotation import Rotation
from lifecert.ports.gallery import GalleryFiles
from lifecert_vision.embed import DIMENSIONS

RECORD = np.dtype([("beneficiary", "V16"), ("reference", "V16"), ("vector", "<f4", (DIMENSIONS,))])
CHUNK = 16_384  # records: 9 MB
_MOST_FILES = 64
_ROUNDS = 20  # of looking at what others wrote meanwhile
_MERGED = 100_000  # records in a merged file, about: 54 MB in memory while it is written

Records = NDArray[np.void]


@dataclass(slots=True)
class PackedGallery:
    """`Gallery` over files. `secret` is asked for once, at the first use."""

    files: GalleryFiles
    secret: Callable[[], bytes]
    most_files: int = _MOST_FILES
    _rotation: Rotation | None = field(default=None, init=False)

    def add(self, segment: str, faces: Sequence[GalleryFace]) -> None:
        """Keep faces in a file of their own; when there are many small files they become one."""
        if faces:
            self.files.write(segment, self._records(faces).tobytes())
            self._merge()

    def search(self, faces: Sequence[GalleryFace], at_least: float, most: int) -> Mapping[str, tuple[Alike, ...]]:
        """See the port."""
        asked = self._records(faces)
        own = asked["beneficiary"]
        best: list[dict[bytes, tuple[float, bytes]]] = [{} for _ in faces]
        for name in self.files.listed() if faces else ():
            for chunk in chunks(self.files.read(name)):
                similarity = asked["vector"] @ chunk["vector"].T
                for row, column in zip(*np.nonzero(similarity >= at_least), strict=True):
                    other = chunk["beneficiary"][column].tobytes()
                    if other == own[row].tobytes():
                        continue
                    found = float(similarity[row, column]), chunk["reference"][column].tobytes()
                    best[row][other] = max(found, best[row].get(other, found))
        return {face.reference_id: _most_alike(known, most) for face, known in zip(faces, best, strict=True)}

    def forget(self, beneficiary_ids: AbstractSet[str]) -> int:
        """Rewrite the files that hold these people, without them, until a listing shows none that was not looked at.

        Somebody else may be doing the same, or making many files into one: a file counts as looked at only in the very
        version that was read or written, and is written only in the place of the one that was read. Raises
        GalleryFileChanged when others never leave off.
        """
        gone = np.array([uuid.UUID(one).bytes for one in sorted(beneficiary_ids)], "V16")
        removed, without = 0, dict[str, str]()  # by name the version that holds nobody of them
        for _ in range(_ROUNDS):
            tags = {name: file.tag for name, file in self.files.listed().items()} if len(gone) else {}
            new = sorted(name for name, tag in tags.items() if without.get(name) != tag)
            if not new:
                return removed
            for name in new:
                with suppress(GalleryFileChanged):  # The next listing shows it again.
                    count, without[name] = self._forget_in(name, tags[name], gone)
                    removed += count
        raise GalleryFileChanged("others write all the time")

    def _forget_in(self, name: str, tag: str, gone: NDArray[np.void]) -> tuple[int, str]:
        """How many were taken out of this version of a file, and the version without them."""
        kept, before = [], 0
        for chunk in chunks(self.files.read(name, tag)):
            before += len(chunk)
            kept.append(chunk[~np.isin(chunk["beneficiary"], gone)])
        after = sum(map(len, kept))
        if after == before:
            return 0, tag
        if after:
            return before - after, self.files.write(name, np.concatenate(kept).tobytes(), tag)
        self.files.delete(name, tag)
        return before, ""

    def _merge(self) -> None:
        """When there are too many small files, as many of them as make a full one become one."""
        full = _MERGED * RECORD.itemsize
        small = {name: file for name, file in self.files.listed().items() if file.size < full}
        if len(small) <= self.most_files:
            return
        together, taken = bytearray(), []
        for name in sorted(small, key=lambda one: small[one].size):
            together += b"".join(self.files.read(name))
            taken.append(name)
            if len(together) >= full:
                break
        # The whole first, then its parts: a crash between leaves faces twice, which changes no answer.
        merged = f"merged-{uuid.uuid4()}"
        self.files.write(merged, bytes(together))
        now = self.files.listed()
        if any(now.get(name) != small[name] for name in taken):
            # Somebody took a face out of one of them meanwhile: it must not live on in the whole.
            self.files.delete(merged)
            return
        for name in taken:
            # Whoever takes a face out of one only now does so in the whole too, which is listed already.
            self.files.delete(name)

    def _records(self, faces: Sequence[GalleryFace]) -> Records:
        records = np.zeros(len(faces), RECORD)
        for record, face in zip(records, faces, strict=True):
            record["beneficiary"] = np.void(uuid.UUID(face.beneficiary_id).bytes)
            record["reference"] = np.void(uuid.UUID(face.reference_id).bytes)
            record["vector"] = np.frombuffer(self._rotate(face.template.vector), "<f4")
        return records

    def _rotate(self, vector: bytes) -> bytes:
        if self._rotation is None:
            self._rotation = Rotation(self.secret())
        return self._rotation.apply_bytes(vector)


def chunks(pieces: Iterable[bytes]) -> Iterator[Records]:
    """Whole records out of pieces of any length, at most `CHUNK` at once. Raises ValueError for a torn file."""
    rest, size = bytearray(), CHUNK
    for piece in pieces:
        rest += piece
        while len(rest) >= size * RECORD.itemsize:
            yield np.frombuffer(bytes(rest[: size * RECORD.itemsize]), RECORD)
            del rest[: size * RECORD.itemsize]
    if len(rest) % RECORD.itemsize:
        raise ValueError("a file of the gallery does not end with a whole record")
    if rest:
        yield np.frombuffer(bytes(rest), RECORD)


def _most_alike(known: Mapping[bytes, tuple[float, bytes]], most: int) -> tuple[Alike, ...]:
    best = heapq.nlargest(most, known.items(), key=lambda item: item[1])
    return tuple(
        Alike(str(uuid.UUID(bytes=other)), str(uuid.UUID(bytes=reference)), similarity)
        for other, (similarity, reference) in best
    )
