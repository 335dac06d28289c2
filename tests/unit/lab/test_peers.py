"""The comparison with peers: what counts as right, which targets are judged, which pairs are refused."""

import json
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest

from lab.figures import TAKEN, speed_page
from lab.figures import load as load_figures
from lab.speed.job import Job, measured
from lab.speed.numbers import spread
from lab.speed.peers import DEFAULT, OURS, Pair, accuracy, judge, labelled, main, portraits, report
from lab.speed.pictures import peers as picture
from lab.speed.process import BenchError


def pairs(*same: bool) -> list[Pair]:
    return [Pair(Path("a"), Path("b"), one, fold) for fold, one in enumerate(same)]


def test_a_threshold_never_comes_from_its_own_fold() -> None:
    """The pair of the third fold lies between the others: by its own threshold it would be right."""
    told = accuracy(pairs(True, True, False, True), [0.9, 0.8, 0.7, 0.6], threshold=0.75)
    assert told["at_published"] == 0.75
    assert told["by_folds"] == 0.5  # 0.7 is taken for the same person, and 0.6 is not, by the others' thresholds
    assert told["interval"][0] < 0.5 < told["interval"][1]


def test_a_photo_without_a_face_is_like_nobody() -> None:
    told = accuracy(pairs(True, False, True, False), [None, None, 0.9, 0.1], threshold=0.5)
    assert (told["not_found"], told["pairs"], told["at_published"]) == (2, 4, 0.75)


def test_who_finds_no_face_at_all_tells_nobody_from_anybody() -> None:
    told = accuracy(pairs(True, False), [None, None], threshold=0.5)
    assert (told["not_found"], told["by_folds"]) == (2, 0.5)


def test_separate_kinds_are_all_right() -> None:
    told = accuracy(pairs(True, True, False, False), [-0.3, -0.4, -0.8, -0.9], threshold=-0.6)
    assert (told["at_published"], told["by_folds"]) == (1.0, 1.0)


def test_every_two_portraits_are_a_pair() -> None:
    found = portraits()
    assert len(found) == 10
    assert sum(pair.same for pair in found) == 3
    assert len({pair.fold for pair in found}) == 10


def manifest(folder: Path, rows: list[str], head: str = "img_a,img_b,same,fold") -> Path:
    for name in ("a.jpg", "b.jpg"):
        (folder / name).write_bytes(b"")
    path = folder / "manifest.csv"
    path.write_text("\n".join([head, *rows]), "utf-8")
    return path


def test_pairs_are_taken_from_the_whole_manifest(tmp_path: Path) -> None:
    rows = [f"a.jpg,b.jpg,{fold % 2},{fold}" for fold in range(10) for _ in range(10)]
    found = labelled(manifest(tmp_path, rows), 10)
    assert [pair.fold for pair in found] == list(range(10))
    assert [pair.same for pair in found] == [False, True] * 5
    assert found[0].one == tmp_path / "a.jpg"


@pytest.mark.parametrize(
    ("rows", "head", "told"),
    [
        (["a.jpg,c.jpg,1,1"], "img_a,img_b,same,fold", "no c.jpg"),
        (["a.jpg,b.jpg,1,one"], "img_a,img_b,same,fold", "not a manifest"),
        (["a.jpg,b.jpg,1,1"], "one,other,same,fold", "not a manifest"),
        (["a.jpg,b.jpg,1,1", "a.jpg,b.jpg,1,2"], "img_a,img_b,same,fold", "both kinds"),
        (["a.jpg,b.jpg,1,1", "a.jpg,b.jpg,0,1"], "img_a,img_b,same,fold", "two folds"),
    ],
)
def test_other_manifests_are_refused(rows: list[str], head: str, told: str, tmp_path: Path) -> None:
    with pytest.raises(BenchError, match=told):
        labelled(manifest(tmp_path, rows, head), 10)


def test_without_their_environment_nothing_is_measured(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("lab.speed.peers.PEERS", tmp_path / "python")
    assert main(["--date", "2026-11-26"]) == 2
    assert "no environment of the peers" in capsys.readouterr().err


def test_a_job_embeds_each_photo_once_and_says_what_it_did_not_find() -> None:
    embedded: list[Path] = []
    verified: list[int] = []

    def embed(path: Path) -> float | None:
        embedded.append(path)
        return {"one": 1.0, "two": 0.5}.get(path.name)

    job = Job(Path("r"), [], 3, [(Path("one"), Path("two")), (Path("two"), Path("none")), (Path("one"), Path("two"))])
    told = measured(job, lambda: verified.append(1), embed, lambda a, b: a * b)
    assert told["similarities"] == [0.5, None, 0.5]
    assert embedded == [Path("one"), Path("two"), Path("none")]
    assert told["cpu_ms"]["runs"] == 3
    assert len(verified) > 3, "the first are not counted"


def test_a_job_is_read_as_it_was_written(tmp_path: Path) -> None:
    told = {"reference": "r", "frames": ["f"], "runs": 2, "pairs": [["a", "b"]]}
    (tmp_path / "job.json").write_text(json.dumps(told))
    assert Job.read(tmp_path / "job.json") == Job(Path("r"), [Path("f")], 2, [(Path("a"), Path("b"))])


def pipelines(ours: float = 100.0, right: float = 0.99) -> dict[str, Any]:
    def one(milliseconds: float, share: float) -> dict[str, Any]:
        told = {"pairs": 10, "not_found": 1, "at_published": share, "by_folds": share, "interval": [0.9, 1.0]}
        return {"cpu_ms": spread([milliseconds]), "wall_ms": spread([milliseconds]), "accuracy": {"photos": told}}

    return {OURS: one(ours, right), DEFAULT: one(300.0, 0.98)}


def test_targets() -> None:
    assert [target["met"] for target in judge(pipelines()).values()] == [True, True]
    assert [target["met"] for target in judge(pipelines(ours=100.1)).values()] == [False, True]
    assert [target["met"] for target in judge(pipelines(right=0.979)).values()] == [True, False]


def test_the_figures_are_shown() -> None:
    found = pipelines(ours=200.0)
    result = {"pipelines": found, "targets": judge(found), "busy": 1.3}
    text = report(result)
    assert "| LifeCert | 200 | 200 | 99.0% [90.0%, 100.0%] (99.0%, 1 without a face) |" in text
    assert "MISSED times_quicker: 1.5 (at least 3.0)" in text
    assert "BUSY" in text
    names = {text.text for text in ET.fromstring(picture(result)).iter("{http://www.w3.org/2000/svg}text")}
    assert {OURS, DEFAULT, "Pairs told wrong: photos"} <= names


def test_a_set_of_pairs_that_everybody_told_right_is_not_drawn() -> None:
    found = pipelines(right=1.0)
    found[DEFAULT]["accuracy"]["photos"]["by_folds"] = 1.0
    names = {text.text for text in ET.fromstring(picture({"pipelines": found})).iter()}
    assert OURS in names
    assert not [name for name in names if name and "told wrong" in name]


def test_what_pages_and_pictures_show_is_taken_from_a_comparison() -> None:
    machine = {"processor": "a processor", "cores": 2, "python": "3.11.7"}
    taken = TAKEN["peers"]({"date": "2026-11-26", "machine": machine, "pipelines": pipelines()})
    assert set(taken) == set(load_figures()["peers"])
    assert taken["pipelines"][DEFAULT]["cpu_ms"] == {"median": 300.0, "p90": 300.0}
    rows = {row[0]: row[1:] for row in speed_page({**load_figures(), "peers": taken})}
    assert rows["dlib, HOG detector as by default (enlarged once)"] == ["300 ms", "98.0 % [90.0, 100.0]", "98.0 %"]
