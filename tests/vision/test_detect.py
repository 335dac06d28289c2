"""The dominant face comes first, and small faces are found by a second look."""

from pathlib import Path

import cv2
import numpy as np
import pytest

from lifecert_vision.decode import Image
from lifecert_vision.detect import Detector, by_dominance
from lifecert_vision.landmarks import Face
from tests.support import pictures

WIDTH, HEIGHT = 960, 1280


@pytest.fixture(scope="module")
def detector() -> Detector:
    return Detector()


@pytest.fixture(scope="module")
def head(portraits: Path) -> Image:
    """A head whose face is half as wide as the picture."""
    return pictures.read((portraits / "obama.jpg").read_bytes())[0:640, 220:740]


def _placed(head: Image, width: float, middle: tuple[float, float]) -> Image:
    """A plain picture with the head on it: its face is `width` pixels wide and its middle at `middle`."""
    scale = width / 250
    small = cv2.resize(head, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    image = np.full((HEIGHT, WIDTH, 3), 180, np.uint8)
    left, top = (round(at - size / 2) for at, size in zip(middle, small.shape[1::-1], strict=True))
    image[max(0, top) : top + small.shape[0], max(0, left) : left + small.shape[1]] = small[
        max(0, -top) :, max(0, -left) :
    ][: HEIGHT - max(0, top), : WIDTH - max(0, left)]
    return image


def _face(middle: tuple[float, float], size: float) -> Face:
    corners = np.array([[-1, -1, 0], [1, -1, 0], [1, 1, 0], [-1, 1, 0]]) * size / 2
    return Face(np.asarray(corners + np.array([*middle, 0]), np.float32), {}, np.eye(3))


@pytest.mark.parametrize("share", [0.03, 0.05, 0.08])
def test_a_small_face_is_found_by_the_second_look(share: float, detector: Detector, head: Image) -> None:
    middle = (300.0, 900.0)
    image = _placed(head, share * WIDTH, middle)

    assert detector._landmarker.detect(image) == ()
    (face,) = detector.detect(image)
    assert face.width == pytest.approx(share * WIDTH, rel=0.25)
    assert np.abs(face.middle - middle).max() < 0.6 * face.width


def test_nothing_is_found_where_there_is_nothing(detector: Detector) -> None:
    noise = np.random.default_rng(1).integers(0, 256, (HEIGHT, WIDTH, 3), np.uint8)
    for image in (np.zeros((HEIGHT, WIDTH, 3), np.uint8), noise, np.zeros((1, 1, 3), np.uint8)):
        assert detector.detect(image) == ()


def test_a_large_face_is_looked_for_once(detector: Detector, head: Image, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(detector, "boxes", lambda image: pytest.fail("looked again"))

    assert len(detector.detect(_placed(head, 300, (480, 640)))) == 1


def _beside(head: Image, width: float, middle: tuple[float, float]) -> Image:
    """A head whose face is 250 px wide, and a smaller one that is `width` px wide elsewhere."""
    image = _placed(head, width, middle)
    scaled = np.asarray(head, np.uint8)
    image[380 : 380 + scaled.shape[0], 230 : 230 + scaled.shape[1]] = scaled
    return image


@pytest.mark.parametrize("middle", [(130.0, 250.0), (800.0, 500.0), (180.0, 1100.0)])
def test_a_second_face_that_the_landmarker_misses_is_found_by_the_look_for_others(
    middle: tuple[float, float], detector: Detector, head: Image
) -> None:
    image = _beside(head, 130, middle)

    assert len(detector.detect(image)) == 1
    first, second = detector.detect(image, others=True)
    assert first.width == pytest.approx(250, rel=0.2)
    assert second.width == pytest.approx(130, rel=0.2)
    assert np.abs(second.middle - middle).max() < 0.6 * second.width


def test_a_face_too_small_to_matter_is_not_looked_at(
    detector: Detector, head: Image, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(detector, "_close", lambda *_: pytest.fail("looked closely"))

    assert len(detector.detect(_beside(head, 75, (130, 250)), others=True)) == 1


def test_a_larger_face_beside_a_box_is_not_taken_for_one_in_it(
    detector: Detector, head: Image, monkeypatch: pytest.MonkeyPatch
) -> None:
    image = _placed(head, 300, (480, 640))
    monkeypatch.setattr(detector, "boxes", lambda *_: [np.array([550, 550, 300, 300], np.float32)])

    assert len(detector.detect(image, others=True)) == 1


def test_no_face_is_counted_twice(detector: Detector, head: Image) -> None:
    assert len(detector.detect(_placed(head, 0.10 * WIDTH, (480, 640)))) == 1


@pytest.mark.parametrize(
    ("places", "first"),
    [
        ([((480, 640), 200), ((480, 640), 300)], 1),  # at one place the larger one
        ([((480, 640), 200), ((100, 200), 240)], 0),  # a little larger, but in the corner
        ([((480, 640), 200), ((200, 300), 500)], 1),  # much larger, even aside
    ],
)
def test_the_dominant_face_is_large_and_in_the_middle(
    places: list[tuple[tuple[float, float], float]], first: int
) -> None:
    faces = [_face(*place) for place in places]
    image = np.zeros((HEIGHT, WIDTH, 3), np.uint8)

    assert by_dominance(faces, image)[0] is faces[first]
    assert by_dominance(faces[::-1], image)[0] is faces[first]
