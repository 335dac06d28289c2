"""Stage 2: the faces of a picture, the dominant one first, with a second, closer look for small and further ones."""

from dataclasses import replace

import cv2
import numpy as np
from numpy.typing import NDArray

from lifecert_vision.decode import Image
from lifecert_vision.landmarks import Face, Landmarker
from lifecert_vision.models import FACE_FINDER, model_path

_TINY = 0.12  # of the picture's width: about the narrowest face that the landmarker finds by itself
_FINDER_SIDE = 640  # px, the longest side that is searched for small faces
_OTHERS_SIDE = 256  # px, the same for other faces of a size to matter: a sixth of the time
_NARROWEST = 64  # px: on a side of up to 32, YuNet's coarsest grid has one row, and it answers with what lies in memory
_MATTERS = 0.15  # of the dominant face's area: a smaller face is not looked at
_SURE = 0.7  # score from which the finder is believed
_OVERLAP = 0.3
_CANDIDATES = 10
_LOOKS = 3  # faces looked at closely, at most
_CROPS = (3.0, 1.5)  # sides of the box around a found face: tried in turn, as some faces need the one or the other
_SPREAD = 0.4  # half-diagonals from the middle at which a face counts e^-1/2 of its area

Box = NDArray[np.float32]  # left, top, width, height in pixels


class DetectionError(RuntimeError):
    """YuNet's answer cannot be read: whether there are faces besides those of the landmarker is not known."""


class Detector:
    """The Face Landmarker, and YuNet where that found nothing or only a tiny face, or may have missed a second one.
    Build once per process and use from one thread; never use it after a fork."""

    def __init__(self) -> None:
        self._landmarker = Landmarker()
        size = (_FINDER_SIDE, _FINDER_SIDE)
        self._finder = cv2.FaceDetectorYN.create(str(model_path(FACE_FINDER)), "", size, _SURE, _OVERLAP, _CANDIDATES)

    def detect(self, image: Image, *, others: bool = False) -> tuple[Face, ...]:
        """The faces of a BGR picture, the dominant one first; empty when there is none.

        With `others` a second look for further faces is taken, as the landmarker misses some. Raises as
        `Landmarker.detect` and `boxes` do.
        """
        faces = list(self._landmarker.detect(image))
        if max((face.width for face in faces), default=0.0) < _TINY * image.shape[1]:
            faces += self._closer(image, faces, self.boxes(image))
        elif others and len(faces) == 1:
            faces += self._closer(image, faces, self.boxes(image, _OTHERS_SIDE), faces[0].area * _MATTERS)
        return by_dominance(faces, image)

    def _closer(self, image: Image, known: list[Face], boxes: list[Box], least: float = 0.0) -> list[Face]:
        """Faces besides the `known` ones, each in one of the `boxes` of `least` square pixels and found by landmarks
        on a crop around it."""
        found: list[Face] = []
        large = [box for box in boxes if float(box[2] * box[3]) >= least]
        for box in sorted(large, key=lambda box: float(box[2] * box[3]), reverse=True)[:_LOOKS]:
            middle = np.asarray(box[:2] + box[2:] / 2, np.float32)
            size = float(box[2:].max())
            if any(_near(face, middle, size) for face in (*known, *found)):
                continue
            face = self._close(image, middle, size)
            if face is not None:
                found.append(face)
        return found

    def _close(self, image: Image, middle: NDArray[np.float32], size: float) -> Face | None:
        """The face at `middle`, found on a crop around it, in the whole picture's pixels."""
        for sides in _CROPS:
            left, top = np.clip(middle - size * sides / 2, 0, None).astype(int)
            right, bottom = np.ceil(middle + size * sides / 2).astype(int)
            found = self._landmarker.detect(np.ascontiguousarray(image[top:bottom, left:right]))
            faces = [replace(face, points=face.points + np.array([left, top, 0], np.float32)) for face in found]
            # The crop may hold a larger face beside it.
            there = next((face for face in faces if _near(face, middle, size)), None)
            if there is not None:
                return there
        return None

    def boxes(self, image: Image, side: int = _FINDER_SIDE) -> list[Box]:
        """Where YuNet sees faces on the picture shrunk to `side` px, the surest first; down to 3 % of the width.

        Raises DetectionError when a row of its answer is no box on the picture: the others are then worth no more.
        """
        scale = min(1.0, side / max(image.shape[:2]))
        shrunk = image if scale == 1 else cv2.resize(image, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
        small = np.asarray(shrunk, np.uint8)
        height, width = small.shape[:2]
        below, beside = max(0, _NARROWEST - height), max(0, _NARROWEST - width)
        if below or beside:
            small = np.asarray(cv2.copyMakeBorder(small, 0, below, 0, beside, cv2.BORDER_CONSTANT), np.uint8)
        self._finder.setInputSize(small.shape[1::-1])
        # None, and so no table, where there is none. On pictures of hardly any pixels some boxes are no numbers.
        rows = np.atleast_2d(np.asarray(self._finder.detect(small)[1], np.float32))
        boxes = [row[:4] for row in rows if row.size > 1]
        if not all(_is_on(small, box) for box in boxes):
            raise DetectionError("YuNet's answer is no box on the picture")
        return [np.asarray(box / scale, np.float32) for box in boxes]


def _is_on(image: Image, box: Box) -> bool:
    """Whether these are numbers, and a box of which some lies on the picture."""
    left, top, width, height = (float(value) for value in box)
    rows, columns = image.shape[:2]
    return bool(np.isfinite(box).all()) and min(width, height) > 0 and -width < left < columns and -height < top < rows


def _near(face: Face, middle: NDArray[np.float32], size: float) -> bool:
    """Whether a face is the one in the box of this middle and size."""
    return bool(np.abs(face.middle - middle).max() < size / 2)


def by_dominance(faces: list[Face], image: Image) -> tuple[Face, ...]:
    """The faces by area and place: one at the edge of the picture must be much larger than one in the middle."""
    middle = np.array(image.shape[1::-1], np.float64) / 2

    def dominance(face: Face) -> float:
        away = float(np.linalg.norm(face.middle - middle) / np.linalg.norm(middle))
        return face.area * float(np.exp(-((away / _SPREAD) ** 2) / 2))

    return tuple(sorted(faces, key=dominance, reverse=True))
