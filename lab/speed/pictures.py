"""The figures as one picture."""

from typing import Any

from lab.speed.plot import Bar, Chart, draw


def picture(result: dict[str, Any]) -> str:
    """SVG of cold start, warm verification by stage and frame count, photo sizes and memory; limits dashed."""
    limits = {name: target["limit"] for name, target in result["targets"].items()}
    one = result["warm"]["threads_1"]
    stages = [name for name, times in one["stages"].items() if times["cpu_ms"]["median"] >= 1]
    by_stage = Bar("3 frames, by stage", [one["stages"][name]["cpu_ms"]["median"] for name in stages])
    charts = [
        Chart(
            "Cold start from the artefact, CPU: ready, then first decision (line: p90)",
            "ms",
            [_cold(threads, figures) for threads, figures in result["cold_start"].items()],
            limits["cold_start_cpu_ms"],
            ("until ready", "first verification"),
        ),
        Chart(
            "Warm verification on one core, CPU (line: p90)",
            "ms",
            [_time(f"{number} frame{'s'[: number - 1]} of 960x1280", one[f"frames_{number}"]) for number in (1, 2, 3)],
            limits["warm_three_frames_cpu_ms"],
        ),
        Chart("... of which", "ms", [by_stage], None, stages),
        Chart(
            "Three photos by their size, CPU (line: p90)",
            "ms",
            [_time(f"{size['megapixels']} MP", size) for size in result["photo_sizes"]],
        ),
        Chart(
            "Memory at its peak",
            "MB",
            [Bar(f"{size['megapixels']} MP", [size["peak_mb"]]) for size in result["photo_sizes"]],
            limits["peak_mb"],
        ),
        Chart(
            "Memory in use after so many verifications",
            "MB",
            [Bar(str(number), [memory]) for number, memory in result["growth"]["memory_mb"]],
        ),
    ]
    return draw(charts, "LifeCert: time and memory of a verification")


def _cold(threads: str, figures: dict[str, Any]) -> Bar:
    ready, decided = figures["ready_cpu_ms"]["median"], figures["decided_cpu_ms"]
    name = f"{threads.removeprefix('threads_')} thread(s)"
    return Bar(name, [ready, decided["median"] - ready], decided["p90"])


def _time(name: str, times: dict[str, Any]) -> Bar:
    return Bar(name, [times["cpu_ms"]["median"]], times["cpu_ms"]["p90"])
