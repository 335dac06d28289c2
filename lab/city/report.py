"""What is told of a city: tables for people, and a picture of its year."""

from collections.abc import Mapping, Sequence
from math import ceil
from statistics import median
from typing import Any

from lab.plot import Axis, Line, Panel, Point, lines

_PHASES = {"dry_run": "dry run", "registration": "registration", "published": "payers told, lists written"}
# What payers hear of a year, and how it is called in the picture.
_DRAWN = {
    "BeneficiaryCertified": "certified",
    "BeneficiaryLapsed": "lapsed",
    "PaymentHeld": "payment held",
    "BeneficiaryTerminated": "ended",
}


def taken(result: Mapping[str, Any]) -> dict[str, Any]:
    """What is kept of a run: what pages and the picture show."""
    life, nights = result["life"], result["life"]["nights"]
    swept = sorted(one["sweep_s"] for one in nights)
    events: dict[str, int] = {}
    for name, number in life["events"].items():
        events[name.partition(":")[0]] = events.get(name.partition(":")[0], 0) + number
    return {
        **{name: result[name] for name in ("date", "machine", "python", "engine")},
        **result["plan"],
        "import": result["import"],
        "lived_s": result["lived_s"],
        "whole_s": result["whole_s"],
        "night_ms": {"median": round(1000 * median(swept)), "max": round(1000 * swept[-1])},
        "published": sum(life["published"].values()),
        "events": events,
        "refused": sum(life["refused"].values()),
        "really_looked_at": result["looked_at"]["really"],
        "drawn": life["faces"],
        "at_the_end": result["at_the_end"],
        "months": {
            month: {kind: kinds[kind] for kind in _DRAWN if kind in kinds} for month, kinds in life["months"].items()
        },
        "stories": result["stories"],
    }


def import_rows(figures: Mapping[str, Any]) -> list[list[str]]:
    """What the import took for each line of the file."""
    return [
        [
            name,
            *(f"{figures['import'][phase][rate]:,}" for rate in ("lines_a_second", "lines_a_cpu_second")),
            *(f"{figures['import'][phase][units]:.2f}" for units in ("read_units_a_line", "write_units_a_line")),
        ]
        for phase, name in _PHASES.items()
    ]


def life_rows(figures: Mapping[str, Any]) -> list[list[str]]:
    """What came of the days."""
    end = figures["at_the_end"]
    return [
        ["people in the register, of whom live", f"{figures['people']:,}, {figures['living']:,}"],
        ["nights; sweep of one, median and longest", f"{figures['days']}; {_seconds(figures['night_ms'])}"],
        ["events published", f"{figures['published']:,}"],
        ["photos and challenges really looked at", f"{figures['really_looked_at']:,}"],
        ["refused, which changed nothing", f"{figures['refused']:,}"],
        ["of the living at the end", ", ".join(f"{number:,} {name}" for name, number in sorted(end.items()))],
        ["stories of somebody to whom wrong was done", str(figures["stories"])],
    ]


def event_rows(figures: Mapping[str, Any]) -> list[list[str]]:
    """How often what happened."""
    return [[name, f"{number:,}"] for name, number in figures["events"].items() if number]


def table(figures: Mapping[str, Any]) -> str:
    """All of it, in Markdown."""
    head = ["phase", "lines a second", "lines a second of CPU", "read units a line", "write units a line"]
    told = [
        _rows(head, import_rows(figures)),
        _rows(["what", "figure"], life_rows(figures)),
        _rows(["event", "times"], event_rows(figures)),
    ]
    return "\n\n".join(told)


def picture(figures: Mapping[str, Any]) -> str:
    """SVG: what payers heard of the living, month by month, added up."""
    months = sorted(figures["months"])
    drawn, highest = [], 1
    for kind, name in _DRAWN.items():
        total, points = 0, []
        for number, month in enumerate(months, start=1):
            total += figures["months"][month].get(kind, 0)
            points.append((float(number), float(total)))
        highest = max(highest, total)
        # How many in all stands with the name: marks of seldom things lie over each other.
        drawn.append(Line(f"{name}: {total:,}", points, [Point(*points[-1])]))
    step = 10 ** (len(str(highest)) - 1)
    top = ceil(highest / step) * step
    across = Axis("month", 0.5, len(months) + 0.9, [float(one) for one in range(1, len(months) + 1)], _whole, False)
    up = Axis("", 0.0, top * 1.08, [float(one) for one in range(0, top + 1, max(1, top // 4))], _whole, False)
    panel = Panel("What payers heard, added up", across, up, drawn)
    note = f"{figures['living']:,} of {figures['people']:,} made-up people for {figures['days']} days."
    return lines([panel], "A made-up city's year", [note])


def _whole(value: float) -> str:
    return f"{value:,.0f}"


def _seconds(milliseconds: Mapping[str, int]) -> str:
    return f"{milliseconds['median'] / 1000:.1f} s, {milliseconds['max'] / 1000:.1f} s"


def _rows(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    return "\n".join(f"| {' | '.join(row)} |" for row in [head, ["---"] * len(head), *rows])
