"""What the bench makes of its figures: sums, verdicts, pictures."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest

from lab.figures import TAKEN, speed_page
from lab.figures import load as load_figures
from lab.speed import paths
from lab.speed.load import Certified, summed_up
from lab.speed.load import report as load_report
from lab.speed.marks import mark, memory_mb
from lab.speed.measure import TARGETS, judge, machine
from lab.speed.numbers import spread
from lab.speed.pictures import picture
from lab.speed.profile import by_package, imports
from lab.speed.report import report


def times(middle: float) -> dict[str, Any]:
    return {"cpu_ms": spread([middle - 1, middle, middle + 5]), "wall_ms": spread([middle])}


def result(**changes: float) -> dict[str, Any]:
    figures = {"cold": 900.0, "warm": 140.0, "peak": 250.0, "growth": 0.4, "busy": 1.0, **changes}
    cold = {f"{moment}_{clock}_ms": spread([figures["cold"]]) for moment in ("ready", "decided") for clock in CLOCKS}
    warm = {f"frames_{number}": times(figures["warm"] * number / 3) for number in (1, 2, 3)}
    stages = {"decode": times(13), "a<b": times(80)}
    sizes = [{"megapixels": 12.2, "photo_bytes": 2_400_000, "peak_mb": figures["peak"], **times(170)}]
    made = {
        "date": "2026-11-25",
        "busy": figures["busy"],
        "machine": machine(),
        "cold_start": {"threads_1": {**cold, "peak_mb": spread([220.0])}},
        "warm": {"threads_1": {**warm, "stages": stages}},
        "photo_sizes": sizes,
        "growth": {"verifications": 1000, "memory_mb": [(100, 240.0), (1000, 240.4)], "growth_mb": figures["growth"]},
    }
    return {**made, "targets": judge(made)}


CLOCKS = ("cpu", "wall")


def test_a_spread_of_many_runs() -> None:
    assert spread([float(number) for number in range(1, 12)]) == {
        "runs": 11,
        "min": 1.0,
        "median": 6.0,
        "p90": 10.0,
        "max": 11.0,
    }


def test_a_spread_of_few_runs_claims_no_percentile() -> None:
    assert spread([1.0, 9.04])["p90"] == 9.0
    with pytest.raises(ValueError, match="nothing"):
        spread([])


def test_every_target_is_judged_on_its_own_figure() -> None:
    assert {name for name, target in result()["targets"].items() if target["met"]} == set(TARGETS)
    missed = {"cold": 1501.0, "warm": 150.1, "peak": 400.1, "growth": 8.1}
    for (change, value), name in zip(missed.items(), TARGETS, strict=True):
        targets = result(**{change: value})["targets"]
        assert [one for one, target in targets.items() if not target["met"]] == [name]


def test_the_report_names_what_was_missed_and_that_the_machine_was_busy() -> None:
    told = report(result(warm=300.0, busy=1.4))
    assert "MISSED warm verification of three 960x1280 frames, CPU ms: 300 (at most 150)" in told
    assert "BUSY" in told
    assert "BUSY" not in report(result())


def test_the_picture_is_well_formed_and_has_every_stage() -> None:
    tree = ET.fromstring(picture(result()))
    texts = {element.text for element in tree.iter("{http://www.w3.org/2000/svg}text")}
    assert {"decode", "a<b", "12.2 MP", "1 thread", "80 ms"} <= texts
    limits = " ".join(filter(None, texts))
    assert all(f"{limit} {unit})" in limits for limit, unit in (("1,500", "ms"), ("150", "ms"), ("400", "MB")))


def test_the_machine_is_described_without_a_name_or_a_path() -> None:
    told = machine()
    assert {"processor", "architecture", "cores", "memory_gib", "system", "libc", "python"} == set(told)
    assert "/" not in json.dumps(told)


def test_a_process_reads_its_own_time_and_memory() -> None:
    before = mark()
    sum(range(200_000))
    after = mark()
    assert after["cpu_ms"] > before["cpu_ms"] > 0
    assert after["at"] > before["at"]
    if Path("/proc/self/status").exists():
        # The kernel adds the peak up a little later than what is in use.
        assert memory_mb("VmHWM") > memory_mb("VmRSS") * 0.95 > 1


def test_import_times_are_summed_by_package() -> None:
    text = (
        "import time: self [us] | cumulative | imported package\n"
        "import time:       100 |        100 |   numpy.core\n"
        "import time:        50 |        150 | numpy\n"
        "import time:       120 |        120 | cv2\n"
    )
    assert [one.name for one in imports(text)] == ["cv2", "numpy.core", "numpy"]
    assert by_package(imports(text)) == [("numpy", 150), ("cv2", 120)]


def test_errors_under_load_are_counted_by_kind_and_left_out_of_the_latencies() -> None:
    parts = {"start": 10.0, "upload": 20.0, "verify": 200.0, "whole": 230.0}
    found = [Certified(parts), Certified({}, "503 unavailable"), Certified({}, "503 unavailable")]
    summed = summed_up(found, phones=2, seconds=30.0, date="2026-11-25")
    assert (summed["certifications"], summed["per_minute"]) == (3, 2.0)
    assert summed["errors"] == {"503 unavailable": 2}
    assert summed["wall_ms"]["verify"]["runs"] == 1
    assert "ERROR 2 x 503 unavailable" in load_report(summed)
    assert summed_up([], phones=1, seconds=1.0, date="2026-11-25")["wall_ms"] == {}


def test_what_pages_and_pictures_show_is_taken_from_a_bench() -> None:
    taken = TAKEN["speed"](result(warm=147.3))
    assert set(taken) == set(load_figures()["speed"]) - {"later", "elsewhere"}
    assert taken["warm_cpu_ms"]["threads_1"]["frames_3"] == {"median": 147.3, "p90": 152.3}
    assert taken["stages_cpu_ms"] == {"decode": 13, "a<b": 80}
    assert (taken["peak_mb"], taken["growth_mb"]) == (250.0, 0.4)
    assert taken["limits"] == TARGETS
    # A machine of one core leaves the second column empty.
    rows = {row[0]: row[1:] for row in speed_page({**load_figures(), "speed": taken})}
    assert rows["warm verification of three frames"] == ["147 (152)", ""]
    assert rows["cold start to the first decision"] == ["900 (900)", ""]
    assert rows["three frames of 12.2 megapixels"] == ["170", ""]


def of_two_processors() -> dict[str, Any]:
    made = {"cold start to first decision": 1000.0, "three frames of 960x1280": 150.0, "bare networks": 120.0}
    made |= {f"stage: {stage}": 40.0 for stage in ("detect", "embed", "passive")}
    made |= {f"network: {network}": 30.0 for network in ("landmarks", "recogniser")}
    made |= {"three frames / bare networks": 1.25}
    return {
        "date": "2026-11-30",
        "machine": machine(),
        "processors": ["this", "avx2"],
        "processes": 3,
        "verifications": 20,
        "figures": {
            what: {
                "this": {**spread([value] * 3, 3), "times_first": 1.0},
                "avx2": {**spread([value, value * 1.1, value * 3], 3), "times_first": 1.1},
            }
            for what, value in made.items()
        },
    }


def test_both_processors_stand_in_the_report_and_on_the_page() -> None:
    told = of_two_processors()
    said = paths.report(told).splitlines()
    assert "CPU ms, median of 3 processes in turn, each with 20 verifications" in said
    assert [line.split()[-3:] for line in said if line.startswith("three frames of")] == [["150.0", "165.0", "1.100"]]

    taken = TAKEN["paths"](told)
    assert taken["command"] == "make bench ARGS='--on this,avx2'"
    assert set(taken) == set(load_figures()["paths"])
    rows = {row[0]: row[1:] for row in speed_page({**load_figures(), "paths": taken})}
    assert rows["three frames, in turn"] == ["150.0", "165.0", "1.10"]
    assert rows["cold start, in turn"] == ["1,000", "1,100", "1.10"]
    assert rows["three frames by their bare networks"] == ["1.25", "1.38", "1.10"]


def test_processors_take_turns_and_are_compared_turn_by_turn(monkeypatch: pytest.MonkeyPatch) -> None:
    """The machine becomes slower from turn to turn; the second processor takes a tenth more in each."""
    taken: list[str] = []

    def turn(_: Path, runs: int, own: Mapping[str, str]) -> dict[str, float]:
        if runs > 1:
            taken.append(own["name"])
        return {"any": (1.0 if own["name"] == "this" else 1.1) * 2.0 ** ((len(taken) - 1) // 2)}

    monkeypatch.setattr(paths, "prepare", lambda *_: {})
    monkeypatch.setattr(paths, "variables", lambda name: {"name": name})
    monkeypatch.setattr(paths, "_turn", turn)
    found = paths.compare(["this", "avx2"], paths.Turns(4, 2), "2026-11-30", lambda _: None)
    assert taken == ["this", "avx2", "avx2", "this", "this", "avx2", "avx2", "this"]
    assert (found["processes"], found["processors"]) == (4, ["this", "avx2"])
    assert [one["times_first"] for one in found["figures"]["any"].values()] == [1.0, 1.1]


def test_what_pages_show_is_taken_from_a_load() -> None:
    found = [Certified(dict.fromkeys(("start", "upload", "verify", "whole"), 1500.0)), Certified({}, "503")]
    taken = TAKEN["load"](summed_up(found, phones=2, seconds=30.4, date="2026-11-25"))
    assert set(taken) == set(load_figures()["load"])
    [row] = [row for row in speed_page({**load_figures(), "load": taken}) if row[0] == "2 by 2 phones"]
    assert row[1:] == ["30 s", "1", "1.5 s", "1.5 s", "1.5 s"]
