"""Repeated measurements, summed up."""

from collections.abc import Sequence
from statistics import median, quantiles
from typing import TypedDict

_TENTHS = 10


class Spread(TypedDict):
    """A figure measured `runs` times. `p90` is the largest of fewer than ten."""

    runs: int
    min: float
    median: float
    p90: float
    max: float


def spread(values: Sequence[float], digits: int = 1) -> Spread:
    """Sum up the values of at least one run, rounded. Raises ValueError for none."""
    if not values:
        raise ValueError("nothing was measured")
    high = quantiles(values, n=_TENTHS, method="inclusive")[-1] if len(values) >= _TENTHS else max(values)
    low, middle, high, most = (round(value, digits) for value in (min(values), median(values), high, max(values)))
    return {"runs": len(values), "min": low, "median": middle, "p90": high, "max": most}
