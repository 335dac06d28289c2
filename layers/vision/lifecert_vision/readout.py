"""MediaPipe's answer read as arrays: its own reader makes an object of each of 478 points.

The functions and structures are those that `FaceLandmarker.detect` of the locked version calls and reads, by the names
that it has for them; a test holds both to the same numbers.
"""

import ctypes
from typing import Any, NamedTuple

import numpy as np
from mediapipe.tasks.python.components.containers.landmark_c import NormalizedLandmarkC
from mediapipe.tasks.python.vision.core.image import Image
from mediapipe.tasks.python.vision.face_landmarker import FaceLandmarker, FaceLandmarkerResultC
from numpy.typing import NDArray

_POINT = ctypes.sizeof(NormalizedLandmarkC)
_PLACE = 3 * ctypes.sizeof(ctypes.c_float)  # x, y and z come first


class Found(NamedTuple):
    """One face as MediaPipe tells it: points (N x 3, shares of the picture's size), scores by name, 4 x 4 pose."""

    points: NDArray[np.float32]
    blendshapes: dict[str, float]
    matrix: NDArray[np.float64]


def found(graph: FaceLandmarker, picture: Image) -> list[Found]:
    """The faces of a picture. Raises RuntimeError when the graph fails."""
    result = FaceLandmarkerResultC()
    graph._lib.MpFaceLandmarkerDetectImage(graph._handle, picture._image_ptr, None, ctypes.byref(result))
    try:
        return [_face(result, place) for place in range(result.face_landmarks_count)]
    finally:
        graph._lib.MpFaceLandmarkerCloseResult(ctypes.byref(result))


def _face(result: Any, place: int) -> Found:
    """Raises RuntimeError when a part of the face is missing."""
    if place >= min(result.face_blendshapes_count, result.facial_transformation_matrixes_count):
        raise RuntimeError("the landmarker found a face and not all that belongs to it")
    points, shapes = result.face_landmarks[place], result.face_blendshapes[place]
    stored = np.frombuffer(ctypes.string_at(points.landmarks, points.landmarks_count * _POINT), np.uint8)
    scores = (shapes.categories[number] for number in range(shapes.categories_count))
    return Found(
        np.ascontiguousarray(stored.reshape(-1, _POINT)[:, :_PLACE]).view(np.float32),
        {one.category_name.decode("utf-8"): float(one.score) for one in scores},
        np.asarray(result.facial_transformation_matrixes[place].to_numpy(), np.float64),
    )
