"""The pure decision (design.md §3 rule 5)."""

from dataclasses import replace

import pytest

from lifecert.domain.challenge import Step
from lifecert.domain.evidence import Evidence, FrameEvidence, Measure, ReferenceMatch, Verdict
from lifecert.domain.policy import PASSIVE_MEASURE, Decision, Outcome, PassiveLimits, PassiveUse, decide
from lifecert.domain.reasons import Reason
from tests.support.builders import CHALLENGE, a_policy, failed_evidence, good_evidence

POLICY = a_policy()


@pytest.mark.parametrize(
    ("similarity", "decision"),
    [
        (0.90, Decision(Outcome.ACCEPTED)),
        (0.50, Decision(Outcome.ACCEPTED)),
        (0.4999, Decision(Outcome.REVIEW, Reason.MATCH_UNCERTAIN)),
        (0.36, Decision(Outcome.REVIEW, Reason.MATCH_UNCERTAIN)),
        (0.3599, Decision(Outcome.RETRY, Reason.NOT_MATCHING)),
        (-0.2, Decision(Outcome.RETRY, Reason.NOT_MATCHING)),
        (float("nan"), Decision(Outcome.REVIEW, Reason.NOT_ASSESSED)),
    ],
)
def test_similarity_decides_between_the_two_thresholds(similarity: float, decision: Decision) -> None:
    assert decide(good_evidence(similarity), POLICY, CHALLENGE, attempt=1) == decision


@pytest.mark.parametrize(
    ("steps", "decision"),
    [
        (0.45, Decision(Outcome.ACCEPTED)),
        (0.4499, Decision(Outcome.REVIEW, Reason.STEPS_UNCERTAIN)),
        (-0.1, Decision(Outcome.REVIEW, Reason.STEPS_UNCERTAIN)),
        (None, Decision(Outcome.REVIEW, Reason.NOT_ASSESSED)),
    ],
)
def test_a_photo_in_the_neutral_frames_place_does_not_carry_a_look_alikes_steps(
    steps: float | None, decision: Decision
) -> None:
    evidence = replace(good_evidence(), matches=(ReferenceMatch("r", 0.8, steps), ReferenceMatch("other", 0.1, -0.2)))
    if steps is None:
        evidence = replace(evidence, matches=evidence.matches[:1])
    assert decide(evidence, POLICY, CHALLENGE, attempt=1) == decision


def test_the_steps_are_held_to_the_reference_they_are_most_like() -> None:
    matches = (ReferenceMatch("r", 0.8, 0.3), ReferenceMatch("newer", 0.6, 0.7))
    assert decide(good_evidence(matches=matches), POLICY, CHALLENGE, attempt=1) == Decision(Outcome.ACCEPTED)


@pytest.mark.parametrize("reason", list(Reason)[: list(Reason).index(Reason.NOT_MATCHING) + 1])
def test_any_failed_measure_is_a_retry_with_its_reason(reason: Reason) -> None:
    assert decide(failed_evidence(reason), POLICY, CHALLENGE, attempt=1) == Decision(Outcome.RETRY, reason)


def test_the_reason_named_is_the_one_that_helps_most() -> None:
    measures = (
        Measure("turn", Verdict.FAILED, reason=Reason.TURN_NOT_SEEN),
        Measure("brightness", Verdict.FAILED, reason=Reason.TOO_DARK),
    )
    evidence = replace(good_evidence(), frames=(FrameEvidence(CHALLENGE[0], measures),))
    assert decide(evidence, POLICY, CHALLENGE, attempt=1).reason is Reason.TOO_DARK


def test_who_is_taken_for_a_photo_first_hears_what_else_to_do() -> None:
    measures = (
        Measure("depth", Verdict.FAILED, reason=Reason.FLAT_FACE),
        Measure("smile", Verdict.FAILED, reason=Reason.SMILE_NOT_SEEN),
        Measure("same_person", Verdict.FAILED, reason=Reason.DIFFERENT_PEOPLE),
    )
    for given, named in ((measures, Reason.SMILE_NOT_SEEN), (measures[::2], Reason.FLAT_FACE)):
        evidence = replace(good_evidence(), frames=(FrameEvidence(CHALLENGE[0], given),))
        assert decide(evidence, POLICY, CHALLENGE, attempt=1).reason is named


def test_a_warning_does_not_refuse() -> None:
    warned = Measure("eye_distance", Verdict.WARNED, 40.0, "px", 0.5)
    evidence = replace(good_evidence(), across=(warned,))
    assert decide(evidence, POLICY, CHALLENGE, attempt=1).outcome is Outcome.ACCEPTED


def test_what_could_not_be_assessed_never_counts_as_passed() -> None:
    evidence = replace(good_evidence(), across=(Measure("same_person", Verdict.NOT_ASSESSED),))
    assert decide(evidence, POLICY, CHALLENGE, attempt=1) == Decision(Outcome.REVIEW, Reason.NOT_ASSESSED)


@pytest.mark.parametrize(
    "evidence",
    [
        good_evidence(matches=()),
        good_evidence(model_version="another/1"),
        good_evidence(model_version="yet-another/1"),
        good_evidence(steps=CHALLENGE[:2]),
        good_evidence(steps=(Step.NEUTRAL, Step.TURN_RIGHT, Step.OPEN_MOUTH)),
    ],
    ids=[
        "nothing to compare with",
        "another model",
        "a model that comes later",
        "a frame missing",
        "another challenge",
    ],
)
def test_incomplete_evidence_goes_to_a_human(evidence: object) -> None:
    assert decide(evidence, POLICY, CHALLENGE, attempt=1) == Decision(Outcome.REVIEW, Reason.NOT_ASSESSED)  # type: ignore[arg-type]


def test_who_cannot_do_enough_steps_is_seen_by_a_human() -> None:
    for asked in ((Step.NEUTRAL, Step.SMILE), (Step.NEUTRAL, Step.TURN_LEFT, Step.TURN_RIGHT)):
        decision = decide(good_evidence(steps=asked), POLICY, asked, attempt=1)
        assert decision == Decision(Outcome.REVIEW, Reason.CHALLENGE_NOT_POSSIBLE)


def test_who_can_do_more_steps_than_are_asked_for_is_accepted() -> None:
    asked = (*CHALLENGE, Step.SMILE)
    assert decide(good_evidence(steps=asked), POLICY, asked, attempt=1) == Decision(Outcome.ACCEPTED)


def test_a_model_is_known_by_its_name_however_it_was_read() -> None:
    named = "".join(list(POLICY.match.model_version))
    assert decide(good_evidence(model_version=named), POLICY, CHALLENGE, attempt=1) == Decision(Outcome.ACCEPTED)


@pytest.mark.parametrize("attempt", [3, 4, 7])
def test_the_last_retry_and_any_after_it_becomes_a_review(attempt: int) -> None:
    evidence = failed_evidence(Reason.TOO_DARK)
    assert decide(evidence, POLICY, CHALLENGE, attempt=2) == Decision(Outcome.RETRY, Reason.TOO_DARK)
    assert decide(evidence, POLICY, CHALLENGE, attempt) == Decision(Outcome.REVIEW, Reason.RETRIES_USED_UP)


def test_a_review_keeps_its_reason_when_the_retries_are_used_up() -> None:
    decision = decide(good_evidence(0.4), POLICY, CHALLENGE, attempt=3)
    assert decision == Decision(Outcome.REVIEW, Reason.MATCH_UNCERTAIN)


def test_the_last_attempt_can_still_be_accepted() -> None:
    assert decide(good_evidence(), POLICY, CHALLENGE, attempt=3) == Decision(Outcome.ACCEPTED)


def test_the_digest_is_of_the_evidence_and_not_of_the_time_it_took() -> None:
    evidence = good_evidence()
    assert replace(evidence, timings_ms={"decode": 99.0}).digest() == evidence.digest()
    assert good_evidence(0.91).digest() != evidence.digest()


def _doubted(similarity: float = 0.9, *more: Measure) -> Evidence:
    doubt = Measure(PASSIVE_MEASURE, Verdict.FAILED, 0.1, "score", 0.2, Reason.LIVENESS_DOUBTED)
    return replace(good_evidence(similarity), across=(doubt, *more))


def test_a_doubt_of_the_passive_cue_never_accepts_and_is_never_explained() -> None:
    dark = Measure("brightness", Verdict.FAILED, reason=Reason.TOO_DARK)
    for evidence, decision in (
        (_doubted(), Decision(Outcome.REVIEW, Reason.LIVENESS_DOUBTED)),
        (_doubted(0.4), Decision(Outcome.REVIEW, Reason.LIVENESS_DOUBTED)),
        (_doubted(0.1), Decision(Outcome.RETRY, Reason.NOT_MATCHING)),
        (_doubted(0.9, dark), Decision(Outcome.RETRY, Reason.TOO_DARK)),
    ):
        assert decide(evidence, POLICY, CHALLENGE, attempt=1) == decision


def test_a_required_cue_that_was_not_there_goes_to_a_human() -> None:
    policy = a_policy(passive=PassiveLimits(PassiveUse.REQUIRED, 0.5, 0.1, 0.3))
    seen = replace(good_evidence(), across=(Measure(PASSIVE_MEASURE, Verdict.PASSED, 0.9, "score", 1.0),))

    assert decide(good_evidence(), policy, CHALLENGE, attempt=1) == Decision(Outcome.REVIEW, Reason.NOT_ASSESSED)
    assert decide(seen, policy, CHALLENGE, attempt=1) == Decision(Outcome.ACCEPTED)


@pytest.mark.parametrize("use", [PassiveUse.OFF, PassiveUse.WHEN_BUILT])
def test_a_cue_that_is_not_required_may_be_missing(use: PassiveUse) -> None:
    policy = a_policy(passive=PassiveLimits(use, 0.5, 0.1, 0.3))
    assert decide(good_evidence(), policy, CHALLENGE, attempt=1) == Decision(Outcome.ACCEPTED)


@pytest.mark.parametrize(
    ("use", "in_production"),
    [
        (PassiveUse.WHEN_BUILT, PassiveUse.REQUIRED),
        (PassiveUse.REQUIRED, PassiveUse.REQUIRED),
        (PassiveUse.OFF, PassiveUse.OFF),
    ],
)
def test_production_requires_the_cue_unless_it_is_off(use: PassiveUse, in_production: PassiveUse) -> None:
    policy = a_policy(passive=PassiveLimits(use, 0.5, 0.1, 0.3))
    assert policy.with_passive_cue() == a_policy(passive=PassiveLimits(in_production, 0.5, 0.1, 0.3))


@pytest.mark.parametrize(
    "matches",
    [
        (ReferenceMatch("a", 0.9, float("nan")),),
        (ReferenceMatch("a", 0.9, 0.9), ReferenceMatch("b", float("nan"), float("nan"))),
        (ReferenceMatch("a", float("inf"), 0.9),),
    ],
)
def test_a_similarity_that_is_no_number_is_for_a_human(matches: tuple[ReferenceMatch, ...]) -> None:
    evidence = replace(good_evidence(), matches=matches)
    assert decide(evidence, POLICY, CHALLENGE, attempt=1) == Decision(Outcome.REVIEW, Reason.NOT_ASSESSED)
