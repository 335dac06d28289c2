"""Every picture of the lab, on matplotlib: SVG that is the same for the same figures, with text as text.

Pictures are as narrow as a phone makes them, so that they are read there too; a wide screen shows them at their own
size. The background is part of the picture, and the colours are Okabe and Ito's and a grey, which people with any
colour vision tell apart; no colour says anything that no text or mark says as well.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from html import escape
from io import StringIO
from textwrap import wrap
from typing import Any

from matplotlib import style
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import FuncFormatter, NullLocator

# Of pages with tables. On a phone each row becomes a card, and each of its cells says which column it is of.
PAGE_STYLE = """
body { font: 15px/1.5 system-ui, sans-serif; color: #222; max-width: 68rem; margin: 2rem auto; padding: 0 1rem }
h1 { font-size: 1.6rem; margin: 0 } h2 { font-size: 1.15rem; margin: 2rem 0 .4rem }
table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums }
th, td { text-align: left; padding: .3rem 1rem .3rem 0; border-bottom: 1px solid #ddd; vertical-align: top }
th { font-weight: 600; color: #555 } small, .note { color: #666 } tr.policy td { background: #f2f6fb }
td small { white-space: nowrap } code { overflow-wrap: anywhere }
.warning { background: #fdf3e1; border-left: .3rem solid #c2571a; padding: .5rem .8rem }
tr.small td { color: #8a4513 }
.plots { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(26rem, 100%), 1fr)); gap: 1rem }
svg { width: 100% }
@media (max-width: 48rem) {
 thead { display: none } table, tbody, tr { display: block } tr { border-bottom: 2px solid #bbb; padding: .4rem 0 }
 td { display: grid; grid-template-columns: 40% 1fr; gap: .6rem; border: 0; padding: .15rem 0 }
 td::before { content: attr(data-of); color: #555 } td small { white-space: normal; grid-column: 2 }
 td:empty { display: none }
}
"""

COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#404040")
_DASHES = ("solid", (0, (5, 1.5)), (0, (1.5, 1.2)), (0, (6, 1.5, 1.5, 1.5)), (0, (3, 1)), (0, (8, 2, 1, 2, 1, 2)))
_INK, _GREY, _LIMIT = "#1a1a1a", "#d0d0d0", "#000000"
# Inches. A title takes so many letters in a line.
_WIDTH, _EDGE, _LINE = 4.8, 0.12, 0.215
_LETTERS, _TITLE, _BAR = 47, 0.1, 0.4
_PANEL = 2.8
# Over the defaults, whatever matplotlibrc says here.
_STYLE: Any = {
    "svg.fonttype": "none",
    "svg.hashsalt": "lifecert",
    "font.family": "sans-serif",
    "font.sans-serif": ["DejaVu Sans"],
    "font.size": 11.0,
    "axes.titlesize": 11.0,
    "axes.titleweight": "bold",
    "legend.fontsize": 10.5,
    "text.color": _INK,
    "text.parse_math": False,
    "path.simplify": False,
}


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar: its name, and its parts laid end to end. `whisker` is a second, greater value, drawn as a line."""

    name: str
    parts: Sequence[float]
    whisker: float | None = None

    @property
    def total(self) -> float:
        """The length of the bar."""
        return sum(self.parts)


@dataclass(frozen=True, slots=True)
class Chart:
    """Bars of one unit from 0, each with a dashed mark at `limit`. `legend` names the parts of the bars."""

    title: str
    unit: str
    bars: Sequence[Bar]
    limit: float | None = None
    legend: Sequence[str] = ()

    @property
    def titled(self) -> list[str]:
        """The title in lines, with the limit."""
        limit = f" (dashed: the limit, {self.limit:,.0f} {self.unit})" if self.limit else ""
        return wrap(self.title + limit, _LETTERS)

    def written(self, bar: Bar) -> str:
        """The bar's length: whole numbers where all are, or it is large; else with one decimal."""
        whole = bar.total >= 100 or all(one.total == int(one.total) for one in self.bars)
        return f"{bar.total:,.{0 if whole else 1}f} {self.unit}"


@dataclass(frozen=True, slots=True)
class Point:
    """A value measured, or a `hollow` one."""

    x: float
    y: float
    hollow: bool = False


@dataclass(frozen=True, slots=True)
class Line:
    """A curve. `marks` stand on it; it is named in the legend."""

    name: str
    curve: Sequence[tuple[float, float]]
    marks: Sequence[Point] = ()


@dataclass(frozen=True, slots=True)
class Axis:
    """What lies between `low` and `high`; `form` writes the numbers at `ticks`."""

    title: str
    low: float
    high: float
    ticks: Sequence[float]
    form: Callable[[float], str]
    logarithmic: bool = True


@dataclass(frozen=True, slots=True)
class Panel:
    """Curves over the same axes. With `labels`, each mark has its value beside it."""

    title: str
    across: Axis
    up: Axis
    lines: Sequence[Line]
    labels: bool = False


def bars(charts: Sequence[Chart], label: str) -> str:
    """SVG of the charts below one another. Name and value stand above each bar, where nothing can strike them out."""
    heights = [_TITLE + _LINE * (len(one.titled) + _rows(one.legend)) + _BAR * len(one.bars) for one in charts]
    with style.context(["default", _STYLE]):
        figure, top = _figure(sum(heights) + _EDGE * (len(charts) + 1)), _EDGE
        for chart, height in zip(charts, heights, strict=True):
            _chart(figure, chart, top)
            top += height + _EDGE
        return _svg(figure, label)


def lines(panels: Sequence[Panel], label: str, notes: Sequence[str] = ()) -> str:
    """SVG of the panels below one another, with one legend for all and the notes below it."""
    named = {line.name: number for panel in panels for number, line in enumerate(panel.lines)}
    told = [line for note in notes for line in wrap(note, _LETTERS + 6)]
    below = _LINE * (len(named) + len(told)) + 2 * _EDGE
    with style.context(["default", _STYLE]):
        figure, top = _figure(_PANEL * len(panels) + below), 0.0
        for panel in panels:
            _panel(figure, panel, top)
            top += _PANEL
        top += _EDGE
        height = figure.get_figheight()
        for name, number in named.items():
            y = 1 - (top + _LINE / 2) / height
            drawn: dict[str, Any] = {"color": COLOURS[number], "linestyle": _DASHES[number], "linewidth": 2}
            figure.add_artist(Line2D([_EDGE / _WIDTH, 0.11], [y, y], **drawn))
            figure.text(0.13, y, name, va="center_baseline", fontsize=10.5)
            top += _LINE
        for note in told:
            figure.text(_EDGE / _WIDTH, 1 - (top + _LINE / 2) / height, note, va="center_baseline", fontsize=10.5)
            top += _LINE
        return _svg(figure, label)


def unsized(svg: str) -> str:
    """The picture as wide as where it stands, for a page that it is part of."""
    return re.sub(r'(<svg[^>]*?) width="[^"]*" height="[^"]*"', r"\1", svg, count=1)


def decade(value: float) -> str:
    """A power of ten in full: 1,000 or 0.01."""
    return f"{value:,.0f}" if value >= 1 else f"{value:g}"


def _figure(height: float) -> Figure:
    return Figure(figsize=(_WIDTH, height), facecolor="white")


def _axes(figure: Figure, top: float, height: float, left: float = _EDGE, right: float = _EDGE) -> Axes:
    whole = figure.get_figheight()
    return figure.add_axes(
        (left / _WIDTH, 1 - (top + height) / whole, (_WIDTH - left - right) / _WIDTH, height / whole)
    )


def _columns(legend: Sequence[str]) -> int:
    return 2 if all(len(name) <= _LETTERS // 2 - 4 for name in legend) else 1


def _rows(legend: Sequence[str]) -> int:
    return -(-len(legend) // _columns(legend))


def _chart(figure: Figure, chart: Chart, top: float) -> None:
    whole = figure.get_figheight()
    for line in chart.titled:
        top += _LINE
        figure.text(_EDGE / _WIDTH, 1 - top / whole, line, fontweight="bold")
    top += _TITLE
    if chart.legend:
        _legend(figure, chart.legend, top)
        top += _LINE * _rows(chart.legend)
    axes = _axes(figure, top, _BAR * len(chart.bars))
    axes.set_axis_off()
    longest = max([bar.whisker or bar.total for bar in chart.bars] + [chart.limit or 0]) or 1
    axes.set_xlim(0, longest * 1.01)
    axes.set_ylim(len(chart.bars), 0)
    for row, bar in enumerate(chart.bars):
        _bar(axes, row, bar, chart)
        if chart.limit:
            axes.plot(
                [chart.limit] * 2, [row + 0.49, row + 0.95], color=_LIMIT, linestyle=(0, (2.5, 1.5)), linewidth=1.5
            )


def _bar(axes: Axes, row: int, bar: Bar, chart: Chart) -> None:
    start = 0.0
    for number, part in enumerate(bar.parts):
        if part:
            axes.barh(row + 0.71, part, height=0.36, left=start, color=COLOURS[number], linewidth=0)
        start += part
    if bar.whisker and bar.whisker > bar.total:
        axes.plot([bar.total, bar.whisker], [row + 0.71] * 2, color=_INK, linewidth=1)
        axes.plot([bar.whisker] * 2, [row + 0.6, row + 0.82], color=_INK, linewidth=1)
    axes.text(0, row + 0.42, bar.name)
    axes.text(1, row + 0.42, chart.written(bar), ha="right", transform=axes.get_yaxis_transform())


def _legend(figure: Figure, names: Sequence[str], top: float) -> None:
    whole, columns = figure.get_figheight(), _columns(names)
    for number, name in enumerate(names):
        x = _EDGE + (number % columns) * (_WIDTH / 2)
        y = top + _LINE * (number // columns) + _LINE / 2
        place = {"x": [x / _WIDTH, (x + 0.14) / _WIDTH], "y": [1 - y / whole] * 2}
        figure.add_artist(Line2D(place["x"], place["y"], color=COLOURS[number], linewidth=9, solid_capstyle="butt"))
        figure.text((x + 0.22) / _WIDTH, 1 - y / whole, name, va="center_baseline", fontsize=10.5)


def _panel(figure: Figure, panel: Panel, top: float) -> None:
    above = 0.4 if panel.title else 0.15
    axes = _axes(figure, top + above, _PANEL - above - 0.6, left=0.95, right=0.3)
    axes.set_title(panel.title, loc="left", x=-(0.95 - _EDGE) / (_WIDTH - 1.25), pad=8)
    for axis, set_scale, set_limits, drawn in (
        (panel.across, axes.set_xscale, axes.set_xlim, axes.xaxis),
        (panel.up, axes.set_yscale, axes.set_ylim, axes.yaxis),
    ):
        set_scale("log" if axis.logarithmic else "linear")
        set_limits(axis.low, axis.high)
        drawn.set_ticks(list(axis.ticks))
        drawn.set_major_formatter(FuncFormatter(lambda value, _, form=axis.form: form(value)))
        drawn.set_minor_locator(NullLocator())
    axes.set_xlabel(panel.across.title)
    axes.set_ylabel(panel.up.title)
    axes.grid(color=_GREY, linewidth=0.8)
    axes.tick_params(length=0, pad=6, labelsize=10.5)
    axes.spines[:].set_visible(False)
    for number, line in enumerate(panel.lines):
        colour = COLOURS[number]
        across, up = zip(*line.curve, strict=True) if line.curve else ((), ())
        axes.plot(across, up, color=colour, linestyle=_DASHES[number], linewidth=2)
        for mark in line.marks:
            face = "white" if mark.hollow else colour
            axes.plot(mark.x, mark.y, "o", markersize=6, color=colour, markerfacecolor=face, markeredgewidth=1.6)
    if panel.labels:
        _labels(axes, panel)


def _labels(axes: Axes, panel: Panel) -> None:
    """Of the marks over one place the highest is labelled above and the others below, so that none meets another."""
    columns: dict[float, list[tuple[float, int]]] = {}
    for number, line in enumerate(panel.lines):
        for mark in line.marks:
            columns.setdefault(mark.x, []).append((mark.y, number))
    for x, several in columns.items():
        for value, number in several:
            highest = value == max(several)[0]
            text = f"{value:,.0f}" if value >= 100 else f"{value:.1f}"
            offset, align = ((0, 7), "bottom") if highest else ((0, -7), "top")
            axes.annotate(
                text, (x, value), offset, textcoords="offset points", ha="center", va=align, color=COLOURS[number]
            )


def _svg(figure: Figure, label: str) -> str:
    """The file's text: what matplotlib writes, without what would differ by day and version, and with a name."""
    written = StringIO()
    nothing: Mapping[str, Any] = dict.fromkeys(("Date", "Creator", "Format", "Type"))
    figure.savefig(written, format="svg", metadata=dict(nothing))
    drawn = written.getvalue()
    drawn = drawn[drawn.index("<svg") :]
    drawn = re.sub(r"<metadata>.*?</metadata>\s*|<!--.*?-->\s*", "", drawn, flags=re.DOTALL)
    return drawn.replace("<svg ", f'<svg role="img" aria-label="{escape(label)}" ', 1)
