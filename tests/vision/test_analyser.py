"""The whole pipeline: what is in the evidence, and the decision it leads to."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from lifecert.domain.challenge import Step
from lifecert.domain.evidence import Evidence, Template, Verdict, first_reason
from lifecert.domain.policy import Decision, Outcome, Policy, decide
from lifecert.domain.reasons import Reason
from lifecert.ports.vision import FaceAnalyser, Frame
from lifecert_vision.analyser import VisionAnalyser
from lifecert_vision.decode import Image
from lifecert_vision.embed import Embedding
from tests.support import pictures
from tests.vision.conftest import Frames

ASKED = (Step.NEUTRAL, Step.TURN_LEFT, Step.OPEN_MOUTH)


@pytest.fixture(scope="module")
def references(analyser: VisionAnalyser, portraits: Path) -> dict[str, Template]:
    template = analyser.enrol((portraits / "obama.jpg").read_bytes()).template
    assert template is not None
    return {"reference-1": template}


def _decision(evidence: Evidence, policy: Policy, attempt: int = 1) -> Decision:
    return decide(evidence, policy, ASKED, attempt)


def test_it_is_the_port(analyser: VisionAnalyser) -> None:
    port: FaceAnalyser = analyser
    assert port is analyser


@pytest.mark.parametrize("name", ["obama.jpg", "obama2.jpg", "obama3.jpg"])
def test_the_person_is_accepted_by_another_photo(
    name: str, analyser: VisionAnalyser, frames: Frames, references: dict[str, Template], policy: Policy
) -> None:
    evidence = analyser.analyse(frames(name, *ASKED), references).evidence

    assert _decision(evidence, policy) == Decision(Outcome.ACCEPTED)
    assert evidence.similarity is not None
    assert evidence.similarity > 0.7


@pytest.mark.parametrize("name", ["biden.jpg", "astronaut.png"])
def test_another_person_is_refused(
    name: str, analyser: VisionAnalyser, frames: Frames, references: dict[str, Template], policy: Policy
) -> None:
    evidence = analyser.analyse(frames(name, *ASKED), references).evidence

    assert _decision(evidence, policy) == Decision(Outcome.RETRY, Reason.NOT_MATCHING)


def test_frames_of_two_people_are_refused(
    analyser: VisionAnalyser, frames: Frames, references: dict[str, Template], policy: Policy
) -> None:
    mixed = [*frames("obama.jpg", Step.NEUTRAL, Step.TURN_LEFT), *frames("biden.jpg", Step.OPEN_MOUTH)]
    evidence = analyser.analyse(mixed, references).evidence

    assert evidence.across[0].reason is Reason.DIFFERENT_PEOPLE
    assert _decision(evidence, policy).outcome is Outcome.RETRY


def test_the_frames_of_the_steps_are_compared_without_the_neutral_one(
    analyser: VisionAnalyser, frames: Frames, references: dict[str, Template]
) -> None:
    """A photo of the person for the neutral frame, and another living one who answers the steps."""
    steps = frames("biden.jpg", *ASKED[1:])
    (mixed,) = analyser.analyse([*frames("obama.jpg", Step.NEUTRAL), *steps], references).evidence.matches
    (alone,) = analyser.analyse(frames("biden.jpg", *ASKED), references).evidence.matches
    (no_step,) = analyser.analyse(frames("obama.jpg", Step.NEUTRAL), references).evidence.matches

    assert mixed.similarity > alone.similarity + 0.2
    assert mixed.steps == pytest.approx(alone.steps, abs=1e-6)
    assert no_step.steps is None


def test_the_same_frame_thrice_answers_nothing(
    analyser: VisionAnalyser, frames: Frames, references: dict[str, Template], policy: Policy
) -> None:
    neutral = frames.content("obama.jpg", Step.NEUTRAL)
    evidence = analyser.analyse([Frame(step, neutral) for step in ASKED], references).evidence

    assert _decision(evidence, policy) == Decision(Outcome.RETRY, Reason.TURN_NOT_SEEN)
    assert Reason.FLAT_FACE in {measure.reason for measure in evidence.across}


def test_a_frame_that_cannot_be_read_has_no_later_stages(
    analyser: VisionAnalyser, frames: Frames, references: dict[str, Template], policy: Policy
) -> None:
    good = frames("obama.jpg", *ASKED)
    blank = pictures.frame(np.full((480, 640, 3), 90, np.uint8))
    spoilt = [good[0], replace(good[1], content=good[1].content[:-500]), replace(good[2], content=blank)]
    evidence = analyser.analyse(spoilt, references).evidence

    assert [(m.name, m.verdict, m.reason) for m in evidence.frames[1].measures] == [
        ("decode", Verdict.FAILED, Reason.FILE_DAMAGED)
    ]
    assert [(m.name, m.verdict, m.reason) for m in evidence.frames[2].measures] == [
        ("decode", Verdict.PASSED, None),
        ("detect", Verdict.FAILED, Reason.NO_FACE),
    ]
    assert "same_person" not in {measure.name for measure in evidence.across}
    assert _decision(evidence, policy) == Decision(Outcome.RETRY, Reason.FILE_DAMAGED)


def test_without_any_face_nothing_is_compared(analyser: VisionAnalyser, references: dict[str, Template]) -> None:
    evidence = analyser.analyse([Frame(step, b"") for step in ASKED], references).evidence

    assert evidence.matches == ()
    assert evidence.similarity is None
    assert [frame.step for frame in evidence.frames] == list(ASKED)


def test_references_of_another_model_end_with_a_human(
    analyser: VisionAnalyser, frames: Frames, references: dict[str, Template], policy: Policy
) -> None:
    old = {name: replace(template, model_version="old") for name, template in references.items()}
    evidence = analyser.analyse(frames("obama.jpg", *ASKED), old).evidence

    assert evidence.matches == ()
    assert _decision(evidence, policy) == Decision(Outcome.REVIEW, Reason.NOT_ASSESSED)


def test_the_evidence_is_the_same_every_time_and_timed_by_stage(
    analyser: VisionAnalyser, frames: Frames, references: dict[str, Template]
) -> None:
    first, second = (analyser.analyse(frames("obama.jpg", *ASKED), references).evidence for _ in range(2))

    assert first.digest() == second.digest()
    assert set(first.timings_ms) == {
        *("decode", "detect", "quality", "liveness", "align", "embed", "imprint", "passive", "match")
    }
    assert all(spent > 0 for spent in first.timings_ms.values())


def test_a_policy_for_other_templates_is_refused(policy: Policy) -> None:
    with pytest.raises(ValueError, match="templates"):
        VisionAnalyser(replace(policy, match=replace(policy.match, model_version="other")))


def test_rubbish_never_raises_and_leaves_the_analyser_well(
    analyser: VisionAnalyser, frames: Frames, references: dict[str, Template], policy: Policy
) -> None:
    chance = np.random.default_rng(7)
    good = frames.content("obama.jpg", Step.NEUTRAL)
    for turn in range(60):
        spoilt = bytearray(good)
        for place in chance.integers(0, len(spoilt) if turn % 2 else 700, 6):
            spoilt[place] = chance.integers(0, 256)
        evidence = analyser.analyse([Frame(Step.NEUTRAL, bytes(spoilt))], references).evidence
        assert evidence.frames[0].measures

    assert (
        _decision(analyser.analyse(frames("obama.jpg", *ASKED), references).evidence, policy).outcome
        is Outcome.ACCEPTED
    )


def test_who_shows_few_frames_is_embedded_from_both_sides(analyser: VisionAnalyser, frames: Frames) -> None:
    """One photo against itself: only the mean with its mirror image is the reference's own template."""
    (same,) = frames("obama.jpg", Step.NEUTRAL)
    template = analyser.enrol(same.content).template
    assert template is not None
    one, three = (analyser.analyse([same] * count, {"r": template}).evidence.similarity for count in (1, 3))

    assert one == pytest.approx(1, abs=1e-6)
    assert three is not None
    assert three < 0.9999


def test_a_poor_frame_is_embedded_from_both_sides_and_a_good_one_is_not(
    analyser: VisionAnalyser, frames: Frames, policy: Policy, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Weak light takes away what a mirror image gives back."""
    good, *steps = frames("obama.jpg", *ASKED)
    face = next(m.value for m in analyser.look(good.content) if m.name == "brightness")
    assert face is not None
    darker = (policy.quality.min_brightness + policy.quality.warn_brightness) / 2 / face
    dim = pictures.encode((pictures.read(good.content) * darker).astype(np.uint8))
    asked: list[bool] = []
    embed = analyser._embedder.embed

    def noted(aligned: Image, *, both_sides: bool) -> Embedding:
        asked.append(both_sides)
        return embed(aligned, both_sides=both_sides)

    monkeypatch.setattr(analyser._embedder, "embed", noted)

    measures = analyser.analyse([Frame(Step.NEUTRAL, dim), *steps], {}).evidence.frames[0].measures

    assert [m.name for m in measures if m.verdict is Verdict.WARNED] == ["brightness"]
    assert asked == [True, False, False]


def test_a_look_finds_of_the_first_frame_what_a_verification_would_and_nothing_of_the_person(
    analyser: VisionAnalyser, frames: Frames, portraits: Path
) -> None:
    [frame] = frames("obama.jpg", Step.NEUTRAL)
    [seen] = analyser.analyse([frame], {}).evidence.frames
    looked = analyser.look(frame.content)
    assert {one.name for one in seen.measures} - {one.name for one in looked} <= {"strength", "upright"}
    assert looked == seen.measures[: len(looked)]
    assert first_reason(looked) is None


@pytest.mark.parametrize(
    ("photo", "reason"),
    [
        (b"no picture", Reason.FILE_TYPE_UNSUPPORTED),
        (pictures.frame(np.full((640, 480, 3), 90, np.uint8)), Reason.NO_FACE),
    ],
)
def test_a_look_names_what_to_mend(analyser: VisionAnalyser, photo: bytes, reason: Reason) -> None:
    assert first_reason(analyser.look(photo)) is reason
