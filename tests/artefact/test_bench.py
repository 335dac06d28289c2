"""The bench on what was built, a few runs of each: that it measures, and what holds on a busy machine too."""

import json
from pathlib import Path

import pytest

from lab.speed import measure, sizes
from lab.speed.__main__ import main

pytestmark = pytest.mark.skipif(not sizes.BUILT.is_dir(), reason="nothing built: make build")


def test_a_quick_bench_measures_everything(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    main(["--quick", "--date", "2026-11-25", "--out", str(tmp_path)])
    assert "cold start to first decision, 1 thread" in capsys.readouterr().out
    found = json.loads((tmp_path / "bench.json").read_text("utf-8"))
    assert found["format"] == measure.FORMAT
    assert found["machine"]["libraries"]["mediapipe"]
    cold = found["cold_start"]["threads_1"]
    assert cold["decided_cpu_ms"]["min"] > cold["ready_cpu_ms"]["min"] > 100
    warm = found["warm"]["threads_1"]
    assert warm["frames_3"]["cpu_ms"]["min"] > warm["frames_1"]["cpu_ms"]["min"] > 1
    assert {"decode", "detect", "embed", "match"} <= set(warm["stages"])
    assert [size["megapixels"] for size in found["photo_sizes"]] == [0.3, 3.1]
    assert found["targets"]["peak_mb"]["met"]
    assert found["targets"]["growth_mb"]["met"]
    assert "</svg>" in (tmp_path / "bench.svg").read_text("utf-8")


def test_a_verification_is_measured_beside_its_bare_networks(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["--quick", "--date", "2026-11-30", "--out", str(tmp_path), "--on", "this"]) == 0
    assert "three frames / bare networks" in capsys.readouterr().out
    found = {
        what: one["this"] for what, one in json.loads((tmp_path / "paths.json").read_text("utf-8"))["figures"].items()
    }
    networks = {what: one["median"] for what, one in found.items() if what.startswith("network: ")}
    assert set(networks) >= {"network: landmarks", "network: further faces", "network: recogniser"}
    assert min(networks.values()) > 0.1
    assert sum(networks.values()) == pytest.approx(found["bare networks"]["median"], rel=0.2)
    assert found["three frames of 960x1280"]["median"] > found["bare networks"]["median"]


def test_a_processor_that_nobody_knows_is_an_error(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--date", "2026-11-30", "--on", "this,abacus"]) == 2
    assert "no such processor: abacus" in capsys.readouterr().err


def test_a_measurement_that_fails_says_why(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(measure, "BUILD", tmp_path)
    assert main(["--quick", "--date", "2026-11-25"]) == 2
    assert "lab.speed.probe photos" in capsys.readouterr().err
