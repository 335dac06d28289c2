"""How a value becomes a measure: one scale for all, on which a score of 0.5 is exactly the limit.

A value that is no number, or an endless one, was not measured: no comparison with a limit would say so.
"""

import math
from collections.abc import Iterable

from lifecert.domain.evidence import Measure, Verdict
from lifecert.domain.reasons import Reason


def passed(name: str) -> Measure:
    """A check that has no value of its own, passed."""
    return Measure(name, Verdict.PASSED)


def failed(name: str, reason: Reason) -> Measure:
    """A check that has no value of its own, failed."""
    return Measure(name, Verdict.FAILED, reason=reason)


def not_assessed(name: str) -> Measure:
    """A measure that had nothing to look at. It never counts as passed."""
    return Measure(name, Verdict.NOT_ASSESSED)


def at_least(name: str, value: float, limit: float, unit: str, reason: Reason, *, warn: float | None = None) -> Measure:
    """Failed below `limit`, warned below `warn`. Score: value / 2 limit, within 0 and 1; 1 where the limit is 0."""
    if not math.isfinite(value):
        return not_assessed(name)
    verdict = Verdict.PASSED
    if value < limit:
        verdict = Verdict.FAILED
    elif warn is not None and value < warn:
        verdict = Verdict.WARNED
    score = min(1.0, max(0.0, value / (2 * limit))) if limit else 1.0
    return Measure(name, verdict, value, unit, score, reason if verdict is Verdict.FAILED else None)


def at_most(name: str, value: float, limit: float, unit: str, reason: Reason, *, warn: float | None = None) -> Measure:
    """Failed above `limit`, warned above `warn`. Score: 1 - value / 2 limit, within 0 and 1; 0 above a limit of 0."""
    if not math.isfinite(value):
        return not_assessed(name)
    verdict = Verdict.PASSED
    if value > limit:
        verdict = Verdict.FAILED
    elif warn is not None and value > warn:
        verdict = Verdict.WARNED
    score = min(1.0, max(0.0, 1 - value / (2 * limit))) if limit else float(value <= 0) / 2
    return Measure(name, verdict, value, unit, score, reason if verdict is Verdict.FAILED else None)


def is_poor(measures: Iterable[Measure]) -> bool:
    """Whether a frame that may be taken is nevertheless a poor one: something was warned of."""
    return any(measure.verdict is Verdict.WARNED for measure in measures)
