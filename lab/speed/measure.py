"""All measurements, in order, as one object of plain values with stable keys (`FORMAT`)."""

import json
import os
import platform
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from lab.speed.built import variables
from lab.speed.numbers import spread
from lab.speed.process import BUILD, LAYERS, ROOT, RUNTIME, run

FORMAT = "lifecert-bench/1"
FUNCTION = BUILD / "sam/VerifyFace"
Say = Callable[[str], None]
_ACCOUNT = {"AWS_DEFAULT_REGION": "eu-central-1", "AWS_ACCESS_KEY_ID": "bench", "AWS_SECRET_ACCESS_KEY": "bench"}
_SIZES = ((480, 640), (960, 1280), (1536, 2048), (1920, 2560), (2448, 3264), (3024, 4032))


@dataclass(frozen=True, slots=True)
class Plan:
    """How often each thing is measured, and on which upright photos (width, height; 0.3 to 12.2 megapixels)."""

    cold: int = 11
    warm: int = 40
    sizes: int = 10
    growth: int = 1000
    looks: int = 20
    threads: Sequence[int] = (1, 2)
    photos: Sequence[tuple[int, int]] = _SIZES


QUICK = Plan(cold=1, warm=2, sizes=1, growth=20, looks=10, threads=(1,), photos=((480, 640), (1536, 2048)))
"""Enough to see that everything can be measured."""

TARGETS: dict[str, float] = {
    "cold_start_cpu_ms": 1500,
    "warm_three_frames_cpu_ms": 150,
    "peak_mb": 400,
    "growth_mb": 8,
}
"""The most that a figure may be: medians of one thread, memory at its peak over all sizes of photos."""


def measure(plan: Plan, date: str, say: Say) -> dict[str, Any]:
    """Measure the built layers. Takes about six minutes by the full plan. Raises BenchError."""
    photos = BUILD / "bench/photos"
    say("photos")
    libraries = prepare(photos, plan.photos)
    threads = [count for count in plan.threads if count <= (os.cpu_count() or 1)]
    cold, warm = {}, {}
    for count in threads:
        say(f"cold start, {count} thread{'s'[: count - 1]}, {plan.cold} times")
        cold[f"threads_{count}"] = _cold(photos, plan.cold, count)
        say(f"warm verification, {count} thread{'s'[: count - 1]}, {plan.warm} times")
        warm[f"threads_{count}"] = _probe("warm", photos, plan.warm, count, threads=count)
    sizes = []
    for width, height in plan.photos:
        say(f"photos of {width} x {height}")
        sizes.append(_probe("size", photos, width, height, plan.sizes))
    say(f"memory over {plan.growth} verifications")
    growth = _probe("growth", photos, plan.growth, plan.looks)
    result = {
        "format": FORMAT,
        "date": date,
        "busy": round(_busy(warm), 2),
        "machine": {**machine(), "libraries": libraries},
        "cold_start": cold,
        "warm": warm,
        "photo_sizes": sizes,
        "growth": growth,
    }
    return {**result, "targets": judge(result)}


def _busy(warm: dict[str, Any]) -> float:
    """How much longer than its processor time a verification on one core took: 1 on a quiet machine. On a busy one
    the processor time is too high as well, because caches and physical cores are shared."""
    three = warm["threads_1"]["frames_3"]
    return float(three["wall_ms"]["median"] / three["cpu_ms"]["median"])


def settings() -> dict[str, str]:
    """What verify_face is told of its deployment; nothing of it is called."""
    return {**variables(FUNCTION.parent)[FUNCTION.name], **_ACCOUNT}


def prepare(photos: Path, sizes: Sequence[tuple[int, int]]) -> dict[str, str]:
    """Make the photos to measure on; tells the versions of the libraries that did it. The layers have the same ones,
    but not all of numpy, so it is done by the developer's Python."""
    command = [sys.executable, "-m", "lab.speed.probe", "photos", photos, BUILD / "portraits", json.dumps(sizes)]
    versions: dict[str, str] = run(command, path=(ROOT / "layers/core", ROOT / "layers/vision", ROOT))["libraries"]
    return versions


def judge(result: dict[str, Any]) -> dict[str, Any]:
    """Each target with the figure that was measured for it, and whether it was met."""
    one = "threads_1"
    found = {
        "cold_start_cpu_ms": result["cold_start"][one]["decided_cpu_ms"]["median"],
        "warm_three_frames_cpu_ms": result["warm"][one]["frames_3"]["cpu_ms"]["median"],
        "peak_mb": max(size["peak_mb"] for size in result["photo_sizes"]),
        "growth_mb": result["growth"]["growth_mb"],
    }
    return {
        name: {"limit": limit, "measured": found[name], "met": found[name] <= limit} for name, limit in TARGETS.items()
    }


def machine() -> dict[str, Any]:
    """What was measured on, without a name or a path."""
    info = Path("/proc/cpuinfo")
    lines = info.read_text("utf-8").splitlines() if info.exists() else []
    model = next((line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")), "")
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    return {
        "processor": model or platform.processor() or platform.machine(),
        "architecture": platform.machine(),
        "cores": os.cpu_count(),
        "memory_gib": round(memory / 2**30),
        "system": f"{platform.system()} {platform.release().split('-')[0]}",
        "libc": " ".join(platform.libc_ver()),
        "python": platform.python_version(),
    }


def _probe(name: str, *arguments: object, threads: int = 1) -> dict[str, Any]:
    command = [RUNTIME, "-m", "lab.speed.probe", name, *arguments]
    answer = run(command, path=(*LAYERS, ROOT), threads=threads)
    del answer["spawned"]
    return answer


def _cold(photos: Path, runs: int, threads: int) -> dict[str, Any]:
    """Cold starts, after one that brings the files into the system's memory."""
    path = (FUNCTION, *LAYERS, ROOT)
    command = [RUNTIME, "-m", "lab.speed.cold", photos]
    answers = [run(command, path=path, threads=threads, variables=settings()) for _ in range(runs + 1)][1:]
    return {
        **{f"{moment}_cpu_ms": spread([one[moment]["cpu_ms"] for one in answers]) for moment in ("ready", "decided")},
        **{
            f"{moment}_wall_ms": spread([(one[moment]["at"] - one["spawned"]) * 1000 for one in answers])
            for moment in ("ready", "decided")
        },
        "peak_mb": spread([one["peak_mb"] for one in answers]),
    }
