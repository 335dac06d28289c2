"""Rates, intervals and thresholds against values worked out by hand or known from the literature."""

import numpy as np
import pytest

from lab.calibration.statistics import Curve, Rate, histogram, pairs_needed, wilson


def curve(genuine: object, impostor: object) -> Curve:
    return Curve(histogram(np.asarray(genuine)), histogram(np.asarray(impostor)))


@pytest.mark.parametrize(
    ("count", "total", "low", "high"),
    [
        (81, 263, 0.2553, 0.3662),  # Newcombe 1998, Statistics in Medicine 17, table I
        (15, 148, 0.0624, 0.1605),
        (0, 20, 0.0, 0.1611),
        (1, 29, 0.0061, 0.1718),
        (29, 29, 0.8830, 1.0),
    ],
)
def test_wilson_interval_has_the_published_values(count: int, total: int, low: float, high: float) -> None:
    assert wilson(count, total) == pytest.approx((low, high), abs=6e-5)


def test_nothing_counted_is_no_rate_and_could_be_any() -> None:
    assert Rate(0, 0).value is None
    assert Rate(0, 0).interval == (0.0, 1.0)


def test_a_pair_at_the_threshold_matches() -> None:
    made = curve([0.4999, 0.5, 0.7], [0.4999, 0.5])
    assert made.fmr(0.5) == Rate(1, 2)
    assert made.fnmr(0.5) == Rate(1, 3)


@pytest.mark.parametrize("threshold", [0.3, 0.36, 0.41, 0.45, 0.57, 0.58, 0.29])
def test_every_threshold_of_two_decimals_meets_its_own_grid_line(threshold: float) -> None:
    assert curve([threshold], [threshold]).fmr(threshold).count == 1


def test_similarities_outside_the_range_are_kept_at_its_ends() -> None:
    made = curve([1.0000001], [-1.0000001])
    assert made.fnmr(1.0).count == 0
    assert made.fmr(-1.0).count == 1


def test_rates_are_those_counted_by_hand() -> None:
    made = curve([0.9, 0.8, 0.6, 0.4], [0.5, 0.3, 0.2, 0.1, 0.0])
    assert made.fmr(0.45).value == pytest.approx(1 / 5)
    assert made.fnmr(0.45).value == pytest.approx(1 / 4)
    # Nearest to each other at thresholds from 0.4 to 0.5: 1 of 5 and 1 of 4.
    assert made.equal_error_rate() == pytest.approx((1 / 5 + 1 / 4) / 2)
    # Best above 0.5: of nine pairs only the genuine one at 0.4 is judged wrongly.
    assert made.best_accuracy() == pytest.approx(8 / 9)


def test_separable_similarities_have_no_error() -> None:
    made = curve([0.7, 0.8], [0.1, 0.2])
    assert made.equal_error_rate() == 0
    assert made.best_accuracy() == 1


def test_similarities_that_tell_nothing_err_half_the_time() -> None:
    same = np.linspace(0, 1, 1001)
    assert curve(same, same).equal_error_rate() == pytest.approx(0.5, abs=1e-3)


def test_two_normal_distributions_have_the_closed_form_of_the_equal_error_rate() -> None:
    """Means 0.2 and 0.6, deviation 0.1: they cross at two deviations, 1 - Phi(2) = 2.275 %."""
    draw = np.random.default_rng(7)
    made = curve(draw.normal(0.6, 0.1, 400_000), draw.normal(0.2, 0.1, 400_000))
    assert made.equal_error_rate() == pytest.approx(0.02275, abs=0.0006)


def test_the_threshold_for_a_wanted_rate_is_the_least_one() -> None:
    # 3,000 impostors at 0, 0.0001, ... 0.2999: three may match, so the threshold is just the third highest.
    made = curve([0.5], np.arange(3000) / 10_000)
    assert made.threshold_at(1e-3) == pytest.approx(0.2997)
    assert made.fmr(0.2997).count == 3
    assert made.fmr(0.2996).count == 4


def test_with_too_few_pairs_no_threshold_is_named() -> None:
    assert curve([0.5], np.zeros(2999)).threshold_at(1e-3) is None
    assert curve([0.5], np.zeros(3000)).threshold_at(1e-3) is not None
    assert [pairs_needed(rate) for rate in (1e-3, 1e-4, 1e-5)] == [3_000, 30_000, 300_000]


def test_a_rate_that_no_threshold_gives_has_none() -> None:
    assert curve([0.5], np.ones(3000)).threshold_at(1e-3) is None


def test_error_rates_need_pairs_of_both_kinds() -> None:
    with pytest.raises(ValueError, match="genuine and impostor"):
        curve([], [0.1]).equal_error_rate()
