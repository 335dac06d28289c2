"""Every hostile upload ends in its named refusal, or in a good picture, soon and within 512 MB."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.support.hostile import CASES
from tests.support.patience import PATIENCE_SECONDS

ROOT = Path(__file__).resolve().parents[2]
# Time is counted in honest pictures as large as they may be: how long one takes is the machine's matter.
HONEST, TIMES, MEGABYTES = "50 megapixels of png", 3, 512
# Decoders write what they dislike to the log: that must not grow with the file.
LOG_BYTES = 20_000


@pytest.fixture(scope="module")
def verdicts(tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, Any]]:
    """What the decoder said of each case, and what it took."""
    folder = tmp_path_factory.mktemp("hostile")
    for number, (make, _) in enumerate(CASES.values()):
        (folder / str(number)).write_bytes(make())
    names = [str(folder / str(number)) for number in range(len(CASES))]
    told = subprocess.run(
        [sys.executable, "-m", "tests.support.judge", *names],
        cwd=ROOT,
        env={"PYTHONPATH": f"{ROOT}:{ROOT}/layers/core:{ROOT}/layers/vision", "OPENCV_LOG_LEVEL": "WARNING"},
        capture_output=True,
        text=True,
        timeout=PATIENCE_SECONDS,
        check=True,
    )
    assert len(told.stderr) < LOG_BYTES, told.stderr[:2000]
    lines = [json.loads(line) for line in told.stdout.splitlines()]
    return dict(zip(CASES, lines, strict=True))


@pytest.mark.parametrize("case", CASES)
def test_it_is_named_in_time_and_memory(case: str, verdicts: dict[str, dict[str, Any]]) -> None:
    verdict = verdicts[case]
    assert "crash" not in verdict, verdict
    assert verdict["reason"] == CASES[case][1]
    assert verdict["seconds"] < TIMES * verdicts[HONEST]["seconds"]
    assert verdict["megabytes"] < MEGABYTES
