"""Stage 5b: from an aligned face to its template."""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from lifecert.domain.evidence import Template
from lifecert_vision.align import SIZE
from lifecert_vision.decode import Image
from lifecert_vision.recogniser import Recogniser, find_recogniser

# Names everything that makes templates comparable: network, alignment, flip, revision. Templates of another
# version are never compared.
MODEL_VERSION = "sface-2021dec-int8bq/22pt-flip/1"
DIMENSIONS = 128
_NOTHING = 1e-6  # length of a vector: a face in which nothing is found does not divide by zero

Vector = NDArray[np.float32]  # 128 values, unit length


@dataclass(frozen=True, slots=True)
class Embedding:
    """A face's unit vector, and how strongly the network answered: the length of its answer before it was made one."""

    vector: Vector
    strength: float


class Embedder:
    """SFace (OpenCV Zoo), by the engine of this build. Build once per process and use from one thread."""

    def __init__(self, recogniser: Recogniser | None = None) -> None:
        self._network = recogniser or find_recogniser()

    def embed(self, aligned: Image, *, both_sides: bool = False) -> Embedding:
        """An aligned face (112 x 112 BGR) embedded; with `both_sides` its vector is averaged with its mirror image's.

        The mirror image costs as much again and makes one photo's template better; a mean over three good frames gains
        little by it. Raises ValueError for another shape.
        """
        if aligned.shape != (SIZE, SIZE, 3):
            raise ValueError(f"an aligned face is {SIZE} x {SIZE} x 3")
        answer = self._network.feature(aligned)
        vectors = [_unit(answer)]
        if both_sides:
            vectors.append(_unit(self._network.feature(cv2.flip(aligned, 1))))
        return Embedding(mean(vectors), float(np.linalg.norm(answer)))

    def upright(self, aligned: Image, embedding: Embedding) -> float:
        """How many times more strongly the network answers to an aligned face, given its `embedding`, than to the
        same picture upside down.

        The landmarker cannot say which way up a face is: where it finds one upside down, it mostly fits an upright
        mesh over it.
        """
        upside_down = self._network.feature(cv2.rotate(aligned, cv2.ROTATE_180))
        return embedding.strength / max(float(np.linalg.norm(upside_down)), _NOTHING)


def mean(vectors: list[Vector]) -> Vector:
    """The unit vector in the middle of unit vectors."""
    return _unit(np.sum(vectors, axis=0))


def to_template(vector: Vector) -> Template:
    """The template that stores `vector`."""
    return Template(vector.astype("<f4").tobytes(), MODEL_VERSION)


def from_template(template: Template) -> Vector:
    """The vector of a template made by this version. Raises ValueError when it has the wrong length."""
    vector = np.frombuffer(template.vector, "<f4").astype(np.float32)
    if vector.shape != (DIMENSIONS,):
        raise ValueError("the template does not have the length of its model version")
    return vector


def _unit(vector: NDArray[np.generic]) -> Vector:
    flat = np.asarray(vector, np.float64).ravel()
    return (flat / np.linalg.norm(flat)).astype(np.float32)
