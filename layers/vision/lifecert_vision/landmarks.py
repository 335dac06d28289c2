"""Stage 2a: find the faces of a picture and their points with the MediaPipe Face Landmarker."""

import atexit
import logging
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import cv2
import numpy as np
from mediapipe.tasks.python.core.base_options import BaseOptions
from mediapipe.tasks.python.vision.core.image import Image as MediaPipeImage
from mediapipe.tasks.python.vision.core.image import ImageFormat
from mediapipe.tasks.python.vision.face_landmarker import FaceLandmarker, FaceLandmarkerOptions
from numpy.typing import NDArray

from lifecert_vision.decode import Image
from lifecert_vision.models import FACE_LANDMARKER, model_path
from lifecert_vision.readout import found

_LOG = logging.getLogger(__name__)
_FACES = 2  # the person, and one more to notice
_COLOURS = 3
RIGHT_IRIS, LEFT_IRIS = 468, 473  # the person's own right and left


@dataclass(frozen=True)
class Pose:
    """Degrees, 0 when facing the camera.

    `yaw` is positive when the head turns to the person's own left (towards the right of an unmirrored picture),
    `pitch` when the chin goes up, `roll` when the head leans to the person's own left shoulder.
    """

    yaw: float
    pitch: float
    roll: float


@dataclass(frozen=True)
class Face:
    """One face: `points` are 478 x (x, y, z) in pixels (z towards the picture's depth, same scale as x),
    `blendshapes` are scores from 0 to 1 by MediaPipe's names, `rotation` is the 3 x 3 part of its pose matrix."""

    points: NDArray[np.float32]
    blendshapes: Mapping[str, float]
    rotation: NDArray[np.float64]

    @cached_property
    def eye_distance(self) -> float:
        """Pixels between the irises, in three dimensions, so that a turned head does not count as a small one."""
        return float(np.linalg.norm(self.points[LEFT_IRIS] - self.points[RIGHT_IRIS]))

    @cached_property
    def width(self) -> float:
        """Pixels from the leftmost to the rightmost point."""
        return float(np.ptp(self.points[:, 0]))

    @cached_property
    def area(self) -> float:
        """Square pixels of the box around the face."""
        return self.width * float(np.ptp(self.points[:, 1]))

    @cached_property
    def middle(self) -> NDArray[np.float32]:
        """The mean of its points, x and y in pixels."""
        return np.asarray(self.points[:, :2].mean(axis=0))

    @cached_property
    def pose(self) -> Pose:
        """The pose, from where the head's own axes point in the camera's (x right, y up, z to the camera)."""
        forward = self.rotation[:, 2] / np.linalg.norm(self.rotation[:, 2])
        across = self.rotation[:, 0]
        return Pose(
            yaw=float(np.degrees(np.arctan2(forward[0], forward[2]))),
            pitch=float(np.degrees(np.arcsin(np.clip(forward[1], -1, 1)))),
            roll=float(np.degrees(np.arctan2(-across[1], across[0]))),
        )

    def turned_from(self, neutral: "Face") -> float:
        """Degrees by which the head turned about its own upright axis as `neutral` has it, positive to the person's own
        left. The difference of two yaws is that of an upright head alone: of one that leans on a pillow it misses half
        of a turn, and takes a nod for one."""
        forward = neutral.rotation.T @ self.rotation[:, 2]
        return float(np.degrees(np.arctan2(forward[0], forward[2])))


class Landmarker:
    """Finds faces. Build once per process and use from one thread; never use it after a fork."""

    def __init__(self) -> None:
        self._graph = _build()
        self._broken: list[FaceLandmarker] = []
        atexit.register(self._abandon)

    def _abandon(self) -> None:
        """Make the graph's finaliser do nothing: that of a broken graph can hang, and at the end of the process
        any would run after the threads it needs."""
        self._graph._handle = None  # there is no public way

    def detect(self, image: Image) -> tuple[Face, ...]:
        """The faces of a BGR picture, the largest first; empty when there is none.

        Raises ValueError when `image` is not a non-empty H x W x 3 array of uint8, RuntimeError when even a new
        graph fails.
        """
        # An empty picture poisons the graph for good, and strides are ignored without a word.
        if image.ndim != _COLOURS or image.shape[2] != _COLOURS or not image.size or image.dtype != np.uint8:
            raise ValueError("not a non-empty H x W x 3 picture of uint8")
        rgb = np.ascontiguousarray(cv2.cvtColor(image, cv2.COLOR_BGR2RGB))
        picture = MediaPipeImage(image_format=ImageFormat.SRGB, data=rgb)
        try:
            seen = found(self._graph, picture)
        except RuntimeError:
            self._rebuild()
            seen = found(self._graph, picture)
        height, width = image.shape[:2]
        size = np.array([width, height, width], np.float32)
        faces = (Face(one.points * size, one.blendshapes, one.matrix[:3, :3]) for one in seen)
        return tuple(sorted(faces, key=lambda face: face.area, reverse=True))

    def _rebuild(self) -> None:
        """Replace a graph that failed: it would fail for ever."""
        _LOG.warning("face landmarker rebuilt after a failure")
        self._abandon()
        self._broken.append(self._graph)
        self._graph = _build()


def _build() -> FaceLandmarker:
    options = FaceLandmarkerOptions(
        base_options=BaseOptions(model_asset_path=str(model_path(FACE_LANDMARKER))),
        num_faces=_FACES,
        output_face_blendshapes=True,
        output_facial_transformation_matrixes=True,
    )
    return FaceLandmarker.create_from_options(options)
