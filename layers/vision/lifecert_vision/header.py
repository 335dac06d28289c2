"""Read the type and size of a picture from its first bytes and walk its structure, without decoding it.

Decoders allocate what a header claims and are content with half a file, so both are checked before one is called. What
is read here must be what the decoder reads: a file that could be taken in two ways (two frame headers, a marker that
some take to have a length, two pictures in one WebP) is damaged. The decoder's own limit (`lifecert_vision.MAX_PIXELS`)
stands behind it.
Sources: ITU-T T.81 (JPEG), PNG specification third edition, RFC 9649 (WebP).
"""

import re
import zlib
from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum

from lifecert.domain.reasons import Reason


class Kind(StrEnum):
    """The file types that are read."""

    JPEG = "jpeg"
    PNG = "png"
    WEBP = "webp"


class PictureRefused(Exception):
    """The picture cannot be used; `reason` says why."""

    def __init__(self, reason: Reason) -> None:
        super().__init__(reason.value)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Header:
    """What a file claims to be: its type and its size in pixels as stored, before EXIF orientation.

    `orientation` (EXIF, 1 to 8) is read for WebP only: for JPEG and PNG the decoder applies it itself.
    """

    kind: Kind
    width: int
    height: int
    orientation: int = 1


def read_header(content: bytes, kinds: Collection[Kind] = frozenset(Kind)) -> Header:
    """Type and size of the picture in `content`, whose structure is complete from the first to the last marker.

    Raises PictureRefused: FILE_TYPE_UNSUPPORTED for other types than `kinds` and for variants that are not a plain
    8-bit still picture (CMYK, 16 bit, lossless or arithmetic JPEG, animations), FILE_DAMAGED when a part is missing
    or there are more of them than any picture has.
    """
    if not content:
        raise PictureRefused(Reason.FILE_DAMAGED)
    for kind, magic, offset, reader in (
        (Kind.JPEG, b"\xff\xd8\xff", 0, _read_jpeg),
        (Kind.PNG, b"\x89PNG\r\n\x1a\n", 0, _read_png),
        (Kind.WEBP, b"WEBP", 8, _read_webp),
    ):
        if kind not in kinds:
            continue
        if content.startswith(magic, offset) and (kind is not Kind.WEBP or content.startswith(b"RIFF")):
            header = reader(content)
            if not (header.width and header.height):
                raise PictureRefused(Reason.FILE_DAMAGED)
            return header
    raise PictureRefused(Reason.FILE_TYPE_UNSUPPORTED)


# Inside entropy-coded data 0xFF is followed by 0 or is a restart marker; anything else begins a segment.
_NEXT_MARKER = re.compile(rb"\xff([\x01-\xcf\xd8-\xfe])")
_SOF_READABLE = {0xC0, 0xC1, 0xC2}  # baseline, extended sequential, progressive; all Huffman
_SOF_OTHER = {0xC3, 0xC5, 0xC6, 0xC7, 0xC9, 0xCA, 0xCB, 0xCD, 0xCE, 0xCF}
_SOS, _EOI = 0xDA, 0xD9
_TEM = 0x01  # has no length, as libjpeg reads it; no photo has one

# A file of many tiny parts costs far more time than its bytes would suggest: a JPEG of 70 kB may hold a thousand
# passes over 16 million pixels, and a decoder writes a line to the log for each part it dislikes. Photos have ten
# passes and some dozens of parts; PNG data comes in parts of 8 kB.
_MOST_SCANS = 64
_MOST_PARTS = 256
_MOST_DATA_PARTS = 8192


def _read_jpeg(content: bytes) -> Header:
    header: Header | None = None
    scans = parts = 0
    position = 2
    while True:
        if scans > _MOST_SCANS or parts > _MOST_PARTS:
            raise PictureRefused(Reason.FILE_DAMAGED)
        match = _NEXT_MARKER.search(content, position)
        if not match or (not scans and content[position : match.start()].strip(b"\xff")):
            raise PictureRefused(Reason.FILE_DAMAGED)
        marker, position = match[1][0], match.end()
        if marker == _EOI:
            break
        if marker in _SOF_OTHER:
            raise PictureRefused(Reason.FILE_TYPE_UNSUPPORTED)
        length = _number(content, position, 2)
        # The decoder believes the first frame header, and only one that comes before the first scan.
        astray = header is None if marker == _SOS else marker in _SOF_READABLE and header is not None
        if length < 2 or marker == _TEM or astray:
            raise PictureRefused(Reason.FILE_DAMAGED)
        if marker in _SOF_READABLE:
            header = _read_frame_header(content, position + 2)
        scans += marker == _SOS
        parts += 1
        position += length
    if header is None or not scans:
        raise PictureRefused(Reason.FILE_DAMAGED)
    return header


def _read_frame_header(content: bytes, position: int) -> Header:
    precision, components = _number(content, position, 1), _number(content, position + 5, 1)
    if precision != 8 or components not in (1, 3):  # 4 components are CMYK
        raise PictureRefused(Reason.FILE_TYPE_UNSUPPORTED)
    return Header(Kind.JPEG, _number(content, position + 3, 2), _number(content, position + 1, 2))


def _read_png(content: bytes) -> Header:
    header: Header | None = None
    data_parts = parts = 0
    position = 8
    while True:
        if data_parts > _MOST_DATA_PARTS or parts > _MOST_PARTS:
            raise PictureRefused(Reason.FILE_DAMAGED)
        length, name = _number(content, position, 4), content[position + 4 : position + 8]
        end = position + 8 + length
        if zlib.crc32(memoryview(content)[position + 4 : end]) != _number(content, end, 4):
            raise PictureRefused(Reason.FILE_DAMAGED)
        if header is None:
            if name != b"IHDR" or length != 13:
                raise PictureRefused(Reason.FILE_DAMAGED)
            if _number(content, position + 16, 1) > 8:  # bits per channel
                raise PictureRefused(Reason.FILE_TYPE_UNSUPPORTED)
            header = Header(Kind.PNG, _number(content, position + 8, 4), _number(content, position + 12, 4))
        if name == b"acTL":
            raise PictureRefused(Reason.FILE_TYPE_UNSUPPORTED)
        data_parts += name == b"IDAT"
        parts += name != b"IDAT"
        if name == b"IEND":
            break
        position = end + 4
    if not data_parts:
        raise PictureRefused(Reason.FILE_DAMAGED)
    return header


_WEBP_PICTURES = frozenset({b"VP8 ", b"VP8L"})
_WEBP_ONCE = _WEBP_PICTURES | {b"VP8X"}


def _read_webp(content: bytes) -> Header:
    end = 8 + _number(content, 4, 4, "little")
    width = height = 0
    canvas: tuple[int, int] | None = None
    orientation = 1
    position = 12
    parts = 0
    seen: set[bytes] = set()
    while position + 8 <= end:
        parts += 1
        if parts > _MOST_PARTS:
            raise PictureRefused(Reason.FILE_DAMAGED)
        name, length = content[position : position + 4], _number(content, position + 4, 4, "little")
        body = position + 8
        # The decoder takes the first picture, whatever follows.
        again = name in seen or (name in _WEBP_PICTURES and not seen.isdisjoint(_WEBP_PICTURES))
        if body + length > min(end, len(content)) or (name in _WEBP_ONCE and again):
            raise PictureRefused(Reason.FILE_DAMAGED)
        seen.add(name)
        if name == b"ANIM" or (name == b"VP8X" and _number(content, body, 1) & 0x02):
            raise PictureRefused(Reason.FILE_TYPE_UNSUPPORTED)
        if name == b"VP8X":
            canvas = _number(content, body + 4, 3, "little") + 1, _number(content, body + 7, 3, "little") + 1
        if name == b"VP8 " and content[body + 3 : body + 6] == b"\x9d\x01\x2a":
            size = _number(content, body + 6, 4, "little")
            width, height = size & 0x3FFF, size >> 16 & 0x3FFF
        if name == b"VP8L" and content[body : body + 1] == b"\x2f":
            size = _number(content, body + 1, 4, "little")
            width, height = (size & 0x3FFF) + 1, (size >> 14 & 0x3FFF) + 1
        if name == b"EXIF":
            orientation = _orientation(content[body : body + length])
        position = body + length + length % 2
    if canvas is not None and canvas != (width, height):
        raise PictureRefused(Reason.FILE_DAMAGED)
    return Header(Kind.WEBP, width, height, orientation)


def _orientation(exif: bytes) -> int:
    """The orientation (1 to 8) in an EXIF block (TIFF 6.0 directory, tag 0x0112); 1 when it says nothing sound."""
    tiff = exif.removeprefix(b"Exif\0\0")
    order = "little" if tiff.startswith(b"II") else "big"
    try:
        directory = _number(tiff, 4, 4, order)
        for entry in range(_number(tiff, directory, 2, order)):
            position = directory + 2 + 12 * entry
            if _number(tiff, position, 2, order) == 0x0112:
                value = _number(tiff, position + 8, 2, order)
                return value if value in range(1, 9) else 1
    except PictureRefused:
        return 1
    return 1


def _number(content: bytes, position: int, size: int, order: str = "big") -> int:
    """The unsigned integer of `size` bytes at `position`; a file that ends before it is damaged."""
    field = content[position : position + size]
    if len(field) < size:
        raise PictureRefused(Reason.FILE_DAMAGED)
    return int.from_bytes(field, "little" if order == "little" else "big")
