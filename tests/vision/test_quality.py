"""Each way in which a frame can be too poor, made from a good portrait, gets its own reason."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest

from lifecert.domain.challenge import Step
from lifecert.domain.evidence import Measure, Verdict, first_reason
from lifecert.domain.policy import Policy
from lifecert.domain.reasons import Reason
from lifecert.ports.vision import Frame
from lifecert_vision import covering, quality
from lifecert_vision.analyser import VisionAnalyser
from lifecert_vision.covering import Covering
from lifecert_vision.decode import Image
from lifecert_vision.landmarks import Face
from lifecert_vision.quality import blockiness, sharpness
from local.camera.synthesis import render
from tests.support import pictures
from tests.vision.conftest import Frames

NAMES = ("obama.jpg", "obama2.jpg", "obama3.jpg", "biden.jpg", "astronaut.png")


@pytest.fixture(scope="module")
def obama(portraits: Path) -> Image:
    return pictures.read((portraits / "obama.jpg").read_bytes())


def _by_name(measures: tuple[Measure, ...]) -> dict[str, Measure]:
    return {measure.name: measure for measure in measures}


@pytest.mark.parametrize("name", NAMES)
def test_every_portrait_is_good_enough(name: str, analyser: VisionAnalyser, portraits: Path) -> None:
    enrolled = analyser.enrol((portraits / name).read_bytes())

    assert enrolled.reason is None
    assert enrolled.template is not None
    assert {"eye_distance", "brightness", "sharpness", "yaw", "pitch", "second_face"} <= set(
        _by_name(enrolled.measures)
    )


def _noise(image: Image) -> Image:
    return np.random.default_rng(3).integers(0, 256, image.shape, np.uint8)


def _two(image: Image) -> Image:
    head = image[:700, 200:760]
    return np.hstack([head, head[:, ::-1]])


def _tiny(image: Image) -> Image:
    # As far away as the detector still sees it, on a canvas the size of the portrait.
    return np.ascontiguousarray(cv2.resize(image[60:560, 240:740], (144, 144), interpolation=cv2.INTER_AREA))


def _far(image: Image) -> Image:
    canvas = np.full((170, 170, 3), 200, np.uint8)
    canvas[10:154, 10:154] = _tiny(image)
    return canvas


SPOILT: dict[str, tuple[Callable[[Image], Image], Reason]] = {
    "noise": (_noise, Reason.NO_FACE),
    "two faces": (_two, Reason.SEVERAL_FACES),
    "far": (_far, Reason.FACE_TOO_SMALL),
    "cut off at the side": (lambda image: image[:, 440:], Reason.FACE_CUT_OFF),
    "cut off at the chin": (lambda image: image[:350], Reason.FACE_CUT_OFF),
    "dark": (lambda image: (image * 0.15).astype(np.uint8), Reason.TOO_DARK),
    "half in shadow": (
        lambda image: np.where(np.arange(image.shape[1])[None, :, None] < 480, image * 0.08, image).astype(np.uint8),
        Reason.TOO_DARK,
    ),
    "bright": (lambda image: np.clip(image * 2.6, 0, 255).astype(np.uint8), Reason.TOO_BRIGHT),
    "out of focus": (lambda image: np.asarray(cv2.GaussianBlur(image, (0, 0), 6), np.uint8), Reason.BLURRED),
    "moved": (lambda image: np.asarray(cv2.blur(image, (25, 1)), np.uint8), Reason.BLURRED),
}


@pytest.mark.parametrize("case", SPOILT)
def test_each_fault_has_its_reason(case: str, analyser: VisionAnalyser, obama: Image) -> None:
    spoil, reason = SPOILT[case]

    enrolled = analyser.enrol(pictures.encode(np.ascontiguousarray(spoil(obama)), ".jpg"))

    assert enrolled.reason is reason
    assert enrolled.template is None


@pytest.mark.parametrize("pose", [{"yaw": 42.0}, {"yaw": -42.0}, {"pitch": 42.0}, {"pitch": -28.0}])
def test_a_face_turned_away_is_refused(pose: dict[str, float], analyser: VisionAnalyser, obama: Image) -> None:
    face = analyser._detector.detect(obama)[0]

    assert analyser.enrol(pictures.encode(render(obama, face.points, **pose))).reason is Reason.NOT_FACING_CAMERA


@pytest.mark.parametrize("degrees", [-50, 50])
def test_a_leaning_head_is_no_fault_of_a_frame(degrees: float, analyser: VisionAnalyser, obama: Image) -> None:
    leaning = pictures.encode(_leaning(obama, degrees))
    measures = analyser.analyse([Frame(Step.NEUTRAL, leaning)], {}).evidence.frames[0].measures

    assert first_reason(measures) is None
    assert abs(_by_name(measures)["roll"].value or 0) == pytest.approx(50, abs=8)
    assert analyser.enrol(leaning).reason is Reason.NOT_FACING_CAMERA


@pytest.mark.parametrize("degrees", [-78, 78])
def test_a_head_on_its_side_is_refused(degrees: float, analyser: VisionAnalyser, obama: Image) -> None:
    enrolled = analyser.enrol(pictures.encode(_leaning(obama, degrees)))

    assert _by_name(enrolled.measures)["roll"].verdict is Verdict.FAILED
    assert enrolled.reason is Reason.NOT_FACING_CAMERA


def _leaning(image: Image, degrees: float) -> Image:
    turn = np.asarray(cv2.getRotationMatrix2D((490, 270), degrees, 0.8), np.float64)
    turn[:, 2] += (80, 250)
    return np.asarray(cv2.warpAffine(image, turn, image.shape[1::-1], borderMode=cv2.BORDER_REPLICATE), np.uint8)


UPSIDE_DOWN = {"turned by half": cv2.ROTATE_180, "top to bottom": None}


def _upside_down(image: Image, way: str) -> Image:
    code = UPSIDE_DOWN[way]
    return np.asarray(cv2.flip(image, 0) if code is None else cv2.rotate(image, code), np.uint8)


@pytest.mark.parametrize("way", UPSIDE_DOWN)
@pytest.mark.parametrize("name", NAMES)
def test_no_face_is_taken_upside_down(name: str, way: str, analyser: VisionAnalyser, portraits: Path) -> None:
    portrait = pictures.read((portraits / name).read_bytes())
    enrolled = analyser.enrol(pictures.encode(_upside_down(portrait, way)))

    assert enrolled.template is None
    assert enrolled.reason in {Reason.NO_FACE, Reason.FACE_TOO_SMALL, Reason.NOT_FACING_CAMERA}


@pytest.mark.parametrize("way", UPSIDE_DOWN)
def test_a_face_that_is_found_upside_down_is_refused_by_name(way: str, analyser: VisionAnalyser, obama: Image) -> None:
    photo = pictures.encode(_upside_down(obama, way))
    frame = analyser.analyse([Frame(Step.NEUTRAL, photo)], {}).evidence.frames[0]

    for measures in (analyser.enrol(photo).measures, frame.measures):
        assert _by_name(measures)["upright"].verdict is Verdict.FAILED
        assert first_reason(measures) is Reason.NOT_FACING_CAMERA


def test_nothing_but_the_embedding_tells_that_a_face_is_upside_down(analyser: VisionAnalyser, obama: Image) -> None:
    photo = Frame(Step.NEUTRAL, pictures.encode(_upside_down(obama, "top to bottom")))
    measures = analyser.analyse([photo], {}).evidence.frames[0].measures
    named = _by_name(measures)

    assert named["upright"].verdict is Verdict.FAILED
    assert {named[name].verdict for name in ("roll", "yaw", "pitch")} == {Verdict.PASSED}
    # Colours under a mesh that is the wrong way up may look like glasses: the way up is told first.
    assert first_reason(measures) is Reason.NOT_FACING_CAMERA
    assert abs(named["roll"].value or 90) < 10


def test_a_small_face_is_warned_of_before_it_is_refused(analyser: VisionAnalyser, obama: Image) -> None:
    scaled = np.ascontiguousarray(cv2.resize(obama, None, fx=0.4, fy=0.4, interpolation=cv2.INTER_AREA))
    enrolled = analyser.enrol(pictures.encode(scaled, ".png"))

    measure = _by_name(enrolled.measures)["eye_distance"]
    assert measure.verdict is Verdict.WARNED
    assert measure.score == pytest.approx((measure.value or 0) / 80)
    assert enrolled.template is not None


def _half_lit(image: Image) -> Image:
    """The light of a window at one side: half as bright at the other."""
    light = np.where(np.arange(image.shape[1]) < 490, 0.5, 1.0)
    return np.asarray(image * light[None, :, None], np.uint8)


# Good enough for a frame, and not for the photo that a face is known by.
ONLY_A_FRAME: dict[str, tuple[Callable[[Image], Image], Reason]] = {
    "small": (
        lambda image: np.asarray(cv2.resize(image, None, fx=0.34, fy=0.34, interpolation=cv2.INTER_AREA), np.uint8),
        Reason.FACE_TOO_SMALL,
    ),
    "dim": (lambda image: (image * 0.33).astype(np.uint8), Reason.TOO_DARK),
    "glaring": (lambda image: np.clip(image * 1.38, 0, 255).astype(np.uint8), Reason.TOO_BRIGHT),
    "lit from one side": (_half_lit, Reason.TOO_DARK),
    "soft": (lambda image: np.asarray(cv2.GaussianBlur(image, (0, 0), 3.2), np.uint8), Reason.BLURRED),
}


@pytest.mark.parametrize("case", ONLY_A_FRAME)
def test_a_reference_must_be_better_than_a_frame(case: str, analyser: VisionAnalyser, obama: Image) -> None:
    spoil, reason = ONLY_A_FRAME[case]
    photo = pictures.frame(np.ascontiguousarray(spoil(obama)))

    assert first_reason(analyser.analyse([Frame(Step.NEUTRAL, photo)], {}).evidence.frames[0].measures) is None
    enrolled = analyser.enrol(photo)
    assert (enrolled.reason, enrolled.template) == (reason, None)


@pytest.mark.parametrize("pose", [{"yaw": 22.0}, {"pitch": -15.0}])
def test_a_reference_must_face_the_camera_squarely(
    pose: dict[str, float], analyser: VisionAnalyser, obama: Image
) -> None:
    face = analyser._detector.detect(obama)[0]
    photo = pictures.encode(render(obama, face.points, **pose))

    assert first_reason(analyser.analyse([Frame(Step.NEUTRAL, photo)], {}).evidence.frames[0].measures) is None
    assert analyser.enrol(photo).reason is Reason.NOT_FACING_CAMERA


def test_a_small_face_in_the_background_is_nobodys_concern(analyser: VisionAnalyser, obama: Image) -> None:
    image = obama.copy()
    small = cv2.resize(image[80:460, 330:660], None, fx=0.28, fy=0.28, interpolation=cv2.INTER_AREA)
    image[40 : 40 + small.shape[0], 60 : 60 + small.shape[1]] = small

    assert analyser.enrol(pictures.encode(image)).reason is None


def test_sharpness_falls_with_every_blur_and_ignores_size(analyser: VisionAnalyser, obama: Image) -> None:
    def measured(image: Image) -> float:
        return _by_name(analyser.enrol(pictures.encode(image, ".png")).measures)["sharpness"].value or 0

    values = [measured(obama)] + [
        measured(np.asarray(cv2.GaussianBlur(obama, (0, 0), sigma), np.uint8)) for sigma in (1.5, 3, 4.5, 6)
    ]
    half = measured(np.asarray(cv2.resize(obama, None, fx=0.6, fy=0.6, interpolation=cv2.INTER_AREA), np.uint8))

    assert values == sorted(values, reverse=True)
    assert half == pytest.approx(values[0], abs=0.05)


def test_an_even_surface_has_no_sharpness() -> None:
    assert sharpness(np.full((64, 64), 128, np.uint8), np.ones((64, 64), np.bool_)) == 0


def _as_jpeg(image: Image, quality: int) -> Image:
    return pictures.read(bytes(cv2.imencode(".jpg", image, [cv2.IMWRITE_JPEG_QUALITY, quality])[1]))


def test_blocks_of_a_poor_jpeg_are_seen_wherever_they_begin(obama: Image) -> None:
    sound, poor = _as_jpeg(obama, 85), _as_jpeg(obama, 8)
    cut_and_turned = np.asarray(cv2.rotate(poor[3:, 5:], cv2.ROTATE_90_CLOCKWISE), np.uint8)
    saved_anew = _as_jpeg(cut_and_turned, 92)

    assert blockiness(sound) < 1.3
    assert min(blockiness(poor), blockiness(cut_and_turned), blockiness(saved_anew)) > 1.85


def test_what_has_no_blocks_is_not_blocky() -> None:
    noise = np.random.default_rng(2).integers(0, 256, (200, 200, 3), np.uint8)

    assert blockiness(noise) == pytest.approx(1.0, abs=0.1)
    assert blockiness(np.full((200, 200, 3), 90, np.uint8)) == 0.0
    assert blockiness(noise[:16, :16]) == 0.0


def test_a_photo_without_a_face_can_be_too_compressed_too(analyser: VisionAnalyser) -> None:
    coarse = np.random.default_rng(2).integers(60, 200, (12, 16, 3), np.uint8)
    scene = np.asarray(cv2.resize(coarse, (640, 480), interpolation=cv2.INTER_CUBIC), np.uint8)

    assert analyser.enrol(pictures.encode(_as_jpeg(scene, 4), ".png")).reason is Reason.TOO_COMPRESSED
    assert analyser.enrol(pictures.encode(scene, ".png")).reason is not Reason.TOO_COMPRESSED


def _with_glare(image: Image, face: Face, eyes: tuple[tuple[int, int], ...]) -> Image:
    """White reflections before the eyes with these corners."""
    result = image.copy()
    for corners in eyes:
        middle = face.points[list(corners), :2].mean(axis=0)
        half = round(face.eye_distance * 0.28), round(face.eye_distance * 0.16)
        cv2.ellipse(result, (round(float(middle[0])), round(float(middle[1]))), half, 0, 0, 360, (250, 250, 250), -1)
    return result


RIGHT_EYE, LEFT_EYE = (33, 133), (362, 263)


@pytest.mark.parametrize("name", NAMES)
def test_glare_on_one_glass_is_no_fault_of_a_frame(name: str, analyser: VisionAnalyser, portraits: Path) -> None:
    portrait = pictures.read((portraits / name).read_bytes())
    photo = pictures.encode(_with_glare(portrait, analyser._detector.detect(portrait)[0], (RIGHT_EYE,)))
    frame = analyser.analyse([Frame(Step.NEUTRAL, photo)], {}).evidence.frames[0].measures

    assert first_reason(frame) is None
    assert _by_name(frame)["glare"].verdict is Verdict.WARNED
    assert analyser.enrol(photo).reason is Reason.GLASSES_GLARE


def test_glare_on_both_glasses_is_told(analyser: VisionAnalyser, obama: Image) -> None:
    photo = pictures.encode(_with_glare(obama, analyser._detector.detect(obama)[0], (RIGHT_EYE, LEFT_EYE)))
    frame = analyser.analyse([Frame(Step.NEUTRAL, photo)], {}).evidence.frames[0].measures

    assert first_reason(frame) is Reason.GLASSES_GLARE


UNCOVERED = Covering(sunglasses=0.01, hand_on_eye=0.01, mask=0.01, hand_on_mouth=0.01, glare=0, least_glare=0)
# What is seen otherwise than on an uncovered face, and what is told.
COVERED: dict[str, tuple[dict[str, float], Reason | None]] = {
    "nothing": ({}, None),
    "sunglasses": ({"sunglasses": 0.9}, Reason.SUNGLASSES_WORN),
    "a mask": ({"mask": 0.9}, Reason.MASK_WORN),
    "a hand on the mouth": ({"hand_on_mouth": 0.9}, Reason.FACE_COVERED),
    "a hand on one eye": ({"hand_on_eye": 0.9}, Reason.FACE_COVERED),
    "a reflection on one glass": ({"hand_on_eye": 0.9, "glare": 0.6}, None),
    "reflections on both": ({"glare": 0.6, "least_glare": 0.5}, Reason.GLASSES_GLARE),
    "a reflection that hides an eye": ({"sunglasses": 0.9, "glare": 0.6}, Reason.GLASSES_GLARE),
    "mask and sunglasses": ({"mask": 0.9, "sunglasses": 0.9}, Reason.SUNGLASSES_WORN),
}


@pytest.mark.parametrize("case", COVERED)
def test_what_covers_a_face_is_told(
    case: str, analyser: VisionAnalyser, obama: Image, policy: Policy, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen, reason = COVERED[case]
    monkeypatch.setattr(covering, "measure", lambda *_: replace(UNCOVERED, **seen))

    measures = quality.assess(obama, analyser._detector.detect(obama), Step.NEUTRAL, policy.quality)

    assert first_reason(measures) is reason


def _grey(image: Image) -> Image:
    return np.asarray(cv2.cvtColor(cv2.cvtColor(image, cv2.COLOR_BGR2GRAY), cv2.COLOR_GRAY2BGR), np.uint8)


@pytest.mark.parametrize("name", NAMES)
def test_a_grey_photo_has_its_own_cause(name: str, analyser: VisionAnalyser, portraits: Path) -> None:
    portrait = pictures.read((portraits / name).read_bytes())
    frame = analyser.analyse([Frame(Step.NEUTRAL, pictures.encode(_grey(portrait)))], {}).evidence.frames[0].measures

    failed = {one.name for one in frame if one.verdict is Verdict.FAILED}
    assert (failed, first_reason(frame)) == ({"colour"}, Reason.NO_COLOUR)


def _under(image: Image, kelvin: str, skin: float) -> Image:
    """The picture under a lamp of a colour, its skin as much darker (a factor in linear light)."""
    lamp = {"2700": (0.10, 0.40, 1.0), "4000": (0.40, 0.70, 1.0), "6500": (1.0, 1.0, 1.0)}[kelvin]
    linear = (image / 255.0) ** 2.2 * lamp * skin
    return np.asarray(255 * linear ** (1 / 2.2), np.uint8)


@pytest.mark.parametrize("skin", [1.0, 0.45])
@pytest.mark.parametrize("kelvin", ["2700", "4000", "6500"])
@pytest.mark.parametrize("name", NAMES)
def test_nobody_is_told_of_what_they_do_not_wear_under_any_lamp(
    name: str, kelvin: str, skin: float, analyser: VisionAnalyser, portraits: Path
) -> None:
    portrait = _under(pictures.read((portraits / name).read_bytes()), kelvin, skin)
    found = covering.measure(portrait, analyser._detector.detect(portrait)[0])

    assert max(found.sunglasses, found.mask, found.hand_on_eye, found.hand_on_mouth) < 0.1, found


@pytest.mark.parametrize("step", list(Step))
@pytest.mark.parametrize("name", NAMES)
def test_no_step_looks_like_a_thing_worn(name: str, step: Step, analyser: VisionAnalyser, frames: Frames) -> None:
    """Closed eyes are no sunglasses, and an open mouth is no mask."""
    image = pictures.read(frames.content(name, step))
    found = covering.measure(image, analyser._detector.detect(image)[0])

    assert max(found.sunglasses, found.mask, found.hand_on_eye, found.hand_on_mouth) < 0.2, found


def test_closed_eyes_of_a_real_clip_are_no_sunglasses(analyser: VisionAnalyser, clip: list[Image]) -> None:
    for number in (5, 26, 27, 28, 50):
        found = covering.measure(clip[number], analyser._detector.detect(clip[number])[0])
        assert max(found.sunglasses, found.hand_on_eye) < 0.1, (number, found)


def test_a_second_person_that_the_landmarker_misses_is_told_on_the_neutral_frame(
    analyser: VisionAnalyser, obama: Image
) -> None:
    head = obama[0:640, 220:740]
    image = np.full((1280, 960, 3), 180, np.uint8)
    image[600:1240, 400:920] = head
    small = cv2.resize(head, None, fx=0.56, fy=0.56, interpolation=cv2.INTER_AREA)
    image[60 : 60 + small.shape[0], 20 : 20 + small.shape[1]] = small

    assert len(analyser._detector.detect(image)) == 1
    frame = analyser.analyse([Frame(Step.NEUTRAL, pictures.encode(image))], {}).evidence.frames[0].measures
    assert first_reason(frame) is Reason.SEVERAL_FACES
