"""The dominant face comes first, and small faces are found by a second look."""

from pathlib import Path

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from lifecert.domain.challenge import Step
from lifecert.domain.evidence import Verdict
from lifecert.domain.policy import Decision, Outcome, Policy, decide
from lifecert.domain.reasons import Reason
from lifecert.ports.vision import Frame
from lifecert_vision.analyser import VisionAnalyser
from lifecert_vision.decode import Image
from lifecert_vision.detect import DetectionError, Detector, by_dominance
from lifecert_vision.landmarks import Face
from tests.support import pictures
from tests.vision.conftest import Frames

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


@pytest.mark.parametrize("shape", [(32, 256), (32, 640), (256, 32), (17, 413), (1, 640), (1, 1), (269, 2)])
def test_a_narrow_picture_gets_no_boxes_out_of_thin_air(shape: tuple[int, int], detector: Detector) -> None:
    """By itself YuNet gives chance numbers, infinite ones too, for a picture of up to 32 px on a side."""
    chance = np.random.default_rng(4)
    for _ in range(20):
        plain = np.full((*shape, 3), chance.integers(0, 256), np.uint8)
        assert detector.boxes(plain, 640) == []
        for row in detector.boxes(chance.integers(0, 256, (*shape, 3), np.uint8), 640):
            assert np.isfinite(row).all()


def test_a_face_on_a_strip_as_narrow_as_is_taken_is_found_where_it_is(detector: Detector, head: Image) -> None:
    strip = np.full((160, 1280, 3), 180, np.uint8)
    strip[:, 700:831] = cv2.resize(head[60:500, 80:440], (131, 160), interpolation=cv2.INTER_AREA)

    (box,) = detector.boxes(strip, 256)
    assert box[:2] + box[2:] / 2 == pytest.approx([766, 72], abs=20)
    (face,) = detector.detect(strip, others=True)
    assert face.middle == pytest.approx([766, 72], abs=20)


class Answers:
    """A YuNet that gives one row, whatever it is shown."""

    def __init__(self, *box: float) -> None:
        self._row = np.array([[*box, *[100.0] * 10, 0.9]], np.float32)

    def setInputSize(self, size: tuple[int, int]) -> None:
        pass

    def detect(self, image: Image) -> tuple[int, NDArray[np.float32]]:
        return 1, self._row


# Left, top, width, height.
NO_BOXES = {
    "not a number": (float("nan"), 20, 60, 60),
    "without end": (float("-inf"), 20, float("inf"), 60),
    "endless and nothing": (float("-inf"), 20, float("inf"), 0),
    "without width": (20, 20, 0, 60),
    "of negative height": (20, 20, 60, -60),
    "left of the picture": (-80, 20, 60, 60),
    "below the picture": (20, 5e15, 60, 60),
}


@pytest.mark.parametrize("case", NO_BOXES)
def test_a_box_that_is_none_is_told_and_not_passed_over(
    case: str, detector: Detector, head: Image, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(detector, "_finder", Answers(*NO_BOXES[case]))

    for image in (_placed(head, 300, (480, 640)), np.zeros((HEIGHT, WIDTH, 3), np.uint8)):
        with pytest.raises(DetectionError):
            detector.detect(image, others=True)


def test_a_box_that_goes_on_outside_is_a_box(detector: Detector, head: Image, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(detector, "_finder", Answers(-20, -20, 60, 60))

    assert len(detector.detect(_placed(head, 300, (480, 640)), others=True)) == 1


@pytest.mark.parametrize("case", NO_BOXES)
def test_where_other_faces_cannot_be_looked_for_a_human_decides(
    case: str, analyser: VisionAnalyser, frames: Frames, policy: Policy, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = (Step.NEUTRAL, Step.TURN_LEFT, Step.OPEN_MOUTH)
    photo = frames.content("obama.jpg", Step.NEUTRAL)
    template = analyser.enrol(photo).template
    assert template is not None
    monkeypatch.setattr(analyser._detector, "_finder", Answers(*NO_BOXES[case]))

    evidence = analyser.analyse(frames("obama.jpg", *asked), {"r": template}).evidence
    assert [(one.name, one.verdict) for one in evidence.frames[0].measures] == [
        ("decode", Verdict.PASSED),
        ("detect", Verdict.NOT_ASSESSED),
    ]
    assert decide(evidence, policy, asked, 1) == Decision(Outcome.REVIEW, Reason.NOT_ASSESSED)
    assert analyser.enrol(photo).template is None
    blank = Frame(Step.NEUTRAL, pictures.frame(np.full((480, 640, 3), 90, np.uint8)))
    (frame,) = analyser.analyse([blank], {}).evidence.frames
    assert frame.measures[-1].verdict is Verdict.NOT_ASSESSED
