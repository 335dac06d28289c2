"""How a value becomes a verdict and a score."""

import math
from collections.abc import Callable

import pytest

from lifecert.domain.evidence import Measure, Verdict
from lifecert.domain.reasons import Reason
from lifecert_vision.measures import at_least, at_most

LIMIT, WARN = 10.0, 12.0


@pytest.mark.parametrize(
    ("value", "verdict", "score"),
    [
        (9.99, Verdict.FAILED, 0.4995),
        (10.0, Verdict.WARNED, 0.5),
        (12.0, Verdict.PASSED, 0.6),
        (50.0, Verdict.PASSED, 1.0),
        (-3.0, Verdict.FAILED, 0.0),
    ],
)
def test_at_least(value: float, verdict: Verdict, score: float) -> None:
    measure = at_least("size", value, LIMIT, "px", Reason.FACE_TOO_SMALL, warn=WARN)

    assert (measure.verdict, measure.value) == (verdict, value)
    assert measure.score == pytest.approx(score)
    assert measure.reason is (Reason.FACE_TOO_SMALL if verdict is Verdict.FAILED else None)


@pytest.mark.parametrize(
    ("value", "verdict", "score"),
    [
        (12.01, Verdict.FAILED, 0.49958),
        (12.0, Verdict.WARNED, 0.5),
        (10.0, Verdict.PASSED, 0.58333),
        (50.0, Verdict.FAILED, 0.0),
        (0.0, Verdict.PASSED, 1.0),
    ],
)
def test_at_most(value: float, verdict: Verdict, score: float) -> None:
    measure = at_most("tint", value, WARN, "a*b*", Reason.SUNGLASSES_WORN, warn=LIMIT)

    assert measure.verdict is verdict
    assert measure.score == pytest.approx(score, abs=1e-4)
    assert measure.reason is (Reason.SUNGLASSES_WORN if verdict is Verdict.FAILED else None)


def test_a_limit_of_nothing_is_a_limit_too() -> None:
    """A policy of one's own may switch a limit off, or allow nothing at all."""
    reason = Reason.SEVERAL_FACES
    judged = [at_least("live", 0.0, 0.0, "score", reason), at_least("live", 0.7, 0.0, "score", reason)]
    judged += [at_most("second", 0.0, 0.0, "ratio", reason), at_most("second", 0.1, 0.0, "ratio", reason)]

    assert [one.verdict for one in judged] == [Verdict.PASSED, Verdict.PASSED, Verdict.PASSED, Verdict.FAILED]
    assert [one.score for one in judged] == [1.0, 1.0, 0.5, 0.0]


@pytest.mark.parametrize("judge", [at_least, at_most])
@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf])
def test_what_is_no_number_is_not_assessed_and_never_passed(judge: Callable[..., Measure], value: float) -> None:
    assert judge("size", value, LIMIT, "px", Reason.FACE_TOO_SMALL) == Measure("size", Verdict.NOT_ASSESSED)
