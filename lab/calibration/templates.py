"""Photos to templates, by the product's own stages, with a cache on disk so that a run that was stopped goes on.

Each photo gets two templates, as in the product: one as a reference (averaged with its mirror image) and one as a
challenge's frame (not mirrored, unless the quality stage warns of it).
"""

import hashlib
import json
import sqlite3
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Protocol

import cv2
import numpy as np
from numpy.typing import NDArray

from lifecert.domain.challenge import Step
from lifecert.domain.evidence import first_reason
from lifecert.domain.policy import Policy
from lifecert.domain.reasons import Reason
from lifecert_vision import quality
from lifecert_vision.align import align
from lifecert_vision.decode import Image, decode
from lifecert_vision.detect import Detector
from lifecert_vision.embed import MODEL_VERSION, Embedder, Vector
from lifecert_vision.header import PictureRefused
from lifecert_vision.landmarks import Face
from lifecert_vision.measures import at_least, is_poor

_TOGETHER = 50  # photos between two writes: what a stopped run loses
Progress = Callable[[int, int], None]  # photos done, photos in all


@dataclass(frozen=True, slots=True)
class Photo:
    """What became of one photo: `refused` is why nothing could be embedded or the quality stage would ask for another
    photo, None for a good one. The vectors are there whenever a face was found; 128 x float32, unit length."""

    digest: str
    refused: str | None
    reference: Vector | None = None
    frame: Vector | None = None

    @property
    def acquired(self) -> bool:
        """Whether there are templates, of whatever quality."""
        return self.reference is not None

    @property
    def good(self) -> bool:
        """Whether the product would take it."""
        return self.refused is None


class Embeds(Protocol):
    """Makes the outcome of a photo's bytes; `version` names everything else that it depends on."""

    version: str

    def __call__(self, content: bytes) -> Photo:
        """The outcome; never raises for a bad photo."""


class Pipeline:
    """The stages of `VisionAnalyser` up to the template, without the challenge; a test holds both to the same
    result. Use from one thread.

    The product takes the dominant face; with `central` it is the one nearest to the middle of the picture, whom
    the labels of Labelled Faces in the Wild mean.
    """

    def __init__(self, policy: Policy, *, central: bool = False) -> None:
        if policy.match.model_version != MODEL_VERSION:
            raise ValueError(f"the policy wants templates of {policy.match.model_version}, not {MODEL_VERSION}")
        cv2.setNumThreads(1)
        self._policy = policy
        self._detector = Detector()
        self._embedder = Embedder()
        limits = json.dumps([asdict(policy.image), asdict(policy.quality)], sort_keys=True).encode() + _code()
        self._central = central
        face = "central" if central else "product"
        self.version = f"{MODEL_VERSION} {face} {hashlib.sha256(limits).hexdigest()[:16]}"

    def __call__(self, content: bytes) -> Photo:
        """See `Embeds`."""
        digest = hashlib.sha256(content).hexdigest()
        try:
            image = decode(content, self._policy.image)
        except PictureRefused as refused:
            return Photo(digest, refused.reason.value)
        faces = self._detector.detect(image, others=True)
        if not faces:
            return Photo(digest, Reason.NO_FACE.value)
        aligned = align(image, _nearest_to_middle(image, faces) if self._central else faces[0])
        frame, limits = self._embedder.embed(aligned), self._policy.quality
        upright = self._embedder.upright(aligned, frame)
        measures = (
            *quality.assess(image, faces, Step.NEUTRAL, limits),
            at_least("upright", upright, limits.min_upright, "ratio", Reason.NOT_FACING_CAMERA),
        )
        reason = first_reason(measures)
        reference = self._embedder.embed(aligned, both_sides=True)
        own = reference if is_poor(measures) else frame
        return Photo(digest, reason.value if reason else None, reference.vector, own.vector)


def _code() -> bytes:
    """The stages as they are written: a change of any of them makes what is cached worthless."""
    return b"".join(path.read_bytes() for path in sorted(Path(quality.__file__).parent.glob("*.py")))


def _nearest_to_middle(image: Image, faces: Sequence[Face]) -> Face:
    middle = np.array(image.shape[1::-1]) / 2
    return min(faces, key=lambda face: float(np.linalg.norm(face.points[:, :2].mean(axis=0) - middle)))


def embed_all(
    paths: Sequence[Path], pipeline: Embeds, cache: Path, progress: Progress = lambda done, total: None
) -> Mapping[Path, Photo]:
    """The outcome of each photo, from the cache file where it has been embedded by this version before."""
    cache.parent.mkdir(parents=True, exist_ok=True)
    photos: dict[Path, Photo] = {}
    made: list[Photo] = []  # not written yet: a transaction held open would lock out another run
    with closing(sqlite3.connect(cache)) as store:
        store.execute(
            "CREATE TABLE IF NOT EXISTS photo (digest TEXT, version TEXT, refused TEXT, reference BLOB, frame BLOB,"
            " PRIMARY KEY (digest, version))"
        )
        for number, path in enumerate(paths, 1):
            content = path.read_bytes()
            photo = _read(store, content, pipeline.version)
            if photo is None:
                photo = pipeline(content)
                made.append(photo)
            photos[path] = photo
            if len(made) == _TOGETHER or number == len(paths):
                _write(store, made, pipeline.version)
                made.clear()
            progress(number, len(paths))
    return photos


def _read(store: sqlite3.Connection, content: bytes, version: str) -> Photo | None:
    digest = hashlib.sha256(content).hexdigest()
    row = store.execute(
        "SELECT refused, reference, frame FROM photo WHERE digest = ? AND version = ?", (digest, version)
    ).fetchone()
    return Photo(digest, row[0], _vector(row[1]), _vector(row[2])) if row else None


def _write(store: sqlite3.Connection, photos: Sequence[Photo], version: str) -> None:
    with store:
        store.executemany(
            "INSERT OR REPLACE INTO photo VALUES (?, ?, ?, ?, ?)",
            [(one.digest, version, one.refused, _blob(one.reference), _blob(one.frame)) for one in photos],
        )


def _blob(vector: Vector | None) -> bytes | None:
    return None if vector is None else vector.astype("<f4").tobytes()


def _vector(blob: bytes | None) -> NDArray[np.float32] | None:
    return None if blob is None else np.frombuffer(blob, "<f4").astype(np.float32)
