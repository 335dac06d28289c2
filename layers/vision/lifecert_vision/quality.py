"""Stage 3: whether a frame is good enough to be judged, after ISO/IEC 29794-5. Each failure has one instruction."""

from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from lifecert.domain.challenge import TURNS, Step
from lifecert.domain.evidence import Measure
from lifecert.domain.policy import QualityLimits
from lifecert.domain.reasons import Reason
from lifecert_vision import covering
from lifecert_vision.decode import Image
from lifecert_vision.landmarks import Face
from lifecert_vision.measures import at_least, at_most

_EYE_DISTANCE = 64  # px: exposure and sharpness are measured at one scale
_MAX_ENLARGEMENT = 4
_DARK, _BRIGHT = 25, 247  # grey values
_BLOCK = 8  # px, of JPEG
_FEWEST_BLOCKS = 3
_SMOOTH = 0.5  # grey values a pixel: a step of less is nothing to compare with
# The second blur, 11 px long, along each of the directions (down, right) in which a picture can be moved.
_REBLURS = (
    ((0, 1), np.full((1, 11), 1 / 11)),
    ((1, 0), np.full((11, 1), 1 / 11)),
    ((1, 1), np.eye(8) / 8),
    ((1, -1), np.eye(8)[::-1] / 8),
)
# The outline of the face in MediaPipe's mesh, in order.
# fmt: off
OVAL = (10, 338, 297, 332, 284, 251, 389, 356, 454, 323, 361, 288, 397, 365, 379, 378, 400, 377, 152, 148, 176, 149,
         150, 136, 172, 58, 132, 93, 234, 127, 162, 21, 54, 103, 67, 109)
# fmt: on


def assess(image: Image, faces: Sequence[Face], step: Step, limits: QualityLimits) -> tuple[Measure, ...]:
    """All quality measures of the frame that answers `step`. `faces` are all faces found, the dominant one first.

    Yaw and pitch of a frame that answers a turn are not judged: its step is.
    """
    face = faces[0]
    second = max((other.area for other in faces[1:]), default=0.0) / face.area
    found = [
        at_most("second_face", second, limits.max_second_face, "ratio", Reason.SEVERAL_FACES),
        at_least(
            "eye_distance",
            face.eye_distance,
            limits.min_eye_distance_px,
            "px",
            Reason.FACE_TOO_SMALL,
            warn=limits.warn_eye_distance_px,
        ),
        at_least("face_in_frame", _in_frame(image, face), limits.min_face_in_frame, "share", Reason.FACE_CUT_OFF),
        at_most("roll", abs(face.pose.roll), limits.max_roll_degrees, "degrees", Reason.NOT_FACING_CAMERA),
    ]
    if step not in TURNS:
        pose = face.pose
        found += [
            at_most("yaw", abs(pose.yaw), limits.max_yaw_degrees, "degrees", Reason.NOT_FACING_CAMERA),
            at_most("pitch", abs(pose.pitch), limits.max_pitch_degrees, "degrees", Reason.NOT_FACING_CAMERA),
        ]
    crop, corner = _crop(image, face)
    if not crop.size:  # wholly outside the picture; face_in_frame has failed already
        return tuple(found)
    grey, mask = _at_one_scale(crop, corner, face)
    skin = grey[mask]
    if not skin.size:
        return tuple(found)
    return (
        *found,
        at_least(
            "brightness",
            float(skin.mean()),
            limits.min_brightness,
            "grey",
            Reason.TOO_DARK,
            warn=limits.warn_brightness,
        ),
        at_most("overexposure", float(skin.mean()), limits.max_brightness, "grey", Reason.TOO_BRIGHT),
        at_most("dark_share", float((skin < _DARK).mean()), limits.max_dark_share, "share", Reason.TOO_DARK),
        at_most(
            "bright_share",
            float((skin > _BRIGHT).mean()),
            limits.max_bright_share,
            "share",
            Reason.TOO_BRIGHT,
            warn=limits.warn_bright_share,
        ),
        at_least(
            "evenness", _evenness(grey, mask), limits.min_evenness, "ratio", Reason.TOO_DARK, warn=limits.warn_evenness
        ),
        at_most(
            "blockiness",
            blockiness(crop),
            limits.max_blockiness,
            "ratio",
            Reason.TOO_COMPRESSED,
            warn=limits.warn_blockiness,
        ),
        at_least("colour", _colour(crop), limits.min_colour, "grey", Reason.NO_COLOUR),
        at_least("sharpness", sharpness(grey, mask), limits.min_sharpness, "share", Reason.BLURRED),
        *(_covered(image, face, limits) if step not in TURNS else ()),
    )


def _covered(image: Image, face: Face, limits: QualityLimits) -> tuple[Measure, ...]:
    """Sunglasses, mask, hand: looked for on frames that face the camera."""
    seen = covering.measure(image, face)
    glaring = seen.glare >= limits.warn_glare
    found = [
        at_most(
            "sunglasses",
            seen.sunglasses,
            limits.max_sunglasses,
            "certainty",
            Reason.GLASSES_GLARE if glaring else Reason.SUNGLASSES_WORN,
        ),
        at_most("mask", seen.mask, limits.max_mask, "certainty", Reason.MASK_WORN),
        at_most("glare", seen.glare, limits.max_glare, "share", Reason.GLASSES_GLARE, warn=limits.warn_glare),
        # One eye behind a reflection is enough to know a face by the other.
        at_most("least_glare", seen.least_glare, limits.warn_glare, "share", Reason.GLASSES_GLARE),
        at_most("hand_on_mouth", seen.hand_on_mouth, limits.max_hand_on_mouth, "certainty", Reason.FACE_COVERED),
    ]
    if not glaring:  # an eye behind a reflection is not covered
        found.append(at_most("hand_on_eye", seen.hand_on_eye, limits.max_hand_on_eye, "certainty", Reason.FACE_COVERED))
    return tuple(found)


def _colour(crop: Image) -> float:
    """The mean difference between the strongest and the weakest of a pixel's colours, 0 in a grey picture."""
    blue, green, red = cv2.split(crop)
    strongest, weakest = cv2.max(cv2.max(blue, green), red), cv2.min(cv2.min(blue, green), red)
    return float(cv2.subtract(strongest, weakest).mean())


def _evenness(grey: NDArray[np.uint8], mask: NDArray[np.bool_]) -> float:
    """The mean of the darker half of the face, left or right, against the brighter one's."""
    middle = grey.shape[1] // 2
    halves = [grey[part][mask[part]] for part in (np.s_[:, :middle], np.s_[:, middle:])]
    dark, bright = sorted(float(half.mean()) if half.size else 0.0 for half in halves)
    return dark / max(bright, 1.0)


def sharpness(grey: NDArray[np.uint8], mask: NDArray[np.bool_]) -> float:
    """The share of the variation between neighbouring pixels (of `mask`) that a second blur takes away, 0 to 1.

    A sharp picture loses most of it, a blurred one has little to lose. The worst of four directions counts, so that
    motion blur shows whichever way it goes. After Crete-Roffet et al. 2007, "The blur effect", as its complement.
    """
    pixels = grey.astype(np.float32)
    shares = []
    for direction, kernel in _REBLURS:
        inside = np.minimum(*_neighbours(mask, direction))
        before = _variation(pixels, direction)[inside]
        after = _variation(cv2.filter2D(pixels, -1, kernel), direction)[inside]
        total = float(before.sum())
        shares.append(float(np.maximum(0, before - after).sum()) / total if total else 0.0)
    return min(shares)


def blockiness(image: Image) -> float:
    """How much larger the steps between neighbouring pixels are at the edges of JPEG's blocks (8 px) than elsewhere.

    About 1 for a sound picture. The blocks may begin anywhere, as in a picture that was cut or turned: the phase with
    the largest steps counts. A picture that was shrunk shows none, and has lost less. After Wang, Bovik and Evans 2000,
    "Blind measurement of blocking artifacts in images", in the pixels' domain. 0 for less than three blocks.
    """
    grey = cv2.cvtColor(image, cv2.COLOR_BGR2GRAY)
    if min(grey.shape) <= _FEWEST_BLOCKS * _BLOCK:
        return 0.0
    ratios = []
    for across, here, beside in ((1, grey[:-1], grey[1:]), (0, grey[:, :-1], grey[:, 1:])):
        steps = cv2.reduce(cv2.absdiff(here, beside), across, cv2.REDUCE_AVG, dtype=cv2.CV_32F).ravel()
        whole = len(steps) // _BLOCK
        by_phase = steps[: whole * _BLOCK].reshape(whole, _BLOCK).mean(axis=0)
        phase = int(by_phase.argmax())
        elsewhere = float(np.delete(by_phase, phase).mean())
        ratios.append(float(by_phase[phase]) / max(elsewhere, _SMOOTH))
    return sum(ratios) / len(ratios)


def _neighbours(
    pixels: NDArray[np.generic], direction: tuple[int, int]
) -> tuple[NDArray[np.generic], NDArray[np.generic]]:
    """Every pixel that has a neighbour in this direction, and the neighbours."""
    down, right = direction
    height, width = pixels.shape
    columns = slice(max(-right, 0), width - max(right, 0))
    beside = slice(max(right, 0), width + min(right, 0))
    return pixels[: height - down, columns], pixels[down:, beside]


def _variation(pixels: NDArray[np.generic], direction: tuple[int, int]) -> NDArray[np.float32]:
    one, other = _neighbours(pixels, direction)
    return np.asarray(np.abs(np.subtract(one, other)), np.float32)


def _in_frame(image: Image, face: Face) -> float:
    """The share of the face's points that lie inside the picture."""
    height, width = image.shape[:2]
    flat = face.points[:, :2]
    return float(((flat >= 0) & (flat < (width, height))).all(axis=1).mean())


def _crop(image: Image, face: Face) -> tuple[Image, NDArray[np.int_]]:
    """The part of the picture around the face's points, empty where they are outside, and its corner (x, y)."""
    size = image.shape[1::-1]
    low = np.clip(np.floor(face.points[:, :2].min(axis=0)), 0, size).astype(int)
    high = np.clip(np.ceil(face.points[:, :2].max(axis=0)), 0, size).astype(int)
    return image[low[1] : high[1], low[0] : high[0]], low


def _at_one_scale(crop: Image, corner: NDArray[np.int_], face: Face) -> tuple[NDArray[np.uint8], NDArray[np.bool_]]:
    """A crop in grey, at 64 px eye distance, and which pixels are the face."""
    scale = min(_MAX_ENLARGEMENT, _EYE_DISTANCE / max(face.eye_distance, 1.0))
    size = max(1, round(crop.shape[1] * scale)), max(1, round(crop.shape[0] * scale))
    grey = cv2.cvtColor(crop, cv2.COLOR_BGR2GRAY)
    grey = cv2.resize(grey, size, interpolation=cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR)
    mask = np.zeros((size[1], size[0]), np.uint8)
    outline = (face.points[OVAL, :2] - corner) * scale
    cv2.fillPoly(mask, [np.round(outline).astype(np.int32)], 1)
    return np.asarray(grey, np.uint8), mask.astype(np.bool_)
