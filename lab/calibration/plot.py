"""The DET and the ROC curve (ISO/IEC 19795-1), against a logarithmic axis of false matches."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from lab.calibration.measurement import SetEntry
from lab.plot import COLOURS, Axis, Line, Panel, Point, lines, unsized


def percent(share: float) -> str:
    """A power of ten in per cent, in full."""
    return f"{100 * share:.4f}".rstrip("0").rstrip(".") + " %"


_FMR = Axis("false match rate", 1e-6, 1.0, [1e-6, 1e-4, 1e-2, 1.0], percent)
_FNMR = Axis("false non-match rate", 1e-3, 1.0, [10.0**one for one in range(-3, 1)], percent)
# The ROC's axis begins at 90 %: below it nothing of interest happens.
_MATCHED = Axis(
    "true match rate",
    0.9,
    1.0,
    [0.9, 0.92, 0.94, 0.96, 0.98, 1.0],
    lambda value: f"{100 * value:.0f} %",
    logarithmic=False,
)


@dataclass(frozen=True, slots=True)
class Curve:
    """Rates (FMR, FNMR) of one set of pairs, and where the thresholds lie on it, if anywhere."""

    name: str
    rates: Sequence[tuple[float, float]]
    accept: tuple[float, float] | None
    review: tuple[float, float] | None


def curves(sets: Sequence[SetEntry], accept: float, review: float) -> list[Curve]:
    """Those of `sets`, the first six."""
    return [
        Curve(one.name, [(fmr, fnmr) for _, fmr, fnmr in one.det], _at(one, accept), _at(one, review))
        for one in sets[: len(COLOURS)]
    ]


def det_plot(sets: Sequence[SetEntry], accept: float, review: float) -> str:
    """SVG of false non-matches against false matches, with a dot at `accept` and a ring at `review`."""
    return unsized(det(curves(sets, accept, review), accept, review))


def roc_plot(sets: Sequence[SetEntry], accept: float, review: float) -> str:
    """SVG of true matches, the share of genuine pairs that match, against false matches; otherwise as `det_plot`."""
    drawn = curves(sets, accept, review)
    return unsized(_plot("ROC curve", _MATCHED, lambda fnmr: 1 - fnmr, drawn, accept, review))


def det(drawn: Sequence[Curve], accept: float, review: float) -> str:
    """SVG of the DET curves."""
    return _plot("DET curve", _FNMR, lambda fnmr: fnmr, drawn, accept, review)


def _plot(
    title: str, up: Axis, height: Callable[[float], float], drawn: Sequence[Curve], accept: float, review: float
) -> str:
    def inside(rates: tuple[float, float] | None) -> tuple[float, float] | None:
        # A rate of 0 has no place on a logarithmic axis: a curve ends where it becomes 0.
        if rates is None or not rates[0] > 0 or (up.logarithmic and not rates[1] > 0):
            return None
        return rates[0], height(rates[1])

    found = []
    for one in drawn:
        marks = [
            Point(*place, hollow=hollow)
            for place, hollow in ((inside(one.accept), False), (inside(one.review), True))
            if place and _FMR.low <= place[0] <= _FMR.high and up.low <= place[1] <= up.high
        ]
        found.append(Line(one.name, [place for rates in one.rates if (place := inside(rates))], marks))
    notes = [f"Dot: accept at {accept:.3f}. Ring: review at {review:.3f}."]
    return lines([Panel("", _FMR, up, found)], title, notes)


def _at(one: SetEntry, threshold: float) -> tuple[float, float] | None:
    at = next((at for at in one.at if at.threshold == threshold), None)
    if at is None or at.fmr.value is None or at.fnmr.value is None:
        return None
    return at.fmr.value, at.fnmr.value
