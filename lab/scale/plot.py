"""The two sweeps against the size of the register, as SVG: both axes logarithmic."""

from collections.abc import Mapping, Sequence
from math import ceil, floor, log10
from typing import Any

_WIDTH, _HEIGHT = 890, 360
_PANEL = 330
_LEFT, _TOP, _BOTTOM, _BETWEEN = 70, 46, 60, 110
_COLOURS = {"index": "#1f5fa8", "scan": "#c2571a"}
_NAMES = {"index": "by_due index (LifeCert)", "scan": "scan of the table"}


def picture(result: Mapping[str, Any]) -> str:
    """Read units on the left, seconds of the engine's CPU time on the right."""
    sizes = result["sizes"]
    panels = (("read_units", "read units of one sweep"), ("engine_cpu_s", "CPU seconds of the engine"))
    body = [
        _panel(_LEFT + number * (_PANEL + _BETWEEN), sizes, figure, title)
        for number, (figure, title) in enumerate(panels)
    ]
    legend = "".join(
        f'<path d="M{_LEFT + 240 * number} 16h24" stroke="{_COLOURS[kind]}" stroke-width="3"/>'
        f'<text x="{_LEFT + 32 + 240 * number}" y="20">{_NAMES[kind]}, {result["due"]:,} due</text>'
        for number, kind in enumerate(_COLOURS)
    )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {_HEIGHT}" font-family="sans-serif" '
        f'font-size="12" fill="#222" role="img" aria-label="Cost of a sweep by size of the register">'
        f'<rect width="{_WIDTH}" height="{_HEIGHT}" fill="#fff"/>{legend}{"".join(body)}</svg>\n'
    )


def _panel(left: float, sizes: Sequence[Mapping[str, Any]], figure: str, title: str) -> str:
    drawn = {kind: [one for one in sizes if figure in one[kind]] for kind in _COLOURS}
    values = [max(one[kind][figure], 0.01) for kind, several in drawn.items() for one in several]
    x_range = floor(log10(sizes[0]["register"])), ceil(log10(sizes[-1]["register"]))
    y_range = floor(log10(min(values))), max(ceil(log10(max(values))), floor(log10(min(values))) + 1)
    height = _HEIGHT - _TOP - _BOTTOM

    def place(register: float, value: float) -> tuple[float, float]:
        across = (log10(register) - x_range[0]) / max(1, x_range[1] - x_range[0])
        up = (log10(max(value, 0.01)) - y_range[0]) / (y_range[1] - y_range[0])
        return left + _PANEL * across, _TOP + height * (1 - up)

    parts = []
    for decade in range(x_range[0], x_range[1] + 1):
        x, _ = place(10**decade, 10 ** y_range[0])
        parts.append(f'<path d="M{x:.1f} {_TOP}v{height}" stroke="#ddd"/>')
        parts.append(f'<text x="{x:.1f}" y="{_HEIGHT - 40}" text-anchor="middle">{10**decade:,}</text>')
    for decade in range(y_range[0], y_range[1] + 1):
        _, y = place(10 ** x_range[0], 10**decade)
        parts.append(f'<path d="M{left} {y:.1f}h{_PANEL}" stroke="#ddd"/>')
        label = f"{10**decade:,}" if decade >= 0 else f"{10**decade:g}"
        parts.append(f'<text x="{left - 6}" y="{y + 4:.1f}" text-anchor="end">{label}</text>')
    for kind, colour in _COLOURS.items():
        points = [place(one["register"], one[kind][figure]) for one in drawn[kind]]
        line = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
        parts.append(f'<polyline points="{line}" fill="none" stroke="{colour}" stroke-width="2.5"/>')
        for (x, y), one in zip(points, drawn[kind], strict=True):
            # A ring is what was computed and not measured.
            inside = "#fff" if one[kind].get("computed") else colour
            parts.append(f'<circle cx="{x:.1f}" cy="{y:.1f}" r="4" fill="{inside}" stroke="{colour}"/>')
            value = one[kind][figure]
            text = f"{value:,.0f}" if value >= 100 else f"{value:.1f}"
            parts.append(f'<text x="{x:.1f}" y="{y - 8:.1f}" text-anchor="middle" fill="{colour}">{text}</text>')
    middle = left + _PANEL / 2
    parts.append(f'<text x="{middle}" y="{_TOP - 8}" text-anchor="middle" font-weight="bold">{title}</text>')
    parts.append(f'<text x="{middle}" y="{_HEIGHT - 18}" text-anchor="middle">people in the register</text>')
    return "".join(parts)
