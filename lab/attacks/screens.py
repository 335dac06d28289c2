"""A picture as a camera would see it on a screen: computed, for measuring only, and no photo of a screen."""

import cv2
import numpy as np
from numpy.typing import NDArray

from lifecert_vision.decode import Image

_FINER = 3  # the grid is drawn at so many times the picture's size, and averaged as a sensor does
_GRID_ROW, _GAP = 0.82, 0.06  # height of a lit row, and light that still comes from between


def shown_on_screen(image: Image, chance: np.random.Generator) -> Image:
    """The picture on a screen of red, green and blue stripes before a camera a little askew: 1.4 to 2.6 of its pixels
    to each of the screen's, whence moire; cooler, brighter, with a reflection, the sensor's noise and a little blur."""
    height, width = image.shape[:2]
    pitch, angle = float(chance.uniform(1.4, 2.6)), float(chance.uniform(-3, 3))
    seen = np.empty((height, width, 3), np.float32)
    for top in range(0, height, 160):  # in strips: the fine grid of a whole picture would take half a gigabyte
        rows = min(160, height - top)
        seen[top : top + rows] = _strip(image, top, rows, pitch, np.radians(angle))
    light = seen * (image.mean() / max(float(seen.mean()), 1.0)) * chance.uniform(1.0, 1.15)
    across = np.linspace(-1, 1, width, dtype=np.float32)[None] * chance.uniform(-1, 1)
    down = np.linspace(-1, 1, height, dtype=np.float32)[:, None] * chance.uniform(-1, 1)
    reflection = 18 * np.clip(across + down, 0, None)[..., None]
    cooler = light * np.array([1.06, 1.0, 0.95], np.float32) + reflection
    blurred = cv2.GaussianBlur(cooler, (0, 0), float(chance.uniform(0.4, 0.9)))
    noisy = blurred + chance.normal(0, 2, image.shape)
    return np.asarray(np.clip(noisy, 0, 255), np.uint8)


def _strip(image: Image, top: int, rows: int, pitch: float, angle: float) -> NDArray[np.float32]:
    """Rows of the picture through the screen's grid."""
    width = image.shape[1]
    y, x = np.mgrid[: rows * _FINER, : width * _FINER].astype(np.float32)
    x, y = (x + 0.5) / _FINER, (y + 0.5) / _FINER + top
    u = (np.cos(angle) * x + np.sin(angle) * y) / pitch
    v = (np.cos(angle) * y - np.sin(angle) * x) / pitch
    # Each of the screen's pixels shows one colour: that of the picture in its middle.
    middle_u, middle_v = (np.floor(u) + 0.5) * pitch, (np.floor(v) + 0.5) * pitch
    from_x = np.cos(angle) * middle_u - np.sin(angle) * middle_v
    from_y = np.sin(angle) * middle_u + np.cos(angle) * middle_v
    colours = cv2.remap(
        image, from_x.astype(np.float32), from_y.astype(np.float32), cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE
    ).astype(np.float32)
    stripe = np.floor((u % 1) * 3)
    lit = np.stack([stripe == place for place in (2, 1, 0)], axis=-1) * ((v % 1) < _GRID_ROW)[..., None]
    fine = colours * np.maximum(lit, _GAP)
    return np.asarray(cv2.resize(fine, (width, rows), interpolation=cv2.INTER_AREA), np.float32)
