"""How much the rates would differ with other people: resampling of people, not of pairs.

Pairs that share a person are not independent, so an interval that counts pairs is too narrow. Here as many people as
there are get drawn, with replacement; a genuine pair counts as often as its person was drawn, an impostor pair as often
as the product of both (Poh and Bengio 2007; Bolle et al. 2004, "subsets bootstrap").
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from lab.calibration.comparisons import FLOOR, Owned, People

_LOW, _HIGH = 2.5, 97.5  # percentiles

Interval = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Spread:
    """95 % intervals of both rates at one threshold. None where nothing was counted: what did not happen once does
    not happen in a resample either, and Wilson's interval is the one to read."""

    fmr: Interval | None
    fnmr: Interval | None


def spread(people: People, thresholds: Sequence[float], repeats: int, seed: int) -> dict[float, Spread]:
    """The intervals at each threshold (`FLOOR` or above), the same for the same seed.

    Raises ValueError for a threshold below `FLOOR`, where not all impostor pairs are known.
    """
    if thresholds and min(thresholds) < FLOOR:
        raise ValueError(f"no bootstrap below a threshold of {FLOOR}")
    draw = np.random.default_rng(seed)
    levels = np.array(thresholds, np.float64)
    genuine, impostor = _sorted(people.genuine), _sorted(people.impostor)
    fmr, fnmr = np.full((repeats, len(levels)), np.nan), np.full((repeats, len(levels)), np.nan)
    for repeat in range(repeats):
        drawn = draw.multinomial(people.count, np.full(people.count, 1 / people.count)).astype(np.float64)
        pairs, own = people.impostor_total(drawn), drawn[genuine.first].sum()
        if pairs:
            fmr[repeat] = _at_or_above(impostor, drawn[impostor.first] * drawn[impostor.second], levels) / pairs
        if own:
            fnmr[repeat] = 1 - _at_or_above(genuine, drawn[genuine.first], levels) / own
    return {
        threshold: Spread(_interval(fmr[:, index]), _interval(fnmr[:, index]))
        for index, threshold in enumerate(thresholds)
    }


def _sorted(owned: Owned) -> Owned:
    order = np.argsort(-owned.similarity, kind="stable")
    return Owned(owned.similarity[order], owned.first[order], owned.second[order])


def _at_or_above(owned: Owned, weights: NDArray[np.float64], levels: NDArray[np.float64]) -> NDArray[np.float64]:
    """The weights of the pairs at or above each level; `owned` is sorted, the highest first."""
    reached = np.concatenate([[0.0], np.cumsum(weights)])
    # The same tolerance as `histogram` has.
    return reached[np.searchsorted(-owned.similarity, -levels + 1e-9, side="right")]


def _interval(rates: NDArray[np.float64]) -> Interval | None:
    known = rates[~np.isnan(rates)]
    # 1 - a/a of floating sums may leave 1e-16.
    if not known.size or known.max() < 1e-12:
        return None
    low, high = np.percentile(known, [_LOW, _HIGH])
    return max(0.0, float(low)), min(1.0, float(high))
