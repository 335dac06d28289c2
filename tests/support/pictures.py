"""Helpers that make, encode and spoil pictures."""

import struct
import zlib
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from lifecert_vision.decode import Image


def read(content: bytes) -> Image:
    return np.asarray(cv2.imdecode(np.frombuffer(content, np.uint8), cv2.IMREAD_COLOR), np.uint8)


def encode(image: NDArray[Any], suffix: str = ".jpg", *options: int) -> bytes:
    return bytes(cv2.imencode(suffix, image, list(options))[1])


def frame(image: NDArray[Any]) -> bytes:
    """A picture as a frame must be, a JPEG, as near to its pixels as one can be."""
    best = (cv2.IMWRITE_JPEG_QUALITY, 100, cv2.IMWRITE_JPEG_SAMPLING_FACTOR, cv2.IMWRITE_JPEG_SAMPLING_FACTOR_444)
    return encode(image, ".jpg", *best)


def exif(orientation: int) -> bytes:
    """A TIFF directory that holds only an orientation."""
    return b"MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01" + struct.pack(">H", orientation) + b"\0" * 6


def jpeg_with_exif(content: bytes, orientation: int) -> bytes:
    body = b"Exif\0\0" + exif(orientation)
    return content[:2] + b"\xff\xe1" + struct.pack(">H", len(body) + 2) + body + content[2:]


def png_chunk(name: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))


def webp_chunk(name: bytes, body: bytes) -> bytes:
    return name + struct.pack("<I", len(body)) + body + b"\0" * (len(body) % 2)


def riff(body: bytes) -> bytes:
    return b"RIFF" + struct.pack("<I", len(body)) + body


def vp8x(flags: int, width: int, height: int) -> bytes:
    size = struct.pack("<I", width - 1)[:3] + struct.pack("<I", height - 1)[:3]
    return webp_chunk(b"VP8X", bytes([flags, 0, 0, 0]) + size)


def turned_sheet(image: Image, degrees: float, distance: float = 1.2) -> Image:
    """The picture as a flat sheet, turned about its upright middle before a camera `distance` widths away."""
    height, width = image.shape[:2]
    away, angle = distance * width, np.radians(degrees)
    on_sheet = np.array([[1, 0, -width / 2], [0, 1, -height / 2], [0, 0, 1]])
    turned = np.array([[np.cos(angle), 0, 0], [0, 1, 0], [np.sin(angle), 0, away]])
    camera = np.array([[away, 0, width / 2], [0, away, height / 2], [0, 0, 1]])
    seen = cv2.warpPerspective(image, camera @ turned @ on_sheet, (width, height), borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(seen, np.uint8)
