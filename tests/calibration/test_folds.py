"""Accuracy over folds, against a case worked out by hand."""

import numpy as np
import pytest

from lab.calibration.folds import over_folds
from lab.calibration.statistics import Curve, histogram


def curve(genuine: list[float], impostor: list[float]) -> Curve:
    return Curve(histogram(np.array(genuine)), histogram(np.array(impostor)))


def test_each_fold_is_judged_at_the_threshold_of_the_others() -> None:
    # Folds 1 and 2 separate at 0.35 to 0.45 together; fold 3 needs about 0.6 and would like it, but has no say.
    folds = over_folds(
        {
            "1": curve([0.8, 0.45], [0.1, 0.2]),
            "2": curve([0.9, 0.7], [0.35, 0.0]),
            "3": curve([0.9, 0.8], [0.55, 0.2]),
        }
    )
    assert folds is not None
    assert folds.accuracies["3"] == 0.75, "0.55 is taken for a match at the others' threshold"
    assert folds.accuracies["2"] == 1
    assert folds.mean == pytest.approx(np.mean(list(folds.accuracies.values())))
    assert folds.error == pytest.approx(np.std(list(folds.accuracies.values()), ddof=1) / 3**0.5)


def test_its_own_best_threshold_would_be_optimistic() -> None:
    folds = over_folds({"1": curve([0.5], [0.4]), "2": curve([0.3], [0.2])})
    assert folds is not None
    assert folds.mean == 0.5, "each fold is right about one of two at the other's threshold"


def test_one_fold_or_a_fold_of_one_kind_has_no_accuracy() -> None:
    whole = curve([0.9], [0.1])
    assert over_folds({"1": whole}) is None
    assert over_folds({"1": whole, "2": curve([0.9], [])}) is None
