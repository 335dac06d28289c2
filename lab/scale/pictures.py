"""The two sweeps against the size of the register: both axes logarithmic."""

from collections.abc import Mapping, Sequence
from math import ceil, floor, log10
from typing import Any

from lab.plot import Axis, Line, Panel, Point, decade, lines

_NAMES = {"index": "by the by_due index (LifeCert)", "scan": "by a scan of the table"}
_FIGURES = {"read_units": "Read units of one sweep", "engine_cpu_s": "CPU seconds of the engine"}


def picture(result: Mapping[str, Any]) -> str:
    """SVG: read units of a sweep, and below them seconds of the engine's CPU time."""
    notes = [f"Everywhere {result['due']:,} people are due."]
    if any(one[kind].get("computed") for one in result["sizes"] for kind in _NAMES):
        notes.append("Ring: computed, not measured.")
    panels = [_panel(result["sizes"], figure, title) for figure, title in _FIGURES.items()]
    return lines(panels, "Cost of a sweep by size of the register", notes)


def _panel(sizes: Sequence[Mapping[str, Any]], figure: str, title: str) -> Panel:
    drawn = []
    for kind, name in _NAMES.items():
        points = [
            # Nothing has no place on a logarithmic axis.
            Point(one["register"], max(one[kind][figure], 0.01), bool(one[kind].get("computed")))
            for one in sizes
            if figure in one[kind]
        ]
        drawn.append(Line(name, [(point.x, point.y) for point in points], points))
    low, high = sizes[0]["register"], sizes[-1]["register"]
    values = [point.y for line in drawn for point in line.marks]
    bottom, top = floor(log10(min(values) / 1.8)), ceil(log10(max(values) * 1.8))
    # Room beside the outermost marks, for their labels.
    across = Axis("people in the register", low / 1.9, high * 1.9, _decades(low, high), decade)
    up = Axis("", 10.0**bottom, 10.0**top, _decades(10**bottom, 10**top), decade)
    return Panel(title, across, up, drawn, labels=True)


def _decades(low: float, high: float) -> list[float]:
    return [10.0**number for number in range(ceil(log10(low)), floor(log10(high)) + 1)]
