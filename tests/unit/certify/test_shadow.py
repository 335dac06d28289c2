"""A policy on trial is counted and told, and changes nothing that is stored or answered."""

import json
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import pytest

from lifecert.adapters.files.policy import POLICY_FILE, load_policy, load_shadow_policy
from lifecert.adapters.files.strict import ConfigError
from lifecert.application.certify.shadow import Shadow, Trial
from lifecert.domain.evidence import Evidence, Measure, ReferenceMatch, Verdict
from lifecert.domain.policy import Decision, Outcome, Policy
from lifecert.domain.reasons import Reason
from lifecert.entry.log import metrics, shadow_scored
from tests.support.builders import CHALLENGE, HELPER, a_policy, failed_evidence, good_evidence
from tests.support.verifying import VerifyWorld

STRICTER = a_policy(version="trial-1", match=replace(a_policy().match, accept=0.9, review=0.8, same_person=0.85))


def scored(evidence: Evidence, on_trial: Policy = STRICTER) -> Trial:
    told: list[Trial] = []
    Shadow(on_trial, told.append).score(evidence, CHALLENGE, a_policy())
    [trial] = told
    return trial


def test_the_same_limits_agree() -> None:
    trial = scored(good_evidence(), a_policy(version="trial-1"))
    assert trial == Trial("trial-1", Decision(Outcome.ACCEPTED), Decision(Outcome.ACCEPTED))
    assert trial.agrees


@pytest.mark.parametrize(
    ("similarity", "would"),
    [
        (0.95, Decision(Outcome.ACCEPTED)),
        (0.85, Decision(Outcome.REVIEW, Reason.MATCH_UNCERTAIN)),
        (0.6, Decision(Outcome.RETRY, Reason.NOT_MATCHING)),
    ],
)
def test_stricter_thresholds_are_tried_on_the_same_evidence(similarity: float, would: Decision) -> None:
    evidence = replace(good_evidence(), matches=(ReferenceMatch("r", similarity, similarity),))
    trial = scored(evidence)
    assert (trial.decided, trial.would_decide) == (Decision(Outcome.ACCEPTED), would)
    assert trial.agrees is (would.outcome is Outcome.ACCEPTED)


def test_one_person_in_all_frames_is_judged_by_the_limit_on_trial() -> None:
    same = Measure("same_person", Verdict.PASSED, 0.84, "cosine")
    evidence = replace(good_evidence(), matches=(ReferenceMatch("r", 0.99, 0.99),), across=(same,))
    assert scored(evidence).would_decide == Decision(Outcome.RETRY, Reason.DIFFERENT_PEOPLE)
    enough = replace(evidence, across=(replace(same, value=0.86),))
    assert scored(enough).would_decide == Decision(Outcome.ACCEPTED)


def test_a_trial_leaves_no_trace_in_what_is_decided_and_stored() -> None:
    told: list[Trial] = []
    plain, tried = VerifyWorld(), VerifyWorld()
    tried.verify = replace(tried.verify, shadow=Shadow(STRICTER, told.append))
    for world in (plain, tried):
        world.analyser.evidence = replace(good_evidence(), matches=(ReferenceMatch("r", 0.7, 0.7),))
        answer = world.verify(world.session().session_id, HELPER)
        assert answer.result
        assert answer.result.decision.outcome is Outcome.ACCEPTED
    assert [trial.would_decide.outcome for trial in told] == [Outcome.RETRY]
    assert "trial-1" not in json.dumps(
        [asdict(entry) for entry in tried.store.entries[tried.id]], default=str
    ) + json.dumps([asdict(one) for one in tried.store.certificates.values()], default=str)
    assert tried.beneficiary.camera == plain.beneficiary.camera
    assert len(tried.store.entries[tried.id]) == len(plain.store.entries[plain.id])


def test_a_repeated_request_and_replayed_frames_are_not_tried() -> None:
    told: list[Trial] = []
    world = VerifyWorld()
    world.verify = replace(world.verify, shadow=Shadow(STRICTER, told.append))
    session = world.session()
    for _ in range(2):
        world.verify(session.session_id, HELPER)
    again = world.session(upload=False)
    for number in range(1, len(again.challenge) + 1):
        world.photos.upload(again.frame_key(number), b"photo %d" % number)
    assert world.verify(again.session_id, HELPER).result
    assert len(told) == 1


def test_what_failed_a_measure_fails_both() -> None:
    trial = scored(failed_evidence(Reason.TOO_DARK))
    assert trial.decided == trial.would_decide == Decision(Outcome.RETRY, Reason.TOO_DARK)


def candidate(folder: Path, version: str = "2027-1", **changes: Any) -> None:
    content = json.loads(POLICY_FILE.read_text("utf-8"))
    content["version"] = version
    for path, value in changes.items():
        part, field = path.split("__")
        content[part][field] = value
    (folder / "policy-2027-1.json").write_text(json.dumps(content), "utf-8")


def test_a_candidate_is_a_policy_of_its_own_with_the_same_measures(tmp_path: Path) -> None:
    candidate(tmp_path, attempts__before_review=4)
    assert load_shadow_policy("2027-1", load_policy(), tmp_path).version == "2027-1"


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"quality__max_yaw_degrees": 20}, "quality: must be as in force"),
        ({"challenge__smile": 0.5}, "challenge: must be as in force"),
        ({"image__min_side_px": 200}, "image: must be as in force"),
        ({"version": "2027-2"}, "it is '2027-2', not the file's name"),
    ],
)
def test_a_candidate_that_cannot_be_tried_is_refused_by_name(
    tmp_path: Path, changes: dict[str, Any], said: str
) -> None:
    candidate(tmp_path, **changes)
    with pytest.raises(ConfigError, match=said):
        load_shadow_policy("2027-1", load_policy(), tmp_path)


def test_a_missing_candidate_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"policy-2027-1\.json"):
        load_shadow_policy("2027-1", load_policy(), tmp_path)


def test_a_trial_is_logged_and_counted_without_a_score(caplog: pytest.LogCaptureFixture) -> None:
    shadow_scored(scored(replace(good_evidence(), matches=(ReferenceMatch("r", 0.612345, 0.612345),))))
    line = vars(caplog.records[-1])
    assert line["msg"] == "shadow_scored"
    assert (line["outcome"], line["shadow_outcome"], line["shadow_reason"]) == ("accepted", "retry", "not_matching")
    assert line["agrees"] is False
    assert "612345" not in str(line)
    assert "ShadowDiffered" in metrics.metric_set
    metrics.clear_metrics()
