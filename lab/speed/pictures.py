"""The figures as pictures."""

from typing import Any

from lab.plot import Bar, Chart, bars


def picture(result: dict[str, Any]) -> str:
    """SVG of cold start, warm verification by frame count and stage, photo sizes and memory; limits dashed."""
    limits = {name: target["limit"] for name, target in result["targets"].items()}
    one = result["warm"]["threads_1"]
    stages = {name: times["cpu_ms"]["median"] for name, times in one["stages"].items()}
    charts = [
        Chart(
            "Cold start from the artefact, CPU (line: p90)",
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
        by_stage(stages),
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
    return bars(charts, "LifeCert: time and memory of a verification")


def by_stage(stages: dict[str, float]) -> Chart:
    """CPU milliseconds of each stage of a verification of three frames, the longest first; those below one are not
    drawn."""
    drawn = sorted(((spent, name) for name, spent in stages.items() if spent >= 1), reverse=True)
    bar = [Bar(name.replace("_", " "), [spent]) for spent, name in drawn]
    return Chart("A verification of three frames by stage, CPU", "ms", bar)


def peers(result: dict[str, Any]) -> str:
    """SVG of the pipelines' times, and of the pairs that they told wrong where anybody did."""
    pipelines = result["pipelines"]
    charts = [
        Chart(
            "A verification of three frames of 960x1280 on one core, CPU (line: p90)",
            "ms",
            [_time(name, one) for name, one in pipelines.items()],
        )
    ]
    for title in next(iter(pipelines.values()))["accuracy"]:
        wrong = {name: 100 * (1 - one["accuracy"][title]["by_folds"]) for name, one in pipelines.items()}
        # A row of zeros is not worth a picture: the table has it.
        if any(wrong.values()):
            told = [Bar(name, [round(share, 1)]) for name, share in wrong.items()]
            charts.append(Chart(f"Pairs told wrong: {title}", "%", told))
    return bars(charts, "LifeCert beside other open pipelines")


def _cold(threads: str, figures: dict[str, Any]) -> Bar:
    ready, decided = figures["ready_cpu_ms"]["median"], figures["decided_cpu_ms"]
    count = threads.removeprefix("threads_")
    return Bar(f"{count} thread{'' if count == '1' else 's'}", [ready, decided["median"] - ready], decided["p90"])


def _time(name: str, times: dict[str, Any]) -> Bar:
    return Bar(name, [times["cpu_ms"]["median"]], times["cpu_ms"]["p90"])
