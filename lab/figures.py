"""`make figures`: the figures that pages and pictures show, from one file, docs/figures.json.

    make figures                                          # rows of tables and pictures anew from the file
    make figures TAKE="speed=.build/bench/bench.json"     # first take what a bench has measured into the file

Each section holds what was measured together, with its day, its machine and its command. Only what a page or a picture
shows is kept. A row of a table is known by its first cell, so words around the tables are people's own; the test
(tests/architecture/test_figures.py) fails for a row or a picture that says something else than the file.
"""

import argparse
import json
import re
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from lab import discards
from lab.calibration.plot import Curve, det
from lab.city import report as city
from lab.plot import bars
from lab.scale import pictures as scale
from lab.speed import pictures as speed
from lab.speed import sizes

ROOT = Path(__file__).resolve().parents[1]
FILE = ROOT / "docs/figures.json"
Figures = Mapping[str, Any]

# Stages as people call them, in the order of README.
_STAGES = {
    "embed": "embedding",
    "detect": "detection",
    "passive": "passive cue",
    "decode": "decoding",
    "quality": "quality",
    "imprint": "imprints",
}
# What two processors' code is compared by, as docs/speed.md calls it.
_PATHS = {
    "cold start to first decision": "cold start, in turn",
    "three frames of 960x1280": "three frames, in turn",
    "stage: detect": "of them detection",
    "stage: embed": "of them embedding",
    "stage: passive": "of them the passive cue",
    "bare networks": "their bare networks",
    "network: landmarks": "of these the landmarks",
    "network: recogniser": "of these the recogniser",
    "three frames / bare networks": "three frames by their bare networks",
}
_ONE, _TWO = "threads_1", "threads_2"


class FiguresError(ValueError):
    """A section cannot be taken, or a page lacks a row. The message says which."""


# --- what is kept of what a bench measured ---------------------------------------------------------------------------


def _speed(result: Figures) -> dict[str, Any]:
    """Of bench.json."""
    one = result["warm"][_ONE]
    return {
        **_measured(result, "make bench"),
        "busy": result["busy"],
        "cold_start_cpu_ms": {
            threads: {moment: _two(figures[f"{moment}_cpu_ms"]) for moment in ("ready", "decided")}
            for threads, figures in result["cold_start"].items()
        },
        "warm_cpu_ms": {
            threads: {frames: _two(figures[frames]["cpu_ms"]) for frames in ("frames_1", "frames_2", "frames_3")}
            for threads, figures in result["warm"].items()
        },
        "stages_cpu_ms": {name: times["cpu_ms"]["median"] for name, times in one["stages"].items()},
        "photo_sizes": [
            {"megapixels": size["megapixels"], "cpu_ms": size["cpu_ms"]["median"]} for size in result["photo_sizes"]
        ],
        "peak_mb": max(size["peak_mb"] for size in result["photo_sizes"]),
        "growth_mb": result["growth"]["growth_mb"],
        "limits": {name: target["limit"] for name, target in result["targets"].items()},
    }


def _paths(result: Figures) -> dict[str, Any]:
    """Of paths.json, which `make bench ARGS='--on ...'` writes; the page compares the first two processors."""
    compared = result["processors"][:2]
    if len(set(compared)) < len("ab"):
        raise FiguresError("paths.json does not compare two processors")
    return {
        **_measured(result, f"make bench ARGS='--on {','.join(result['processors'])}'"),
        "processes": result["processes"],
        "figures": {
            what: {
                name: {key: one[key] for key in ("median", "times_first")}
                for name, one in result["figures"][what].items()
                if name in compared
            }
            for what in _PATHS
        },
    }


def _peers(result: Figures) -> dict[str, Any]:
    """Of peers.json."""
    return {
        **_measured(result, "make bench-peers DATA=pairs.csv ARGS='--pairs 300'"),
        "pipelines": {
            name: {"cpu_ms": _two(one["cpu_ms"]), "accuracy": one["accuracy"]}
            for name, one in result["pipelines"].items()
        },
    }


def _load(result: Figures) -> dict[str, Any]:
    """Of load.json."""
    whole = result["wall_ms"]["whole"]
    return {
        **_measured(result, "make load"),
        **{name: result[name] for name in ("phones", "certifications", "seconds")},
        "failed": sum(result["errors"].values()),
        "whole_ms": {name: whole[name] for name in ("median", "p90", "max")},
    }


def _size(result: Figures) -> dict[str, Any]:
    """Of size.json."""
    return {"date": result["date"], "command": "make size", **result}


def _scale(result: Figures) -> dict[str, Any]:
    """Of scale.json."""
    kept = ("requests", "read_units", "write_units", "client_cpu_s", "engine_cpu_s", "wall_s", "computed")
    return {
        "date": result["date"],
        "command": "make bench-scale",
        **{name: result[name] for name in ("machine", "python", "engine", "due", "shards")},
        "sizes": [
            {
                "register": one["register"],
                **{kind: {name: one[kind][name] for name in kept if name in one[kind]} for kind in ("index", "scan")},
            }
            for one in result["sizes"]
        ],
    }


def _cost(result: Figures) -> dict[str, Any]:
    """Of cost.json."""
    deployed = sum(result["certification"].values()) * 1e6
    return {
        "date": result["prices_noted"],
        "command": "make cost",
        "region": result["region"],
        "million_certifications_usd": round(deployed, 2),
    }


def _accuracy(result: Figures) -> dict[str, Any]:
    """Of measurement.json, which lifecert-calibrate writes."""
    curves, sets = [], {one["name"]: one for one in result["sets"]}
    good, mean = (sets[f"all pairs of good quality, {what}"] for what in ("photo against photo", "mean of 3 frames"))
    for one in result["sets"]:
        if one["group"] or not one["det"] or one["best_accuracy"] is not None:
            continue
        curves.append(
            {
                "name": one["name"],
                "rates": [[_short(fmr), _short(fnmr)] for _, fmr, fnmr in one["det"] if fmr > 0 and fnmr > 0],
                **{name: _pair(_at(one, result[name])) for name in ("accept", "review")},
            }
        )
    return {
        "date": result["date"],
        "command": "make calibrate, as docs/accuracy.md tells",
        **{name: result[name] for name in ("accept", "review")},
        "good_quality": {
            "accuracy": round(sets["labelled pairs of good quality, photo against photo"]["folds"]["mean"], 4),
            "fnmr_at_1e-4": _short(next(one["at"]["fnmr"]["value"] for one in good["wanted"] if one["fmr"] == 1e-4)),
            **dict(zip(("mean_fmr", "mean_fnmr"), _pair(_at(mean, result["accept"])) or (), strict=False)),
        },
        "curves": curves,
    }


def _discards(result: Figures) -> dict[str, Any]:
    """Of discards.json, which `make discards` writes."""
    return {"command": "make discards, as docs/accuracy.md tells", **result}


def _city(result: Figures) -> dict[str, Any]:
    """Of city.json, which `make city` writes."""
    plan = result["plan"]
    asked = " ".join(f"--{name} {plan[name]}" for name in ("people", "living"))
    drawn = result["life"]["faces"]["photos_drawn"]
    return {"command": f"make city, ARGS='{asked} --faces {drawn}'", **city.taken(result)}


TAKEN: dict[str, Callable[[Figures], dict[str, Any]]] = {
    "speed": _speed,
    "paths": _paths,
    "peers": _peers,
    "load": _load,
    "size": _size,
    "scale": _scale,
    "cost": _cost,
    "accuracy": _accuracy,
    "discards": _discards,
    "city": _city,
}


def _measured(result: Figures, command: str) -> dict[str, Any]:
    machine = result["machine"]
    return {
        "date": result["date"],
        "command": command,
        "machine": machine["processor"],
        "cores": machine["cores"],
        "python": machine["python"],
    }


def _two(times: Figures) -> dict[str, float]:
    return {name: times[name] for name in ("median", "p90")}


def _at(one: Figures, threshold: float) -> tuple[float | None, float | None] | None:
    found = (level for level in one["at"] if level["threshold"] == threshold)
    return next(((level["fmr"]["value"], level["fnmr"]["value"]) for level in found), None)


def _short(share: float) -> float:
    return float(f"{share:.3g}")


def _pair(rates: tuple[float | None, float | None] | None) -> list[float] | None:
    if rates is None or rates[0] is None or rates[1] is None:
        return None
    return [_short(rates[0]), _short(rates[1])]


# --- what pages show of it -------------------------------------------------------------------------------------------


def readme(figures: Figures) -> list[list[str]]:
    """Rows of README.md."""
    fast, pipelines = figures["speed"], _medians(figures)
    stages, later = fast["stages_cpu_ms"], fast.get("later", {})
    quick = f"; {later['three_frames_cpu_ms']:.0f} in a later quick run" if later else ""
    if other := fast.get("elsewhere"):
        quick += f"; {other['three_frames_cpu_ms']:.0f} on an {other['machine']}"
    cold = f"; {later['cold_start_cpu_ms']:,.0f} ms, {later['peak_mb']:.0f} MB in the quick run" if later else ""
    size, due = figures["size"], figures["scale"]["sizes"]
    [units] = {(one["index"]["read_units"], one["index"]["write_units"]) for one in due}
    good = figures["accuracy"]["good_quality"]
    limits, first = fast["limits"], fast["cold_start_cpu_ms"][_ONE]["decided"]["median"]
    most = f" (target {limits['peak_mb']:.0f})"
    three = fast["warm_cpu_ms"][_ONE]["frames_3"]["median"]
    return [
        [
            "a verification of three 960x1280 frames, warm, median",
            f"{three:.0f} ms of CPU (target {limits['warm_three_frames_cpu_ms']:.0f}){quick}",
            "`make bench`, [docs/speed.md](docs/speed.md)",
        ],
        [
            f"of which {', '.join(_STAGES.values())}",
            f"{', '.join(f'{stages[name]:.0f}' for name in _STAGES)} ms of the {three:.0f}",
            "`make bench`",
        ],
        [
            "cold start: spawn to the first decision, median; memory at its peak",
            f"{first:,.0f} ms of CPU (target {limits['cold_start_cpu_ms']:,.0f}); {fast['peak_mb']:.0f} MB{most}{cold}",
            "`make bench`",
        ],
        [
            "the same frames with dlib's pipeline, by default and not enlarged",
            f"{pipelines[1]:,.0f} and {pipelines[2]:,.0f} ms beside {pipelines[0]:,.0f} in that run, at lower accuracy",
            "`make bench-peers`, [docs/speed.md](docs/speed.md)",
        ],
        [
            "both layers and the largest function, unzipped",
            f"{size['together']:,} of {size['limit']:,} bytes",
            "`make size`",
        ],
        [
            "LFW folds 1-5, photos of good quality: accuracy; FNMR at an FMR of 1e-4",
            f"{100 * good['accuracy']:.2f} %; {100 * good['fnmr_at_1e-4']:.2f} %",
            "`make calibrate`, [docs/accuracy.md](docs/accuracy.md)",
        ],
        [
            f"the same, mean of three frames at {figures['accuracy']['accept']:.2f}, as the product decides: FMR, FNMR",
            f"{_power(good['mean_fmr'])}, {100 * good['mean_fnmr']:.2f} %",
            "`make calibrate`, [docs/accuracy.md](docs/accuracy.md)",
        ],
        [
            "a sweep of 1,000 people due among 10,000, 100,000 and 1,000,000",
            f"{units[0]:,} read and {units[1]:,} write units in each",
            "`make bench-scale`, [docs/scale.md](docs/scale.md)",
        ],
        [
            f"1,000,000 certifications, at list prices of {figures['cost']['date']}, without sign-in and messages",
            f"{figures['cost']['million_certifications_usd']:,.0f} USD",
            "`make cost`, [docs/cost.md](docs/cost.md)",
        ],
        ["the demo, after the first set-up", f"{figures['demo']['seconds']} s", "`make demo`"],
    ]


def speed_page(figures: Figures) -> list[list[str]]:
    """Rows of docs/speed.md."""
    fast, load = figures["speed"], figures["load"]
    cold, warm = fast["cold_start_cpu_ms"], fast["warm_cpu_ms"]
    return [
        [
            "cold start to ready",
            *(_with_p90(cold.get(threads, {}).get("ready")) for threads in (_ONE, _TWO)),
        ],
        [
            "cold start to the first decision",
            *(_with_p90(cold.get(threads, {}).get("decided")) for threads in (_ONE, _TWO)),
        ],
        *(
            [
                f"warm verification of {word}",
                *(_with_p90(warm.get(threads, {}).get(f"frames_{n}")) for threads in (_ONE, _TWO)),
            ]
            for n, word in ((1, "one frame"), (2, "two frames"), (3, "three frames"))
        ),
        *(
            [f"three frames of {one['megapixels']} megapixels", f"{one['cpu_ms']:.0f}", ""]
            for one in fast["photo_sizes"]
        ),
        ["memory at its peak, over these sizes", f"{fast['peak_mb']:.0f} MB", ""],
        ["memory gained over those 900 verifications", f"{fast['growth_mb']:.1f} MB", ""],
        *([name.replace("_", " "), f"{spent:.1f}"] for name, spent in fast["stages_cpu_ms"].items()),
        *_paths_rows(figures["paths"]["figures"]),
        *([told, *_beside(one)] for told, one in _pipelines(figures)),
        [
            f"{load['certifications']} by {load['phones']} phones",
            f"{load['seconds']:.0f} s",
            str(load["failed"]),
            *(f"{load['whole_ms'][name] / 1000:.1f} s" for name in ("median", "p90", "max")),
        ],
    ]


def _paths_rows(figures: Figures) -> Iterable[list[str]]:
    """What was measured in turn on two processors, and how many times the first one's the second one's is."""
    for what, told in _PATHS.items():
        one, other = figures[what].values()
        digits = 2 if " / " in what else 0 if "cold" in what else 1
        medians = (f"{processor['median']:,.{digits}f}" for processor in (one, other))
        yield [told, *medians, f"{other['times_first']:.2f}"]


def scale_page(figures: Figures) -> list[list[str]]:
    """Rows of docs/scale.md; two cells tell one."""
    rows = []
    for one in figures["scale"]["sizes"]:
        for kind in ("index", "scan"):
            row = one[kind]
            times = ["computed", ""]
            if "wall_s" in row:
                times = [f"{row['client_cpu_s']:.1f}, {row['engine_cpu_s']:.1f}", f"{row['wall_s']:.1f}"]
            units = [f"{row[name]:,.0f}" for name in ("requests", "read_units", "write_units")]
            rows.append([f"{one['register']:,} | {kind}", *units, *times])
    return rows


PAGES: dict[str, Callable[[Figures], list[list[str]]]] = {
    "README.md": readme,
    "docs/speed.md": speed_page,
    "docs/scale.md": scale_page,
}


def replaced(page: str, rows: Iterable[Sequence[str]]) -> str:
    """The page with these rows in place of those with the same first cells. Raises FiguresError."""
    lines = page.split("\n")
    for row in rows:
        found = [number for number, line in enumerate(lines) if line.startswith(f"| {row[0]} |")]
        if len(found) != 1:
            raise FiguresError(f"{len(found)} rows begin with '{row[0]}', and one must")
        lines[found[0]] = f"| {' | '.join(row)} |".replace("|  |", "| |")
    return "\n".join(lines)


def _medians(figures: Figures) -> list[float]:
    return [one["cpu_ms"]["median"] for one in figures["peers"]["pipelines"].values()]


def _power(share: float) -> str:
    """1.0e-5, and not 1.0e-05; 0 as it is."""
    return re.sub(r"e-0", "e-", f"{share:.1e}") if share else "0"


def _with_p90(times: Figures | None) -> str:
    if times is None:  # a machine of one core
        return ""
    p90 = f" ({times['p90']:,.0f})" if times.get("p90") else ""
    return f"{times['median']:,.0f}{p90}"


def _pipelines(figures: Figures) -> Iterable[tuple[str, Figures]]:
    """Each pipeline as docs/speed.md calls it."""
    named = {
        "LifeCert": "LifeCert: quality, covers, challenge, flatness, passive cue, matching, policy",
        "dlib, HOG, as by default": "dlib, HOG detector as by default (enlarged once)",
        "dlib, HOG, not enlarged": "dlib, HOG, not enlarged",
        "dlib, HOG, reduced to a quarter": "dlib, HOG, reduced to a quarter, as in its example for a webcam",
    }
    return ((named[name], one) for name, one in figures["peers"]["pipelines"].items())


def _beside(one: Figures) -> list[str]:
    time = f"{one['cpu_ms']['median']:,.0f} ms"
    [told] = [figures for title, figures in one["accuracy"].items() if title != "portraits"]
    if told["not_found"] == told["pairs"]:
        return [time, "finds no face in photos of 250x250", ""]
    low, high = (f"{100 * limit:.1f}" for limit in told["interval"])
    return [time, f"{told['by_folds']:.1%} [{low}, {high}]".replace("%", " %"), f"{100 * told['at_published']:.1f} %"]


# --- what pictures show of it ----------------------------------------------------------------------------------------


def lfw_det(figures: Figures) -> str:
    """The DET curves of docs/accuracy.md."""
    told = figures["accuracy"]
    return det([Curve(**one) for one in told["curves"]], told["accept"], told["review"])


PICTURES: dict[str, Callable[[Figures], str]] = {
    "docs/img/speed.svg": lambda figures: bars(
        [speed.by_stage(figures["speed"]["stages_cpu_ms"])], "LifeCert: a verification by stage"
    ),
    "docs/img/peers.svg": lambda figures: speed.peers(figures["peers"]),
    "docs/img/size.svg": lambda figures: sizes.picture(figures["size"]),
    "docs/img/scale.svg": lambda figures: scale.picture(figures["scale"]),
    "docs/img/lfw-det.svg": lfw_det,
    "docs/img/discards.svg": lambda figures: discards.picture(figures["discards"]),
    "docs/img/city.svg": lambda figures: city.picture(figures["city"]),
}


def load(path: Path = FILE) -> dict[str, Any]:
    """The file."""
    figures: dict[str, Any] = json.loads(path.read_text("utf-8"))
    return figures


def main(arguments: Sequence[str] | None = None) -> int:
    """Take what was measured, then write pages and pictures; 2 when a section or a row is not there."""
    parser = argparse.ArgumentParser(prog="python -m lab.figures", description=__doc__.split("\n")[0])
    parser.add_argument("take", nargs="*", metavar="SECTION=FILE", help=f"SECTION is one of {', '.join(TAKEN)}")
    parser.add_argument("--root", type=Path, default=ROOT, help="the project (%(default)s)")
    asked = parser.parse_args(arguments)
    file = asked.root / FILE.relative_to(ROOT)
    figures = load(file)
    try:
        for told in asked.take:
            section, _, path = told.partition("=")
            if section not in TAKEN:
                raise FiguresError(f"there is no section '{section}', but {', '.join(TAKEN)}")
            figures[section] = TAKEN[section](json.loads(Path(path).read_text("utf-8")))
        for name, rows in PAGES.items():
            page = asked.root / name
            page.write_text(replaced(page.read_text("utf-8"), rows(figures)), "utf-8")
    except (FiguresError, OSError, KeyError, json.JSONDecodeError) as error:
        print(f"figures: {type(error).__name__}: {error}", file=sys.stderr)
        return 2
    for name, draw in PICTURES.items():
        (asked.root / name).write_text(draw(figures), "utf-8")
    file.write_text(written(figures), "utf-8")
    print(f"figures: {', '.join([*PAGES, *PICTURES])}")
    return 0


def written(figures: Figures) -> str:
    """The file's text: a line for each figure, and for each point of a curve."""
    text = json.dumps(figures, indent=1, ensure_ascii=False)
    return re.sub(r"\[\s+([^\[\]{}]*?)\s+\]", lambda found: f"[{' '.join(found[1].split())}]", text) + "\n"


if __name__ == "__main__":
    sys.exit(main())
