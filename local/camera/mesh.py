"""The triangles of MediaPipe's face mesh, with names for the parts that `synthesis` moves."""

from functools import cache
from itertools import pairwise

from mediapipe.tasks.python.vision.face_landmarker import FaceLandmarksConnections

from lifecert_vision.quality import OVAL as _OVAL

Triangle = tuple[int, int, int]

OVAL = list(_OVAL)
RINGS = 3

# fmt: off
_RIGHT_UPPER, _RIGHT_LOWER = (246, 161, 160, 159, 158, 157, 173), (7, 163, 144, 145, 153, 154, 155)
_LEFT_UPPER, _LEFT_LOWER = (466, 388, 387, 386, 385, 384, 398), (249, 390, 373, 374, 380, 381, 382)
_RIGHT_FOLD, _LEFT_FOLD = (247, 30, 29, 27, 28, 56, 190), (467, 260, 259, 257, 258, 286, 414)
_UPPER_LIP, _LOWER_LIP = (191, 80, 81, 82, 13, 312, 311, 310, 415), (95, 88, 178, 87, 14, 317, 402, 318, 324)
_LOWER_LIP_REST = (146, 91, 181, 84, 17, 314, 405, 321, 375, 77, 90, 180, 85, 16, 315, 404, 320, 307,
                   96, 89, 179, 86, 15, 316, 403, 319, 325)
_UPPER_LIP_REST = (185, 40, 39, 37, 0, 267, 269, 270, 409, 184, 74, 73, 72, 11, 302, 303, 304, 408,
                   183, 42, 41, 38, 12, 268, 271, 272, 407)
# fmt: on
# Per eye: upper lid, the lower lid's point under each, the fold above each.
EYES = ((_RIGHT_UPPER, _RIGHT_LOWER, _RIGHT_FOLD), (_LEFT_UPPER, _LEFT_LOWER, _LEFT_FOLD))
UPPER_LIP = _UPPER_LIP + _UPPER_LIP_REST
LOWER_LIP = _LOWER_LIP + _LOWER_LIP_REST
INNER_LIPS = [78, *_UPPER_LIP, 308, *reversed(_LOWER_LIP)]


def _strip(start: int, upper: tuple[int, ...], lower: tuple[int, ...], end: int) -> list[Triangle]:
    """Fill the opening between two edges that meet at `start` and `end`."""
    strip: list[Triangle] = [(start, upper[0], lower[0])]
    for index in range(len(upper) - 1):
        strip.append((upper[index], upper[index + 1], lower[index]))
        strip.append((upper[index + 1], lower[index + 1], lower[index]))
    return [*strip, (upper[-1], end, lower[-1])]


EYE_HOLES = _strip(33, _RIGHT_UPPER, _RIGHT_LOWER, 133) + _strip(263, _LEFT_UPPER, _LEFT_LOWER, 362)
MOUTH_HOLE = _strip(78, _UPPER_LIP, _LOWER_LIP, 308)


@cache
def skin() -> list[Triangle]:
    """The face without the openings of eyes and mouth. MediaPipe lists each triangle as three edges in a row."""
    edges = FaceLandmarksConnections.FACE_LANDMARKS_TESSELATION
    return [(edges[i].start, edges[i].end, edges[i + 1].end) for i in range(0, len(edges), 3)]


@cache
def rings() -> list[Triangle]:
    """Bands from the outline outwards, to the rings numbered from 468 on, each as long as the outline."""
    circles = [OVAL] + [list(range(468 + len(OVAL) * k, 468 + len(OVAL) * (k + 1))) for k in range(RINGS)]
    bands: list[Triangle] = []
    for inner, outer in pairwise(circles):
        for index in range(len(inner)):
            after = (index + 1) % len(inner)
            bands.append((inner[index], inner[after], outer[index]))
            bands.append((inner[after], outer[after], outer[index]))
    return bands
