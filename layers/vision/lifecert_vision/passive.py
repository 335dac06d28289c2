"""Stage 4c: a passive cue, whether one picture looks like a living face or like a print or a screen.

One cue among others. Its networks are fetched when the layer is built, where npm and the network allow it, so a build
may have all three, the first alone, or none.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import cv2
import numpy as np
from numpy.typing import NDArray

from lifecert_vision.decode import Image
from lifecert_vision.landmarks import Face
from lifecert_vision.models import PASSIVE, PASSIVE_FAR, PASSIVE_NEAR, is_built, model_path

# A network that is quite sure is not made surer than this by rounding: its log-odds stay finite.
_SURE = 1e-6


@dataclass(frozen=True, slots=True)
class Network:
    """One of the networks: the side of its input (px), how many sides of the face's box it looks at, and which of its
    three classes is the living face. All of them take BGR, 0 to 255."""

    name: str
    side: int
    around: float
    live: int


NETWORKS = (
    Network(PASSIVE, 128, 2.7, 0),
    Network(PASSIVE_NEAR, 80, 2.7, 1),
    Network(PASSIVE_FAR, 80, 4.0, 1),
)


class PassiveCue(Protocol):
    """Judges one face on one picture."""

    @property
    def whole(self) -> bool:
        """Whether all networks look, and not the first alone."""
        ...

    def live(self, image: Image, face: Face, *, enough: float = 1.0) -> float:
        """How much it looks alive, from 0 to 1; no probability. Where that is `enough` or more whatever else would be
        asked, nothing else is, and it is the least that it can be."""
        ...


class LivenessNetworks:
    """Some of the networks, by OpenCV. Build once per process and use from one thread. About 5 ms of CPU a face for the
    first and 4 for the other two together, which are asked before it."""

    def __init__(self, networks: Sequence[Network] = NETWORKS) -> None:
        """Raises ModelMissingError in a build without one of the models."""
        self._networks = [(one, cv2.dnn.readNetFromONNX(str(model_path(one.name)))) for one in networks]

    @property
    def whole(self) -> bool:
        """See `PassiveCue`."""
        return len(self._networks) == len(NETWORKS)

    def live(self, image: Image, face: Face, *, enough: float = 1.0) -> float:
        """See `PassiveCue`."""
        scores: list[float] = []
        for one, network in reversed(self._networks):
            scores.append(_score(one, network, image, face))
            # Were all others as sure as they can be that this is no living face.
            least = fused((*scores, *(0.0,) * (len(self._networks) - len(scores))))
            if least >= enough:
                return least
        return fused(scores)


def _score(one: Network, network: cv2.dnn.Net, image: Image, face: Face) -> float:
    picture = cv2.resize(surroundings(image, face, one.around), (one.side, one.side))
    network.setInput(cv2.dnn.blobFromImage(picture))
    answer = np.asarray(network.forward(), np.float64).ravel()
    chances = np.exp(answer - answer.max())
    return float(chances[one.live] / chances.sum())


def fused(scores: Sequence[float]) -> float:
    """Several networks' scores (0 to 1) as one: the mean of their log-odds, so that one that is sure outweighs one that
    is not. Not a number where one of them is none."""
    sure = [one if math.isnan(one) else min(max(one, _SURE), 1 - _SURE) for one in scores]
    return 1 / (1 + math.exp(-sum(math.log(one / (1 - one)) for one in sure) / len(sure)))


def find_passive_cue() -> PassiveCue | None:
    """The cue of this build: all networks, or the first alone, or None in a build without that. Limits are known for
    these, and for no other choice of them."""
    if all(is_built(one.name) for one in NETWORKS):
        return LivenessNetworks()
    return LivenessNetworks(NETWORKS[:1]) if is_built(PASSIVE) else None


def surroundings(image: Image, face: Face, around: float) -> NDArray[np.uint8]:
    """The part of the picture around a face: so many times its box, or as much as there is, moved to lie inside."""
    size = np.array(image.shape[1::-1], np.float64)
    low, high = face.points[:, :2].min(axis=0), face.points[:, :2].max(axis=0)
    box = np.maximum(high - low, 1.0)
    reach = box * min(around, float(((size - 1) / box).min()))
    start = np.clip((low + high) / 2 - reach / 2, 0, np.maximum(size - reach, 0))
    left, top = start.astype(int)
    right, bottom = np.ceil(start + reach).astype(int)
    return image[top:bottom, left:right]
