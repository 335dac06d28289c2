"""Each step passes on its own frame and only there, for real people and for re-drawn portraits."""

from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest

from lifecert.domain.challenge import Step
from lifecert.domain.evidence import FrameEvidence, Measure, Verdict
from lifecert.domain.policy import Policy
from lifecert.domain.reasons import Reason
from lifecert.ports.vision import Frame
from lifecert_vision import liveness
from lifecert_vision.analyser import VisionAnalyser
from lifecert_vision.decode import Image
from lifecert_vision.landmarks import Face
from tests.support import pictures
from tests.vision.conftest import Frames

STEPS = [step for step in Step if step is not Step.NEUTRAL]
PORTRAITS = ("obama.jpg", "obama2.jpg", "obama3.jpg", "biden.jpg", "astronaut.png")
REASONS = {
    Step.TURN_LEFT: Reason.TURN_NOT_SEEN,
    Step.TURN_RIGHT: Reason.TURN_NOT_SEEN,
    Step.OPEN_MOUTH: Reason.MOUTH_NOT_OPEN,
    Step.CLOSE_EYES: Reason.EYES_NOT_CLOSED,
    Step.SMILE: Reason.SMILE_NOT_SEEN,
}


def _step_measure(frame: FrameEvidence) -> Measure:
    return next(measure for measure in frame.measures if measure.name == frame.step.value)


@pytest.mark.parametrize("name", PORTRAITS)
def test_a_portrait_re_drawn_for_a_step_shows_it(name: str, analyser: VisionAnalyser, frames: Frames) -> None:
    evidence = analyser.analyse(frames(name, *Step), {}).evidence

    failed = [(f.step, m) for f in evidence.frames for m in f.measures if m.verdict is not Verdict.PASSED]
    assert failed == []
    assert all(measure.verdict is Verdict.PASSED for measure in evidence.across)


@pytest.mark.parametrize("asked", STEPS)
def test_the_frame_of_another_step_does_not_answer(asked: Step, analyser: VisionAnalyser, frames: Frames) -> None:
    others = [step for step in Step if step is not asked]
    answers = [Frame(asked, frames.content("biden.jpg", other)) for other in others]
    evidence = analyser.analyse([*frames("biden.jpg", Step.NEUTRAL), *answers], {}).evidence

    for other, frame in zip(others, evidence.frames[1:], strict=True):
        measure = _step_measure(frame)
        assert measure.verdict is Verdict.FAILED, f"{other} passed as {asked}"
        assert measure.reason is REASONS[asked]


def test_turning_the_other_way_counts_against(analyser: VisionAnalyser, frames: Frames) -> None:
    wrong = Frame(Step.TURN_LEFT, frames.content("obama.jpg", Step.TURN_RIGHT))
    measure = _step_measure(analyser.analyse([*frames("obama.jpg", Step.NEUTRAL), wrong], {}).evidence.frames[1])

    assert measure.value is not None
    assert measure.value < -10
    assert measure.score == 0


@pytest.mark.parametrize("degrees", [-45, 45])
def test_a_head_on_a_pillow_is_seen_to_turn_as_far(degrees: float, analyser: VisionAnalyser, frames: Frames) -> None:
    def turned(lean: float) -> Measure:
        asked = [
            Frame(frame.step, pictures.frame(_leaning(pictures.read(frame.content), lean)))
            for frame in frames("obama.jpg", Step.NEUTRAL, Step.TURN_LEFT)
        ]
        return _step_measure(analyser.analyse(asked, {}).evidence.frames[1])

    upright, leaning = turned(0), turned(degrees)
    assert leaning.verdict is Verdict.PASSED
    assert leaning.value == pytest.approx(upright.value, abs=2.5)


def _leaning(image: Image, degrees: float) -> Image:
    height, width = image.shape[:2]
    turn = cv2.getRotationMatrix2D((width / 2, height / 2), degrees, 0.7)
    return np.asarray(cv2.warpAffine(image, turn, (width, height), borderMode=cv2.BORDER_REPLICATE), np.uint8)


def test_a_mirrored_frame_turns_the_other_way(analyser: VisionAnalyser, frames: Frames) -> None:
    def mirrored(content: bytes) -> bytes:
        return pictures.encode(np.ascontiguousarray(pictures.read(content)[:, ::-1]))

    neutral = Frame(Step.NEUTRAL, mirrored(frames.content("obama.jpg", Step.NEUTRAL)))
    turned = mirrored(frames.content("obama.jpg", Step.TURN_RIGHT))
    evidence = analyser.analyse([neutral, Frame(Step.TURN_LEFT, turned), Frame(Step.TURN_RIGHT, turned)], {}).evidence

    assert [_step_measure(frame).verdict for frame in evidence.frames[1:]] == [Verdict.PASSED, Verdict.FAILED]


def test_closing_one_eye_is_not_closing_the_eyes(analyser: VisionAnalyser, frames: Frames) -> None:
    neutral, closed = (pictures.read(frames.content("biden.jpg", step)) for step in (Step.NEUTRAL, Step.CLOSE_EYES))
    middle = int(analyser._detector.detect(neutral)[0].points[168, 0])
    wink = neutral.copy()
    wink[:, middle:] = closed[:, middle:]
    evidence = analyser.analyse(
        [Frame(Step.NEUTRAL, pictures.encode(neutral)), Frame(Step.CLOSE_EYES, pictures.encode(wink))], {}
    ).evidence

    assert _step_measure(evidence.frames[1]).verdict is Verdict.FAILED


# Frame of the clip -> which steps it shows, against frame 5, on which nothing is shown.
CLIP = {10: set(), 27: {Step.CLOSE_EYES, Step.SMILE}, 50: {Step.SMILE}}


@pytest.mark.parametrize("index", CLIP)
@pytest.mark.parametrize("step", STEPS)
def test_a_real_person_is_read_rightly(step: Step, index: int, analyser: VisionAnalyser, clip: list[Image]) -> None:
    neutral, shown = (pictures.frame(clip[at]) for at in (5, index))
    frame = analyser.analyse([Frame(Step.NEUTRAL, neutral), Frame(step, shown)], {}).evidence.frames[1]

    assert (_step_measure(frame).verdict is Verdict.PASSED) == (step in CLIP[index])
    assert [m for m in frame.measures if m.verdict is Verdict.FAILED and m.name != step.value] == []


def test_without_a_neutral_frame_a_step_is_not_assessed(
    analyser: VisionAnalyser, frames: Frames, portraits: Path
) -> None:
    blank = Frame(Step.NEUTRAL, pictures.frame(np.full((480, 640, 3), 90, np.uint8)))
    for given in ([blank, *frames("biden.jpg", Step.SMILE)], frames("biden.jpg", Step.SMILE)):
        measure = _step_measure(analyser.analyse(given, {}).evidence.frames[-1])

        assert measure.verdict is Verdict.NOT_ASSESSED
        assert measure.value is None


@pytest.mark.parametrize("step", [Step.TURN_LEFT, Step.TURN_RIGHT])
def test_who_turned_out_of_sight_is_told_to_turn_less(step: Step, analyser: VisionAnalyser, frames: Frames) -> None:
    # Sharp, neither dark nor bright, and no face: the hair of a head turned round.
    gone = pictures.frame(np.random.default_rng(5).integers(40, 160, (480, 640, 3), np.uint8))
    told = [
        analyser.analyse([*neutral, Frame(asked, gone)], {}).evidence.frames[-1].measures[-1].reason
        for neutral, asked in (
            (frames("obama.jpg", Step.NEUTRAL), step),
            ([], step),  # nobody was seen before
            (frames("obama.jpg", Step.NEUTRAL), Step.SMILE),
        )
    ]
    assert told == [Reason.TURNED_TOO_FAR, Reason.NO_FACE, Reason.NO_FACE]


def test_a_face_too_far_round_to_be_known_is_told_to_turn_less(
    analyser: VisionAnalyser, frames: Frames, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A stranger's frame stands for one that is like nobody's any more."""
    asked = [*frames("obama.jpg", Step.NEUTRAL), *frames("biden.jpg", Step.TURN_LEFT)]

    def told() -> Reason | None:
        [same] = [one for one in analyser.analyse(asked, {}).evidence.across if one.name == "same_person"]
        return same.reason

    assert told() is Reason.DIFFERENT_PEOPLE
    monkeypatch.setattr(liveness, "turned", lambda *_: 41.0)
    assert told() is Reason.TURNED_TOO_FAR


@pytest.mark.parametrize(
    ("left", "right", "verdict"),
    [
        (0.33, 0.29, Verdict.PASSED),  # a small smile of a living person, teeth shown
        (0.14, 0.11, Verdict.FAILED),  # the most that a print moved by hand was read to smile
        (0.9, 0.05, Verdict.FAILED),  # one corner of the mouth
    ],
)
def test_a_small_smile_is_a_smile(left: float, right: float, verdict: Verdict, policy: Policy) -> None:
    neutral, smiling = (
        Face(
            np.zeros((478, 3), np.float32),
            {"mouthSmileLeft": rest + more, "mouthSmileRight": rest + also},
            np.eye(3),
        )
        for rest, more, also in ((0.05, 0.0, 0.0), (0.05, left, right))
    )
    [measure] = liveness.judge(Step.SMILE, smiling, neutral, policy.challenge)
    assert measure.verdict is verdict


def _with_eyes(face: Face, share: float, score: float) -> Face:
    """The face with its lids at a share of their distance, and this blink score."""
    points = face.points.copy()
    for *_, up, up_too, down, down_too in liveness._EYES:
        for upper, lower in ((up, down), (up_too, down_too)):
            middle = (points[upper] + points[lower]) / 2
            points[[upper, lower]] = middle + share * (points[[upper, lower]] - middle)
    return replace(face, points=points, blendshapes={"eyeBlinkLeft": score, "eyeBlinkRight": score})


@pytest.mark.parametrize(
    ("share", "score", "verdict"),
    [
        (0.9, 0.5, Verdict.FAILED),
        (0.6, 0.5, Verdict.FAILED),  # half closed is not closed
        (0.45, 0.5, Verdict.PASSED),
        (0.9, 0.75, Verdict.PASSED),  # by the score alone
    ],
)
def test_eyes_that_look_half_closed_at_rest_can_close(
    share: float, score: float, verdict: Verdict, analyser: VisionAnalyser, portraits: Path, policy: Policy
) -> None:
    """A quarter of Asian faces over 60 have a score above 0.4 with open eyes, and it rises little."""
    face = analyser._detector.detect(pictures.read((portraits / "obama.jpg").read_bytes()))[0]
    neutral = _with_eyes(face, 1, 0.45)
    [measure] = liveness.judge(Step.CLOSE_EYES, _with_eyes(face, share, score), neutral, policy.challenge)
    assert measure.verdict is verdict
    assert (measure.reason is Reason.EYES_NOT_CLOSED) is (verdict is Verdict.FAILED)


def test_closed_eyes_of_a_real_clip_are_seen_by_the_lids_alone(
    analyser: VisionAnalyser, clip: list[Image], policy: Policy
) -> None:
    blind = {"eyeBlinkLeft": 0.4, "eyeBlinkRight": 0.4}
    opened, closed, still = (
        replace(analyser._detector.detect(clip[number])[0], blendshapes=blind) for number in (5, 27, 12)
    )
    for face, verdict in ((closed, Verdict.PASSED), (still, Verdict.FAILED)):
        [measure] = liveness.judge(Step.CLOSE_EYES, face, opened, policy.challenge)
        assert measure.verdict is verdict
