"""Stage 1: from the bytes of an upload to pixels of one kind."""

import struct
from collections.abc import Collection

import cv2
import numpy as np
from numpy.typing import NDArray

from lifecert.domain.policy import ImageLimits
from lifecert.domain.reasons import Reason
from lifecert_vision import MAX_PIXELS
from lifecert_vision.header import Header, Kind, PictureRefused, read_header

Image = NDArray[np.uint8]  # H x W x 3, BGR, C-contiguous, never empty

# The JPEG decoder can halve a picture for almost nothing. A result a little under the working size is good
# enough (similarity changes by less than 0.01), so the coarser step is taken down to this share of it.
_REDUCED = {8: cv2.IMREAD_REDUCED_COLOR_8, 4: cv2.IMREAD_REDUCED_COLOR_4, 2: cv2.IMREAD_REDUCED_COLOR_2}
_ENOUGH = 0.75
_FILL = 128

# EXIF orientation as (transpose, flip code of cv2.flip or None).
_ORIENT: dict[int, tuple[bool, int | None]] = {
    1: (False, None),
    2: (False, 1),
    3: (False, -1),
    4: (False, 0),
    5: (True, None),
    6: (True, 1),
    7: (True, -1),
    8: (True, 0),
}


class DecoderUnlimitedError(Exception):
    """OpenCV was loaded before its limit was set, or does not keep it."""


def refuse_unlimited_decoder() -> None:
    """Hand the decoder a header of a few bytes that promises more pixels than it may make: it must not begin.

    Raises DecoderUnlimitedError.
    """
    side = int(MAX_PIXELS**0.5) + 1
    bomb = b"BM" + struct.pack("<IIIIiiHHIIIIII", 54, 0, 54, 40, side, side, 1, 24, 0, 0, 0, 0, 0, 0)
    try:
        cv2.imdecode(np.frombuffer(bomb, np.uint8), cv2.IMREAD_COLOR)
    except cv2.error:
        return
    raise DecoderUnlimitedError


def decode(content: bytes, limits: ImageLimits, kinds: Collection[Kind] = frozenset(Kind)) -> Image:
    """Pixels of the picture, of one of `kinds`: upright, BGR, long side at most `working_long_side_px`, never enlarged.

    Raises PictureRefused with the reason. Size and completeness are read before anything is decoded.
    """
    if len(content) > limits.max_bytes:
        raise PictureRefused(Reason.IMAGE_TOO_LARGE)
    header = read_header(content, kinds)
    if header.width * header.height > limits.max_pixels:
        raise PictureRefused(Reason.IMAGE_TOO_LARGE)
    long_side, short_side = max(header.width, header.height), min(header.width, header.height)
    # Judged at the working size: a very long strip would shrink to nothing there.
    if short_side * min(1.0, limits.working_long_side_px / long_side) < limits.min_side_px:
        raise PictureRefused(Reason.IMAGE_TOO_SMALL)

    divisor = _divisor(header, limits.working_long_side_px)
    flags = _REDUCED.get(divisor, cv2.IMREAD_COLOR)
    try:
        pixels = cv2.imdecode(np.frombuffer(content, np.uint8), flags)  # upright already for JPEG and PNG
    except cv2.error as error:
        raise PictureRefused(Reason.FILE_DAMAGED) from error
    if pixels is None or not pixels.size or (header.kind is Kind.JPEG and _ends_in_fill(pixels)):
        raise PictureRefused(Reason.FILE_DAMAGED)
    # The decoder must have read what was read here.
    if sorted(pixels.shape[:2]) != [-(-side // divisor) for side in (short_side, long_side)]:
        raise PictureRefused(Reason.FILE_DAMAGED)
    transpose, flip = _ORIENT[header.orientation]
    if transpose:
        pixels = cv2.transpose(pixels)
    if flip is not None:
        pixels = cv2.flip(pixels, flip)
    scale = limits.working_long_side_px / max(pixels.shape[:2])
    if scale < 1:
        pixels = cv2.resize(pixels, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    return np.ascontiguousarray(pixels, dtype=np.uint8)


def _divisor(header: Header, working: int) -> int:
    """By how much the decoder may shrink both sides."""
    if header.kind is Kind.JPEG:
        for divisor in _REDUCED:
            if max(header.width, header.height) / divisor >= working * _ENOUGH:
                return divisor
    return 1


def _ends_in_fill(pixels: NDArray[np.generic]) -> bool:
    """Whether the decoder ran out of data: libjpeg then fills the rest with mid grey and reports success.

    Orientation may have moved the end of the data to any edge, so each edge is looked at.
    """
    edges = (pixels[-1], pixels[0], pixels[:, -1], pixels[:, 0])
    return any(bool((edge == _FILL).all()) for edge in edges)
