"""Cues that need no model: that each sees what it is meant to see, and that nobody is judged by their own reading."""

from pathlib import Path

import cv2
import numpy as np
import pytest

from lab.attacks import cues
from lab.attacks.cues import Look, Seen, doubted, edge, from_below, one_sheet, still, stripes
from lifecert_vision.decode import Image
from lifecert_vision.detect import Detector
from tests.support import pictures

_NOISE = np.random.default_rng(1).integers(0, 255, (900, 900, 3)).astype(np.uint8)


@pytest.fixture(scope="module")
def detector() -> Detector:
    return Detector()


@pytest.fixture(scope="module")
def head(portraits: Path, detector: Detector) -> Image:
    image = pictures.read((portraits / "obama.jpg").read_bytes())
    face = detector.detect(image)[0]
    (x, y), reach = face.middle.astype(int), int(face.width * 0.75)
    return np.asarray(cv2.resize(image[max(0, y - reach) : y + reach, x - reach : x + reach], (320, 320)), np.uint8)


def _room(head: Image, wall: Image, x: int = 290, y: int = 290) -> Image:
    """A head without a picture's edges before a wall."""
    room = cv2.GaussianBlur(wall, (0, 0), 3).astype(np.uint8)
    oval = np.zeros((320, 320, 1), np.float32)
    cv2.ellipse(oval, (160, 160), (120, 145), 0, 0, 360, 1.0, -1)
    soft = cv2.GaussianBlur(oval, (0, 0), 6)[..., None]
    there = room[y : y + 320, x : x + 320]
    there[:] = (head * soft + there * (1 - soft)).astype(np.uint8)
    return room


def _seen(detector: Detector, *images: Image) -> list[Seen]:
    return [(image, detector.detect(image)[0]) for image in images]


def test_what_moves_with_a_face_is_told_from_what_stays(head: Image, detector: Detector) -> None:
    alone = [_room(head, _NOISE, x) for x in (290, 300, 310)]
    together = [np.roll(alone[0], shift, axis=1) for shift in (0, 10, 20)]
    on_a_sheet, living = one_sheet((), _seen(detector, *together)), one_sheet((), _seen(detector, *alone))

    assert on_a_sheet is not None
    assert living is not None
    assert on_a_sheet > 0.8
    assert living < 0.3
    assert one_sheet((), _seen(detector, alone[0], alone[0])) is None
    at_rest, moved = still((), _seen(detector, *alone)), still((), _seen(detector, *together))
    assert at_rest is not None
    assert moved is not None
    assert at_rest > moved


def test_edges_of_a_sheet_are_counted_by_side(head: Image, detector: Detector) -> None:
    wall = np.full((900, 900, 3), 60, np.uint8)
    sheet = wall.copy()
    sheet[150:780, 180:720] = 230
    without, with_one = (edge(_seen(detector, _room(head, room)), ()) for room in (wall, sheet))

    assert without is not None
    assert with_one is not None
    assert with_one >= without + 1


def test_a_grid_stands_out_of_a_spectrum(head: Image, detector: Detector) -> None:
    plain = _room(head, _NOISE)
    grid = plain.astype(np.int16)
    grid[:, ::3] = grid[:, ::3] * 4 // 5
    drawn = np.clip(grid, 0, 255).astype(np.uint8)
    without, with_one = (stripes(_seen(detector, image), ()) for image in (plain, drawn))

    assert without is not None
    assert with_one is not None
    assert with_one > without + 1


def test_light_from_below_is_asked_of_dark_rooms_alone(head: Image, detector: Detector) -> None:
    falling = np.linspace(0.6, 1.4, 320)[:, None, None]
    lit = np.clip(head * falling, 0, 255).astype(np.uint8)
    dark, bright = np.zeros((900, 900, 3), np.uint8), np.full((900, 900, 3), 250, np.uint8)
    below = from_below(_seen(detector, _room(lit, dark)), ())
    even = from_below(_seen(detector, _room(head, dark)), ())

    assert below is not None
    assert even is not None
    assert below > even + 0.2
    assert from_below(_seen(detector, _room(lit, bright)), ()) is None


def test_nobody_is_judged_by_a_limit_of_their_own() -> None:
    def one(species: str, subject: str, value: float | None) -> Look:
        return Look(species, subject, True, {"edge": value})

    looks = [one("live", "a", 1.0), one("live/80", "b", 3.0), one("print", "b", 2.0), one("print", "c", 4.0)]
    assert doubted(looks, "edge") == [looks[1], looks[2], looks[3]]
    assert doubted([*looks[:2], one("print", "c", None)], "edge") == [looks[1]]
    told = cues.table([Look("live", "a", True, dict.fromkeys(cues.CUES, 1.0)), *(_attacks())])
    assert "1 of 1" in told


def _attacks() -> list[Look]:
    return [Look("print", "c", passed, dict.fromkeys(cues.CUES, 2.0)) for passed in (True, False)]
