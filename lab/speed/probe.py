"""Measurements of warm verifications, each in a process of its own: `python -m lab.speed.probe NAME PHOTOS ...`.

Prints one JSON object. Run by `lab.speed.measure` on the built layers.
"""

import cProfile
import io
import json
import pstats
import sys
import time
from collections.abc import Callable
from functools import cache
from importlib.metadata import version
from pathlib import Path
from statistics import median
from typing import Any

import cv2
import numpy as np

from lab.speed.bare import timed_networks
from lab.speed.marks import memory_mb
from lab.speed.numbers import spread
from lifecert.adapters.files.policy import load_policy
from lifecert.domain.challenge import Step
from lifecert.domain.evidence import Evidence, Template
from lifecert.domain.policy import decide
from lifecert.ports.vision import Frame
from lifecert_vision.analyser import VisionAnalyser

STEPS = (Step.NEUTRAL, Step.TURN_LEFT, Step.OPEN_MOUTH)
_WARM_UP = 3
_NOISE = 6  # grey values: enlarged pictures would be smaller files, and quicker to decode, than real ones
_QUALITY = 88


def photos(folder: Path, portraits: Path, sizes: list[tuple[int, int]]) -> dict[str, Any]:
    """Make the photos that everything is measured on, upright and in `sizes` (width, height), and the reference's
    template; say which libraries there are."""
    from local.camera.synthesis import frame_for

    folder.mkdir(parents=True, exist_ok=True)
    portrait = (portraits / "obama.jpg").read_bytes()
    template = VisionAnalyser(load_policy()).enrol(portrait).template
    if template is None:
        raise RuntimeError("the sample portrait could not be enrolled")
    (folder / "reference.template").write_bytes(template.vector)
    (folder / "reference.jpg").write_bytes(portrait)
    noise = np.random.default_rng(1)
    for step in STEPS:
        content = frame_for(portrait, step)
        (folder / f"{step}.jpg").write_bytes(content)
        drawn = np.asarray(cv2.imdecode(np.frombuffer(content, np.uint8), cv2.IMREAD_COLOR), np.uint8)
        for size in sizes:
            picture = cv2.resize(drawn, size, interpolation=cv2.INTER_CUBIC).astype(np.int16)
            picture += np.rint(noise.normal(0, _NOISE, picture.shape)).astype(np.int16)
            flags = [cv2.IMWRITE_JPEG_QUALITY, _QUALITY]
            written = cv2.imencode(".jpg", np.clip(picture, 0, 255).astype(np.uint8), flags)[1]
            (folder / f"{step}-{size[0]}x{size[1]}.jpg").write_bytes(bytes(written))
    (folder / "plan.json").write_text(json.dumps({"steps": STEPS}), "utf-8")
    names = ("numpy", "opencv-python-headless", "mediapipe", "pydantic", "aws-lambda-powertools")
    return {"libraries": {name: version(name) for name in names}}


class Bench:
    """An analyser with its three frames and its reference."""

    def __init__(self, folder: Path, size: str = "", clock: Callable[[], float] = time.perf_counter) -> None:
        self._policy = load_policy()
        self._analyser = VisionAnalyser(self._policy, clock=clock)
        self._frames = [Frame(step, (folder / f"{step}{size}.jpg").read_bytes()) for step in STEPS]
        vector = (folder / "reference.template").read_bytes()
        self._references = {"reference": Template(vector, self._policy.match.model_version)}
        self.bytes = [len(frame.content) for frame in self._frames]

    def verify(self, frames: int = len(STEPS)) -> Evidence:
        """Look at the first `frames` frames. Raises RuntimeError when that is not accepted: then a quicker way
        out was measured."""
        evidence = self._analyser.analyse(self._frames[:frames], self._references).evidence
        if frames == len(STEPS) and (reason := decide(evidence, self._policy, STEPS, 1).reason):
            raise RuntimeError(f"the sample frames were not accepted: {reason}")
        return evidence

    def timed(self, runs: int, frames: int = len(STEPS)) -> dict[str, Any]:
        """CPU and wall milliseconds of warm verifications."""
        cpu, wall = [], []
        for number in range(_WARM_UP + runs):
            before = time.process_time(), time.perf_counter()
            self.verify(frames)
            if number >= _WARM_UP:
                cpu.append((time.process_time() - before[0]) * 1000)
                wall.append((time.perf_counter() - before[1]) * 1000)
        return {"cpu_ms": spread(cpu), "wall_ms": spread(wall)}

    def stages(self, runs: int) -> dict[str, list[float]]:
        """Milliseconds by the analyser's clock of each stage of a verification of three frames, run by run."""
        spent: dict[str, list[float]] = {}
        for number in range(_WARM_UP + runs):
            timings = self.verify().timings_ms
            for stage, milliseconds in timings.items() if number >= _WARM_UP else ():
                spent.setdefault(stage, []).append(milliseconds)
        return spent


def warm(folder: Path, runs: int, threads: int) -> dict[str, Any]:
    """Warm verifications of one, two and three frames of 960 x 1280, and the stages of the last."""
    bench = Bench(folder)
    cv2.setNumThreads(threads)  # the analyser sets one
    by_frames = {f"frames_{number}": bench.timed(runs, number) for number in range(1, len(STEPS) + 1)}
    wall = bench.stages(runs)
    peak = memory_mb("VmHWM")
    cpu_bench = Bench(folder, clock=time.process_time)
    cv2.setNumThreads(threads)
    cpu = cpu_bench.stages(runs)
    stages = {name: {"cpu_ms": spread(cpu[name]), "wall_ms": spread(wall[name])} for name in cpu}
    return {**by_frames, "stages": stages, "peak_mb": round(peak, 1)}


def networks(folder: Path, runs: int) -> dict[str, Any]:
    """CPU ms of warm verifications of three frames, of their stages and of their bare networks, and how many times
    these the whole takes: medians."""
    with timed_networks() as spent:
        bench = Bench(folder, clock=time.process_time)
    found: dict[str, list[float]] = {}
    stages: dict[str, list[float]] = {}
    bare: dict[str, list[float]] = {}
    for number in range(_WARM_UP + runs):
        spent.clear()
        before = time.process_time()
        timings = bench.verify().timings_ms
        whole = (time.process_time() - before) * 1000
        if number < _WARM_UP:
            continue
        alone = sum(spent.values())
        for kind, values in (
            (found, {"cpu_ms": whole, "bare_cpu_ms": alone, "ratio": whole / alone}),
            (stages, timings),
            (bare, spent),
        ):
            for name, value in values.items():
                kind.setdefault(name, []).append(value)
    return {**_medians(found), "stages": _medians(stages), "networks": _medians(bare)}


def _medians(found: dict[str, list[float]]) -> dict[str, float]:
    return {name: round(median(values), 3) for name, values in found.items()}


def size(folder: Path, width: int, height: int, runs: int) -> dict[str, Any]:
    """Three photos of one size: time, and the memory at its peak."""
    bench = Bench(folder, f"-{width}x{height}")
    times = bench.timed(runs)
    megapixels = round(width * height / 1e6, 1)
    photo = round(sum(bench.bytes) / len(bench.bytes))
    shape = {"width": width, "height": height, "megapixels": megapixels, "photo_bytes": photo}
    return {**shape, **times, "peak_mb": round(memory_mb("VmHWM"), 1)}


def growth(folder: Path, runs: int, looks: int) -> dict[str, Any]:
    """Memory in use during `runs` verifications, looked at `looks` times.

    `growth_mb` is what was added after the first tenth, in which buffers find their size.
    """
    bench = Bench(folder)
    seen: list[tuple[int, float]] = []
    for number in range(1, runs + 1):
        bench.verify()
        if number % max(1, runs // looks) == 0:
            seen.append((number, round(memory_mb("VmRSS"), 1)))
    settled = next(memory for number, memory in seen if number >= runs / 10)
    return {"verifications": runs, "memory_mb": seen, "growth_mb": round(seen[-1][1] - settled, 1)}


def profile(folder: Path, runs: int) -> dict[str, Any]:
    """The functions that `runs` verifications spend their time in, as a table."""
    bench = Bench(folder)
    bench.verify()
    profiler = cProfile.Profile()
    profiler.enable()
    for _ in range(runs):
        bench.verify()
    profiler.disable()
    table = io.StringIO()
    pstats.Stats(profiler, stream=table).strip_dirs().sort_stats("tottime").print_stats(20)
    return {"table": table.getvalue()}


@cache
def _probes() -> dict[str, Callable[..., dict[str, Any]]]:
    return {
        "photos": lambda folder, portraits, sizes: photos(Path(folder), Path(portraits), json.loads(sizes)),
        "warm": lambda folder, runs, threads: warm(Path(folder), int(runs), int(threads)),
        "networks": lambda folder, runs: networks(Path(folder), int(runs)),
        "size": lambda folder, *numbers: size(Path(folder), *map(int, numbers)),
        "profile": lambda folder, runs: profile(Path(folder), int(runs)),
        "growth": lambda folder, runs, looks: growth(Path(folder), int(runs), int(looks)),
    }


if __name__ == "__main__":
    print(json.dumps(_probes()[sys.argv[1]](*sys.argv[2:])))
