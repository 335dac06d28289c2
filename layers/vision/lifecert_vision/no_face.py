"""Stage 2b: why no face was found, where the whole picture tells."""

from collections.abc import Sequence

import cv2
import numpy as np

from lifecert.domain.policy import QualityLimits
from lifecert.domain.reasons import Reason
from lifecert_vision.decode import Image
from lifecert_vision.detect import Box
from lifecert_vision.quality import blockiness, sharpness

_SIDE = 320  # px, the longest side on which the whole picture is measured
_BRIGHT = 247  # grey value
_PLAIN = 12  # grey values of spread: a picture with less shows nothing that could be sharp
_EDGE = 0.02  # of a box's size: nearer to the edge, the face goes on outside


def cause(image: Image, boxes: Sequence[Box], limits: QualityLimits) -> Reason:
    """The reason to name for a picture on which no face was found; `boxes` are where one may be all the same."""
    scale = min(1.0, _SIDE / max(image.shape[:2]))
    small = image if scale == 1 else cv2.resize(image, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    grey = np.asarray(cv2.cvtColor(small, cv2.COLOR_BGR2GRAY), np.uint8)
    if grey.mean() < limits.min_brightness:
        return Reason.TOO_DARK
    if grey.std() < _PLAIN:
        return Reason.NO_FACE
    if (grey > _BRIGHT).mean() > limits.max_bright_share:
        return Reason.TOO_BRIGHT
    if any(_goes_on_outside(box, image) for box in boxes):
        return Reason.FACE_CUT_OFF
    if blockiness(image) > limits.max_blockiness:
        return Reason.TOO_COMPRESSED
    if sharpness(grey, np.ones(grey.shape, np.bool_)) < limits.min_whole_sharpness:
        return Reason.BLURRED
    return Reason.NO_FACE


def _goes_on_outside(box: Box, image: Image) -> bool:
    left, top, width, height = (float(value) for value in box)
    near = _EDGE * max(width, height)
    rows, columns = image.shape[:2]
    return left < near or top < near or left + width > columns - near or top + height > rows - near
