"""The figures as a page of text."""

from typing import Any

QUIET = 1.1
"""Wall time by CPU time, above which other work has spoilt the figures."""
_TARGETS = {
    "cold_start_cpu_ms": "cold start, spawn to first decision, CPU ms",
    "warm_three_frames_cpu_ms": "warm verification of three 960x1280 frames, CPU ms",
    "peak_mb": "memory at its peak over all photo sizes, MB",
    "growth_mb": "memory gained over all verifications, MB",
}


def report(result: dict[str, Any]) -> str:
    """Tables of every figure, and the targets last."""
    machine = result["machine"]
    lines = [
        f"{machine['processor']}, {machine['cores']} cores, {machine['memory_gib']} GiB",
        f"{machine['system']}, Python {machine['python']}, {result['date']}",
        "",
        f"{'ms':40} {'runs':>5} {'CPU min':>9} {'median':>8} {'p90':>8} {'wall median':>12} {'p90':>8}",
    ]
    for threads, figures in result["cold_start"].items():
        for moment, told in (("ready", "cold start to ready"), ("decided", "cold start to first decision")):
            lines.append(_row(f"{told}, {_threads(threads)}", _times(figures, moment)))
    for threads, figures in result["warm"].items():
        for number in (1, 2, 3):
            told = f"warm, {number} frame{'s'[: number - 1]}, {_threads(threads)}"
            lines.append(_row(told, figures[f"frames_{number}"]))
        lines += [_row(f"  {stage}", times) for stage, times in figures["stages"].items()]
    for size in result["photo_sizes"]:
        told = f"3 photos of {size['megapixels']} MP, {size['photo_bytes'] / 1e6:.1f} MB; peak {size['peak_mb']:.0f} MB"
        lines.append(_row(told, size))
    growth = result["growth"]
    lines += [
        "",
        f"Memory after the first tenth of {growth['verifications']} verifications: {growth['growth_mb']:+} MB",
    ]
    lines += [f"  {number:6} {memory:8.1f} MB" for number, memory in growth["memory_mb"]]
    lines.append("")
    if result["busy"] > QUIET:
        lines.append(f"BUSY   the machine did other work ({result['busy']:.1f} x the time): all times are too high")
    for name, target in result["targets"].items():
        verdict = "met   " if target["met"] else "MISSED"
        lines.append(f"{verdict} {_TARGETS[name]}: {target['measured']:.0f} (at most {target['limit']:.0f})")
    return "\n".join(lines)


def _times(figures: dict[str, Any], moment: str) -> dict[str, Any]:
    return {"cpu_ms": figures[f"{moment}_cpu_ms"], "wall_ms": figures[f"{moment}_wall_ms"]}


def _row(name: str, times: dict[str, Any]) -> str:
    cpu, wall = times["cpu_ms"], times["wall_ms"]
    return (
        f"{name:40} {cpu['runs']:5} {cpu['min']:9.1f} {cpu['median']:8.1f} {cpu['p90']:8.1f} "
        f"{wall['median']:12.1f} {wall['p90']:8.1f}"
    )


def _threads(key: str) -> str:
    count = key.removeprefix("threads_")
    return f"{count} thread{'' if count == '1' else 's'}"
