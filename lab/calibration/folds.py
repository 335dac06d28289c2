"""Accuracy over folds, as Labelled Faces in the Wild asks for it (Huang et al. 2007, View 2).

Each fold is judged at the threshold that is best for all the others, so no pair helps to choose its own.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from lab.calibration.statistics import Counts, Curve


@dataclass(frozen=True, slots=True)
class Folds:
    """The share of pairs judged rightly in each fold, their mean, and its standard error."""

    accuracies: Mapping[str, float]

    @property
    def mean(self) -> float:
        """Over folds, each counting the same."""
        return float(np.mean(list(self.accuracies.values())))

    @property
    def error(self) -> float:
        """Standard error of the mean."""
        values = list(self.accuracies.values())
        return float(np.std(values, ddof=1) / len(values) ** 0.5)


def over_folds(curves: Mapping[str, Curve]) -> Folds | None:
    """`curves` by fold. None with fewer than two folds, or one that lacks genuine or impostor pairs."""
    if len(curves) < 2 or not all(curve.genuine_total and curve.impostor_total for curve in curves.values()):
        return None
    accuracies = {}
    for fold, held_out in curves.items():
        others = [curve for name, curve in curves.items() if name != fold]
        training = Curve(
            np.sum([curve.genuine for curve in others], axis=0), np.sum([curve.impostor for curve in others], axis=0)
        )
        wrong = _wrong(training)
        # The middle of the thresholds that are equally good: an end of their range would favour one kind of error.
        best = np.flatnonzero(wrong == wrong.min())
        line = int(best[len(best) // 2])
        accuracies[fold] = 1 - int(_wrong(held_out)[line]) / (held_out.genuine_total + held_out.impostor_total)
    return Folds(accuracies)


def _wrong(curve: Curve) -> Counts:
    """Pairs judged wrongly at each grid line."""
    missed = np.concatenate([[0], np.cumsum(curve.genuine)])
    matched = curve.impostor_total - np.concatenate([[0], np.cumsum(curve.impostor)])
    return np.asarray(missed + matched, np.int64)
