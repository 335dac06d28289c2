"""The calibration: thresholds with their sources, and nothing that the sources do not bear out."""

import copy
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from lifecert.adapters.files.calibration import CALIBRATIONS, load_calibration
from lifecert.adapters.files.policy import POLICY_FILE, load_policy
from lifecert.adapters.files.strict import ConfigError

POLICY: dict[str, Any] = json.loads(POLICY_FILE.read_text())
MODEL = POLICY["match"]["model_version"]
SHIPPED: dict[str, Any] = json.loads((CALIBRATIONS / f"{POLICY['match']['calibration']}.json").read_text())


def rates(threshold: float, fmr: float) -> dict[str, Any]:
    return {"threshold": threshold, "fmr": fmr, "fmr_interval": None, "fnmr": None, "fnmr_interval": None}


def content() -> dict[str, Any]:
    """A small office's file: one source, two thresholds."""
    source = {
        "name": "our village",
        "kind": "measured",
        "origin": "300 people",
        "on": "2026-11-25",
        "fingerprint": "a" * 64,
        "people": 300,
        "genuine": 900,
        "impostor": 100_000,
        "rates": [rates(0.4, 0.03), rates(0.55, 0.001)],
    }
    return {
        "format": "lifecert-calibration/1",
        "version": "village",
        "made_on": "2026-11-25",
        "tool_version": "2",
        "model_version": MODEL,
        "models": {"model.onnx": "b" * 64},
        "thresholds": [
            {"fmr": 0.0015, "threshold": 0.55, "source": "our village"},
            {"fmr": 0.25, "threshold": 0.4, "source": "our village"},
        ],
        "sources": [source],
    }


def write(folder: Path, made: dict[str, Any]) -> Path:
    (folder / "village.json").write_text(json.dumps(made), encoding="utf-8")
    return folder


def test_the_shipped_calibration_says_where_it_comes_from() -> None:
    made = load_calibration(POLICY["match"]["calibration"], MODEL)
    assert made.thresholds[0].source == "Asian women of 80 and over"
    assert all(source.origin and source.rates for source in made.sources)


def test_an_offices_own_thresholds_are_those_that_decide(tmp_path: Path) -> None:
    policy = copy.deepcopy(POLICY)
    policy["match"]["calibration"] = "village"
    (tmp_path / "policy.json").write_text(json.dumps(policy), encoding="utf-8")
    match = load_policy(tmp_path / "policy.json", write(tmp_path, content())).match
    assert (match.accept, match.review, match.same_person, match.calibration_version) == (0.55, 0.4, 0.4, "village")


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda made: made.update(surprise=1), "surprise: Extra inputs"),
        (lambda made: made.pop("sources"), "sources: Field required"),
        (lambda made: made.update(format="lifecert-calibration/2"), "format: Input should be"),
        (lambda made: made.update(version="city"), "version: it is 'city', not the file's name"),
        (lambda made: made.update(model_version="other/1"), "model_version: for other/1, the policy wants"),
        (lambda made: made["thresholds"][0].update(threshold=1.0), "threshold: Input should be less than 1"),
        # A threshold that nobody measured, a source that is not there
        (lambda made: made["thresholds"][0].update(threshold=0.6), "no source 'our village' with rates at 0.6"),
        (lambda made: made["thresholds"][0].update(source="hearsay"), "no source 'hearsay'"),
        # Lowered by hand: the source has more false matches there
        (lambda made: made["thresholds"][0].update(threshold=0.4), "'our village' has more false matches than 0.0015"),
        (lambda made: made["sources"].append(copy.deepcopy(made["sources"][0])), "two sources of one name"),
        (lambda made: made["thresholds"].append(made["thresholds"][0]), "two thresholds for one rate"),
        # Another source knows better than the one that is named
        (
            lambda made: made["sources"].append({**made["sources"][0], "name": "city", "rates": [rates(0.6, 0.002)]}),
            "'city' has more false matches than 0.0015 at 0.55",
        ),
    ],
)
def test_what_the_sources_do_not_bear_out_is_refused(
    tmp_path: Path, change: Callable[[dict[str, Any]], object], said: str
) -> None:
    made = content()
    change(made)
    with pytest.raises(ConfigError) as refused:
        load_calibration("village", MODEL, write(tmp_path, made))
    assert str(refused.value).startswith("village.json: ")
    assert said in str(refused.value)


def test_a_rate_that_the_calibration_does_not_know_is_named_with_those_it_does(tmp_path: Path) -> None:
    policy = copy.deepcopy(POLICY)
    policy["match"].update(calibration="village", accept_fmr=0.001)
    (tmp_path / "policy.json").write_text(json.dumps(policy), encoding="utf-8")
    with pytest.raises(
        ConfigError, match=r"village\.json: thresholds: none for accept_fmr 0\.001, only for 0\.0015, 0"
    ):
        load_policy(tmp_path / "policy.json", write(tmp_path, content()))


def test_the_steps_alone_are_held_to_less_than_the_mean_of_all(tmp_path: Path) -> None:
    policy = copy.deepcopy(POLICY)
    policy["match"].update(calibration="village", min_steps=0.55)
    (tmp_path / "policy.json").write_text(json.dumps(policy), encoding="utf-8")
    with pytest.raises(ConfigError, match=r"village\.json: its accept threshold 0\.55 is not above match\.min_steps"):
        load_policy(tmp_path / "policy.json", write(tmp_path, content()))


def test_a_calibration_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"nowhere\.json: No such file"):
        load_calibration("nowhere", MODEL, tmp_path)


def test_at_the_shipped_threshold_no_known_group_of_old_people_is_above_the_policys_rate() -> None:
    made = load_calibration(POLICY["match"]["calibration"], MODEL)
    accept = load_policy().match.accept
    old = [source for source in made.sources if " of 60 " in source.name or " of 80 " in source.name]
    assert len(old) == 19
    for source in old:
        rates = source.at(accept)
        assert rates is not None, source.name
        assert rates.fmr <= POLICY["match"]["accept_fmr"], source.name
