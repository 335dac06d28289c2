"""`make bench ARGS='--on this,avx2'`: what the code for other processors takes, on this one.

Libraries have code for several processors. Each child sees one of them (`lab.processors`), and the children take turns,
so that other work on the machine is no difference between them. What is slow of an older processor itself is not shown.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any

from lab.processors import PROCESSORS, variables
from lab.speed.measure import FUNCTION, machine, prepare, settings
from lab.speed.numbers import spread
from lab.speed.process import BUILD, LAYERS, ROOT, RUNTIME, run

FORMAT = "lifecert-paths/1"
_COLD, _WARM = "cold start to first decision", "three frames of 960x1280"
_BARE, _RATIO = "bare networks", "three frames / bare networks"


@dataclass(frozen=True, slots=True)
class Turns:
    """How many processes of each kind every processor gets, and verifications in each warm one."""

    rounds: int = 8
    runs: int = 20


QUICK = Turns(rounds=1, runs=2)


def compare(processors: Sequence[str], turns: Turns, date: str, say: Callable[[str], None]) -> dict[str, Any]:
    """Measure the built layers on one core on each of the processors. Raises BenchError and ProcessorError."""
    photos = BUILD / "bench/photos"
    say("photos")
    libraries = prepare(photos, ())
    seen = {name: variables(name) for name in processors}
    for name, own in seen.items():
        say(f"on {name}, once without counting: {PROCESSORS[name].what}")
        _turn(photos, 1, own)
    rows: dict[str, dict[str, list[float]]] = {}
    for number in range(turns.rounds):
        say(f"turn {number + 1} of {turns.rounds}")
        for name in processors if number % 2 == 0 else processors[::-1]:
            for what, value in _turn(photos, turns.runs, seen[name]).items():
                rows.setdefault(what, {one: [] for one in processors})[name].append(value)
    return {
        "format": FORMAT,
        "date": date,
        "machine": {**machine(), "libraries": libraries},
        "processors": list(processors),
        "processes": turns.rounds,
        "verifications": turns.runs,
        "figures": {
            what: {
                name: {**spread(values, 3), "times_first": round(_times(values, by_name[processors[0]]), 3)}
                for name, values in by_name.items()
            }
            for what, by_name in rows.items()
        },
    }


def _turn(photos: Path, runs: int, own: Mapping[str, str]) -> dict[str, float]:
    """One cold start and one process of warm verifications: CPU ms, medians of the process, and a ratio."""
    cold = run(
        [RUNTIME, "-m", "lab.speed.cold", photos], path=(FUNCTION, *LAYERS, ROOT), variables={**settings(), **own}
    )
    warm = run([RUNTIME, "-m", "lab.speed.probe", "networks", photos, runs], path=(*LAYERS, ROOT), variables=own)
    return {
        _COLD: cold["decided"]["cpu_ms"],
        _WARM: warm["cpu_ms"],
        **{f"stage: {stage}": value for stage, value in warm["stages"].items()},
        _BARE: warm["bare_cpu_ms"],
        **{f"network: {network}": value for network, value in warm["networks"].items()},
        _RATIO: warm["ratio"],
    }


def _times(values: Sequence[float], first: Sequence[float]) -> float:
    """How many times what the first processor took in the same turn, in the middle of all turns."""
    return median(value / one if one else 1.0 for value, one in zip(values, first, strict=True))


def report(result: Mapping[str, Any]) -> str:
    """Medians by processor, and beside those of the others how many times the first one's they are."""
    machine, figures = result["machine"], result["figures"]
    processors = result["processors"]
    lines = [
        f"{machine['processor']}, one core, {machine['system']}, Python {machine['python']}, {result['date']}",
        f"CPU ms, median of {result['processes']} processes in turn, each with {result['verifications']} verifications",
        *(f"  {name:9} {PROCESSORS[name].what}" for name in processors),
        "",
        f"{'':32} {processors[0]:>9}" + "".join(f" {name:>9} {'times':>6}" for name in processors[1:]),
    ]
    for what, by_name in figures.items():
        digits = 2 if what == _RATIO else 1
        line = f"{what:32} {by_name[processors[0]]['median']:9.{digits}f}"
        for name in processors[1:]:
            line += f" {by_name[name]['median']:9.{digits}f} {by_name[name]['times_first']:6.3f}"
        lines.append(line)
    return "\n".join(lines)
