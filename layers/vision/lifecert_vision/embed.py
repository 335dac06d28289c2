"""Stage 5b: from an aligned face to its template."""

import cv2
import numpy as np
from numpy.typing import NDArray

from lifecert.domain.evidence import Template
from lifecert_vision.align import SIZE
from lifecert_vision.decode import Image
from lifecert_vision.models import FACE_RECOGNISER, model_path

# Names everything that makes templates comparable: network, alignment, flip, revision. Templates of another
# version are never compared.
MODEL_VERSION = "sface-2021dec-int8bq/22pt-flip/1"
DIMENSIONS = 128

Vector = NDArray[np.float32]  # 128 values, unit length


class Embedder:
    """SFace (OpenCV Zoo) by OpenCV. Build once per process and use from one thread."""

    def __init__(self) -> None:
        self._network = cv2.FaceRecognizerSF.create(str(model_path(FACE_RECOGNISER)), "")

    def embed(self, aligned: Image, *, both_sides: bool = False) -> Vector:
        """The unit vector of an aligned face (112 x 112 BGR); with `both_sides` averaged with its mirror image's.

        The mirror image costs as much again and makes one photo's template better; a mean over three frames gains
        nothing by it. Raises ValueError for another shape.
        """
        if aligned.shape != (SIZE, SIZE, 3):
            raise ValueError(f"an aligned face is {SIZE} x {SIZE} x 3")
        pictures = (aligned, cv2.flip(aligned, 1)) if both_sides else (aligned,)
        return mean([_unit(self._network.feature(picture)) for picture in pictures])


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
