"""Signs are learned from what they are shown, and the shipped ones know what is drawn over a portrait."""

from pathlib import Path

import numpy as np
import pytest

from lab import learn_covering
from lab.attacks.spoiling import FAULTS, Fault
from lab.learn_covering import Looker, Sample
from lifecert.domain.policy import Policy
from lifecert_vision import covering
from lifecert_vision.analyser import VisionAnalyser
from tests.support import pictures

KINDS = ("bare", "mask", "sunglasses", "hand on mouth", "hand on eye", "scarf")


def _samples() -> list[Sample]:
    """Faces on which each thing leaves a mark of its own, in noise."""
    chance = np.random.default_rng(6)
    found = []
    for number in range(80 * len(KINDS)):
        kind = KINDS[number % len(KINDS)]
        eyes, mouth = chance.normal(0, 0.3, (2, 12)).astype(np.float32)
        eyes[KINDS.index(kind)] += 2 * (kind in ("sunglasses", "hand on eye"))
        # A scarf is told when it is surer than the others must be: what is drawn of it is easy.
        mouth[KINDS.index(kind)] += 8 if kind == "scarf" else 2 * (kind in ("mask", "hand on mouth"))
        lenses = chance.normal(0, 0.1, 4).astype(np.float32)
        found.append(Sample(kind, kind, number // len(KINDS) % 4, covering.Look(eyes, mouth, lenses, (0.0, 0.0))))
    return found


def test_each_sign_is_told_from_the_others() -> None:
    samples = _samples()
    weights = learn_covering.learn(samples)
    named = {"sunglasses": "sunglasses", "mask": "mask", "hand on mouth": "hand_on_mouth", "hand on eye": "hand_on_eye"}
    named["scarf"] = "mask"
    for one in samples[:100]:
        found = covering.judged(one.look, weights)
        sure = {name for name in named.values() if getattr(found, name) > 0.5}
        assert sure == ({named[one.kind]} if one.kind in named else set()), one.kind


def test_the_figures_are_of_people_not_learned_from() -> None:
    lines = learn_covering.asked(_samples(), learn_covering.learn).splitlines()
    counts = {line[:34].strip(): [int(count) for count in line[34:].split()] for line in lines[1:]}
    assert counts["bare"] == [80, 0, 0, 0, 0, 0]
    for worn in ("mask", "scarf"):
        assert counts[worn][:2] == [80, 80]
        assert counts[worn][4] == 80


def test_one_sign_is_learned_anew_and_the_others_stay() -> None:
    samples = _samples()
    kept = learn_covering.learn([one for one in samples if one.fourth < 3])
    weights = learn_covering.learn_one("scarf", samples, kept)
    for name in covering.Weights.__slots__:
        assert np.array_equal(getattr(weights, name), getattr(kept, name)) == (name != "scarf")


def test_without_a_kind_nothing_is_learned() -> None:
    with pytest.raises(ValueError, match="no photo with a sign"):
        learn_covering.learn([one for one in _samples() if one.kind != "mask"])


def test_a_photo_and_its_mirror_image_are_two_samples(portraits: Path, policy: Policy) -> None:
    looker = Looker(policy.image)
    plain, mirrored = looker.samples((portraits / "obama.jpg").read_bytes(), "bare", "portrait", 1)
    assert (plain.fourth, plain.kind, plain.how) == (1, "bare", "portrait")
    assert not np.array_equal(plain.look.mouth, mirrored.look.mouth)
    assert np.array_equal(plain.look.lenses, mirrored.look.lenses)
    assert looker.samples(b"no picture", "bare", "portrait", 1) == []


@pytest.mark.parametrize(
    "fault", [one for one in FAULTS if one.name in learn_covering._DRAWN], ids=lambda one: one.name
)
def test_what_is_drawn_over_a_portrait_is_known(
    fault: Fault, analyser: VisionAnalyser, portraits: Path, policy: Policy
) -> None:
    image = pictures.read((portraits / "obama3.jpg").read_bytes())
    spoilt = fault.spoil(image, analyser._detector.detect(image)[0], np.random.default_rng(6))
    found = covering.measure(spoilt, analyser._detector.detect(spoilt)[0])
    limits = policy.quality
    told = {
        "mask": found.mask > limits.max_mask,
        "scarf": found.mask > limits.max_mask,
        "sunglasses": found.sunglasses > limits.max_sunglasses,
        "hand on mouth": found.hand_on_mouth > limits.max_hand_on_mouth,
        "hand on eye": found.hand_on_eye > limits.max_hand_on_eye,
    }
    assert told[learn_covering._DRAWN[fault.name]], found


def test_a_command_without_enough_is_an_error(
    portraits: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in ("bare", "masks", "glasses"):
        (tmp_path / name).mkdir()
    (tmp_path / "bare/Ada_0001.jpg").write_bytes(b"no picture")
    out = tmp_path / "covering.npz"
    asked = [str(tmp_path / "bare"), "--masks", str(tmp_path / "masks"), "--sunglasses", str(tmp_path / "glasses")]
    assert learn_covering.main([*asked, "--out", str(out)]) == 2
    assert not out.exists()
    assert "learn_covering:" in capsys.readouterr().err
