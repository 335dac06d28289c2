"""`make load`: many phones at once on the deployed local stack, from the start of a session to its decision.

Bounded: a fixed number of certifications, by a fixed number of phones, on loopback only, within a time. Frames are
drawn before the clock starts: a phone's camera costs the server nothing.
"""

import argparse
import json
import sys
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import pairwise
from pathlib import Path
from queue import SimpleQueue
from typing import Any
from zoneinfo import ZoneInfo

from lab.plot import Bar, Chart, bars
from lab.speed.measure import machine
from lab.speed.numbers import spread
from lab.speed.process import BUILD
from lifecert.domain.challenge import Step
from lifecert_vision.quiet import native_logs_hidden
from local.demo.cast import MING, portrait, register
from local.demo.phone import Camera, Phone, camera_before
from local.deploy import Deployment, deploy
from local.stack import StackError, run

FORMAT = "lifecert-load/1"
_PARTS = ("start", "upload", "verify", "whole")
_PASSWORD = "Only-for-this-run-2026"  # noqa: S105 - a made-up user of a stack that ends with the run
_SECONDS = 600.0


@dataclass(frozen=True, slots=True)
class Certified:
    """One certification: milliseconds of each part, or why it went wrong."""

    parts: dict[str, float]
    error: str = ""


class _Frames:
    """Frames drawn beforehand, those of one moment together: each is taken once, because each is good once."""

    def __init__(self, moments: int) -> None:
        camera = camera_before(portrait(MING.face))
        self._left: SimpleQueue[dict[Step, bytes]] = SimpleQueue()
        for _ in range(moments):
            self._left.put({step: camera(step) for step in Step})

    def camera(self) -> Camera:
        """A camera at a moment of its own."""
        return self._left.get_nowait().__getitem__


def measure(stack: Deployment, phones: int, certifications: int, date: str) -> dict[str, Any]:
    """Certify so many beneficiaries, one after the other on each phone: the second time of a day issues nothing."""
    clerk = Phone(stack.api_url, stack.new_user("load-clerk@example.org", _PASSWORD, "clerk"))
    second = Phone(stack.api_url, stack.new_user("load-second-clerk@example.org", _PASSWORD, "clerk"))
    today = datetime.now(ZoneInfo("Asia/Shanghai")).date()
    people = [replace(MING, id_number=_id_number(number)) for number in range(certifications)]
    for person in people:
        register(clerk, person, today, second)
    held = [Phone(stack.api_url, stack.new_user(f"load-{n}@example.org", _PASSWORD)) for n in range(phones)]
    with native_logs_hidden():
        frames = _Frames(certifications)
    deadline = time.monotonic() + _SECONDS
    turns = SimpleQueue[int]()
    for turn in range(certifications):
        turns.put(turn)

    def use(number: int) -> list[Certified]:
        done = []
        while not turns.empty() and time.monotonic() < deadline:
            person = people[turns.get()]
            done.append(_certify(held[number], person.name, person.id_number, frames))
        return done

    began = time.monotonic()
    with ThreadPoolExecutor(phones) as pool:
        found = [one for several in pool.map(use, range(phones)) for one in several]
    return summed_up(found, phones, time.monotonic() - began, date)


def summed_up(found: Sequence[Certified], phones: int, seconds: float, date: str) -> dict[str, Any]:
    """Latencies of what went well, in milliseconds, and each error with its number."""
    good = [one.parts for one in found if not one.error]
    errors: dict[str, int] = {}
    for one in found:
        if one.error:
            errors[one.error] = errors.get(one.error, 0) + 1
    return {
        "format": FORMAT,
        "date": date,
        "machine": machine(),
        "phones": phones,
        "certifications": len(found),
        "seconds": round(seconds, 1),
        "per_minute": round(len(good) / seconds * 60, 1),
        "errors": errors,
        "wall_ms": {part: spread([parts[part] for parts in good], 0) for part in _PARTS} if good else {},
    }


def _certify(phone: Phone, name: str, id_number: str, frames: _Frames) -> Certified:
    marks = [time.perf_counter()]
    try:
        session = phone.start(name, id_number)
        marks.append(time.perf_counter())
        phone.show(session, frames.camera())
        marks.append(time.perf_counter())
        decided = phone.verify(session["session_id"])
        marks.append(time.perf_counter())
    except Exception as error:  # noqa: BLE001 - whatever went wrong is counted
        return Certified({}, f"{type(error).__name__}: {error}"[:200])
    if decided["outcome"] != "accepted":
        return Certified({}, f"{decided['outcome']}: {decided.get('reason')}"[:200])
    took = [(after - before) * 1000 for before, after in pairwise(marks)]
    return Certified(dict(zip(_PARTS, [*took, (marks[-1] - marks[0]) * 1000], strict=True)))


def _id_number(number: int) -> str:
    """A made-up ID number that fits (GB 11643)."""
    digits = f"33010619510804{number:03d}"
    weights = [2 ** (17 - place) % 11 for place in range(17)]
    rest = sum(int(digit) * weight for digit, weight in zip(digits, weights, strict=True)) % 11
    return digits + "10X98765432"[rest]


def picture(result: dict[str, Any]) -> str:
    """SVG of the latencies: median, and p90 as a line."""
    drawn = [Bar(part, [times["median"]], times["p90"]) for part, times in result["wall_ms"].items()]
    title = f"{result['certifications']} certifications by {result['phones']} phones at once (line: p90)"
    return bars([Chart(title, "ms", drawn)], "LifeCert: latencies under load")


def main(arguments: list[str] | None = None) -> int:
    """Run it; 1 when anything went wrong for a phone, 2 when the stack could not be had."""
    parser = argparse.ArgumentParser(prog="python -m lab.speed.load", description=__doc__)
    parser.add_argument("--phones", type=int, default=8, choices=range(1, 33), metavar="1-32")
    parser.add_argument("--certifications", type=int, default=80, choices=range(1, 501), metavar="1-500")
    parser.add_argument("--out", type=Path, default=BUILD / "bench", help="folder of load.json and load.svg")
    parser.add_argument("--date", required=True, help="written beside the figures")
    asked = parser.parse_args(arguments)
    try:
        with run() as local:
            result = measure(deploy(local.aws), asked.phones, asked.certifications, asked.date)
    except StackError as error:
        print(f"load: {error}", file=sys.stderr)
        return 2
    asked.out.mkdir(parents=True, exist_ok=True)
    (asked.out / "load.json").write_text(json.dumps(result, indent=2) + "\n", "utf-8")
    (asked.out / "load.svg").write_text(picture(result), "utf-8")
    print(report(result))
    return 1 if result["errors"] or not result["wall_ms"] else 0


def report(result: dict[str, Any]) -> str:
    """The figures as text."""
    head = f"{result['certifications']} certifications by {result['phones']} phones in {result['seconds']} s"
    lines = [f"{head}: {result['per_minute']} a minute", f"{'wall ms':10}{'median':>9}{'p90':>9}{'max':>9}"]
    for part, times in result["wall_ms"].items():
        lines.append(f"{part:10}{times['median']:9.0f}{times['p90']:9.0f}{times['max']:9.0f}")
    lines += [f"ERROR {count} x {error}" for error, count in result["errors"].items()]
    return "\n".join(lines if result["errors"] else [*lines, "no errors"])


if __name__ == "__main__":
    sys.exit(main())
