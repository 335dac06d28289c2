"""Stage 4d: the imprint of a face, by which a copy of a photo is known from a new photo of the same person.

A small, straightened picture of the face with the light taken out of it: what is left are edges. Saved anew, scaled,
cropped, turned, brightened or mirrored, a photo keeps them to a fraction of a pixel; between two photos of one person
skin and pose move by more.
"""

from collections.abc import Sequence
from dataclasses import replace

import cv2
import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from lifecert_vision.align import straightened
from lifecert_vision.decode import Image
from lifecert_vision.landmarks import Face

VERSION = 1  # the first byte; imprints of another version are compared with nothing
SIDE = 48  # px
_FINE = 2  # drawn at so many times the side, then made smaller: no pattern of the pixels is left
WIDE, EDGE = 110, 7  # px, the straightened picture and what is cut off around it: the face from brow to chin
LIGHT = 1.5  # px, what is smoother than this is light and shade
_NOISE = 2.0  # grey values below which edges are not made stronger
STEP = 0.4  # of the edges' usual strength; 16 steps, two to a byte
_SHIFT = 2  # px, by which two may be moved against each other: the landmarks tremble
_LOWEST, _HIGHEST = -8, 7
_NOTHING = 1e-6  # length of a picture without edges


def take(image: Image, face: Face) -> bytes:
    """The imprint of a face: 1,153 bytes."""
    small, moved = _reduced(image, face)
    straight, _ = straightened(small, moved, WIDE)
    middle = straight[EDGE:-EDGE, EDGE:-EDGE]
    picture = cv2.resize(middle, (SIDE, SIDE), interpolation=cv2.INTER_AREA).astype(np.float32)
    edges = np.asarray(picture - cv2.GaussianBlur(picture, (0, 0), LIGHT), np.float32)
    usual = cv2.sqrt(cv2.GaussianBlur(edges * edges, (0, 0), 2 * LIGHT)) + _NOISE
    steps = np.clip(np.round(edges / usual / STEP), _LOWEST, _HIGHEST).astype(np.int8) - _LOWEST
    pairs = steps.astype(np.uint8).reshape(-1, 2)
    return bytes([VERSION]) + (pairs[:, 0] << 4 | pairs[:, 1]).tobytes()


def alike(one: bytes, others: Sequence[bytes]) -> list[float]:
    """How alike an imprint, or its mirror image, is to each of others, from -1 to 1; those of another version are left
    out."""
    known = [steps_of(other)[_SHIFT:-_SHIFT, _SHIFT:-_SHIFT] for other in others if other[0] == VERSION]
    if not known or one[0] != VERSION:
        return []
    picture = steps_of(one)
    inside = (SIDE - 2 * _SHIFT,) * 2
    moved = np.concatenate([sliding_window_view(way, inside) for way in (picture, picture[:, ::-1])])
    correlations = _normal(moved.reshape(-1, *inside)) @ _normal(np.array(known)).T
    return [float(most) for most in np.clip(correlations.max(axis=0), -1, 1)]


def _normal(pictures: NDArray[np.float32]) -> NDArray[np.float32]:
    """Each picture as a row of mean 0 and length 1; all zeros for an even surface, which is like nothing."""
    rows = pictures.reshape(len(pictures), -1)
    rows = rows - rows.mean(axis=1, keepdims=True)
    return np.asarray(rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), _NOTHING), np.float32)


def steps_of(imprint: bytes) -> NDArray[np.float32]:
    """The edges of a plain imprint, SIDE x SIDE, in steps."""
    packed = np.frombuffer(imprint, np.uint8)[1:]
    steps = np.stack([packed >> 4, packed & 15], axis=1).reshape(SIDE, SIDE)
    return steps.astype(np.float32) + _LOWEST


def _reduced(image: Image, face: Face) -> tuple[Image, Face]:
    """The face's part of the picture in grey, by mean values no larger than needed, and the face on it."""
    height, width = image.shape[:2]
    low, high = face.points[:, :2].min(axis=0), face.points[:, :2].max(axis=0)
    margin = (high - low) / 8
    left, top = np.clip(np.floor(low - margin), 0, (width - 1, height - 1)).astype(int)
    right, bottom = np.clip(np.ceil(high + margin), (left + 1, top + 1), (width, height)).astype(int)
    grey = cv2.cvtColor(image[top:bottom, left:right], cv2.COLOR_BGR2GRAY)
    scale = min(1.0, _FINE * SIDE / max(float((high - low).max()), 1.0))
    size = max(1, round(grey.shape[1] * scale)), max(1, round(grey.shape[0] * scale))
    small = cv2.resize(grey, size, interpolation=cv2.INTER_AREA)
    points = face.points.copy()
    points[:, :2] = (points[:, :2] - (left, top)) * (size[0] / grey.shape[1], size[1] / grey.shape[0])
    return np.asarray(small, np.uint8), replace(face, points=points)
