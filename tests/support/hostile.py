"""Hostile uploads, each by name, and what must be said of it: a reason, or None for a good picture in odd clothes."""

import struct
import zipfile
import zlib
from collections.abc import Callable
from functools import cache
from io import BytesIO
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from lifecert.domain.reasons import Reason
from tests.support.pictures import encode, exif, jpeg_with_exif, png_chunk, riff, vp8x, webp_chunk

TYPE, DAMAGED = Reason.FILE_TYPE_UNSUPPORTED, Reason.FILE_DAMAGED
SMALL, LARGE = Reason.IMAGE_TOO_SMALL, Reason.IMAGE_TOO_LARGE
SIDE = 7071  # squared just below the 50 megapixels that are allowed


@cache
def picture(side: int = 400) -> NDArray[Any]:
    """A square gradient: no row and no column is of one colour."""
    ramp = np.linspace(20, 230, side, dtype=np.uint8)
    return np.dstack([np.broadcast_to(ramp, (side, side)), np.broadcast_to(ramp[:, None], (side, side))] * 2)[..., :3]


def jpeg(side: int = 400, *options: int) -> bytes:
    return encode(picture(side), ".jpg", *options)


def png(side: int = 400) -> bytes:
    return encode(picture(side), ".png", cv2.IMWRITE_PNG_COMPRESSION, 1)


def webp(side: int = 400) -> bytes:
    return encode(picture(side), ".webp", cv2.IMWRITE_WEBP_QUALITY, 50)


def patched(content: bytes, marker: bytes, offset: int, value: bytes) -> bytes:
    """The file with bytes replaced at `offset` from the first `marker`."""
    at = content.index(marker) + offset
    return content[:at] + value + content[at + len(value) :]


def with_size(width: int, height: int) -> bytes:
    """A PNG whose header promises so many pixels."""
    content = png()
    return content[:8] + png_chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)) + content[33:]


def segment(marker: int, body: bytes) -> bytes:
    return b"\xff" + bytes([marker]) + struct.pack(">H", len(body) + 2) + body


def scan_bomb(side: int, scans: int) -> bytes:
    """A progressive JPEG of one grey, with one more pass over all pixels for every 40 bytes."""
    blocks = ((side + 7) // 8) ** 2
    one_code = bytes([1] + [0] * 15)
    end_of_band = segment(0xDA, b"\1\1\0\1\x3f\0") + bytes((blocks + 16383) // 16384 * 15 // 8 + 2)
    return (
        b"\xff\xd8"
        + segment(0xDB, b"\0" + b"\1" * 64)
        + segment(0xC2, struct.pack(">BHHB", 8, side, side, 1) + b"\1\x11\0")
        + segment(0xC4, b"\x00" + one_code + b"\0")
        + segment(0xC4, b"\x10" + one_code + b"\xe0")
        + segment(0xDA, b"\1\1\0\0\0\0")
        + bytes(blocks // 8 + 2)
        + end_of_band * scans
        + b"\xff\xd9"
    )


ONE_CODE = bytes([1] + [0] * 15)
TABLES = (
    segment(0xDB, b"\0" + b"\1" * 64)
    + segment(0xC4, b"\x00" + ONE_CODE + b"\0")
    + segment(0xC4, b"\x10" + ONE_CODE + b"\0")
)
COLOUR_SCAN = segment(0xDA, b"\3\1\0\2\0\3\0\0\x3f\0") + bytes(40)
FIRST_PASS = segment(0xDA, b"\3\1\0\2\0\3\0\0\0\0") + bytes(40)  # of a progressive one


def frame_header(width: int, height: int, marker: int = 0xC0) -> bytes:
    """What a JPEG of three components promises."""
    return segment(marker, struct.pack(">BHHB", 8, height, width, 3) + b"\1\x11\0\2\x11\0\3\x11\0")


def two_headers(promised: tuple[int, int], told: tuple[int, int], progressive: bool = False) -> bytes:
    """The decoder believes the first frame header; the second comes when it has begun, in some 200 bytes."""
    first = frame_header(*promised, 0xC2) + FIRST_PASS if progressive else frame_header(*promised) + COLOUR_SCAN
    return b"\xff\xd8" + TABLES + first + frame_header(*told) + b"\xff\xd9"


def hidden_header(promised: tuple[int, int], told: tuple[int, int]) -> bytes:
    """The decoder takes TEM for a marker without a length. Whoever reads one there leaps over what it has begun."""
    hidden = frame_header(*promised) + COLOUR_SCAN
    leap = int.from_bytes(hidden[:2], "big") - len(hidden)
    shown = frame_header(*told) + COLOUR_SCAN
    return b"\xff\xd8" + TABLES + b"\xff\x01" + hidden + bytes(leap) + shown + b"\xff\xd9"


@cache
def large_webp() -> bytes:
    """The one picture chunk of a lossless WebP of 52 megapixels. Those of 268 are as small, and take long to make."""
    return encode(np.full((7200, 7200, 3), 60, np.uint8), ".webp", cv2.IMWRITE_WEBP_QUALITY, 101)[12:]


def archive() -> bytes:
    content = BytesIO()
    with zipfile.ZipFile(content, "w") as target:
        target.writestr("evil.js", "alert(1)")
    return content.getvalue()


def tiff_directory(tag: int, kind: int, count: int, value: int, next_at: int = 0) -> bytes:
    return b"MM\0*" + struct.pack(">IHHHIII", 8, 1, tag, kind, count, value, next_at)


def webp_with_exif(block: bytes) -> bytes:
    return riff(b"WEBP" + vp8x(0x08, 400, 400) + webp()[12:] + webp_chunk(b"EXIF", block))


def png_with(name: bytes, body: bytes, times: int = 1) -> bytes:
    content = png()
    return content[:33] + png_chunk(name, body) * times + content[33:]


CASES: dict[str, tuple[Callable[[], bytes], Reason | None]] = {
    # Nothing, or something else
    "empty": (lambda: b"", DAMAGED),
    "one byte": (lambda: b"\xff", TYPE),
    "text": (lambda: b"this is not a picture", TYPE),
    "html": (lambda: b"<html><script>alert(1)</script></html>", TYPE),
    "svg": (lambda: b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>', TYPE),
    "pdf with a photo in it": (lambda: b"%PDF-1.7\n" + jpeg(), TYPE),
    "zip": (archive, TYPE),
    "executable": (lambda: b"\x7fELF" + bytes(200), TYPE),
    "gif": (lambda: b"GIF89a" + struct.pack("<HH", 400, 400) + bytes(200), TYPE),
    "animated gif": (lambda: b"GIF89a\x90\x01\x90\x01\0\0\0!\xff\x0bNETSCAPE2.0\x03\x01\0\0\0;", TYPE),
    "bmp": (lambda: encode(picture(), ".bmp"), TYPE),
    "tiff": (lambda: encode(picture(), ".tiff"), TYPE),
    "heic": (lambda: b"\0\0\0\x1cftypheic" + bytes(64), TYPE),
    "avif": (lambda: b"\0\0\0\x1cftypavif" + bytes(64), TYPE),
    "wave in riff": (lambda: b"RIFF\x24\0\0\0WAVEfmt " + bytes(32), TYPE),
    # Wrong magic
    "png called jpeg": (lambda: b"\xff\xd8\xff" + png()[3:], DAMAGED),
    "jpeg called png": (lambda: b"\x89PNG\r\n\x1a\n" + jpeg()[8:], DAMAGED),
    "jpeg called webp": (lambda: b"RIFF\0\1\0\0WEBP" + jpeg(), DAMAGED),
    "jpeg behind a byte": (lambda: b"\0" + jpeg(), TYPE),
    # Polyglots: what a browser or an unpacker could read as something else is only ever decoded here
    "jpeg and zip": (lambda: jpeg() + archive(), None),
    "jpeg with a script in a comment": (lambda: jpeg()[:2] + segment(0xFE, b"<script>") + jpeg()[2:], None),
    "png and html": (lambda: png() + b"<script>alert(1)</script>", None),
    "webp and zip": (lambda: webp() + archive(), None),
    "gif and jpeg": (lambda: b"GIF89a/*" + jpeg(), TYPE),
    # Cut and spliced
    "jpeg cut": (lambda: jpeg()[:3000], DAMAGED),
    "png cut": (lambda: png()[:3000], DAMAGED),
    "webp cut": (lambda: webp()[:1000], DAMAGED),
    "jpeg cut and closed": (lambda: jpeg()[: len(jpeg()) // 2] + b"\xff\xd9", DAMAGED),
    "jpeg without pixels": (lambda: b"\xff\xd8" + segment(0xFE, b"nothing") + b"\xff\xd9", DAMAGED),
    "png without pixels": (lambda: png()[:33] + png_chunk(b"IEND", b""), DAMAGED),
    "png with a bad checksum": (lambda: png()[:-20] + b"\0" + png()[-19:], DAMAGED),
    "webp that lies about its length": (lambda: patched(webp(), b"RIFF", 4, b"\xff\xff\xff\x7f"), DAMAGED),
    # Too small, too large, or said to be
    "1x1 jpeg": (lambda: jpeg(1), SMALL),
    "1x1 png": (lambda: png(1), SMALL),
    "1x1 webp": (lambda: webp(1), SMALL),
    "no width": (lambda: with_size(0, 400), DAMAGED),
    "a strip": (lambda: encode(np.zeros((161, 40_000, 3), np.uint8), ".png"), SMALL),
    "50 megapixels of jpeg": (lambda: jpeg(SIDE), None),
    "50 megapixels of progressive jpeg": (lambda: jpeg(SIDE, cv2.IMWRITE_JPEG_PROGRESSIVE, 1), None),
    "50 megapixels of png": (lambda: png(SIDE), None),
    # Of one colour, because encoding takes six times as long as decoding.
    "50 megapixels of webp": (lambda: encode(np.full((SIDE, SIDE, 3), 60, np.uint8), ".webp"), None),
    "51 megapixels": (lambda: with_size(SIDE + 100, SIDE + 100), LARGE),
    "bomb in a png header": (lambda: with_size(60_000, 60_000), LARGE),
    "bomb in a jpeg header": (lambda: patched(jpeg(), b"\xff\xc0", 5, struct.pack(">HH", 60_000, 60_000)), LARGE),
    "png with fewer pixels than promised": (lambda: with_size(SIDE, SIDE), DAMAGED),
    "more bytes than are allowed": (lambda: jpeg() + bytes(8_388_608), LARGE),
    # One size for whoever reads the header, another for the decoder
    "two frame headers": (lambda: two_headers((50_000, 20_000), (400, 400)), DAMAGED),
    "two frame headers, the second to be read at an eighth": (
        lambda: two_headers((15_000, 10_000), (7680, 6400), progressive=True),
        DAMAGED,
    ),
    "frame header behind a marker without a length": (lambda: hidden_header((50_000, 20_000), (400, 400)), DAMAGED),
    "frame header before another": (lambda: jpeg().replace(b"\xff\xc0", frame_header(9, 9) + b"\xff\xc0", 1), DAMAGED),
    "webp of two pictures": (lambda: riff(b"WEBP" + large_webp() + webp()[12:]), DAMAGED),
    # Floods: little to send, much to do
    "a thousand passes over 16 megapixels": (lambda: scan_bomb(4000, 1000), DAMAGED),
    # Decoded, and then refused: it is all of the grey that a decoder fills up with.
    "as many passes as are allowed over 50 megapixels": (lambda: scan_bomb(SIDE, 62), DAMAGED),
    "jpeg of two million comments": (lambda: jpeg()[:2] + b"\xff\xfe\0\2" * 2_000_000 + jpeg()[2:], DAMAGED),
    "png of 600,000 texts": (lambda: png_with(b"tEXt", b"", 600_000), DAMAGED),
    "png of 600,000 empty data parts": (lambda: png_with(b"IDAT", b"", 600_000), DAMAGED),
    "webp of 900,000 parts": (lambda: riff(b"WEBP" + webp_chunk(b"JUNK", b"") * 900_000 + webp()[12:]), DAMAGED),
    "png text that unpacks to 100 MB": (lambda: png_with(b"zTXt", b"a\0\0" + _packed(100_000_000)), None),
    "png profile that unpacks to 100 MB": (lambda: png_with(b"iCCP", b"a\0\0" + _packed(100_000_000)), None),
    # EXIF nonsense: the picture counts, its description does not
    "orientation 0": (lambda: jpeg_with_exif(jpeg(), 0), None),
    "orientation 65535": (lambda: jpeg_with_exif(jpeg(), 65535), None),
    "exif of noise": (lambda: jpeg()[:2] + segment(0xE1, b"Exif\0\0" + bytes(range(256)) * 200) + jpeg()[2:], None),
    "exif that points behind its end": (lambda: webp_with_exif(b"MM\0*\xff\xff\xff\xf0"), None),
    "exif that points at itself": (lambda: webp_with_exif(tiff_directory(0x8769, 4, 1, 8, 8)), None),
    "exif that promises 4 billion values": (lambda: webp_with_exif(tiff_directory(0x0112, 3, 0xFFFFFFFF, 8)), None),
    "exif of 65,535 tags": (lambda: webp_with_exif(b"MM\0*\0\0\0\x08\xff\xff" + bytes(12 * 65_535)), None),
    "empty exif": (lambda: webp_with_exif(b""), None),
    "exif twice": (lambda: jpeg_with_exif(jpeg_with_exif(jpeg(), 1), 1), None),
    "orientation of a webp": (lambda: webp_with_exif(exif(6)), None),
    # Variants that are not a plain still picture of 8 bits
    "cmyk": (lambda: patched(jpeg(), b"\xff\xc0", 9, b"\4"), TYPE),
    "12 bit jpeg": (lambda: patched(jpeg(), b"\xff\xc0", 4, b"\x0c"), TYPE),
    "lossless jpeg": (lambda: patched(jpeg(), b"\xff\xc0", 1, b"\xc3"), TYPE),
    "arithmetic jpeg": (lambda: patched(jpeg(), b"\xff\xc0", 1, b"\xc9"), TYPE),
    "16 bit png": (lambda: encode(picture().astype(np.uint16) * 257, ".png"), TYPE),
    "animated png": (lambda: png_with(b"acTL", struct.pack(">II", 2, 0)), TYPE),
    "animated webp": (lambda: riff(b"WEBP" + vp8x(0x02, 400, 400) + webp()[12:]), TYPE),
    "webp with a canvas of another size": (lambda: riff(b"WEBP" + vp8x(0, 16_000, 16_000) + webp()[12:]), DAMAGED),
}


def _packed(size: int) -> bytes:
    return zlib.compress(bytes(size), 9)
