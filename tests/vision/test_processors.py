"""The command that measures how far numbers move between processors."""

import inspect
import re
import subprocess
import sys

import numpy as np
import pytest

from lab.processors import PROCESSORS, ProcessorError, compare, environment, main, table
from lifecert.domain.challenge import Step
from lifecert.domain.policy import PASSIVE_MEASURE
from lifecert_vision import analyser, liveness, quality
from tests.support.moved import MOVES

FEATURES = "from numpy._core._multiarray_umath import __cpu_features__ as has; print(has['AVX512F'], has['AVX2'])"


def on(name: str, code: str) -> str:
    """What Python says on a processor; skipped where there is no way to have another one."""
    try:
        done = subprocess.run(
            [sys.executable, "-c", code], env=environment(name), capture_output=True, text=True, check=False
        )
    except ProcessorError as error:
        pytest.skip(str(error))
    if done.returncode == 125:
        pytest.skip(done.stderr)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def test_libraries_see_what_the_other_processor_has() -> None:
    has_avx2 = on("this", FEATURES).split()[1]
    assert on("avx2", FEATURES) == f"False {has_avx2}"
    assert on("sse", FEATURES) == "False False"


def test_a_real_fault_still_ends_the_program() -> None:
    on("avx2", "")
    crash = [sys.executable, "-c", "import ctypes; ctypes.string_at(0)"]
    assert subprocess.run(crash, env=environment("avx2"), capture_output=True, check=False).returncode == -11


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
    judged = set(Step) - {Step.NEUTRAL} | {PASSIVE_MEASURE}
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
