"""Stage 4c: a passive cue, whether one picture looks like a living face or like a print or a screen.

One cue among others: its model is fetched when the layer is built, if npm is there, so a build may be without it.
"""

from typing import Protocol

import cv2
import numpy as np
from numpy.typing import NDArray

from lifecert_vision.decode import Image
from lifecert_vision.landmarks import Face
from lifecert_vision.models import PASSIVE, is_built, model_path

_SIDE = 128  # px, the network's input
_AROUND = 2.7  # sides of the face's box: the model was made for faces with their background
_LIVE = 0  # which of the network's classes is the living face


class PassiveCue(Protocol):
    """Judges one face on one picture."""

    def live(self, image: Image, face: Face) -> float:
        """How much it looks alive, from 0 to 1; no probability."""
        ...


class LivenessNetwork:
    """`fr_liveness.onnx` by OpenCV. Build once per process and use from one thread. About 4 ms of CPU a face."""

    def __init__(self) -> None:
        """Raises ModelMissingError in a build without the model."""
        self._network = cv2.dnn.readNetFromONNX(str(model_path(PASSIVE)))

    def live(self, image: Image, face: Face) -> float:
        """See `PassiveCue`."""
        picture = cv2.resize(surroundings(image, face), (_SIDE, _SIDE))
        self._network.setInput(cv2.dnn.blobFromImage(picture))  # BGR, 0 to 255
        answer = np.asarray(self._network.forward(), np.float64).ravel()
        chances = np.exp(answer - answer.max())
        return float(chances[_LIVE] / chances.sum())


def find_passive_cue() -> PassiveCue | None:
    """The cue of this build, or None in a build without its model."""
    return LivenessNetwork() if is_built(PASSIVE) else None


def surroundings(image: Image, face: Face) -> NDArray[np.uint8]:
    """The part of the picture around a face: 2.7 times its box, or as much as there is, moved to lie inside."""
    size = np.array(image.shape[1::-1], np.float64)
    low, high = face.points[:, :2].min(axis=0), face.points[:, :2].max(axis=0)
    box = np.maximum(high - low, 1.0)
    reach = box * min(_AROUND, float(((size - 1) / box).min()))
    start = np.clip((low + high) / 2 - reach / 2, 0, np.maximum(size - reach, 0))
    left, top = start.astype(int)
    right, bottom = np.ceil(start + reach).astype(int)
    return image[top:bottom, left:right]
