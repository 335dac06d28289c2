"""Photos on computed sheets: the drawing, and what is counted of one portrait."""

from pathlib import Path

import cv2
import numpy as np
import pytest

from lab.attacks import sheets
from lab.attacks.causes import Judge
from lab.attacks.sheets import BENDS, Bend, sheet
from lifecert.domain.challenge import Step
from lifecert.domain.policy import Policy
from lifecert_vision.decode import Image
from lifecert_vision.detect import Detector
from local.camera.synthesis import frame_for
from tests.support import pictures


@pytest.fixture(scope="module")
def small(portraits: Path) -> Image:
    return pictures.read(sheets._shrunk((portraits / "astronaut.png").read_bytes()))[:300, 60:360]


@pytest.mark.parametrize(("turn", "distance"), [(0, 1.2), (35, 1.2), (-45, 1.0)])
def test_a_flat_sheet_is_a_homography(turn: float, distance: float, small: Image) -> None:
    drawn = sheet(small, turn, 0, distance).astype(int)
    assert np.abs(drawn - pictures.turned_sheet(small, turn, distance)).mean() < 0.5


def _lines() -> Image:
    """White with three upright black lines, the outer ones 60 px from the middle."""
    image = np.full((201, 201, 3), 255, np.uint8)
    for middle in (40, 100, 160):
        image[:, middle - 2 : middle + 3] = 0
    return image


def _at(image: Image, row: int) -> list[int]:
    dark = np.diff((image[row, :, 0] < 128).astype(int), prepend=0, append=0)
    return [int(start + end) // 2 for start, end in zip(*(np.flatnonzero(dark == way) for way in (1, -1)), strict=True)]


def test_a_roll_goes_away_from_the_camera_to_its_sides_and_a_hollow_comes_nearer() -> None:
    # On a roll of a quarter turn 60 px of sheet lie 55.5 px beside the middle, and 13.5 px behind it.
    radius = 201 / (2 * np.pi * 0.25)
    across, behind = radius * np.sin(60 / radius), radius * (1 - np.cos(60 / radius))
    away = 1.2 * 201
    for bend, depth in ((0.25, behind), (-0.25, -behind)):
        left, middle, right = _at(sheet(_lines(), 0, 0, 1.2, Bend("bent", bend)), 100)
        assert middle == pytest.approx(100, abs=1.5)
        for end in (middle - left, right - middle):
            assert end == pytest.approx(across * away / (away + depth), abs=1.6)


def test_a_level_roll_is_an_upright_one_on_its_side(small: Image) -> None:
    square = np.ascontiguousarray(small[:300, :300])
    level = sheet(square, 0, 0, 1.2, Bend("level", 0.2, level=True))
    upright = sheet(np.ascontiguousarray(square.transpose(1, 0, 2)), 0, 0, 1.2, Bend("upright", 0.2))
    assert np.abs(level.astype(int) - upright.transpose(1, 0, 2)).mean() < 1


def test_a_nod_brings_the_top_of_the_sheet_away_or_nearer(small: Image) -> None:
    ends = [[np.ptp(_at(sheet(_lines(), 0, nod), row)) for row in (40, 160)] for nod in (-25, 25)]
    assert ends[0][0] != ends[0][1]
    assert (ends[0][0] < ends[0][1]) is (ends[1][0] > ends[1][1])


def test_a_sheet_held_straight_shows_no_step(portraits: Path, policy: Policy, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("_TURNS", "_NODS"):
        monkeypatch.setattr(sheets, name, (0,))
    monkeypatch.setattr(sheets, "_DISTANCES", (1.2,))
    photos = [b"nothing", (portraits / "obama.jpg").read_bytes(), (portraits / "biden.jpg").read_bytes()]
    found = sheets.hold_up(photos, Judge(policy), policy, wanted=1)

    assert {name: (count.drawn, count.faces) for name, count in found.items()} == {bend.name: (1, 1) for bend in BENDS}
    assert all(not count.shown.total() for count in found.values())
    flat = sheets.table(found).splitlines()[1]
    assert flat.startswith("flat")
    assert "turn_left 0 (" in flat


def test_a_step_that_a_sheet_shows_is_counted(portraits: Path, policy: Policy) -> None:
    detector = Detector()
    still, closed = (
        pictures.read(frame_for((portraits / "biden.jpg").read_bytes(), step))
        for step in (Step.NEUTRAL, Step.CLOSE_EYES)
    )
    [neutral] = detector.detect(still)
    count = sheets.Count()
    # Of a frame that is too dark no step counts.
    for image, faces in ((closed, detector.detect(closed)), (closed // 12, detector.detect(closed)), (closed, ())):
        count.add(image, faces, neutral, policy)
    assert (count.drawn, count.faces) == (3, 2)
    assert dict(count.shown) == {step: int(step is Step.CLOSE_EYES) for step in sheets._STEPS}


def test_a_folder_without_a_good_photo_is_an_error(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    cv2.imwrite(str(tmp_path / "grey.jpg"), np.full((300, 300, 3), 90, np.uint8))
    assert sheets.main([str(tmp_path)]) == 2
    assert "no good photo" in capsys.readouterr().err
