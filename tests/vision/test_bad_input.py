"""The worst pictures that the limits allow end with a named reason, soon and within a function's memory."""

import json
import os
import subprocess
import sys
import textwrap
from pathlib import Path

import cv2
import numpy as np
import pytest

from lifecert_vision.decode import Image
from tests.support import pictures
from tests.support.patience import PATIENCE_SECONDS

# Time is counted in ordinary photos, in CPU of the same process: how long one takes is the machine's matter. The worst
# takes six.
PHOTOS, MEGABYTES = 20, 512

# Each picture is looked at by a process of its own, as a cold function would: memory is the most it ever had.
CHILD = """
    import json, sys, time
    from pathlib import Path
    from lifecert.adapters.files.policy import load_policy
    from lifecert_vision.analyser import VisionAnalyser

    analyser = VisionAnalyser(load_policy())

    def enrolled(content):
        start = time.process_time()
        return analyser.enrol(content).reason, time.process_time() - start

    ordinary, content = (Path(name).read_bytes() for name in sys.argv[1:])
    reason, spent = enrolled(content)
    status = dict(line.split(":", 1) for line in Path("/proc/self/status").read_text().splitlines())
    _, (_, photo) = enrolled(ordinary), enrolled(ordinary)
    print(json.dumps([reason, spent / photo, int(status["VmHWM"].split()[0]) / 1024]))
"""


def _scene(width: int, height: int) -> Image:
    """A picture with something everywhere and no face, of few bytes."""
    small = np.random.default_rng(4).integers(0, 256, (25, 40, 3), np.uint8)
    return np.ascontiguousarray(cv2.resize(small, (width, height), interpolation=cv2.INTER_LINEAR), np.uint8)


def _with_alpha(image: Image) -> bytes:
    return pictures.encode(np.dstack([image, image[..., :1]]), ".png")


WORST = {
    "JPEG of 50 megapixels": lambda: pictures.encode(_scene(8650, 5770), ".jpg", cv2.IMWRITE_JPEG_QUALITY, 60),
    "progressive JPEG of 50 megapixels": lambda: pictures.encode(
        _scene(8650, 5770), ".jpg", cv2.IMWRITE_JPEG_QUALITY, 60, cv2.IMWRITE_JPEG_PROGRESSIVE, 1
    ),
    "PNG of 50 megapixels": lambda: pictures.encode(np.full((5770, 8650, 3), 120, np.uint8), ".png"),
    "PNG of 50 megapixels with alpha": lambda: _with_alpha(np.full((5770, 8650, 3), 120, np.uint8)),
    "WebP of 50 megapixels": lambda: pictures.encode(_scene(8650, 5770), ".webp", cv2.IMWRITE_WEBP_QUALITY, 20),
    "noise at the working size": lambda: pictures.encode(
        np.random.default_rng(4).integers(0, 256, (960, 1280, 3), np.uint8), ".jpg"
    ),
}


@pytest.mark.parametrize("case", WORST)
def test_the_worst_pictures_stay_within_time_and_memory(case: str, portraits: Path, tmp_path: Path) -> None:
    picture = tmp_path / "picture"
    picture.write_bytes(WORST[case]())
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(CHILD), str(portraits / "obama.jpg"), str(picture)],
        env={**os.environ, "PYTHONPATH": ":".join(part for part in sys.path if part), "OPENBLAS_NUM_THREADS": "1"},
        capture_output=True,
        text=True,
        timeout=PATIENCE_SECONDS,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    reason, photos, megabytes = json.loads(done.stdout)

    assert reason is not None
    assert photos < PHOTOS
    assert megabytes < MEGABYTES
