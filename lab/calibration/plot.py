"""The DET and the ROC curve (ISO/IEC 19795-1) as SVG, against a logarithmic axis of false matches."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from html import escape
from math import log10

from lab.calibration.measurement import SetEntry

_WIDTH, _HEIGHT = 640, 420
_LEFT, _RIGHT, _TOP, _BOTTOM = 70, 20, 16, 50
_FMR = (-6, 0)  # decades
_FNMR = (-3, 0)
_LEAST_MATCHED = 0.90  # the ROC's axis begins here: below it nothing of interest happens
_COLOURS = ("#1f5fa8", "#c2571a", "#2d7d46", "#7a3f9d", "#0f8a8a", "#b03060")


@dataclass(frozen=True, slots=True)
class _Axis:
    """The vertical axis: where a FNMR lies from bottom (0) to top (1), if anywhere; its lines by name."""

    title: str
    height: Callable[[float], float | None]
    lines: Sequence[tuple[float, str]]
    legend_top: int


def _logarithmic(fnmr: float) -> float | None:
    # A rate of 0 has no place on a logarithmic axis: a curve ends where it becomes 0.
    return (log10(fnmr) - _FNMR[0]) / (_FNMR[1] - _FNMR[0]) if fnmr > 0 else None


def _matched(fnmr: float) -> float | None:
    return (1 - fnmr - _LEAST_MATCHED) / (1 - _LEAST_MATCHED)


def det_plot(sets: Sequence[SetEntry], accept: float, review: float) -> str:
    """False non-matches against false matches: the curves of `sets`, the first six, with a dot at `accept` and a ring
    at `review`."""
    lines = [((decade - _FNMR[0]) / (_FNMR[1] - _FNMR[0]), _percent(decade)) for decade in range(_FNMR[0], 1)]
    return _plot(_Axis("false non-match rate", _logarithmic, lines, _TOP), "DET curve", sets, accept, review)


def roc_plot(sets: Sequence[SetEntry], accept: float, review: float) -> str:
    """True matches, the share of genuine pairs that match, against false matches; otherwise as `det_plot`."""
    lines = [(step / 5, f"{_LEAST_MATCHED + (1 - _LEAST_MATCHED) * step / 5:.0%}") for step in range(6)]
    bottom = _HEIGHT - _BOTTOM - 30 - 20 * min(len(sets), len(_COLOURS))
    return _plot(_Axis("true match rate", _matched, lines, bottom), "ROC curve", sets, accept, review)


def _plot(axis: _Axis, title: str, sets: Sequence[SetEntry], accept: float, review: float) -> str:
    body = [_grid(axis)]
    names = []
    for number, (one, colour) in enumerate(zip(sets, _COLOURS, strict=False)):
        points = [place for _, fmr, fnmr in one.det if (place := _place(axis, fmr, fnmr))]
        line = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
        body.append(f'<polyline points="{line}" fill="none" stroke="{colour}" stroke-width="2" clip-path="url(#in)"/>')
        body += [_mark(axis, one, accept, colour, colour), _mark(axis, one, review, colour, "#fff")]
        y = axis.legend_top + 20 + 20 * number
        names.append(f'<path d="M{_WIDTH - 335} {y}h24" stroke="{colour}" stroke-width="2"/>')
        names.append(f'<text x="{_WIDTH - 305}" y="{y + 4}">{escape(one.name)}</text>')
    y = axis.legend_top + 20 + 20 * min(len(sets), len(_COLOURS))
    names.append(
        f'<text x="{_WIDTH - 335}" y="{y + 4}">dot: accept at {accept:.3f}, ring: review at {review:.3f}</text>'
    )
    inner = f'<rect x="{_LEFT}" y="{_TOP}" width="{_inner()[0]}" height="{_inner()[1]}"/>'
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {_HEIGHT}" font-family="sans-serif" '
        f'font-size="12" fill="#222" role="img" aria-label="{title}"><clipPath id="in">{inner}</clipPath>'
        f'<rect width="{_WIDTH}" height="{_HEIGHT}" fill="#fff"/>{"".join(body)}{"".join(names)}</svg>\n'
    )


def _inner() -> tuple[int, int]:
    return _WIDTH - _LEFT - _RIGHT, _HEIGHT - _TOP - _BOTTOM


def _place(axis: _Axis, fmr: float, fnmr: float) -> tuple[float, float] | None:
    width, height = _inner()
    up = axis.height(fnmr)
    if fmr <= 0 or up is None:
        return None
    return _LEFT + width * (log10(fmr) - _FMR[0]) / (_FMR[1] - _FMR[0]), _TOP + height * (1 - up)


def _mark(axis: _Axis, one: SetEntry, threshold: float, colour: str, fill: str) -> str:
    at = next((at for at in one.at if at.threshold == threshold), None)
    if at is None or at.fmr.value is None or at.fnmr.value is None:
        return ""
    place = _place(axis, at.fmr.value, at.fnmr.value)
    if place is None or not (_LEFT <= place[0] <= _WIDTH - _RIGHT and _TOP <= place[1] <= _HEIGHT - _BOTTOM):
        return ""
    x, y = place
    return f'<circle cx="{x:.1f}" cy="{y:.1f}" r="4.5" fill="{fill}" stroke="{colour}" stroke-width="2"/>'


def _grid(axis: _Axis) -> str:
    width, height = _inner()
    lines, texts = [], []
    for decade in range(_FMR[0], _FMR[1] + 1):
        x = _LEFT + width * (decade - _FMR[0]) / (_FMR[1] - _FMR[0])
        lines.append(f"M{x:.1f} {_TOP}v{height}")
        texts.append(f'<text x="{x:.1f}" y="{_HEIGHT - 32}" text-anchor="middle">{_percent(decade)}</text>')
    for up, name in axis.lines:
        y = _TOP + height * (1 - up)
        lines.append(f"M{_LEFT} {y:.1f}h{width}")
        texts.append(f'<text x="{_LEFT - 6}" y="{y + 4:.1f}" text-anchor="end">{name}</text>')
    middle = _TOP + height / 2
    texts.append(f'<text x="{_LEFT + width / 2}" y="{_HEIGHT - 10}" text-anchor="middle">false match rate</text>')
    turned = f'x="16" y="{middle}" transform="rotate(-90 16 {middle})"'
    texts.append(f'<text {turned} text-anchor="middle">{axis.title}</text>')
    return f'<path d="{"".join(lines)}" stroke="#ddd" fill="none"/>{"".join(texts)}'


def _percent(decade: int) -> str:
    return f"{100 * 10.0**decade:.{max(0, -decade - 2)}f} %"
