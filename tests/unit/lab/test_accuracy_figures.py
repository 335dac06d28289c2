"""What pages and the picture show of a calibration: taken from its measurement."""

from typing import Any

from lab.figures import TAKEN, lfw_det, load, readme


def a_set(name: str, accuracy: float | None = None, **changes: Any) -> dict[str, Any]:
    def at(threshold: float, fmr: float, fnmr: float | None) -> dict[str, Any]:
        return {"threshold": threshold, "fmr": {"value": fmr}, "fnmr": {"value": fnmr}}

    return {
        "name": name,
        "group": False,
        "best_accuracy": accuracy,
        "folds": None if accuracy is None else {"mean": accuracy},
        "at": [at(0.5, 2.345e-5, 0.0123456), at(0.36, 1e-3, None)],
        "wanted": [{"fmr": rate, "at": at(0.43, rate, 100 * rate)} for rate in (1e-3, 1e-4)],
        "det": [(0.1, 0.5, 0.0), (0.3, 1e-3, 0.01), (0.5, 2.345e-5, 0.0123456), (0.9, 0.0, 1.0)],
        **changes,
    }


MEASUREMENT: dict[str, Any] = {
    "date": "2026-12-01",
    "accept": 0.5,
    "review": 0.36,
    "sets": [
        a_set("labelled pairs of good quality, photo against photo", 0.98765),
        a_set("all pairs of good quality, photo against photo"),
        a_set("all pairs of good quality, mean of 3 frames"),
        a_set("80 and over", group=True),
    ],
}


def test_the_curves_of_all_pairs_and_the_figures_of_good_quality_are_taken() -> None:
    taken = TAKEN["accuracy"](MEASUREMENT)
    assert set(taken) == set(load()["accuracy"])
    assert taken["good_quality"] == {
        "accuracy": 0.9877,
        "fnmr_at_1e-4": 0.01,
        "mean_fmr": 2.35e-5,
        "mean_fnmr": 0.0123,
    }
    assert [curve["name"] for curve in taken["curves"]] == [one["name"] for one in MEASUREMENT["sets"][1:3]]
    # A rate of 0 has no place on a logarithmic axis.
    assert taken["curves"][0]["rates"] == [[1e-3, 0.01], [2.35e-5, 0.0123]]
    assert (taken["curves"][0]["accept"], taken["curves"][0]["review"]) == ([2.35e-5, 0.0123], None)


def test_they_are_shown() -> None:
    figures = {**load(), "accuracy": TAKEN["accuracy"](MEASUREMENT)}
    rows = [row[1] for row in readme(figures) if "docs/accuracy.md" in row[2]]
    assert rows == ["98.77 %; 1.00 %", "2.3e-5, 1.23 %"]
    assert "Dot: accept at 0.500. Ring: review at 0.360." in lfw_det(figures)
