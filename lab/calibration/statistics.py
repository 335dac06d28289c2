"""Error rates of a matcher: what they are at a threshold, how sure that is, and which threshold gives a wanted rate.

Similarities are counted on a grid of 0.0001, so that hundreds of millions of pairs need no memory. A pair *matches*
when its similarity is at or above the threshold. Terms: ISO/IEC 19795-1.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

STEPS = 10_000  # grid lines to 1.0 of similarity
_BINS = 2 * STEPS + 1
_Z = 1.959963984540054  # 97.5 % quantile of the normal distribution
_RULE_OF_THREE = 3  # none among n: the rate is below 3 / n, 19 times in 20

Counts = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Rate:
    """`count` of `total`, with Wilson's 95 % interval."""

    count: int
    total: int

    @property
    def value(self) -> float | None:
        """The share, None when there was nothing to count."""
        return self.count / self.total if self.total else None

    @property
    def interval(self) -> tuple[float, float]:
        """See `wilson`."""
        return wilson(self.count, self.total)


def wilson(count: int, total: int) -> tuple[float, float]:
    """The 95 % score interval of a share (Wilson 1927, JASA 22); from 0 to 1 when nothing was counted."""
    if not total:
        return 0.0, 1.0
    share = count / total
    centre = share + _Z**2 / (2 * total)
    spread = _Z * ((share * (1 - share) + _Z**2 / (4 * total)) / total) ** 0.5
    low, high = ((centre + sign * spread) / (1 + _Z**2 / total) for sign in (-1, 1))
    # Exact at the ends, where rounding would leave 1e-17.
    return (0.0 if count == 0 else low), (1.0 if count == total else high)


def histogram(similarities: ArrayLike) -> Counts:
    """How many similarities (-1 to 1) lie on or above each grid line and below the next."""
    exact = np.asarray(similarities, np.float64).ravel()
    lines = np.floor((np.clip(exact, -1, 1) + 1) * STEPS + 1e-5).astype(np.int64)
    return np.bincount(lines, minlength=_BINS)


def line_of(threshold: float) -> int:
    """The grid line of a threshold (-1 to 1) of at most four decimals."""
    return round((threshold + 1) * STEPS)


def threshold_of(line: int) -> float:
    """The threshold at a grid line."""
    return round(line / STEPS - 1, 4)


@dataclass(frozen=True)
class Curve:
    """Genuine and impostor similarities as counts on the grid."""

    genuine: Counts
    impostor: Counts

    @property
    def genuine_total(self) -> int:
        """Pairs of one person."""
        return int(self.genuine.sum())

    @property
    def impostor_total(self) -> int:
        """Pairs of two people."""
        return int(self.impostor.sum())

    def fmr(self, threshold: float) -> Rate:
        """False match rate: impostor pairs at or above the threshold."""
        return Rate(int(self.impostor[line_of(threshold) :].sum()), self.impostor_total)

    def fnmr(self, threshold: float) -> Rate:
        """False non-match rate: genuine pairs below the threshold."""
        return Rate(int(self.genuine[: line_of(threshold)].sum()), self.genuine_total)

    def rates(self) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """FMR and FNMR at every grid line and at one above all of them. Raises ValueError without pairs of a kind."""
        if not self.genuine_total or not self.impostor_total:
            raise ValueError("error rates need genuine and impostor pairs")
        matched = self.impostor_total - np.concatenate([[0], np.cumsum(self.impostor)])
        missed = np.concatenate([[0], np.cumsum(self.genuine)])
        return matched / self.impostor_total, missed / self.genuine_total

    def equal_error_rate(self) -> float:
        """Where FMR and FNMR are nearest to each other, their mean."""
        fmr, fnmr = self.rates()
        nearest = int(np.argmin(np.abs(fmr - fnmr)))
        return float(fmr[nearest] + fnmr[nearest]) / 2

    def best_accuracy(self) -> float:
        """The share of pairs judged rightly at the threshold that is best for these very pairs: optimistic."""
        fmr, fnmr = self.rates()
        wrong = fmr * self.impostor_total + fnmr * self.genuine_total
        return 1 - float(wrong.min()) / (self.impostor_total + self.genuine_total)

    def threshold_at(self, wanted: float) -> float | None:
        """The least threshold whose FMR is at most `wanted`, or None when there are too few pairs to say or none
        would do: with fewer than 3 / `wanted` even no false match at all would not show it (rule of three)."""
        if self.impostor_total * wanted < _RULE_OF_THREE:
            return None
        fmr, _ = self.rates()
        line = int(np.argmax(fmr <= wanted))
        return threshold_of(line) if line < _BINS else None


def pairs_needed(wanted: float) -> int:
    """Impostor pairs without which `threshold_at` says nothing."""
    return int(np.ceil(_RULE_OF_THREE / wanted - 1e-9))
