"""Stage 3b: whether something covers the face: sunglasses, a mask, a scarf, a hand.

The landmarker puts eyes and lips where they must be, covered or not; what is looked at is what is seen there. The signs
are learned (`lab/learn_covering.py`): histograms of the directions of edges (Dalal and Triggs 2005, "Histograms of
oriented gradients for human detection") around eyes and mouth, weighed by logistic regression. Edges have no colour and
are measured against what is around them, so that warm or weak light, dark skin and a grey picture look as others do.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from lifecert_vision.align import SIZE, straightened
from lifecert_vision.decode import Image
from lifecert_vision.landmarks import Face

_WEIGHTS = Path(__file__).parent / "covering.npz"
# Rows and columns of the straightened face: both eyes with the brows; the lips with the cheeks, down to the chin, which
# lies below the square that the embedding network sees.
_EYES_AT, _MOUTH_AT = np.s_[36:68, 16:96], np.s_[42:98, 24:88]
_DOWN = 24  # px by which the mouth's square lies lower
_CELL, _BLOCK, _DIRECTIONS = (8, 8), (16, 16), 9
_SIDE = 224  # px, about 72 between the eyes
# fmt: off
_EYES = ((33, 246, 161, 160, 159, 158, 157, 173, 133, 155, 154, 153, 145, 144, 163, 7),
         (263, 466, 388, 387, 386, 385, 384, 398, 362, 382, 381, 380, 374, 373, 390, 249))
# fmt: on
_BELOW_EYES = ((117, 101), (346, 330))
_LOWER_LIDS = ((22, 23, 24, 26, 110), (252, 253, 254, 256, 339))
_LOWER_CHEEKS = (50, 205, 280, 425)
_MOST_TINT = 8.0  # more says no more: orange light on dark skin reads 22
_PATCH = 11  # px, the side of a spot of skin
_WHITE = 235  # lightness of 255: what shines back from glasses

Edges = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Look:
    """What is seen at the eyes and at the mouth.

    `eyes` and `mouth` are histograms of edges. `lenses` tells a dark glass from an eye, against the cheek's brightness:
    the range of brightness within the better seen eye; how much darker than the cheek the darkest of either eye is, the
    worse seen one first; and a quarter of the tint, which is how far the skin under the less covered eye is from the
    lower cheeks in the a*b* plane, times how much darker it is. It has little weight: light and skin have colours too.
    `glare` is the share of each eye that is white, the whiter one first.
    """

    eyes: Edges
    mouth: Edges
    lenses: NDArray[np.float32]
    glare: tuple[float, float]


@dataclass(frozen=True, slots=True)
class Weights:
    """Weights of the signs, the constant last. `sunglasses` weighs `Look.lenses`, and after them the sum
    of `glasses` over the eyes' edges. `scarf` is of cloth over the mouth that is no mask."""

    glasses: NDArray[np.float32]
    sunglasses: NDArray[np.float32]
    hand_on_eye: NDArray[np.float32]
    mask: NDArray[np.float32]
    scarf: NDArray[np.float32]
    hand_on_mouth: NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Covering:
    """How surely (0 to 1) each is there, a scarf over the mouth being a mask, and the share that is white of the eye
    with more of it, and of the other."""

    sunglasses: float
    hand_on_eye: float
    mask: float
    hand_on_mouth: float
    glare: float
    least_glare: float


def measure(image: Image, face: Face) -> Covering:
    """What covers the face."""
    return judged(look(image, face), _weights())


def judged(seen: Look, weights: Weights) -> Covering:
    """What is there by these weights."""
    lenses = np.append(seen.lenses, weighed(seen.eyes, weights.glasses))
    return Covering(
        sunglasses=_sure(weighed(lenses, weights.sunglasses)),
        hand_on_eye=_sure(weighed(seen.eyes, weights.hand_on_eye)),
        mask=_sure(max(weighed(seen.mouth, weights.mask), weighed(seen.mouth, weights.scarf))),
        hand_on_mouth=_sure(weighed(seen.mouth, weights.hand_on_mouth)),
        glare=seen.glare[0],
        least_glare=seen.glare[1],
    )


def look(image: Image, face: Face, *, mirrored: bool = False) -> Look:
    """What the signs are made of; with `mirrored` as the picture's mirror image shows it."""
    # Beyond the picture's edge its last pixels go on: a frame of black would have edges of its own.
    upper, _ = straightened(image, face, SIZE, border=cv2.BORDER_REPLICATE)
    lower, _ = straightened(image, face, SIZE, down=_DOWN, border=cv2.BORDER_REPLICATE)
    lenses, glare = _lenses(image, face)
    return Look(_edges(upper[_EYES_AT], mirrored), _edges(lower[_MOUTH_AT], mirrored), lenses, glare)


def weighed(values: NDArray[np.float32], weights: NDArray[np.float32]) -> float:
    """The weighted sum, log-odds of what the weights were learned for."""
    return float(values @ weights[:-1] + weights[-1])


def read(path: Path) -> Weights:
    """Weights as they were written, by name."""
    with np.load(path) as kept:
        return Weights(**{name: kept[name].astype(np.float32) for name in Weights.__slots__})


@cache
def _weights() -> Weights:
    return read(_WEIGHTS)


def _sure(log_odds: float) -> float:
    return float(1 / (1 + np.exp(-np.clip(log_odds, -50, 50))))


def _edges(part: Image, mirrored: bool) -> Edges:
    grey = cv2.cvtColor(part, cv2.COLOR_BGR2GRAY)
    if mirrored:
        grey = cv2.flip(grey, 1)
    size = (grey.shape[1], grey.shape[0])
    found = cv2.HOGDescriptor(size, _BLOCK, _CELL, _CELL, _DIRECTIONS).compute(np.ascontiguousarray(grey))
    return np.asarray(found, np.float32).ravel()


def _lenses(image: Image, face: Face) -> tuple[NDArray[np.float32], tuple[float, float]]:
    straight, points = straightened(image, face, _SIDE)
    lab = np.asarray(cv2.cvtColor(straight, cv2.COLOR_BGR2LAB), np.uint8)
    spots = np.asarray(cv2.boxFilter(lab, cv2.CV_32F, (_PATCH, _PATCH)), np.float32)

    def skin(indices: Sequence[int]) -> NDArray[np.float32]:
        return np.asarray(_at(spots, points[list(indices)]).mean(axis=0), np.float32)

    lower_cheeks = skin(_LOWER_CHEEKS)
    seen, white, tints = [], [], []
    for outline, below, lid in zip(_EYES, _BELOW_EYES, _LOWER_LIDS, strict=True):
        cheek, under = max(float(skin(below)[0]), 1.0), skin(lid)
        pixels = _inside(lab[..., 0], points[list(outline)])
        low, tenth, high = np.percentile(pixels, (5, 10, 95))
        seen.append(((cheek - float(tenth)) / cheek, float(high - low) / cheek))
        white.append(float((pixels >= _WHITE).mean()))
        darker = max(0.0, 1 - float(under[0]) / max(float(lower_cheeks[0]), 1.0))
        tints.append(darker * float(np.linalg.norm((under - lower_cheeks)[1:])))
    (worse, one), (better, other) = sorted(seen)
    lenses = np.clip([max(one, other), worse, better], -1, 2)
    tint = min(*tints, _MOST_TINT) / 4
    return np.append(lenses, tint).astype(np.float32), (max(white), min(white))


def _at(picture: NDArray[np.generic], places: NDArray[np.float64]) -> NDArray[np.float32]:
    """The picture's values at places (x, y), those outside taken to its edge."""
    at = np.clip(np.round(places), 0, _SIDE - 1).astype(int)
    return np.asarray(picture[at[..., 1], at[..., 0]], np.float32)


def _inside(picture: NDArray[np.uint8], outline: NDArray[np.float64]) -> NDArray[np.float32]:
    """The picture's values inside an outline, its own points at the least."""
    mask = np.zeros(picture.shape[:2], np.uint8)
    cv2.fillPoly(mask, [np.round(outline).astype(np.int32)], 1)
    found = picture[mask.astype(np.bool_)]
    return np.asarray(found if found.size else _at(picture, outline), np.float32)
