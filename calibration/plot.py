"""The DET curve (ISO/IEC 19795-1) as SVG: false non-matches against false matches, both axes logarithmic."""

from collections.abc import Sequence
from html import escape
from math import log10

from calibration.file import SetEntry

_WIDTH, _HEIGHT = 640, 420
_LEFT, _RIGHT, _TOP, _BOTTOM = 70, 20, 16, 50
_X, _Y = (-6, 0), (-3, 0)  # decades of FMR and FNMR
_COLOURS = ("#1f5fa8", "#c2571a", "#2d7d46", "#7a3f9d", "#0f8a8a", "#b03060")


def det_plot(sets: Sequence[SetEntry], accept: float, review: float) -> str:
    """The curves of `sets`, the first six, with a dot at `accept` and a ring at `review`.

    A rate of 0 has no place on a logarithmic axis: a curve ends where it becomes 0.
    """
    body = [_grid()]
    for number, (one, colour) in enumerate(zip(sets, _COLOURS, strict=False)):
        points = [_place(fmr, fnmr) for _, fmr, fnmr in one.det if fmr > 0 and fnmr > 0]
        line = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
        body.append(f'<polyline points="{line}" fill="none" stroke="{colour}" stroke-width="2" clip-path="url(#in)"/>')
        body += [_mark(one, accept, colour, colour), _mark(one, review, colour, "#fff")]
        y = _TOP + 20 + 20 * number
        body.append(f'<path d="M{_WIDTH - 245} {y}h24" stroke="{colour}" stroke-width="2"/>')
        body.append(f'<text x="{_WIDTH - 215}" y="{y + 4}">{escape(one.name)}</text>')
    y = _TOP + 20 + 20 * min(len(sets), len(_COLOURS))
    body.append(
        f'<text x="{_WIDTH - 245}" y="{y + 4}">dot: accept at {accept:.2f}, ring: review at {review:.2f}</text>'
    )
    inner = f'<rect x="{_LEFT}" y="{_TOP}" width="{_inner()[0]}" height="{_inner()[1]}"/>'
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {_HEIGHT}" font-family="sans-serif" '
        f'font-size="12" fill="#222" role="img" aria-label="DET curve"><clipPath id="in">{inner}</clipPath>'
        f'<rect width="{_WIDTH}" height="{_HEIGHT}" fill="#fff"/>{"".join(body)}</svg>\n'
    )


def _inner() -> tuple[int, int]:
    return _WIDTH - _LEFT - _RIGHT, _HEIGHT - _TOP - _BOTTOM


def _place(fmr: float, fnmr: float) -> tuple[float, float]:
    width, height = _inner()
    x = (log10(fmr) - _X[0]) / (_X[1] - _X[0])
    y = (log10(fnmr) - _Y[0]) / (_Y[1] - _Y[0])
    return _LEFT + width * x, _TOP + height * (1 - y)


def _mark(one: SetEntry, threshold: float, colour: str, fill: str) -> str:
    at = next((at for at in one.at if at.threshold == threshold), None)
    if at is None or not at.fmr.value or not at.fnmr.value:
        return ""
    x, y = _place(at.fmr.value, at.fnmr.value)
    if not (_LEFT <= x <= _WIDTH - _RIGHT and _TOP <= y <= _HEIGHT - _BOTTOM):
        return ""
    return f'<circle cx="{x:.1f}" cy="{y:.1f}" r="4.5" fill="{fill}" stroke="{colour}" stroke-width="2"/>'


def _grid() -> str:
    width, height = _inner()
    lines, texts = [], []
    for decade in range(_X[0], _X[1] + 1):
        x, _ = _place(10.0**decade, 1)
        lines.append(f"M{x:.1f} {_TOP}v{height}")
        texts.append(f'<text x="{x:.1f}" y="{_HEIGHT - 32}" text-anchor="middle">{_percent(decade)}</text>')
    for decade in range(_Y[0], _Y[1] + 1):
        _, y = _place(1, 10.0**decade)
        lines.append(f"M{_LEFT} {y:.1f}h{width}")
        texts.append(f'<text x="{_LEFT - 6}" y="{y + 4:.1f}" text-anchor="end">{_percent(decade)}</text>')
    middle = _TOP + height / 2
    texts.append(f'<text x="{_LEFT + width / 2}" y="{_HEIGHT - 10}" text-anchor="middle">false match rate</text>')
    turned = f'x="16" y="{middle}" transform="rotate(-90 16 {middle})"'
    texts.append(f'<text {turned} text-anchor="middle">false non-match rate</text>')
    return f'<path d="{"".join(lines)}" stroke="#ddd" fill="none"/>{"".join(texts)}'


def _percent(decade: int) -> str:
    return f"{100 * 10.0**decade:.{max(0, -decade - 2)}f} %"
