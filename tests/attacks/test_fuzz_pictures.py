"""Whatever the bytes of a picture are, the decoder gives pixels or a named refusal, within its limits.

Each goes to a process of its own that dies of more than its share of memory and time (tests/support/judge.py).
"""

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lifecert.adapters.files.policy import load_policy
from lifecert.domain.reasons import Reason
from lifecert_vision.header import Kind
from tests.support.hostile import (
    COLOUR_SCAN,
    FIRST_PASS,
    TABLES,
    frame_header,
    hidden_header,
    jpeg,
    picture,
    png,
    segment,
    webp,
)
from tests.support.mutations import spoilt_bytes
from tests.support.pictures import encode, exif, jpeg_with_exif, riff, vp8x, webp_chunk

ROOT = Path(__file__).resolve().parents[2]
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
# What a reader of headers may take in another way than the decoder does.
LARGE = b"\xc3\x50"  # 50,000
FRAME_HEADERS = (
    # The second is more than the decoder's limit, and not once it is read at an eighth.
    *(frame_header(*size, marker) for size in ((50_000, 20_000), (15_000, 10_000)) for marker in (0xC0, 0xC2)),
    frame_header(7680, 6400),
    frame_header(SIDE, SIDE),
)
JPEG_PARTS = (
    *FRAME_HEADERS,
    *(TABLES + header + scan for header in FRAME_HEADERS for scan in (COLOUR_SCAN, FIRST_PASS)),
    hidden_header((15_000, 10_000), (7680, 6400))[2:-2],
    *(b"\xff" + bytes([marker]) for marker in (0x01, 0x02, 0xD0, 0xD8, 0xD9, 0xDC, 0xC8, 0xF0)),
    segment(0xDC, LARGE),  # DNL: the number of lines, told late
    COLOUR_SCAN,
    TABLES,
)
WEBP_PARTS = (
    webp_chunk(b"VP8L", b"\x2f" + bytes([0xFF, 0xFF, 0xFF, 0x0F]) + bytes(40)),
    webp_chunk(b"VP8 ", bytes(3) + b"\x9d\x01\x2a" + b"\xff\x3f\xff\x3f" + bytes(40)),
    vp8x(0, 16_383, 16_383),
)
MEGABYTES, SECONDS = 512, 10


class Judge:
    """The decoder in another process."""

    def __init__(self, kinds: str = " ".join(Kind)) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.support.judge"],
            cwd=ROOT,
            env={
                "PYTHONPATH": f"{ROOT}:{ROOT}/layers/core:{ROOT}/layers/vision",
                "OPENCV_LOG_LEVEL": "SILENT",
                "KINDS": kinds,
            },
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )

    def of(self, content: bytes) -> dict[str, Any]:
        """What was said of it."""
        into, out = self._process.stdin, self._process.stdout
        assert into
        assert out
        into.write(len(content).to_bytes(4, "big") + content)
        into.flush()
        told: dict[str, Any] = json.loads(out.readline())
        return told

    def end(self) -> None:
        """Let it go."""
        self._process.communicate()


@pytest.fixture(scope="module")
def judge() -> Iterator[Judge]:
    one = Judge()
    yield one
    one.end()


def judged(judge: Judge, content: bytes) -> str | None:
    """The reason, or None for a picture, which is one."""
    told = judge.of(content)
    assert "crash" not in told
    assert told["megabytes"] < MEGABYTES
    assert told["seconds"] < SECONDS
    if told["reason"] is None:
        assert told["type"] == "uint8"
        assert told["contiguous"]
        height, width, colours = told["shape"]
        assert colours == 3
        assert max(height, width) <= LIMITS.working_long_side_px
        return None
    return str(Reason(told["reason"]))


@pytest.mark.parametrize("kind", GOOD)
def test_the_unspoilt_one_is_decoded(kind: str, judge: Judge) -> None:
    assert judged(judge, GOOD[kind]) is None


@pytest.mark.parametrize("kind", GOOD)
def test_spoilt_pictures(kind: str, judge: Judge) -> None:
    parts = JPEG_PARTS if "jpeg" in kind else WEBP_PARTS if "webp" in kind else ()

    @settings(max_examples=300, deadline=None, derandomize=True, database=None)
    @given(spoilt_bytes(GOOD[kind], parts))
    def look(content: bytes) -> None:
        judged(judge, content)

    look()


@settings(max_examples=400, deadline=None, derandomize=True, database=None)
@given(st.lists(st.sampled_from(JPEG_PARTS), min_size=1, max_size=4))
def test_parts_of_jpegs_in_any_order(judge: Judge, parts: list[bytes]) -> None:
    judged(judge, b"\xff\xd8" + b"".join(parts) + b"\xff\xd9")


@settings(max_examples=400, deadline=None, derandomize=True, database=None)
@given(st.sampled_from(MAGIC), st.binary(max_size=200))
def test_anything_behind_a_magic_number(judge: Judge, magic: bytes, rest: bytes) -> None:
    judged(judge, magic + rest)


def test_frames_are_jpegs_and_nothing_else_reaches_the_decoder() -> None:
    of_frames = Judge("jpeg")
    verdicts = {kind: of_frames.of(content)["reason"] for kind, content in GOOD.items()}
    of_frames.end()
    refused = str(Reason.FILE_TYPE_UNSUPPORTED)
    assert verdicts == {kind: None if "jpeg" in kind else refused for kind in GOOD}
