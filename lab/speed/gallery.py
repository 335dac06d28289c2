"""How long the search for one face among many takes, and how much memory: `make duplicates-bench FACES=1000000`."""

import argparse
import resource
import sys
import time
import uuid
from array import array
from collections.abc import Iterator, Mapping
from pathlib import Path
from shutil import rmtree

import numpy as np

from lifecert.domain.evidence import Template
from lifecert.domain.gallery import GalleryFace, StoredFile
from lifecert_vision.embed import DIMENSIONS
from lifecert_vision.gallery import RECORD, PackedGallery

FOLDER = Path(__file__).parents[2] / ".build/gallery-bench"
_IN_A_FILE = 100_000
_PIECE = 8 * 1024 * 1024


class DiskFiles:
    """`GalleryFiles` in a folder."""

    def __init__(self, folder: Path) -> None:
        """`folder` must exist."""
        self._folder = folder

    def listed(self) -> Mapping[str, StoredFile]:
        """The files by name. Nobody else writes them: their tag is their size."""
        sizes = {path.name: path.stat().st_size for path in sorted(self._folder.iterdir())}
        return {name: StoredFile(size, str(size)) for name, size in sizes.items()}

    def read(self, name: str, tag: str | None = None) -> Iterator[bytes]:
        """A file in pieces."""
        with (self._folder / name).open("rb") as file:
            while piece := file.read(_PIECE):
                yield piece

    def write(self, name: str, content: bytes, tag: str | None = None) -> str:
        """Write a file, or replace it."""
        return str((self._folder / name).write_bytes(content))

    def delete(self, name: str, tag: str | None = None) -> None:
        """Delete a file."""
        (self._folder / name).unlink(missing_ok=True)


def fill(files: DiskFiles, faces: int) -> None:
    """Random faces: as unlike each other as templates of strangers are, or more."""
    draw = np.random.default_rng(1)
    for start in range(0, faces, _IN_A_FILE):
        count = min(_IN_A_FILE, faces - start)
        records = np.zeros(count, RECORD)
        vectors = draw.normal(size=(count, DIMENSIONS)).astype(np.float32)
        records["vector"] = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
        for field in ("beneficiary", "reference"):
            records[field] = np.frombuffer(draw.bytes(16 * count), "V16")
        files.write(f"{start:09}", records.tobytes())


def search(files: DiskFiles, asked: int) -> tuple[float, float]:
    """CPU and wall seconds of one search for so many faces at once, one of them known."""
    gallery = PackedGallery(files, lambda: b"s" * 32)
    draw = np.random.default_rng(2)
    vectors = draw.normal(size=(asked, DIMENSIONS))
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    faces = [_face(vector) for vector in vectors]
    known = GalleryFace(str(uuid.uuid4()), str(uuid.uuid4()), faces[0].template)
    gallery.add("known", [known])
    cpu, wall = time.process_time(), time.perf_counter()
    found = gallery.search(faces, 0.65, 3)
    spent = time.process_time() - cpu, time.perf_counter() - wall
    names = {face.reference_id: {alike.reference_id for alike in found[face.reference_id]} for face in faces}
    if names[faces[0].reference_id] != {known.reference_id}:
        raise SystemExit("the face that is there was not found")
    return spent


def _face(vector: np.ndarray[tuple[int, ...], np.dtype[np.float64]]) -> GalleryFace:
    return GalleryFace(str(uuid.uuid4()), str(uuid.uuid4()), Template(array("f", vector).tobytes(), "bench"))


def main() -> int:
    """Fill, search and print."""
    parser = argparse.ArgumentParser(prog="duplicates-bench", description=__doc__)
    parser.add_argument("--faces", type=int, default=1_000_000)
    faces = parser.parse_args().faces
    FOLDER.mkdir(parents=True, exist_ok=True)
    try:
        files = DiskFiles(FOLDER)
        fill_process(faces)
        for asked in (1, 10):
            cpu, wall = search(files, asked)
            print(f"{asked:3} of {faces:,} faces: {cpu:.2f} s of CPU, {wall:.2f} s")
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        stored = sum(file.size for file in files.listed().values()) / 1e6
        print(f"peak memory {peak:.0f} MB, of {stored:.0f} MB of files")
    finally:
        rmtree(FOLDER, ignore_errors=True)
    return 0


def fill_process(faces: int) -> None:
    """Fill in a process of its own, so that its memory does not count."""
    import multiprocessing

    made = multiprocessing.get_context("spawn").Process(target=fill, args=(DiskFiles(FOLDER), faces))
    made.start()
    made.join()
    if made.exitcode:
        raise SystemExit("the faces could not be made")


if __name__ == "__main__":
    sys.exit(main())
