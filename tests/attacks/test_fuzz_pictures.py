"""Whatever the bytes of a picture are, the decoder gives pixels or a named refusal, and nothing else."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lifecert.adapters.files.policy import load_policy
from lifecert_vision.decode import decode
from lifecert_vision.header import PictureRefused, read_header
from tests.support.hostile import jpeg, picture, png, webp
from tests.support.mutations import spoilt_bytes
from tests.support.pictures import encode, exif, jpeg_with_exif, riff, vp8x, webp_chunk

LIMITS = load_policy().image
SIDE = 176
GOOD = {
    "jpeg": jpeg_with_exif(jpeg(SIDE), 6),
    "progressive jpeg": jpeg(SIDE, 2, 1),
    "png": png(SIDE),
    "webp": riff(b"WEBP" + vp8x(0x08, SIDE, SIDE) + webp(SIDE)[12:] + webp_chunk(b"EXIF", exif(8))),
    "lossless webp": encode(picture(SIDE), ".webp", 64, 101),
}
MAGIC = [b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"RIFF\x40\0\0\0WEBP", b"RIFF\x40\0\0\0WEBPVP8X"]


def judged(content: bytes) -> str:
    try:
        pixels = decode(content, LIMITS)
    except PictureRefused as refused:
        return refused.reason.value
    assert pixels.dtype == np.uint8
    assert pixels.ndim == 3
    assert pixels.flags.c_contiguous
    assert max(pixels.shape) <= LIMITS.working_long_side_px
    return "decoded"


@pytest.mark.parametrize("kind", GOOD)
def test_the_unspoilt_one_is_decoded(kind: str) -> None:
    assert judged(GOOD[kind]) == "decoded"


@pytest.mark.parametrize("kind", GOOD)
def test_spoilt_pictures(kind: str) -> None:
    @settings(max_examples=150, deadline=None, derandomize=True, database=None)
    @given(spoilt_bytes(GOOD[kind]))
    def look(content: bytes) -> None:
        assert judged(content)

    look()


@settings(max_examples=400, deadline=None, derandomize=True, database=None)
@given(st.sampled_from(MAGIC), st.binary(max_size=200))
def test_anything_behind_a_magic_number(magic: bytes, rest: bytes) -> None:
    content = magic + rest
    try:
        header = read_header(content)
    except PictureRefused:
        return
    assert header.width * header.height > 0
    assert judged(content)
