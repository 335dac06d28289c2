"""Bar charts as SVG, drawn by hand: no library is wanted for a few rectangles."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from html import escape

_WIDTH, _LEFT, _RIGHT = 760, 250, 95
_BAR, _GAP, _TITLE = 16, 7, 34
_COLOURS = (
    "#1f5fa8",
    "#c2571a",
    "#2d7d46",
    "#7a3f9d",
    "#0f8a8a",
    "#b03060",
    "#8a6d1f",
    "#5b6770",
    "#a35fb5",
    "#3f7fbf",
)


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
    """Bars of one unit from 0, with a line at `limit`. `legend` names the parts of the bars."""

    title: str
    unit: str
    bars: Sequence[Bar]
    limit: float | None = None
    legend: Sequence[str] = field(default=())

    @property
    def height(self) -> int:
        """Pixels it takes."""
        return _TITLE + len(self.bars) * (_BAR + _GAP) + (20 if self.legend else 0) + 18

    @property
    def scale(self) -> float:
        """Pixels a unit."""
        longest = max([bar.whisker or bar.total for bar in self.bars] + [self.limit or 0]) or 1
        return (_WIDTH - _LEFT - _RIGHT) / longest


def draw(charts: Sequence[Chart], label: str) -> str:
    """The charts below one another. Text stands beside every bar, so colour carries nothing alone."""
    top, body = 8, []
    for chart in charts:
        body.append(_chart(chart, top))
        top += chart.height
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {top}" font-family="sans-serif" '
        f'font-size="12" fill="#222" role="img" aria-label="{escape(label)}">'
        f'<rect width="{_WIDTH}" height="{top}" fill="#fff"/>{"".join(body)}</svg>\n'
    )


def _chart(chart: Chart, top: int) -> str:
    scale = chart.scale
    found = [f'<text x="12" y="{top + 16}" font-weight="bold">{escape(chart.title)}</text>']
    y = top + _TITLE - 6
    if chart.legend:
        found.append(_legend(chart.legend, y))
        y += 20
    end = y + len(chart.bars) * (_BAR + _GAP)
    if chart.limit:
        x = _LEFT + chart.limit * scale
        found.append(f'<path d="M{x:.1f} {y - 4}V{end}" stroke="#b00" stroke-dasharray="4 3"/>')
        found.append(f'<text x="{x:.1f}" y="{end + 11}" text-anchor="middle" fill="#b00">{chart.limit:,.0f}</text>')
    for bar in chart.bars:
        found.append(_bar(bar, y, scale, chart.unit))
        y += _BAR + _GAP
    return "".join(found)


def _legend(names: Sequence[str], y: int) -> str:
    found, x = [], 12
    for number, name in enumerate(names):
        found.append(f'<rect x="{x}" y="{y}" width="10" height="10" fill="{_colour(number)}"/>')
        found.append(f'<text x="{x + 14}" y="{y + 9}">{escape(name)}</text>')
        x += 24 + 7 * len(name)
    return "".join(found)


def _bar(bar: Bar, y: int, scale: float, unit: str) -> str:
    x = float(_LEFT)
    found = [f'<text x="{_LEFT - 8}" y="{y + 12}" text-anchor="end">{escape(bar.name)}</text>']
    for number, part in enumerate(bar.parts):
        found.append(f'<rect x="{x:.1f}" y="{y}" width="{part * scale:.1f}" height="{_BAR}" fill="{_colour(number)}"/>')
        x += part * scale
    if bar.whisker:
        x = _LEFT + bar.whisker * scale
        found.append(f'<path d="M{x:.1f} {y + 2}v12M{_LEFT + bar.total * scale:.1f} {y + 8}H{x:.1f}" stroke="#222"/>')
    digits = 0 if bar.total >= 100 else 1
    found.append(f'<text x="{x + 6:.1f}" y="{y + 12}">{bar.total:,.{digits}f} {escape(unit)}</text>')
    return "".join(found)


def _colour(number: int) -> str:
    return _COLOURS[number % len(_COLOURS)]
