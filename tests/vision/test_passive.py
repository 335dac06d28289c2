"""The passive cue: what it says of portraits and of a sheet held up, and that it never lets anybody through."""

import logging
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest

from lifecert.domain.challenge import Step
from lifecert.domain.evidence import Evidence, Template, Verdict
from lifecert.domain.policy import PASSIVE_MEASURE, Decision, Outcome, PassiveLimits, PassiveUse, Policy, decide
from lifecert.domain.reasons import Reason
from lifecert_vision import analyser as analyser_module
from lifecert_vision.analyser import VisionAnalyser
from lifecert_vision.decode import Image
from lifecert_vision.detect import Detector
from lifecert_vision.landmarks import Face
from lifecert_vision.models import PASSIVE, ModelMissingError, is_built
from lifecert_vision.passive import LivenessNetwork, surroundings
from tests.support import pictures
from tests.vision.conftest import Frames

ASKED = (Step.NEUTRAL, Step.TURN_LEFT, Step.OPEN_MOUTH)
needs_model = pytest.mark.skipif(
    not is_built(PASSIVE), reason="built without the passive model: there was no npm, or it could not fetch the package"
)


def _policy(policy: Policy, use: PassiveUse) -> Policy:
    return replace(policy, passive=PassiveLimits(use, 0.3))


class Scores:
    """A cue that says what it is told, frame by frame."""

    def __init__(self, *scores: float) -> None:
        self._scores = list(scores)

    def live(self, image: Image, face: Face) -> float:
        if not self._scores:
            raise cv2.error("the network failed")
        return self._scores.pop(0)


def _judged(
    cue: Scores | None, policy: Policy, analyser: VisionAnalyser, frames: Frames, monkeypatch: pytest.MonkeyPatch
) -> tuple[Evidence, Decision]:
    template = analyser.enrol(frames.content("obama.jpg", Step.NEUTRAL)).template
    assert template is not None
    monkeypatch.setattr(analyser, "_passive", cue)
    references: dict[str, Template] = {"reference": template}
    evidence = analyser.analyse(frames("obama.jpg", *ASKED), references).evidence
    return evidence, decide(evidence, policy, ASKED, 1)


def test_who_looks_flat_on_most_frames_is_seen_by_a_human(
    policy: Policy, analyser: VisionAnalyser, frames: Frames, monkeypatch: pytest.MonkeyPatch
) -> None:
    evidence, decision = _judged(Scores(0.9, 0.1, 0.2), policy, analyser, frames, monkeypatch)

    (measure,) = (one for one in evidence.across if one.name == PASSIVE_MEASURE)
    assert (measure.value, measure.verdict) == (0.2, Verdict.FAILED)
    assert decision == Decision(Outcome.REVIEW, Reason.LIVENESS_DOUBTED)


def test_one_odd_frame_decides_nothing(
    policy: Policy, analyser: VisionAnalyser, frames: Frames, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, decision = _judged(Scores(0.0, 0.9, 0.8), policy, analyser, frames, monkeypatch)

    assert decision == Decision(Outcome.ACCEPTED)


def test_a_cue_that_failed_is_not_a_cue_that_passed(
    policy: Policy, analyser: VisionAnalyser, frames: Frames, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, decision = _judged(Scores(0.9), policy, analyser, frames, monkeypatch)

    assert decision == Decision(Outcome.REVIEW, Reason.NOT_ASSESSED)


@pytest.mark.parametrize(
    ("use", "expected"),
    [
        (PassiveUse.WHEN_BUILT, Decision(Outcome.ACCEPTED)),
        (PassiveUse.REQUIRED, Decision(Outcome.REVIEW, Reason.NOT_ASSESSED)),
    ],
)
def test_the_policy_says_what_a_missing_cue_means(
    use: PassiveUse,
    expected: Decision,
    policy: Policy,
    analyser: VisionAnalyser,
    frames: Frames,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    _, decision = _judged(None, _policy(policy, use), analyser, frames, monkeypatch)

    assert decision == expected


def test_a_build_without_the_model_says_so_and_does_not_start_where_it_is_required(
    policy: Policy, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(analyser_module, "find_passive_cue", lambda: None)

    with pytest.raises(ModelMissingError, match=f"policy {policy.version} requires the passive cue"):
        VisionAnalyser(_policy(policy, PassiveUse.REQUIRED))
    with caplog.at_level(logging.WARNING):
        VisionAnalyser(_policy(policy, PassiveUse.WHEN_BUILT))
    assert "built without the passive model" in caplog.text


@needs_model
@pytest.mark.parametrize("name", ["obama.jpg", "obama2.jpg", "obama3.jpg", "biden.jpg", "astronaut.png"])
def test_portraits_look_alive(name: str, portraits: Path) -> None:
    image = pictures.read((portraits / name).read_bytes())

    assert LivenessNetwork().live(image, Detector().detect(image)[0]) > 0.9


@needs_model
@pytest.mark.parametrize("name", ["obama.jpg", "obama2.jpg"])
def test_a_portrait_held_up_as_a_sheet_does_not(name: str, portraits: Path, policy: Policy) -> None:
    image = pictures.read((portraits / name).read_bytes())
    detector = Detector()
    face = detector.detect(image)[0]
    (x, y), reach = face.middle.astype(int), int(face.width * 0.8)
    head = cv2.resize(image[max(0, y - reach) : y + reach, max(0, x - reach) : x + reach], (500, 500))
    room = np.full((1280, 960, 3), 40, np.uint8)
    room[380:900, 220:740] = 245
    room[390:890, 230:730] = head

    assert LivenessNetwork().live(room, detector.detect(room)[0]) < policy.passive.min_live


def test_the_surroundings_lie_inside_the_picture_wherever_the_face_is() -> None:
    image = np.zeros((300, 200, 3), np.uint8)
    for left, top, size in ((80, 120, 40), (0, 0, 40), (170, 270, 60), (-20, 100, 40), (10, 10, 180)):
        points = np.array([[left, top, 0], [left + size, top + size, 0]], np.float32)
        part = surroundings(image, Face(points, {}, np.eye(3)))

        assert min(part.shape[:2]) > 0
        assert abs(part.shape[0] - part.shape[1]) <= 2
        assert max(part.shape[:2]) <= 2.7 * size + 2
