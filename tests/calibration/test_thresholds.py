"""Which threshold a wanted rate gets, and from whom."""

import numpy as np
import pytest

from lab.calibration.statistics import Curve, histogram
from lab.calibration.thresholds import TooFewPairs, choose, elsewhere, least_threshold, provisional
from lifecert.adapters.files.calibration import RatesAt, Source


def source(name: str, *rates: tuple[float, float]) -> Source:
    return Source(
        name=name,
        kind="elsewhere",
        origin="made up",
        on=None,
        fingerprint=None,
        people=None,
        genuine=None,
        impostor=None,
        rates=tuple(
            RatesAt(threshold=threshold, fmr=fmr, fmr_interval=None, fnmr=None, fnmr_interval=None)
            for threshold, fmr in rates
        ),
    )


def test_the_strictest_source_decides_each_rate() -> None:
    young = source("young", (0.3, 0.02), (0.4, 0.001), (0.6, 0.0))
    old = source("old", (0.35, 0.01), (0.45, 0.005), (0.5, 0.001))
    chosen = choose([young, old], [0.001, 0.02])
    assert [(one.fmr, one.threshold, one.source) for one in chosen] == [(0.001, 0.5, "old"), (0.02, 0.35, "old")]


def test_a_rate_that_rises_again_higher_up_is_not_trusted_below() -> None:
    odd = source("odd", (0.3, 0.001), (0.4, 0.01), (0.5, 0.001))
    assert least_threshold(odd, 0.001) == 0.5


def test_a_source_that_reaches_no_wanted_rate_stops_the_choice() -> None:
    with pytest.raises(TooFewPairs, match="old"):
        choose([source("young", (0.4, 0.0)), source("old", (0.5, 0.01))], [0.001])
    with pytest.raises(TooFewPairs, match="3,000 impostor pairs"):
        choose([], [0.001])


def test_a_measured_set_gives_the_thresholds_of_its_own_curve() -> None:
    # 3,000 impostors at 0.1001 to 0.4, one genuine pair.
    curve = Curve(histogram([0.9]), histogram(np.arange(1001, 4001) / 10_000))
    made = provisional("ours", curve, [0.001, 0.1])
    assert [rates.threshold for rates in made.rates] == pytest.approx([0.3701, 0.3998])
    assert [rates.fmr for rates in made.rates] == pytest.approx([0.1, 0.001])
    with pytest.raises(TooFewPairs, match="ours"):
        provisional("ours", curve, [0.0001])


def test_the_figures_from_elsewhere_are_those_of_the_design_and_of_the_old_by_sex_and_age() -> None:
    found = {source.name: source for source in elsewhere()}
    assert {source.kind for source in found.values()} == {"elsewhere"}, (
        "nobody can read them, so they are not published"
    )
    assert [(rates.threshold, rates.fmr) for rates in found["faces of Asian people over 60"].rates] == [
        (0.363, 0.033),
        (0.45, 0.0049),
        (0.5, 0.0014),
        (0.55, 0.00025),
    ]
    women = found["Asian women of 80 and over"]
    assert women.impostor == 1220
    for threshold, matched in ((0.5, 15), (0.55, 2), (0.56, 1)):
        rates = women.at(threshold)
        assert rates is not None
        assert rates.fmr * 1220 == pytest.approx(matched, abs=0.01)
    by_age = ("of 60 and over", "of 60 to 79", "of 80 and over")
    assert {name for name in found if name.endswith(by_age)} == {
        *(f"{group} {age}" for group in ("Asian men", "White men", "White women") for age in by_age),
        *(f"Asian women {age}" for age in (by_age[0], by_age[2])),
        *(
            f"{group} {age}"
            for group in ("Black men", "Black women", "Indian men", "Indian women")
            for age in by_age[:2]
        ),
    }
