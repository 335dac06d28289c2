"""How far the models' numbers, and so a decision, move from one processor to another, on this machine.

    make processors [DATA=folder] [ARGS='--people 60 --seed 1']
    python -m lab.processors --on avx2 COMMAND...

Libraries choose their code by what CPUID says of the processor. Here it says less than it could (`cpuid.c`, for x86-64
on Linux with glibc, with a C compiler and binutils), so that the same photos go through the code of older processors.
The folder is one of photos, a person each; without one the packaged portraits are measured. With `--on` a command runs
on such a processor; the first time libraries are searched for CPUID, for half a minute.
"""

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from local.stack import BUILD, ROOT

Numbers = dict[str, NDArray[Any]]  # by person, picture and name
_SUFFIXES = {".jpg", ".jpeg", ".png", ".webp"}
_MOMENT = 1
_DECISION = "decision"

# CPUID's leaf, part and register of each bit, by the names of Intel's Software Developer's Manual, volume 2A.
_AVX512 = {(7, 0, "b"): (16, 17, 21, 26, 27, 28, 30, 31), (7, 0, "c"): (1, 6, 12, 14), (7, 0, "d"): (2, 3)}
_AVX512_FOR_NETWORKS = {(7, 0, "c"): (8, 11), (7, 0, "d"): (8, 23), (7, 1, "a"): (5,)}  # GFNI, VNNI, FP16, BF16
_AMX = {(7, 0, "d"): (22, 24, 25), (7, 1, "a"): (21,)}
_AVX_VNNI = {(7, 1, "a"): (4, 23), (7, 1, "d"): (4, 5, 10, 19)}
_AVX2 = {(7, 0, "b"): (5,), (7, 0, "c"): (9, 10)}
_FMA = {(1, 0, "c"): (12,)}
_AVX = {(1, 0, "c"): (28, 29)}
_NEWEST = (_AMX, _AVX512_FOR_NETWORKS, _AVX_VNNI)
# "AuthenticAMD", family 17h model 1: the first Zen, for which XNNPACK has a code of its own.
_FIRST_ZEN = (
    (0, 0, "b", 0xFFFFFFFF, 0x68747541),
    (0, 0, "d", 0xFFFFFFFF, 0x69746E65),
    (0, 0, "c", 0xFFFFFFFF, 0x444D4163),
    (1, 0, "a", 0xFFFFFFFF, 0x00800F11),
)
# glibc's own choice, made before anything else runs.
_WITHOUT_AVX512_IN_GLIBC = "-AVX512F,-AVX512VL,-AVX512BW"
_WITHOUT_IN_GLIBC = {
    "avx2": _WITHOUT_AVX512_IN_GLIBC,
    "zen": _WITHOUT_AVX512_IN_GLIBC,
    "avx": f"{_WITHOUT_AVX512_IN_GLIBC},-AVX2,-FMA",
    "sse": f"{_WITHOUT_AVX512_IN_GLIBC},-AVX2,-FMA,-AVX",
}


@dataclass(frozen=True, slots=True)
class Processor:
    """A processor by what it lacks of this one; `edits` change what CPUID says beside that."""

    what: str
    lacks: tuple[Mapping[tuple[int, int, str], tuple[int, ...]], ...] = ()
    edits: tuple[tuple[int, int, str, int, int], ...] = ()
    cores: int | None = None

    def cpuid(self) -> str:
        """The edits as `cpuid.c` reads them."""
        cleared = [
            (*place, sum(1 << bit for bit in bits), 0) for features in self.lacks for place, bits in features.items()
        ]
        return " ".join(
            f"{leaf:x},{part:x},{name},{clear:x},{put:x}" for leaf, part, name, clear, put in (*cleared, *self.edits)
        )


PROCESSORS = {
    "this": Processor("this one as it is"),
    "one-core": Processor("this one, one core of it", cores=1),
    "avx512": Processor("AVX-512 without the parts for networks (Skylake server)", _NEWEST),
    "avx2": Processor("AVX2 (Haswell; AMD's Zen 2 and 3)", (*_NEWEST, _AVX512)),
    "zen": Processor("AVX2 (AMD's first Zen)", (*_NEWEST, _AVX512), _FIRST_ZEN),
    "avx": Processor("AVX without FMA (Sandy Bridge)", (*_NEWEST, _AVX512, _AVX2, _FMA)),
    "sse": Processor("SSE 4.2 (Nehalem)", (*_NEWEST, _AVX512, _AVX2, _FMA, _AVX)),
}


class ProcessorError(RuntimeError):
    """Another processor cannot be had here, or a measurement on it failed."""


def environment(name: str) -> dict[str, str]:
    """The variables under which Python runs on the processor `name`. Raises ProcessorError."""
    return {**os.environ, **variables(name)}


def variables(name: str) -> dict[str, str]:
    """Those of them that make the processor. Raises ProcessorError."""
    processor = PROCESSORS[name]
    if not processor.lacks:
        return {}
    folder = BUILD / "processors"
    library, places = folder / "cpuid.so", folder / "places"
    source = Path(__file__).with_name("cpuid.c")
    if not library.is_file() or library.stat().st_mtime < source.stat().st_mtime:
        shutil.rmtree(places, ignore_errors=True)  # found by another search
        folder.mkdir(parents=True, exist_ok=True)
        _compile(source, library)
    places.mkdir(exist_ok=True)
    own = {"LD_AUDIT": str(library), "CPUID_EDITS": processor.cpuid(), "CPUID_PLACES": str(places)}
    # faulthandler would take the faults for its own.
    own["PYTEST_ADDOPTS"] = f"{os.environ.get('PYTEST_ADDOPTS', '')} -p no:faulthandler".strip()
    if name in _WITHOUT_IN_GLIBC:
        own["GLIBC_TUNABLES"] = f"glibc.cpu.hwcaps={_WITHOUT_IN_GLIBC[name]}"
    return own


def _compile(source: Path, library: Path) -> None:
    made = library.with_name(f"{library.name}.{os.getpid()}")  # others may load it meanwhile
    command = ["cc", "-O2", "-shared", "-fPIC", "-o", str(made), str(source)]
    try:
        subprocess.run(command, check=True, capture_output=True, text=True)
    except FileNotFoundError as missing:
        raise ProcessorError("no C compiler here (Debian and Ubuntu: apt install gcc libc6-dev)") from missing
    except subprocess.CalledProcessError as failed:
        raise ProcessorError(f"cc failed, and this needs x86-64 and Linux:\n{failed.stderr}") from failed
    made.replace(library)


def draw(photos: Sequence[Path], wanted: int, folder: Path) -> int:
    """Draw the frames of up to `wanted` people whose photo shows a face into `folder`; how many they are."""
    from lifecert.domain.challenge import Step
    from local.camera.synthesis import frame_for

    drawn = 0
    for photo in photos:
        if drawn == wanted:
            break
        content = photo.read_bytes()
        try:
            frames = {step: frame_for(content, step, _MOMENT) for step in Step}
        except ValueError:
            continue
        person = folder / f"{drawn:04}"
        person.mkdir()
        (person / "photo").write_bytes(content)
        for step, frame in frames.items():
            (person / step.value).write_bytes(frame)
        drawn += 1
    return drawn


def measure(folder: Path, first: Path | None) -> Numbers:
    """All numbers of the people drawn into `folder`. References and earlier photos are those that were enrolled on the
    processor of the numbers in `first`, as a person may be enrolled on another one than verified."""
    from lifecert.adapters.files.policy import load_policy
    from lifecert_vision.analyser import VisionAnalyser

    policy = load_policy()
    analyser = VisionAnalyser(policy)
    known = dict(np.load(first)) if first else {}
    found: Numbers = {}
    for person in sorted(folder.iterdir()):
        found |= {f"{person.name}/{key}": value for key, value in _person(person, analyser, policy, known)}
    return found


def _person(person: Path, analyser: Any, policy: Any, known: Numbers) -> Iterator[tuple[str, NDArray[Any]]]:
    from lifecert.domain.challenge import Step
    from lifecert.domain.evidence import Template
    from lifecert.domain.imprint import KnownPhotos
    from lifecert.domain.policy import decide
    from lifecert.ports.vision import Frame
    from lifecert_vision import embed
    from lifecert_vision.decode import decode

    enrolled = analyser.enrol((person / "photo").read_bytes())
    yield from _measures("photo", enrolled.measures)
    yield f"photo/{_DECISION}", np.array(str(enrolled.reason or "enrolled"))
    own = {"reference": enrolled.template.vector if enrolled.template else b"", "imprint": enrolled.imprint}
    for name, stored in own.items():
        yield f"photo/{name}", np.frombuffer(stored, np.uint8)
        if f"{person.name}/photo/{name}" in known:
            own[name] = known[f"{person.name}/photo/{name}"].tobytes()
    references = {"r": Template(own["reference"], embed.MODEL_VERSION)} if own["reference"] else {}
    earlier = KnownPhotos((own["imprint"],) if own["imprint"] else (), ())
    frames = [Frame(step, (person / step.value).read_bytes()) for step in Step]
    evidence = analyser.analyse(frames, references, earlier).evidence
    for frame in evidence.frames:
        yield from _measures(frame.step.value, frame.measures)
    yield from _measures("across", evidence.across)
    if evidence.similarity is not None:
        yield "across/similarity", np.array(evidence.similarity)
    decision = decide(evidence, policy, tuple(Step), 1)
    yield f"across/{_DECISION}", np.array(f"{decision.outcome} {decision.reason or ''}".strip())
    for name in ("photo", *(step.value for step in Step)):
        image = decode((person / name).read_bytes(), policy.image)
        faces = analyser._detector.detect(image)
        if faces:
            unit = faces[0].eye_distance
            yield f"{name}/landmarks", faces[0].points[:, :2] / unit
            yield f"{name}/blendshapes", np.array(list(faces[0].blendshapes.values()))
        boxes = analyser._detector.boxes(image)
        yield f"{name}/faces of YuNet", np.array(len(boxes))
        if boxes:
            yield f"{name}/box of YuNet", boxes[0] / boxes[0][2]


def _measures(picture: str, measures: Any) -> Iterator[tuple[str, NDArray[Any]]]:
    for one in measures:
        if one.value is not None:
            yield f"{picture}/{one.name}", np.array(one.value)
        yield f"{picture}/{one.name} verdict", np.array(str(one.verdict))


@dataclass
class Moved:
    """How far one number moved: each value's distance from this processor's, by processor; how often a verdict did."""

    moves: dict[str, list[float]]
    changed: Counter[str]


def compare(here: Numbers, others: Mapping[str, Numbers]) -> tuple[dict[str, Moved], dict[str, list[str]]]:
    """Each number's moves by its name, and what else came of whom, by processor."""
    found: dict[str, Moved] = {}
    decisions: dict[str, list[str]] = {name: [] for name in others}
    for name, numbers in others.items():
        for key, value in here.items():
            person_and_picture, _, what = key.rpartition("/")
            other = numbers.get(key)
            plain = what.removesuffix(" verdict")
            if what in {"reference", "imprint"}:
                continue
            if what == _DECISION:
                if other is None or other != value:
                    decisions[name].append(f"{person_and_picture}: {value} here, {other} there")
                continue
            moved = found.setdefault(plain, Moved({one: [] for one in others}, Counter()))
            if what != plain:
                moved.changed[name] += other is None or str(other) != str(value)
            elif other is None or other.shape != value.shape:
                moved.changed[name] += 1
            else:
                moved.moves[name].append(float(np.abs(other - value).max()))
    return found, decisions


def table(found: Mapping[str, Moved], decisions: Mapping[str, Sequence[str]], people: int) -> str:
    """The figures as text."""
    lines = [f"{people} people, seven pictures each, against this processor as it is"]
    lines += [f"  {name:9} {PROCESSORS[name].what}" for name in decisions]
    lines += ["", f"{'':16} {'values':>7} {'median':>9} {'99 %':>9} {'greatest':>9} {'on':9} verdicts changed"]
    for what, moved in found.items():
        every = [move for moves in moved.moves.values() for move in moves]
        if not every:
            continue
        worst = max(moved.moves, key=lambda name: max(moved.moves[name], default=0.0))
        median, most = np.quantile(every, (0.5, 0.99))
        changed = ", ".join(f"{times} on {name}" for name, times in moved.changed.items() if times) or "-"
        lines.append(f"{what:16} {len(every):7} {median:9.5f} {most:9.5f} {max(every):9.5f} {worst:9} {changed}")
    lines += ["", "Enrolments and verifications (each of all steps) that ended otherwise:"]
    for name, changes in decisions.items():
        lines.append(f"  {name:9} {len(changes)} of {2 * people}")
        lines += [f"    {change}" for change in changes]
    return "\n".join(lines)


def _on(name: str, arguments: Sequence[str]) -> None:
    cores = PROCESSORS[name].cores
    some = f"import os; os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[:{cores}]); " if cores else ""
    code = f"{some}import sys; from lab.processors import main; sys.exit(main(sys.argv[1:]))"
    command = [sys.executable, "-c", code, *arguments]
    done = subprocess.run(command, env=environment(name), cwd=ROOT, capture_output=True, text=True, check=False)
    if done.returncode:
        raise ProcessorError(f"on {name}: status {done.returncode}\n{done.stderr[-2000:]}")


def run(photos: Sequence[Path], wanted: int, processors: Sequence[str]) -> str:
    """Measure on every processor and compare. Raises ProcessorError."""
    from lifecert_vision.quiet import native_logs_hidden

    with tempfile.TemporaryDirectory() as folder:
        drawn, results = Path(folder) / "drawn", Path(folder) / "results"
        drawn.mkdir()
        results.mkdir()
        with native_logs_hidden():
            people = draw(photos, wanted, drawn)
        if not people:
            raise ProcessorError("no photo shows a face")
        for name in processors:
            print(f"measuring on {name}: {PROCESSORS[name].what}", file=sys.stderr, flush=True)
            first = [] if name == processors[0] else ["--first", str(results / f"{processors[0]}.npz")]
            _on(name, ["--measure", str(drawn), "--into", str(results / f"{name}.npz"), *first])
        numbers = {name: dict(np.load(results / f"{name}.npz")) for name in processors}
    here = numbers.pop(processors[0])
    return table(*compare(here, numbers), people)


def main(arguments: Sequence[str]) -> int:
    """Measure and print, or run a command on a processor; 2 when that cannot be done here."""
    if arguments[:1] == ["--on"] and len(arguments) > 2 and arguments[1] in PROCESSORS:
        cores = PROCESSORS[arguments[1]].cores
        if cores:  # the command has as many as we have
            os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[:cores])
        try:
            return subprocess.run(arguments[2:], env=environment(arguments[1]), check=False).returncode
        except ProcessorError as error:
            print(f"processors: {error}", file=sys.stderr)
            return 2
    parser = argparse.ArgumentParser(prog="make processors", description="how far numbers move between processors")
    parser.add_argument("folder", type=Path, nargs="?", default=BUILD / "portraits")
    parser.add_argument("--people", type=int, default=60, help="people to measure (60)")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--measure", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--into", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--first", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args(arguments)
    if options.measure:
        numbers: dict[str, Any] = dict(measure(options.measure, options.first))
        np.savez(options.into, **numbers)
        return 0
    paths = sorted(path for path in options.folder.rglob("*") if path.suffix.lower() in _SUFFIXES)
    np.random.default_rng(options.seed).shuffle(paths)
    try:
        print(run(paths, options.people, list(PROCESSORS)))
    except ProcessorError as error:
        print(f"processors: {error}", file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
