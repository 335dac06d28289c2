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
_AROUND_LIPS = (167, 393, 165, 391, 92, 322, 186, 410, 57, 287, 43, 273, 106, 335, 182, 406, 83, 313, 18)
_AROUND_MOUTH = (164, 200, 205, 425)
_MOUTH_CORNERS = (61, 291)
_REACH = 22  # px above and below the line between the lips
_SMALL_PATCH = 5  # px, the side of a spot of lip
_WHITE = 235  # lightness of 255: what shines back from glasses
# How much each sign of a mouth counts, and of an eye, so that 1 is just enough. Logistic regression on 700 photos of
# Labelled Faces in the Wild as they are against the same with a drawn mask and a drawn hand; tried on other photos.
_VARIATION, _LINE, _REDNESS = 6.73, 1.40, 0.118
_COLOUR_OF_EYE = 0.026
# One sign alone does not make up for the others: what a coloured cloth or a beard shows is held to these.
_MOST_LINE, _MOST_COLOUR = 0.56, 6.0
_SOFT = 2.0  # px of blur: a line between lips is wider


@dataclass(frozen=True, slots=True)
class Covering:
    """What can be seen of eyes and mouth, brightness in that of the cheeks.

    `eyes`: the range of brightness within the better seen eye. `eye`: how much darker than the cheek the darkest of the
    worse seen eye is, and how far its colour is from the cheek's; `other_eye`: the same of the better seen one.
    `glare`: the share of the worse seen eye that is white. `mouth`: the sum of three signs (variation between the lips'
    pixels, a dark line between them, their red), 1 for just enough. `edges`: how much there is to see where the lips
    are at all. `colour_step`: between forehead and lower face, in the a*b* plane. `tint`: how far the skin under the
    less covered eye is from the lower cheeks in that plane, times how much darker it is (share): shadow darkens
    without colouring, red skin is not dark.
    """

    eyes: float
    eye: float
    other_eye: float
    glare: float
    mouth: float
    edges: float
    colour_step: float
    tint: float


@dataclass(frozen=True, slots=True)
class _Eye:
    """One eye's part of `Covering`."""

    range: float
    seen: float
    white: float
    tint: float


def measure(image: Image, face: Face) -> Covering:
    """What can be seen of eyes and mouth."""
    straight, points = straightened(image, face, _SIDE)
    lab = cv2.cvtColor(straight, cv2.COLOR_BGR2LAB).astype(np.float32)
    spots = np.asarray(cv2.blur(lab, (_PATCH, _PATCH)), np.float32)

    def skin(indices: Sequence[int]) -> NDArray[np.float32]:
        return np.asarray(_at(spots, points[list(indices)]).mean(axis=0), np.float32)

    def eye(outline: Sequence[int], below: Sequence[int], lid: Sequence[int]) -> _Eye:
        cheek, under, pixels = skin(below), skin(lid), _inside(lab, points[list(outline)])
        bright = max(float(cheek[0]), 1.0)
        low, tenth, high = np.percentile(pixels[:, 0], (5, 10, 95))
        colour = float(np.linalg.norm((pixels.mean(axis=0) - cheek)[1:]))
        darker = max(0.0, 1 - float(under[0]) / max(float(lower_cheeks[0]), 1.0))
        return _Eye(
            range=float(high - low) / bright,
            seen=(bright - float(tenth)) / bright + _COLOUR_OF_EYE * min(colour, _MOST_COLOUR),
            white=float((pixels[:, 0] >= _WHITE).mean()),
            tint=darker * float(np.linalg.norm((under - lower_cheeks)[1:])),
        )

    lower_cheeks = skin(_LOWER_CHEEKS)
    eyes = [eye(*parts) for parts in zip(_EYES, _BELOW_EYES, _LOWER_LIDS, strict=True)]
    worse, better = sorted(eyes, key=lambda one: one.seen)
    cheeks = max(float(skin([index for pair in _BELOW_EYES for index in pair])[0]), 1.0)
    lips = points[list(_LIPS)]
    soft = np.asarray(cv2.GaussianBlur(lab[..., 0], (0, 0), _SOFT), np.float32)
    small = np.asarray(cv2.blur(lab[..., 1], (_SMALL_PATCH, _SMALL_PATCH)), np.float32)
    red = float(_at(small, points[list(_RED_OF_LIPS)]).mean() - _at(small, points[list(_AROUND_LIPS)]).mean())
    steps = _inside(np.asarray(cv2.Sobel(soft, cv2.CV_32F, 0, 1), np.float32), lips)
    return Covering(
        eyes=max(one.range for one in eyes),
        eye=worse.seen,
        other_eye=better.seen,
        glare=worse.white,
        mouth=_VARIATION * float(_inside(lab[..., 0], lips).std()) / cheeks
        + _LINE * min(_line(soft, points) / cheeks, _MOST_LINE)
        + _REDNESS * min(red, _MOST_COLOUR),
        edges=float(np.sqrt((steps**2).mean())) / cheeks,
        colour_step=float(np.linalg.norm((skin(_AROUND_MOUTH) - skin(_FOREHEAD))[1:])),
        tint=min(one.tint for one in eyes),
    )


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


def _inside(picture: NDArray[np.float32], outline: NDArray[np.float64]) -> NDArray[np.float32]:
    """The picture's values inside an outline, its own points at the least."""
    mask = np.zeros(picture.shape[:2], np.uint8)
    cv2.fillPoly(mask, [np.round(outline).astype(np.int32)], 1)
    found = picture[mask.astype(np.bool_)]
    return np.asarray(found if found.size else _at(picture, outline), np.float32)
