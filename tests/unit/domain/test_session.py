"""A session: which frame its reason is about."""

import json
from dataclasses import asdict, replace
from typing import Any

import pytest

from lifecert.domain.actor import Caller, SessionSecret, User
from lifecert.domain.evidence import Evidence, FrameEvidence, Measure, Verdict
from lifecert.domain.policy import PASSIVE_MEASURE, Outcome
from lifecert.domain.reasons import Reason
from lifecert.domain.session import Session
from tests.support.builders import CHALLENGE, a_session, decided, good_evidence

PASSED = Measure("decode", Verdict.PASSED)
DARK = Measure("brightness", Verdict.FAILED, reason=Reason.TOO_DARK)
BLURRED = Measure("sharpness", Verdict.FAILED, reason=Reason.BLURRED)
WARNED = Measure("brightness", Verdict.WARNED, reason=Reason.TOO_DARK)
APART = Measure("same_person", Verdict.FAILED, reason=Reason.DIFFERENT_PEOPLE)


def about(reason: Reason | None, *frames: Measure, **more: Any) -> int | None:
    """The frame to mend of a session whose frames were measured so, and which was answered with this reason."""
    steps = zip(CHALLENGE, frames, strict=True)
    evidence = Evidence(tuple(FrameEvidence(step, (PASSED, measure)) for step, measure in steps), **more)
    outcome = Outcome.RETRY if reason else Outcome.ACCEPTED
    return replace(decided(a_session(), outcome, reason), evidence=json.dumps(asdict(evidence))).frame_to_mend


def test_it_is_the_first_frame_that_failed_for_this_reason() -> None:
    assert about(Reason.TOO_DARK, BLURRED, DARK, DARK) == 2
    assert about(Reason.TOO_DARK, WARNED, PASSED, DARK) == 3


def test_what_is_about_all_frames_or_none_names_none() -> None:
    assert about(Reason.DIFFERENT_PEOPLE, PASSED, DARK, PASSED, across=(APART,)) is None
    assert about(Reason.NOT_MATCHING, PASSED, PASSED, PASSED) is None
    assert about(None, PASSED, PASSED, PASSED) is None
    assert a_session().frame_to_mend is None


SECRET = SessionSecret("5" * 64)


@pytest.mark.parametrize(
    ("session", "caller", "theirs"),
    [
        (a_session(user_id="me"), User("me"), True),
        (a_session(user_id="me"), User("another"), False),
        (a_session(user_id="me"), SECRET, False),
        (a_session(user_id="me"), SessionSecret(""), False),
        (a_session(user_id="invitation-1", secret_digest=SECRET.digest), SECRET, True),
        (a_session(user_id="invitation-1", secret_digest=SECRET.digest), SessionSecret("6" * 64), False),
        # Not even by a token that names the invitation.
        (a_session(user_id="invitation-1", secret_digest=SECRET.digest), User("invitation-1"), False),
    ],
)
def test_whose_it_is(session: Session, caller: Caller, theirs: bool) -> None:
    assert session.belongs_to(caller) is theirs


@pytest.mark.parametrize(
    ("across", "missing"),
    [
        ((), True),
        ((Measure(PASSIVE_MEASURE, Verdict.NOT_ASSESSED),), True),
        ((Measure(PASSIVE_MEASURE, Verdict.PASSED, 0.9, "score", 0.5),), False),
        ((Measure(PASSIVE_MEASURE, Verdict.FAILED, 0.1, "score", 0.5, Reason.LIVENESS_DOUBTED),), False),
    ],
)
def test_whoever_was_compared_was_looked_at_by_the_passive_cue_or_that_is_told(
    across: tuple[Measure, ...], missing: bool
) -> None:
    evidence = json.dumps(asdict(replace(good_evidence(), across=across)))
    assert a_session(evidence=evidence).passive_cue_missing is missing
    # Of pictures without a face nobody asks.
    nobody = json.dumps(asdict(replace(good_evidence(), across=across, matches=())))
    assert not a_session(evidence=nobody).passive_cue_missing
    assert not a_session(evidence="").passive_cue_missing
