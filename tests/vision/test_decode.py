"""Every kind of bad file is refused by name before it is decoded, and every orientation comes out upright."""

import struct
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest

from lifecert.domain.policy import ImageLimits, Policy
from lifecert.domain.reasons import Reason
from lifecert_vision.decode import Image, decode
from lifecert_vision.header import Kind, PictureRefused, read_header
from tests.support import pictures


@pytest.fixture(scope="module")
def limits(policy: Policy) -> ImageLimits:
    return policy.image


@pytest.fixture(scope="module")
def photo(portraits: Path) -> Image:
    """A small picture that is not symmetrical in any way."""
    whole = pictures.read((portraits / "obama.jpg").read_bytes())
    return np.ascontiguousarray(cv2.resize(whole, (364, 455), interpolation=cv2.INTER_AREA))


def refusal(content: bytes, limits: ImageLimits) -> Reason | None:
    try:
        image = decode(content, limits)
    except PictureRefused as refused:
        return refused.reason
    assert image.ndim == 3
    assert image.size
    assert image.flags.c_contiguous
    return None


LOSSY = (".jpg", ".png", ".webp")


@pytest.mark.parametrize("suffix", LOSSY)
def test_the_three_types_give_the_same_pixels(suffix: str, photo: Image, limits: ImageLimits) -> None:
    image = decode(pictures.encode(photo, suffix), limits)

    assert image.shape == photo.shape
    assert image.dtype == np.uint8
    assert np.abs(image.astype(int) - photo).mean() < 3


def test_lossless_webp_and_progressive_and_grey_jpeg_are_read(photo: Image, limits: ImageLimits) -> None:
    grey = np.asarray(cv2.cvtColor(photo, cv2.COLOR_BGR2GRAY), np.uint8)
    for content in (
        pictures.encode(photo, ".webp", cv2.IMWRITE_WEBP_QUALITY, 101),
        pictures.encode(photo, ".jpg", cv2.IMWRITE_JPEG_PROGRESSIVE, 1),
        pictures.encode(photo, ".jpg", cv2.IMWRITE_JPEG_RST_INTERVAL, 4),
        pictures.encode(grey),
        pictures.encode(grey, ".png"),
    ):
        assert decode(content, limits).shape == photo.shape


@pytest.mark.parametrize(
    "content",
    [b"GIF89a" + b"\0" * 200, b"%PDF-1.7\n", b"\0\0\0\x1cftypheic" + b"\0" * 64, b"hello", b"RIFF\0\0\0\0WAVEfmt "],
    ids=["gif", "pdf", "heic", "text", "wave"],
)
def test_other_types_are_refused(content: bytes, limits: ImageLimits) -> None:
    assert refusal(content, limits) is Reason.FILE_TYPE_UNSUPPORTED


def test_variants_that_are_not_plain_still_pictures_are_refused(photo: Image, limits: ImageLimits) -> None:
    sixteen_bit = bytes(cv2.imencode(".png", photo.astype(np.uint16) * 257)[1])
    png = pictures.encode(photo, ".png")
    animated_png = png[:33] + pictures.png_chunk(b"acTL", struct.pack(">II", 2, 0)) + png[33:]
    webp = pictures.encode(photo, ".webp")
    animated_webp = pictures.riff(b"WEBP" + pictures.vp8x(0x02, photo.shape[1], photo.shape[0]) + webp[12:])
    cmyk = bytearray(pictures.encode(photo))
    cmyk[cmyk.index(b"\xff\xc0") + 9] = 4
    lossless = bytearray(pictures.encode(photo))
    lossless[lossless.index(b"\xff\xc0") + 1] = 0xC3

    for content in (sixteen_bit, animated_png, animated_webp, bytes(cmyk), bytes(lossless)):
        assert refusal(content, limits) is Reason.FILE_TYPE_UNSUPPORTED


def test_an_empty_file_is_damaged(limits: ImageLimits) -> None:
    assert refusal(b"", limits) is Reason.FILE_DAMAGED


@pytest.mark.parametrize("suffix", LOSSY)
@pytest.mark.parametrize("share", [0.001, 0.05, 0.3, 0.7, 0.99])
def test_a_truncated_file_is_damaged(suffix: str, share: float, photo: Image, limits: ImageLimits) -> None:
    content = pictures.encode(photo, suffix)
    cut = max(12, int(len(content) * share))

    assert refusal(content[:cut], limits) is Reason.FILE_DAMAGED


@pytest.mark.parametrize("suffix", LOSSY)
def test_a_file_without_its_last_bytes_is_damaged(suffix: str, photo: Image, limits: ImageLimits) -> None:
    assert refusal(pictures.encode(photo, suffix)[:-2], limits) is Reason.FILE_DAMAGED


@pytest.mark.parametrize("orientation", [1, 3, 6, 8])
def test_a_truncated_jpeg_that_was_closed_again_is_damaged(orientation: int, photo: Image, limits: ImageLimits) -> None:
    content = pictures.jpeg_with_exif(pictures.encode(photo), orientation)

    assert refusal(content[: len(content) // 2] + b"\xff\xd9", limits) is Reason.FILE_DAMAGED


def test_a_thumbnails_end_marker_does_not_hide_a_truncation(photo: Image, limits: ImageLimits) -> None:
    content = pictures.encode(photo)
    thumbnail = pictures.encode(np.ascontiguousarray(photo[:64, :64]))
    with_thumbnail = content[:2] + b"\xff\xe1" + struct.pack(">H", len(thumbnail) + 2) + thumbnail + content[2:]

    assert refusal(with_thumbnail, limits) is None
    assert refusal(with_thumbnail[:-100], limits) is Reason.FILE_DAMAGED


def test_bombs_are_refused_by_their_header(photo: Image, limits: ImageLimits) -> None:
    jpeg = bytearray(pictures.encode(photo))
    start = jpeg.index(b"\xff\xc0")
    jpeg[start + 5 : start + 9] = struct.pack(">HH", 60000, 60000)
    png = pictures.encode(photo, ".png")
    header = struct.pack(">IIBBBBB", 60000, 60000, 8, 2, 0, 0, 0)
    bomb_png = png[:8] + pictures.png_chunk(b"IHDR", header) + png[33:]
    lossless = bytearray(pictures.encode(photo, ".webp", cv2.IMWRITE_WEBP_QUALITY, 101))
    lossless[21:25] = struct.pack("<I", 0x0FFFFFFF)

    for content in (bytes(jpeg), bomb_png, bytes(lossless)):
        assert refusal(content, limits) is Reason.IMAGE_TOO_LARGE


def test_a_webp_whose_canvas_is_not_its_pictures_size_is_damaged(photo: Image, limits: ImageLimits) -> None:
    webp = pictures.encode(photo, ".webp")

    assert refusal(pictures.riff(b"WEBP" + pictures.vp8x(0, 16000, 16000) + webp[12:]), limits) is Reason.FILE_DAMAGED


def test_too_many_bytes_are_refused_unread(limits: ImageLimits) -> None:
    assert refusal(b"\xff\xd8\xff" + bytes(limits.max_bytes), limits) is Reason.IMAGE_TOO_LARGE


@pytest.mark.parametrize("size", [(1, 1), (150, 2000), (700, 8000)], ids=["one pixel", "narrow", "narrow when scaled"])
def test_small_and_narrow_pictures_are_refused(size: tuple[int, int], limits: ImageLimits) -> None:
    content = pictures.encode(np.full((size[1], size[0], 3), 90, np.uint8), ".png")

    assert refusal(content, limits) is Reason.IMAGE_TOO_SMALL


def _stored(photo: Image, orientation: int) -> Image:
    """The picture as a camera stores it that means `photo` by `orientation`."""
    undo = {
        1: photo,
        2: photo[:, ::-1],
        3: photo[::-1, ::-1],
        4: photo[::-1],
        5: photo.transpose(1, 0, 2),
        6: np.rot90(photo, 1),
        7: photo[::-1, ::-1].transpose(1, 0, 2),
        8: np.rot90(photo, -1),
    }
    return np.ascontiguousarray(undo[orientation])


@pytest.mark.parametrize("orientation", range(1, 9))
def test_every_orientation_comes_out_upright(orientation: int, photo: Image, limits: ImageLimits) -> None:
    stored = _stored(photo, orientation)
    png = pictures.encode(stored, ".png")
    webp = pictures.encode(stored, ".webp")
    rows, columns = stored.shape[:2]
    extended = pictures.vp8x(0x08, columns, rows) + webp[12:] + pictures.webp_chunk(b"EXIF", pictures.exif(orientation))
    for content in (
        pictures.jpeg_with_exif(pictures.encode(stored), orientation),
        png[:33] + pictures.png_chunk(b"eXIf", pictures.exif(orientation)) + png[33:],
        pictures.riff(b"WEBP" + extended),
    ):
        image = decode(content, limits)

        assert image.shape == photo.shape
        assert np.abs(image.astype(int) - photo).mean() < 4


def test_a_large_photo_is_scaled_to_the_working_size(photo: Image, limits: ImageLimits) -> None:
    for suffix in LOSSY:
        large = np.ascontiguousarray(cv2.resize(photo, (1440, 1800)))
        image = decode(pictures.encode(large, suffix), limits)

        assert max(image.shape) == limits.working_long_side_px
    huge = np.ascontiguousarray(cv2.resize(photo, (3200, 4000)))
    assert max(decode(pictures.encode(huge), limits).shape) == 1000  # a quarter is near enough, and cheaper


def test_the_header_is_read_from_each_type(photo: Image) -> None:
    for suffix, kind in zip(LOSSY, Kind, strict=True):
        header = read_header(pictures.encode(photo, suffix))

        assert (header.kind, header.width, header.height) == (kind, photo.shape[1], photo.shape[0])


def test_spoilt_files_are_refused_or_read_but_never_break(photo: Image, limits: ImageLimits) -> None:
    small = replace(limits, max_pixels=1_000_000)  # a spoilt header may claim what is allowed: keep that cheap
    chance = np.random.default_rng(20261124)
    samples = [pictures.encode(photo, suffix) for suffix in LOSSY]
    outcomes = set()
    for turn in range(600):
        content = bytearray(samples[turn % 3])
        reach = (40, 700, len(content))[turn // 3 % 3]
        for place in chance.integers(0, min(reach, len(content)), 4):
            content[place] = chance.integers(0, 256)
        outcomes.add(refusal(bytes(content), small))
    for length in range(0, 400, 2):
        outcomes.add(refusal(chance.bytes(length), small))
        outcomes.add(refusal(samples[length % 3][:12] + chance.bytes(length), small))

    assert outcomes >= {None, Reason.FILE_DAMAGED, Reason.FILE_TYPE_UNSUPPORTED, Reason.IMAGE_TOO_LARGE}
