"""Stage 3b: whether something covers the face: sunglasses, a mask, a hand.

The landmarker puts eyes and lips where they must be, covered or not; what is looked for is whether they can be seen
there. Everything is measured on the face at one scale and relative to the brightness of the cheeks.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from lifecert_vision.align import straightened
from lifecert_vision.decode import Image
from lifecert_vision.landmarks import Face

_SIDE = 224  # px, about 72 between the eyes
_PATCH = 11  # px, the side of a spot of skin
# fmt: off
_EYES = ((33, 246, 161, 160, 159, 158, 157, 173, 133, 155, 154, 153, 145, 144, 163, 7),
         (263, 466, 388, 387, 386, 385, 384, 398, 362, 382, 381, 380, 374, 373, 390, 249))
_LIPS = (61, 185, 40, 39, 37, 0, 267, 269, 270, 409, 291, 375, 321, 405, 314, 17, 84, 181, 91, 146)
# fmt: on
_BELOW_EYES = ((117, 101), (346, 330))
_LOWER_LIDS = ((22, 23, 24, 26, 110), (252, 253, 254, 256, 339))
_LOWER_CHEEKS = (50, 205, 280, 425)
_FOREHEAD = (151, 108, 337)
_RED_OF_LIPS = (0, 17, 37, 267, 84, 314)
_AROUND_MOUTH = (164, 200, 205, 425)
_MOUTH_CORNERS = (61, 291)
_REACH = 22  # px above and below the line between the lips
# What an uncovered mouth has at the least of each sign; any one of them is enough.
_VARIATION, _LINE, _REDNESS = 0.10, 0.14, 2.0


@dataclass(frozen=True, slots=True)
class Covering:
    """`eyes`: the range of brightness within the better seen eye. `eye`: how much darker than the cheek the darkest of
    the worse seen eye is. Both in cheek brightnesses. `mouth`: the strongest of three signs of a mouth (variation
    between the lips' pixels, a dark line between them, their red), 1 for just enough. `colour_step`: between forehead
    and lower face, in the a*b* plane. `tint`: how far the skin under the less covered eye is from the lower cheeks in
    that plane, times how much darker it is (share): shadow darkens without colouring, red skin is not dark."""

    eyes: float
    eye: float
    mouth: float
    colour_step: float
    tint: float


def measure(image: Image, face: Face) -> Covering:
    """What can be seen of eyes and mouth."""
    straight, points = straightened(image, face, _SIDE)
    lab = cv2.cvtColor(straight, cv2.COLOR_BGR2LAB).astype(np.float32)
    spots = np.asarray(cv2.blur(lab, (_PATCH, _PATCH)), np.float32)
    grey = lab[..., 0]

    def skin(indices: Sequence[int]) -> NDArray[np.float32]:
        return np.asarray(_at(spots, points[list(indices)]).mean(axis=0), np.float32)

    ranges, depths, tints = [], [], []
    lower_cheeks = skin(_LOWER_CHEEKS)
    for outline, below, lid in zip(_EYES, _BELOW_EYES, _LOWER_LIDS, strict=True):
        cheek = max(float(skin(below)[0]), 1.0)
        low, tenth, high = np.percentile(_inside(grey, points[list(outline)]), (5, 10, 95))
        ranges.append(float(high - low) / cheek)
        depths.append((cheek - float(tenth)) / cheek)
        under = skin(lid)
        darker = max(0.0, 1 - float(under[0]) / max(float(lower_cheeks[0]), 1.0))
        tints.append(darker * float(np.linalg.norm((under - lower_cheeks)[1:])))
    cheeks = max(float(skin([index for pair in _BELOW_EYES for index in pair])[0]), 1.0)
    lower, forehead = skin(_AROUND_MOUTH), skin(_FOREHEAD)
    signs = (
        float(_inside(grey, points[list(_LIPS)]).std()) / cheeks / _VARIATION,
        _line(np.asarray(cv2.GaussianBlur(grey, (0, 0), 2), np.float32), points) / cheeks / _LINE,
        float(skin(_RED_OF_LIPS)[1] - lower[1]) / _REDNESS,
    )
    step = float(np.linalg.norm((lower - forehead)[1:]))
    return Covering(max(ranges), min(depths), max(signs), step, min(tints))


def _line(grey: NDArray[np.float32], points: NDArray[np.float64]) -> float:
    """How much darker the line between the lips is than what lies above and below, over the middle of the mouth."""
    right, left = points[list(_MOUTH_CORNERS)]
    down = points[152] - points[6]
    down = down / max(float(np.linalg.norm(down)), 1.0)
    along = right + np.linspace(0.3, 0.7, 9)[:, None] * (left - right)
    profile = _at(grey, along[:, None] + np.arange(-_REACH, _REACH + 1, 2)[:, None] * down).mean(axis=0)
    ends = len(profile) // 4
    return float(min(profile[:ends].max(), profile[-ends:].max()) - profile[ends:-ends].min())


def _at(picture: NDArray[np.float32], places: NDArray[np.float64]) -> NDArray[np.float32]:
    """The picture's values at places (x, y), those outside taken to its edge."""
    at = np.clip(np.round(places), 0, _SIDE - 1).astype(int)
    return np.asarray(picture[at[..., 1], at[..., 0]], np.float32)


def _inside(grey: NDArray[np.float32], outline: NDArray[np.float64]) -> NDArray[np.float32]:
    """The values inside an outline, its own points at the least."""
    mask = np.zeros(grey.shape, np.uint8)
    cv2.fillPoly(mask, [np.round(outline).astype(np.int32)], 1)
    found = grey[mask.astype(np.bool_)]
    return np.asarray(found if found.size else _at(grey, outline), np.float32)
