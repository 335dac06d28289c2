"""Stage 5a: bring a face to the fixed position that the embedding network was trained on."""

import cv2
import numpy as np
from numpy.typing import NDArray

from lifecert_vision.decode import Image
from lifecert_vision.landmarks import Face

SIZE = 112

# Landmark index -> position in the 112 x 112 picture: eyes, irises, nose, mouth. The mean positions of these
# landmarks on faces aligned by the network's own five-point template.
_TEMPLATE: dict[int, tuple[float, float]] = {
    33: (30.477, 53.628),
    133: (45.374, 54.185),
    159: (36.745, 50.984),
    145: (37.792, 55.406),
    468: (37.295, 52.940),
    263: (79.932, 53.061),
    362: (65.031, 54.036),
    386: (73.600, 50.629),
    374: (72.653, 55.006),
    473: (73.081, 52.614),
    168: (55.160, 51.689),
    6: (55.221, 56.068),
    197: (55.180, 60.032),
    195: (55.241, 63.581),
    4: (55.279, 71.980),
    1: (55.328, 75.596),
    98: (45.904, 77.855),
    327: (64.924, 77.688),
    61: (40.138, 91.728),
    291: (71.078, 91.476),
    13: (55.547, 90.616),
    14: (55.595, 95.331),
}
_INDICES = list(_TEMPLATE)
_POSITIONS = np.array(list(_TEMPLATE.values()), np.float64)


def align(image: Image, face: Face) -> Image:
    """The face as 112 x 112 BGR, upright, at the template's position."""
    transform = similarity(face.points[_INDICES, :2].astype(np.float64), _POSITIONS)
    return np.asarray(cv2.warpAffine(image, transform, (SIZE, SIZE), flags=cv2.INTER_LINEAR), np.uint8)


def straightened(
    image: Image, face: Face, side: int, *, down: int = 0, border: int = cv2.BORDER_CONSTANT
) -> tuple[Image, NDArray[np.float64]]:
    """The same at `side` x `side`, and the face's points (x, y) on it; or what lies `down` px lower. `border` is what
    stands beyond the picture's edge, as OpenCV names it."""
    transform = similarity(face.points[_INDICES, :2].astype(np.float64), _POSITIONS * (side / SIZE) - (0, down))
    picture = cv2.warpAffine(image, transform, (side, side), flags=cv2.INTER_LINEAR, borderMode=border)
    return np.asarray(picture, np.uint8), face.points[:, :2] @ transform[:, :2].T + transform[:, 2]


def similarity(source: NDArray[np.float64], target: NDArray[np.float64]) -> NDArray[np.float64]:
    """The 2 x 3 matrix of the rotation, scale and shift that takes `source` (N x 2) nearest to `target` in the
    least-squares sense, without reflections: in the plane, what Umeyama 1991, IEEE PAMI 13(4), takes from a singular
    value decomposition is one complex number, the sum of conj(source) x target over that of |source|^2."""
    source_mean, target_mean = source.mean(axis=0), target.mean(axis=0)
    source_centred, target_centred = source - source_mean, target - target_mean
    variance = (source_centred**2).sum()
    along = (source_centred * target_centred).sum() / variance
    across = (
        source_centred[:, 0] * target_centred[:, 1] - source_centred[:, 1] * target_centred[:, 0]
    ).sum() / variance
    scaled = np.array([[along, -across], [across, along]])
    return np.column_stack([scaled, target_mean - scaled @ source_mean])
