"""Stage 4b: whether a face that turned has depth, or is a picture on a sheet that was turned.

Two views of a flat sheet are related by a homography (Hartley and Zisserman, Multiple View Geometry, 2nd edition,
section 13.1); two views of a head are not, because the nose moves against the ears.
"""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from lifecert_vision.landmarks import Face

_SKIN = 468  # mesh points without the irises, which move by themselves
_REACH = 0.25  # eye distances: how far from the middle of the face the stretch is read


@dataclass(frozen=True, slots=True)
class Flatness:
    """How a face changed between two frames.

    `depth` is in eye distances: the mean distance that is left between the mesh points after the best homography,
    per sine of the turn; a larger turn shows the same head's depth more. `width_kept` is the face's narrowing by
    that homography against the one that a head turned so far would show: about 1 for a head, well below for a sheet,
    which must be turned by 40 degrees and more before the landmarker reads a turn.
    """

    depth: float
    width_kept: float


def measure(face: Face, neutral: Face) -> Flatness | None:
    """The flatness of `face` against the same person's `neutral`, or None where it cannot be told: without a turn,
    or with points that determine no homography."""
    turn = abs(np.radians(face.turned_from(neutral)))
    before, after = (one.points[:_SKIN, :2].astype(np.float64) for one in (neutral, face))
    homography = np.asarray(cv2.findHomography(before, after, 0)[0], np.float64)
    # None, and so no matrix, for points that all lie on one spot.
    if homography.shape != (3, 3) or not 0 < turn < np.pi / 2:
        return None
    residual = np.linalg.norm(_moved(before, homography) - after, axis=1).mean() / face.eye_distance
    middle, reach = before.mean(axis=0), _REACH * neutral.eye_distance
    origin, right, down = _moved(middle + reach * np.array([[0, 0], [1, 0], [0, 1]]), homography)
    longest, shortest = np.linalg.svd(np.column_stack([right - origin, down - origin]), compute_uv=False)
    if not np.isfinite([residual, longest, shortest]).all() or not longest:
        return None
    return Flatness(float(residual / np.sin(turn)), float(shortest / longest / np.cos(turn)))


def _moved(points: NDArray[np.float64], homography: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.asarray(cv2.perspectiveTransform(points[None], homography)[0], np.float64)
