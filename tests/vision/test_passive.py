"""The passive cue: what it says of portraits and of a sheet held up, and that it never lets anybody through."""

import logging
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest

from lifecert.domain.challenge import Step
from lifecert.domain.evidence import Evidence, Template, Verdict
from lifecert.domain.policy import PASSIVE_LEAST, PASSIVE_MEASURE, Decision, Outcome, PassiveUse, Policy, decide
from lifecert.domain.reasons import Reason
from lifecert_vision import analyser as analyser_module
from lifecert_vision import passive as passive_module
from lifecert_vision.analyser import VisionAnalyser
from lifecert_vision.decode import Image
from lifecert_vision.detect import Detector
from lifecert_vision.landmarks import Face
from lifecert_vision.models import PASSIVE, ModelMissingError, is_built
from lifecert_vision.passive import NETWORKS, LivenessNetworks, Network, find_passive_cue, fused, surroundings
from tests.support import pictures
from tests.vision.conftest import Frames

ASKED = (Step.NEUTRAL, Step.TURN_LEFT, Step.OPEN_MOUTH)
needs_model = pytest.mark.skipif(
    not is_built(PASSIVE), reason="built without the passive model: there was no npm, or it could not fetch the package"
)


@pytest.fixture(params=["the first alone", "all"])
def cue(request: pytest.FixtureRequest) -> LivenessNetworks:
    networks = NETWORKS if request.param == "all" else NETWORKS[:1]
    if not all(is_built(one.name) for one in networks):
        pytest.skip("built without the further passive models: the network here does not reach their repository")
    return LivenessNetworks(networks)


def _policy(policy: Policy, use: PassiveUse) -> Policy:
    return replace(policy, passive=replace(policy.passive, use=use))


class Scores:
    """A cue that says what it is told, frame by frame: of all networks, or of the first alone."""

    def __init__(self, *scores: float, whole: bool = True) -> None:
        self._scores = list(scores)
        self.whole = whole
        self.enough: list[float] = []

    def live(self, image: Image, face: Face, *, enough: float = 1.0) -> float:
        self.enough.append(enough)
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


@pytest.mark.parametrize(("scores", "whole"), [((0.9, 0.15, 0.2), False), ((0.9, 0.45, 0.4), True)])
def test_who_looks_flat_on_most_frames_is_seen_by_a_human(
    scores: tuple[float, ...],
    whole: bool,
    policy: Policy,
    analyser: VisionAnalyser,
    frames: Frames,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    evidence, decision = _judged(Scores(*scores, whole=whole), policy, analyser, frames, monkeypatch)

    (measure,) = (one for one in evidence.across if one.name == PASSIVE_MEASURE)
    assert (measure.value, measure.verdict) == (sorted(scores)[1], Verdict.FAILED)
    assert decision == Decision(Outcome.REVIEW, Reason.LIVENESS_DOUBTED)


def test_one_frame_of_another_kind_is_seen_by_a_human_where_all_networks_look(
    policy: Policy, analyser: VisionAnalyser, frames: Frames, monkeypatch: pytest.MonkeyPatch
) -> None:
    evidence, decision = _judged(Scores(0.05, 0.9, 0.8), policy, analyser, frames, monkeypatch)

    (measure,) = (one for one in evidence.across if one.name == PASSIVE_LEAST)
    assert (measure.value, measure.verdict) == (0.05, Verdict.FAILED)
    assert decision == Decision(Outcome.REVIEW, Reason.LIVENESS_DOUBTED)


@pytest.mark.parametrize(("scores", "whole"), [((0.0, 0.9, 0.8), False), ((0.3, 0.9, 0.8), True)])
def test_one_odd_frame_decides_nothing(
    scores: tuple[float, ...],
    whole: bool,
    policy: Policy,
    analyser: VisionAnalyser,
    frames: Frames,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    _, decision = _judged(Scores(*scores, whole=whole), policy, analyser, frames, monkeypatch)

    assert decision == Decision(Outcome.ACCEPTED)


@pytest.mark.parametrize(
    ("scores", "together"),
    [((0.5,), 0.5), ((0.2,), 0.2), ((0.5, 0.5, 0.5), 0.5), ((0.1, 0.9), 0.5), ((0.999, 0.3, 0.4), 0.868)],
)
def test_networks_speak_with_one_voice_the_surer_the_louder(scores: tuple[float, ...], together: float) -> None:
    assert fused(scores) == pytest.approx(together, abs=0.001)


def test_a_network_that_is_quite_sure_is_no_error_and_one_that_says_nothing_is_no_yes() -> None:
    assert 0.0 < fused((0.0, 1.0, 0.0)) < 0.02
    assert np.isnan(fused((0.9, float("nan"), 0.9)))


def _network_says(scores: dict[str, float], asked: list[str], monkeypatch: pytest.MonkeyPatch) -> LivenessNetworks:
    """The networks with these answers; `asked` gets the names of those that are asked."""

    def score(one: Network, *_: object) -> float:
        asked.append(one.name)
        return scores[one.name]

    monkeypatch.setattr(passive_module, "_score", score)
    monkeypatch.setattr(passive_module, "model_path", str)
    monkeypatch.setattr(cv2.dnn, "readNetFromONNX", lambda path: path)
    return LivenessNetworks()


NOWHERE, NOBODY = np.zeros((2, 2, 3), np.uint8), Face(np.zeros((478, 3), np.float32), {}, np.eye(3))


@pytest.mark.parametrize(
    ("first", "near", "far", "asked"),
    [
        (0.0, 0.9995, 0.9995, 2),  # so sure that the first cannot bring them below a half
        (0.0, 0.998, 0.998, 3),
        (1.0, 0.0, 0.0, 3),
        (0.9, float("nan"), 1.0, 3),
    ],
)
def test_who_cannot_change_what_comes_of_it_is_not_asked(
    first: float, near: float, far: float, asked: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    names: list[str] = []
    scores = dict(zip((one.name for one in NETWORKS), (first, near, far), strict=True))
    cue = _network_says(scores, names, monkeypatch)
    cue.live(NOWHERE, NOBODY, enough=0.5)

    assert len(names) == asked
    names.clear()
    exact = cue.live(NOWHERE, NOBODY)
    assert len(names) == 3
    assert exact == pytest.approx(fused((first, near, far)), nan_ok=True)


def test_what_is_not_asked_of_three_frames_changes_no_decision(
    policy: Policy, analyser: VisionAnalyser, frames: Frames, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever three networks say of three frames: both measures pass or fail as if all had been asked of all."""
    chance, asked, limits = np.random.default_rng(1), [0], policy.passive

    class Networks:
        whole = True

        def __init__(self) -> None:
            by_network = 1 / (1 + np.exp(-chance.normal(3, 8, (3, 3))))
            self.scores = [fused(three) for three in by_network]
            self.bounds = [fused((*three[:2], 0.0)) for three in by_network]
            self.left = [*zip(self.bounds, self.scores, strict=True)]

        def live(self, image: Image, face: Face, *, enough: float = 1.0) -> float:
            bound, score = self.left.pop(0)
            asked[0] += bound < enough
            return bound if bound >= enough else score

    seen = analyser_module._Seen(Step.NEUTRAL, (), NOWHERE, (NOBODY,))
    for _ in range(5000):
        networks = Networks()
        monkeypatch.setattr(analyser, "_passive", networks)
        found = {one.name: one.verdict is Verdict.PASSED for one in analyser._alive([seen] * 3)}
        middle, least = float(np.median(networks.scores)), min(networks.scores)

        assert found == {PASSIVE_MEASURE: middle >= limits.min_live, PASSIVE_LEAST: least >= limits.min_live_frame}
    assert 1000 < asked[0] < 14000


def test_not_asking_changes_no_decision(monkeypatch: pytest.MonkeyPatch) -> None:
    chance = np.random.default_rng(1)
    asked: list[str] = []
    for _ in range(2000):
        odds = chance.normal(3, 8, 3)
        scores = dict(zip((one.name for one in NETWORKS), 1 / (1 + np.exp(-odds)), strict=True))
        cue = _network_says(scores, asked, monkeypatch)
        exact, enough = cue.live(NOWHERE, NOBODY), cue.live(NOWHERE, NOBODY, enough=0.5)

        assert [exact >= limit for limit in (0.1, 0.5)] == [enough >= limit for limit in (0.1, 0.5)]
        assert enough <= exact + 1e-9
    assert 4000 < len(asked) < 2000 * 6


@pytest.mark.parametrize(
    ("scores", "enough"),
    [
        ((0.9, 0.9, 0.9), [0.5, 0.5, 0.1]),  # the middle one is high enough: the last can only be the least
        ((0.9, 0.4, 0.9), [0.5, 0.5, 0.5]),
        ((0.9, float("nan"), 0.9), [0.5, 0.5, 0.5]),
        ((0.9, 0.9), [1.0, 1.0]),  # the middle of an even number is a mean and needs them all
        ((0.9,), [0.5]),
    ],
)
def test_a_frame_is_looked_at_as_closely_as_it_can_matter(
    scores: tuple[float, ...],
    enough: list[float],
    policy: Policy,
    analyser: VisionAnalyser,
    frames: Frames,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    cue = Scores(*scores)
    monkeypatch.setattr(analyser, "_passive", cue)
    analyser.analyse(frames("obama.jpg", *ASKED[: len(scores)]), {})

    assert (policy.passive.min_live, policy.passive.min_live_frame) == (0.5, 0.1)
    assert cue.enough == enough


@pytest.mark.parametrize(
    ("built", "expected"),
    [
        ({one.name for one in NETWORKS}, NETWORKS),
        ({NETWORKS[0].name}, NETWORKS[:1]),
        ({one.name for one in NETWORKS[:2]}, NETWORKS[:1]),
        ({one.name for one in NETWORKS[1:]}, None),
        (set(), None),
    ],
    ids=["all", "the first", "one is missing", "the first is missing", "none"],
)
def test_limits_are_known_for_all_networks_or_the_first_alone(
    built: set[str], expected: tuple[Network, ...] | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[tuple[Network, ...]] = []

    class Named:
        def __init__(self, networks: tuple[Network, ...] = NETWORKS) -> None:
            asked.append(networks)

    monkeypatch.setattr(passive_module, "is_built", built.__contains__)
    monkeypatch.setattr(passive_module, "LivenessNetworks", Named)

    assert (find_passive_cue() is None) is (expected is None)
    assert asked == ([expected] if expected else [])


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


def test_a_build_with_one_of_three_networks_says_so(
    policy: Policy, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(analyser_module, "find_passive_cue", lambda: Scores(whole=False))
    with caplog.at_level(logging.WARNING):
        VisionAnalyser(policy)
    assert "built with one of three passive models" in caplog.text


@needs_model
@pytest.mark.parametrize("name", ["obama.jpg", "obama2.jpg", "obama3.jpg", "biden.jpg", "astronaut.png"])
def test_portraits_look_alive(name: str, portraits: Path, cue: LivenessNetworks) -> None:
    image = pictures.read((portraits / name).read_bytes())

    assert cue.live(image, Detector().detect(image)[0]) > 0.9


@needs_model
@pytest.mark.parametrize("name", ["obama.jpg", "obama2.jpg"])
def test_a_portrait_held_up_as_a_sheet_does_not(
    name: str, portraits: Path, policy: Policy, cue: LivenessNetworks
) -> None:
    image = pictures.read((portraits / name).read_bytes())
    detector = Detector()
    face = detector.detect(image)[0]
    (x, y), reach = face.middle.astype(int), int(face.width * 0.8)
    head = cv2.resize(image[max(0, y - reach) : y + reach, max(0, x - reach) : x + reach], (500, 500))
    room = np.full((1280, 960, 3), 40, np.uint8)
    room[380:900, 220:740] = 245
    room[390:890, 230:730] = head

    limit = policy.passive.min_live if cue.whole else policy.passive.min_live_alone
    assert cue.live(room, detector.detect(room)[0]) < limit


def test_the_surroundings_lie_inside_the_picture_wherever_the_face_is() -> None:
    image = np.zeros((300, 200, 3), np.uint8)
    for left, top, size in ((80, 120, 40), (0, 0, 40), (170, 270, 60), (-20, 100, 40), (10, 10, 180)):
        points = np.array([[left, top, 0], [left + size, top + size, 0]], np.float32)
        for around in (2.7, 4.0):
            part = surroundings(image, Face(points, {}, np.eye(3)), around)

            assert min(part.shape[:2]) > 0
            assert abs(part.shape[0] - part.shape[1]) <= 2
            assert max(part.shape[:2]) <= around * size + 2
