"""What was built refuses pictures that promise more than they are; its decoder keeps a limit of its own."""

import json
import subprocess
from pathlib import Path

import pytest

from lab.speed.sizes import ROOT
from tests.support.builds import Build, builds
from tests.support.hostile import hidden_header, jpeg, large_webp, two_headers, webp
from tests.support.patience import PATIENCE_SECONDS
from tests.support.pictures import riff

BUILDS = builds()
BOMBS = {
    "two frame headers": two_headers((50_000, 20_000), (400, 400)),
    "the second read at an eighth": two_headers((15_000, 10_000), (7680, 6400), progressive=True),
    "behind a marker without a length": hidden_header((50_000, 20_000), (400, 400)),
    "webp of two pictures": riff(b"WEBP" + large_webp() + webp()[12:]),
}
# Past our own reader of headers, straight to the decoder.
DECODER = """
import sys
from lifecert_vision.decode import cv2, np, refuse_unlimited_decoder
refuse_unlimited_decoder()
for name in sys.argv[1:]:
    try:
        cv2.imdecode(np.fromfile(name, np.uint8), cv2.IMREAD_COLOR)
    except cv2.error as error:
        assert "CV_IO_MAX_IMAGE_PIXELS" in str(error)
        print("refused")
"""

pytestmark = pytest.mark.skipif(not BUILDS, reason="nothing built: make build")


@pytest.fixture
def names(tmp_path: Path) -> list[str]:
    for number, content in enumerate(BOMBS.values()):
        (tmp_path / str(number)).write_bytes(content)
    (tmp_path / "good").write_bytes(jpeg())
    return [str(tmp_path / str(number)) for number in range(len(BOMBS))]


def run(build: Build, path: str, *arguments: str) -> list[str]:
    """What Python says in a process that has what was built and nothing else."""
    told = subprocess.run(
        [build.interpreter, *arguments],
        cwd=ROOT,
        env={"PYTHONPATH": path, "PATH": "/usr/bin:/bin", "PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True,
        text=True,
        timeout=PATIENCE_SECONDS,
        check=True,
    )
    return told.stdout.splitlines()


@pytest.mark.parametrize("function", ["VerifyFace", "EnrolReference"])
@pytest.mark.parametrize("build", BUILDS.values(), ids=str)
def test_what_was_built_refuses_them_at_once(build: Build, function: str, names: list[str]) -> None:
    judge = ROOT / "tests/support/judge.py"
    good = str(Path(names[0]).with_name("good"))
    *verdicts, unspoilt = map(json.loads, run(build, build.path(function), str(judge), *names, good))
    assert [verdict["reason"] for verdict in verdicts] == ["file_damaged"] * len(BOMBS)
    assert unspoilt["reason"] is None
    assert max(verdict["megabytes"] for verdict in verdicts) < 2 * unspoilt["megabytes"]


@pytest.mark.parametrize("build", BUILDS.values(), ids=str)
def test_the_decoder_that_was_built_keeps_a_limit_of_its_own(build: Build, names: list[str]) -> None:
    """Of those three that are not shrunk."""
    chosen = [names[0], names[2], names[3]]
    assert run(build, build.path("VerifyFace"), "-c", DECODER, *chosen) == ["refused"] * len(chosen)
