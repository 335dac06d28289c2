"""The command that measures how far numbers move between processors."""

import inspect
import os
import platform
import re
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import cv2
import numpy as np
import pytest

from lab.processors import PROCESSORS, ProcessorError, compare, environment, main, table
from lifecert.domain.challenge import Step
from lifecert.domain.policy import PASSIVE_LEAST, PASSIVE_MEASURE
from lifecert_vision import analyser, liveness, quality
from lifecert_vision.models import FACE_LANDMARKER, model_path
from tests.support.moved import MOVES

FEATURES = "from numpy._core._multiarray_umath import __cpu_features__ as has; print(has['AVX512F'], has['AVX2'])"


# A library that asks CPUID. The same two bytes stand by chance in one of its instructions and in a table among them,
# and one function ends with UD2.
LIBRARY = """
#include <cpuid.h>
unsigned int told(unsigned int leaf, unsigned int part, int which)
{
    unsigned int found[4];
    __cpuid_count(leaf, part, found[0], found[1], found[2], found[3]);
    return found[which];
}
unsigned int chance(void) { unsigned int one; __asm__ volatile("movl $0x11a20f22, %0" : "=r"(one)); return one; }
extern const unsigned char table[];
__asm__(".pushsection .tables,\\"ax\\"; table: .byte 0x06, 0x90, 0x0f, 0xa2, 0x90; .popsection");
unsigned int tabled(void) { return table[3]; }
void ended(void) { __builtin_trap(); }
"""
ASK = "import ctypes, sys; library = ctypes.CDLL(sys.argv[1]); "
NUMBERS = "hex(library.chance()), hex(library.tabled())"
FIRST_ZEN = 0x00800F11

# The landmarks of a picture, from MediaPipe with numpy alone beside it. Before them each thread that used AVX-512 since
# the program began: how long ago, in ms, it had numbers in registers of AVX-512 (Linux: arch_status of proc).
LANDMARKS = """
import sys, time
began = time.monotonic()
import hashlib, os
from pathlib import Path
import numpy as np
from mediapipe.tasks.python.core.base_options import BaseOptions
from mediapipe.tasks.python.vision.core.image import Image, ImageFormat
from mediapipe.tasks.python.vision.face_landmarker import FaceLandmarker, FaceLandmarkerOptions

model, picture = sys.argv[1:]
graph = FaceLandmarker.create_from_options(FaceLandmarkerOptions(BaseOptions(model_asset_path=model)))
[found] = graph.detect(Image(ImageFormat.SRGB, np.load(picture))).face_landmarks
time.sleep(0.1)  # Linux notes it when it takes a thread off its core
for thread in os.listdir("/proc/self/task"):
    status = Path("/proc", thread, "arch_status")
    ago = int(status.read_text().split()[-1]) if status.exists() else -1
    if 0 <= ago < (time.monotonic() - began) * 1000:
        print(Path("/proc", thread, "comm").read_text().strip(), ago)
print(hashlib.sha256(np.array([(one.x, one.y, one.z) for one in found]).tobytes()).hexdigest(), flush=True)
os._exit(0)
"""


def start(name: str, code: str, *arguments: str, **changes: str) -> subprocess.CompletedProcess[str]:
    """Python on a processor; skipped where there is no way to have another one."""
    try:
        own = {**environment(name), **changes}
    except ProcessorError as error:
        pytest.skip(str(error))
    command = [sys.executable, "-c", code, *arguments]
    done = subprocess.run(command, env=own, capture_output=True, text=True, check=False)
    if done.returncode == 125 and not shutil.which("objdump"):
        pytest.skip(done.stderr)
    return done


def on(name: str, code: str, *arguments: str, **changes: str) -> str:
    """What Python says on a processor; skipped as above."""
    done = start(name, code, *arguments, **changes)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> str:
    if platform.machine() != "x86_64" or not shutil.which("cc"):
        pytest.skip("no C compiler, or no CPUID")
    folder = tmp_path_factory.mktemp("library")
    (folder / "asks.c").write_text(LIBRARY, "ascii")
    subprocess.run(["cc", "-O2", "-shared", "-fPIC", "-o", "asks.so", "asks.c"], cwd=folder, check=True)
    return str(folder / "asks.so")


def test_libraries_see_what_the_other_processor_has() -> None:
    has_avx2 = on("this", FEATURES).split()[1]
    assert on("avx2", FEATURES) == f"False {has_avx2}"
    assert on("sse", FEATURES) == "False False"


def test_a_library_is_told_of_another_processor_and_its_numbers_are_left(library: str) -> None:
    ask = f"{ASK} print(hex(library.told(1, 0, 0)), bool(library.told(7, 0, 1) & 1 << 5), {NUMBERS})"
    here, zen, sse = (on(name, ask, library).split() for name in ("this", "zen", "sse"))
    assert zen == [hex(FIRST_ZEN), *here[1:]]
    assert sse == [here[0], "False", *here[2:]]


def test_code_that_ends_the_program_still_does(library: str) -> None:
    assert start("avx2", f"{ASK} library.ended()", library).returncode == -signal.SIGILL


def test_a_real_fault_still_ends_the_program() -> None:
    assert start("avx2", "import ctypes; ctypes.string_at(0)").returncode == -signal.SIGSEGV


@pytest.fixture
def landmarks(portraits: Path, tmp_path: Path) -> tuple[str, ...]:
    """What gives a portrait's landmarks: code and arguments."""
    picture = cv2.cvtColor(np.asarray(cv2.imread(str(portraits / "obama.jpg"))), cv2.COLOR_BGR2RGB)
    np.save(tmp_path / "picture.npy", picture)
    return LANDMARKS, str(model_path(FACE_LANDMARKER)), str(tmp_path / "picture.npy")


def test_the_landmarks_are_those_of_the_other_processor(landmarks: tuple[str, ...]) -> None:
    """As glibc's choice is left as it is, what differs is MediaPipe's own."""
    glibc = {"GLIBC_TUNABLES": os.environ.get("GLIBC_TUNABLES", "")}
    here, again = (on("this", *landmarks).splitlines()[-1] for _ in range(2))
    older, older_again = (on("sse", *landmarks, **glibc).splitlines()[-1] for _ in range(2))
    assert (here, older) == (again, older_again)
    assert older != here or on("this", FEATURES).endswith("False")


def test_no_thread_uses_avx512_on_a_processor_without_it(landmarks: tuple[str, ...]) -> None:
    *here, _ = on("this", *landmarks).splitlines()
    if not here:
        pytest.skip("no AVX-512 here, or a kernel that does not tell which thread uses it")
    *used, _ = on("avx2", *landmarks).splitlines()
    assert used == []


def test_what_moved_and_what_ended_otherwise_is_told() -> None:
    here = {
        "0/photo/yaw": np.array(3.0),
        "0/photo/yaw verdict": np.array("passed"),
        "0/photo/decision": np.array("enrolled"),
        "0/photo/imprint": np.array([1]),
    }
    there = {
        **here,
        "0/photo/yaw": np.array(3.5),
        "0/photo/yaw verdict": np.array("failed"),
        "0/photo/decision": np.array("blurred"),
        "0/photo/imprint": np.array([2]),
    }
    found, decisions = compare(here, {"avx2": there, "sse": {}})

    assert set(found) == {"yaw"}
    assert found["yaw"].moves == {"avx2": [0.5], "sse": []}
    assert found["yaw"].changed == {"avx2": 1, "sse": 2}, "a number that is not there is a change too"
    assert decisions["avx2"] == ["0/photo: enrolled here, blurred there"]
    said = table(found, decisions, 1).splitlines()
    assert "yaw                    1   0.50000   0.50000   0.50000 avx2      1 on avx2, 2 on sse" in said
    assert "  avx2      1 of 2" in said


def test_a_folder_without_a_face_is_an_error(tmp_path: object, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([str(tmp_path)]) == 2
    assert "no photo shows a face" in capsys.readouterr().err


def test_what_moves_is_known_of_every_measure() -> None:
    """Or `make margins` would end at the first measure that it does not know."""
    judged = set(Step) - {Step.NEUTRAL} | {PASSIVE_LEAST, PASSIVE_MEASURE}
    for module in (analyser, liveness, quality):
        source = inspect.getsource(module)
        judged |= set(re.findall(r'at_(?:least|most)\(\s*"(\w+)"', source)) | set(
            re.findall(r'\("(alike_\w+)"', source)
        )
    assert len(judged) > 30
    assert judged == set(MOVES)


def test_every_processor_is_less_than_this_one() -> None:
    for name, processor in PROCESSORS.items():
        cleared = [edit.split(",") for edit in processor.cpuid().split()]
        assert all(len(edit) == 5 for edit in cleared)
        assert bool(cleared) == (name not in {"this", "one-core"})
