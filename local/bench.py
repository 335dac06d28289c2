"""CPU time of a verification of three 1280 x 960 frames, stage by stage, on one core: `make bench`."""

import os
import platform
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from time import perf_counter, process_time

from local.quiet import native_logs_hidden

_BUDGET_MS = 250
_RUNS = 25
_ROOT = Path(__file__).parent.parent

Times = dict[str, list[tuple[float, float]]]  # name -> (CPU ms, wall ms) of each run


@contextmanager
def _timed(times: Times, name: str) -> Iterator[None]:
    cpu, wall = process_time(), perf_counter()
    yield
    times.setdefault(name, []).append(((process_time() - cpu) * 1000, (perf_counter() - wall) * 1000))


def _measure() -> Times:
    """Times of the start, of the first verification and of warm ones, whole and by stage."""
    times: Times = {}
    with _timed(times, "start: imports"):
        from lifecert.domain.challenge import Step
        from lifecert.ports.vision import Frame
        from lifecert_vision import liveness, match, quality
        from lifecert_vision.align import align
        from lifecert_vision.analyser import VisionAnalyser
        from lifecert_vision.decode import decode
        from lifecert_vision.embed import Embedder, mean
        from lifecert_vision.landmarks import Landmarker
    from lifecert.adapters.config_files import load_policy
    from local.synthesis import frame_for

    policy = load_policy()
    with _timed(times, "start: models"):
        analyser = VisionAnalyser(policy)
    portrait = (_ROOT / ".build/portraits/obama.jpg").read_bytes()
    frames = [Frame(step, frame_for(portrait, step)) for step in (Step.NEUTRAL, Step.TURN_LEFT, Step.OPEN_MOUTH)]
    template = analyser.enrol(portrait).template
    if template is None:
        raise RuntimeError("the sample portrait could not be enrolled")
    references = {"reference": template}
    fresh = VisionAnalyser(policy)
    with _timed(times, "first verification"):
        fresh.analyse(frames, references)
    for _ in range(_RUNS):
        with _timed(times, "warm verification"):
            analyser.analyse(frames, references)

    # The same stages once more, one at a time, because the analyser's own timings are wall time.
    landmarker, embedder = Landmarker(), Embedder()
    for _ in range(_RUNS):
        with _timed(times, "  decode"):
            images = [decode(frame.content, policy.image) for frame in frames]
        with _timed(times, "  detect"):
            faces = [landmarker.detect(image) for image in images]
        with _timed(times, "  quality"):
            for frame, image, found in zip(frames, images, faces, strict=True):
                quality.assess(image, found, frame.step, policy.quality)
        with _timed(times, "  liveness"):
            for frame, found in zip(frames, faces, strict=True):
                liveness.judge(frame.step, found[0], faces[0][0], policy.challenge)
        with _timed(times, "  align"):
            aligned = [align(image, found[0]) for image, found in zip(images, faces, strict=True)]
        with _timed(times, "  embed"):
            embedded = [embedder.embed(picture) for picture in aligned]
            embedder.upright(aligned[0], embedded[0])
        with _timed(times, "  match"):
            match.compare(mean([one.vector for one in embedded]), references)
    return times


def _processor() -> str:
    info = Path("/proc/cpuinfo")
    lines = info.read_text().splitlines() if info.exists() else []
    name = next((line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")), "")
    return name or platform.processor() or platform.machine()


def main() -> int:
    """Measure and print a table; 1 when the median of a warm verification is over the budget."""
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    with native_logs_hidden():
        times = _measure()
    print(f"\nThree frames of 1280 x 960 on one core of {_processor()}, Python {platform.python_version()}\n")
    print(f"{'ms':20} {'runs':>5} {'CPU min':>9} {'CPU median':>11} {'wall min':>9} {'wall median':>12}")
    for name, runs in times.items():
        cpu, wall = [run[0] for run in runs], [run[1] for run in runs]
        print(f"{name:20} {len(runs):5} {min(cpu):9.1f} {median(cpu):11.1f} {min(wall):9.1f} {median(wall):12.1f}")
    total = median(run[0] for run in times["warm verification"])
    within = total <= _BUDGET_MS
    print(f"\n{'Within' if within else 'OVER'} the budget of {_BUDGET_MS} ms of CPU: {total:.0f} ms")
    return 0 if within else 1


if __name__ == "__main__":
    # Read when numpy and OpenCV are imported: more threads than a function has cores only wait for each other.
    for variable in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS"):
        os.environ[variable] = "1"
    sys.exit(main())
