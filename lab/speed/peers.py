"""`make bench-peers`: LifeCert beside other open pipelines, on the same photos, in the same run, on one core.

Peers live in an environment of their own (requirements/peers.txt). Only one that brings its weights along in a package
can be run everywhere. Accuracy is that of the packaged portraits, and of labelled pairs when `--data` names some.
"""

import argparse
import csv
import json
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from lab.calibration.statistics import wilson
from lab.speed import pictures
from lab.speed.measure import QUICK, Plan, machine, prepare
from lab.speed.process import BUILD, LAYERS, ROOT, RUNTIME, BenchError, run

FORMAT = "lifecert-peers/1"
PEERS = BUILD / "peers/bin/python"
OURS, DEFAULT = "LifeCert", "dlib, HOG, as by default"
TIMES = 3.0
"""How many times quicker than the peer's default we want to be."""
_STEPS = ("neutral", "turn_left", "open_mouth")
# Three of one person, one of another, one of a third: too few for a rate, enough to see that everything works.
_PORTRAITS = {"obama.jpg": "a", "obama2.jpg": "a", "obama3.jpg": "a", "biden.jpg": "b", "astronaut.png": "c"}


@dataclass(frozen=True, slots=True)
class Pair:
    """Two photos, whether they show one person, and the fold that a threshold for them must not come from."""

    one: Path
    other: Path
    same: bool
    fold: int


def portraits() -> list[Pair]:
    """Every two of the sample portraits; each pair is a fold."""
    people = [(BUILD / "portraits" / name, person) for name, person in _PORTRAITS.items()]
    found = [(one, other) for place, one in enumerate(people) for other in people[place + 1 :]]
    return [Pair(one, other, a == b, fold) for fold, ((one, a), (other, b)) in enumerate(found)]


def labelled(data: Path, count: int) -> list[Pair]:
    """`count` pairs of a manifest (img_a, img_b, same, fold), spread evenly over it. Raises BenchError."""
    try:
        with data.open(encoding="utf-8", newline="") as file:
            rows = list(csv.DictReader(file))
        pairs = [
            Pair(_found(data, row["img_a"]), _found(data, row["img_b"]), row["same"] == "1", int(row["fold"]))
            for row in rows[:: max(1, len(rows) // count)][:count]
        ]
    except (OSError, KeyError, ValueError) as error:
        raise BenchError(f"{data.name}: not a manifest of pairs: {type(error).__name__} {error}") from error
    if len({pair.same for pair in pairs}) < 2 or len({pair.fold for pair in pairs}) < 2:
        raise BenchError(f"{data.name}: there must be pairs of both kinds, in two folds or more")
    return pairs


def _found(data: Path, name: str) -> Path:
    for folder in (data.parent, data.parent.parent):
        if (folder / name).is_file():
            return folder / name
    raise BenchError(f"{data.name}: there is no {name} beside it")


def accuracy(pairs: Sequence[Pair], similarities: Sequence[float | None], threshold: float) -> dict[str, Any]:
    """Shares of pairs told right: at the published threshold, and by folds at the best of the other folds' thresholds.

    The interval is of the latter, at 95 % (Wilson). A photo without a face found is like nobody.
    """
    told = np.array([-np.inf if value is None else value for value in similarities])
    same, folds = np.array([pair.same for pair in pairs]), np.array([pair.fold for pair in pairs])
    right = []
    for fold in np.unique(folds):
        others, own = folds != fold, folds == fold
        best = _best(told[others], same[others])
        right += list((told[own] >= best) == same[own])
    return {
        "pairs": len(pairs),
        "not_found": int(np.isinf(told).sum()),
        "at_published": round(float(((told >= threshold) == same).mean()), 4),
        "by_folds": round(float(np.mean(right)), 4),
        "interval": [round(limit, 4) for limit in wilson(sum(map(int, right)), len(right))],
    }


def _best(told: Any, same: Any) -> float:
    """The threshold that tells most pairs right, midway to the next lower similarity; none when no face was found."""
    levels = np.unique(told[np.isfinite(told)])
    if not levels.size:
        return float("inf")
    middles = np.concatenate([levels[:1], (levels[1:] + levels[:-1]) / 2])
    return float(max(middles, key=lambda level: ((told >= level) == same).sum()))


def measure(plan: Plan, data: Path | None, count: int, date: str) -> dict[str, Any]:
    """All pipelines on one core. Raises BenchError."""
    if not PEERS.exists():
        raise BenchError("there is no environment of the peers: make bench-peers makes it")
    photos = BUILD / "bench/photos"
    prepare(photos, ())
    sets = {"portraits": portraits()}
    if data:
        sets[f"{data.parent.name}, {count} pairs"] = labelled(data, count)
    pairs = [pair for several in sets.values() for pair in several]
    job = {
        "reference": str(photos / "reference.jpg"),
        "frames": [str(photos / f"{step}.jpg") for step in _STEPS],
        "runs": plan.warm,
        "pairs": [[str(pair.one), str(pair.other)] for pair in pairs],
    }
    (photos / "job.json").write_text(json.dumps(job), "utf-8")
    ours = run([RUNTIME, "-m", "lab.speed.peer_ours", photos / "job.json"], path=(*LAYERS, ROOT))
    theirs = run([PEERS, "-m", "lab.speed.peer_dlib", photos / "job.json"], path=(ROOT,))
    found = {}
    for told in (ours, theirs):
        for name, figures in told["settings"].items():
            similarities = figures.pop("similarities")
            found[name] = {**figures, "accuracy": {}}
            start = 0
            for title, several in sets.items():
                end = start + len(several)
                found[name]["accuracy"][title] = accuracy(several, similarities[start:end], told["threshold"])
                start = end
    result = {
        "format": FORMAT,
        "date": date,
        "machine": machine(),
        "libraries": theirs["libraries"],
        "busy": round(found[OURS]["wall_ms"]["median"] / found[OURS]["cpu_ms"]["median"], 2),
        "pipelines": found,
    }
    return {**result, "targets": judge(found)}


def judge(found: dict[str, Any]) -> dict[str, Any]:
    """Whether we are as much quicker as we want to be, and no less accurate, than the peer as it comes."""
    ours, theirs = found[OURS], found[DEFAULT]
    times = theirs["cpu_ms"]["median"] / ours["cpu_ms"]["median"]
    targets = {"times_quicker": {"limit": TIMES, "measured": round(times, 2), "met": times >= TIMES}}
    for title, mine in ours["accuracy"].items():
        least = theirs["accuracy"][title]["by_folds"]
        targets[f"accuracy on {title}"] = {
            "limit": least,
            "measured": mine["by_folds"],
            "met": mine["by_folds"] >= least,
        }
    return targets


def report(result: dict[str, Any]) -> str:
    """The figures in Markdown."""
    titles = list(result["pipelines"][OURS]["accuracy"])
    heads = "".join(f" right of {title} (published threshold) |" for title in titles)
    lines = [
        f"| pipeline | CPU ms, median | p90 |{heads}",
        f"|---|---:|---:|{'---:|' * len(titles)}",
    ]
    for name, one in result["pipelines"].items():
        cells = [f"{one['cpu_ms']['median']:.0f}", f"{one['cpu_ms']['p90']:.0f}"]
        for title in titles:
            told = one["accuracy"][title]
            missing = f", {told['not_found']} without a face" if told["not_found"] else ""
            low, high = told["interval"]
            cells.append(f"{told['by_folds']:.1%} [{low:.1%}, {high:.1%}] ({told['at_published']:.1%}{missing})")
        lines.append(f"| {name} | {' | '.join(cells)} |")
    if result["busy"] > 1.1:
        lines.append(f"\nBUSY: the machine did other work ({result['busy']} x the time)")
    for name, target in result["targets"].items():
        lines.append(
            f"\n{'met' if target['met'] else 'MISSED'} {name}: {target['measured']} (at least {target['limit']})"
        )
    return "\n".join(lines)


def main(arguments: list[str] | None = None) -> int:
    """Measure; 1 when a target was missed, 2 when it could not be measured."""
    parser = argparse.ArgumentParser(prog="python -m lab.speed.peers", description=__doc__)
    parser.add_argument("--data", type=Path, help="manifest of labelled pairs: img_a,img_b,same,fold")
    parser.add_argument("--pairs", type=int, default=600, help="how many of them")
    parser.add_argument("--quick", action="store_true", help="two runs of each: shows that it works, no more")
    parser.add_argument("--out", type=Path, default=BUILD / "bench", help="folder of peers.json and peers.svg")
    parser.add_argument("--date", required=True, help="written beside the figures")
    asked = parser.parse_args(arguments)
    try:
        result = measure(QUICK if asked.quick else Plan(warm=20), asked.data, asked.pairs, asked.date)
    except BenchError as error:
        print(f"bench-peers: {error}", file=sys.stderr)
        return 2
    asked.out.mkdir(parents=True, exist_ok=True)
    (asked.out / "peers.json").write_text(json.dumps(result, indent=2) + "\n", "utf-8")
    (asked.out / "peers.svg").write_text(pictures.peers(result), "utf-8")
    print(f"{report(result)}\n\nWritten: {asked.out / 'peers.json'}, {asked.out / 'peers.svg'}")
    return 0 if all(target["met"] for target in result["targets"].values()) else 1


if __name__ == "__main__":
    sys.exit(main())
