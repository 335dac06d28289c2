"""The command on the portraits: from pictures to the three files."""

import json
import re
from collections.abc import Callable
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from lab.calibration import measurement
from lab.calibration.__main__ import main
from lab.calibration.measurement import Measurement
from lab.calibration.report import number
from lifecert.adapters.files.calibration import load_calibration
from lifecert.adapters.files.policy import POLICY_FILE, load_policy
from lifecert.adapters.files.strict import ConfigError

Run = Callable[..., Measurement]


@pytest.fixture(scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("cache") / "photos.sqlite"


@pytest.fixture
def run(cache: Path, tmp_path: Path) -> Run:
    def measure(data: Path, *more: str, ended: int = 1) -> Measurement:
        asked = [str(data), str(tmp_path / "out"), "--date", "2026-11-24", "--cache", str(cache), "--repeats", "20"]
        assert main([*asked, *more]) == ended
        return measurement.load(tmp_path / "out/measurement.json")

    return measure


def manifest(folder: Path, name: str, *lines: str) -> Path:
    path = folder / name
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def test_a_folder_of_people(people: Path, run: Run, tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    made = run(people)
    everyone = made.sets[0]
    assert (everyone.genuine, everyone.impostor, everyone.people) == (3, 7, 3)
    assert everyone.equal_error_rate == 0
    assert everyone.wanted[0].at is None
    assert made.date.isoformat() == "2026-11-24"
    assert made.data.not_acquired == {}
    assert "5 of 5 photos" in capfd.readouterr().err
    for plot in ("det.svg", "roc.svg"):
        ET.parse(tmp_path / "out" / plot)
    page = (tmp_path / "out/report.html").read_text(encoding="utf-8")
    assert "not enough pairs: 7 impostor pairs of 3,000 needed" in page
    assert "No calibration was written: the largest set has 7 pairs of strangers" in page
    assert not re.search(r"\de-\d", page), "rates in one notation"
    assert page.count("photos of UTKFace") == 1, "what many sources say is said once"
    assert "Asian women of 80 and over (50)" in page
    assert "<svg" in page
    assert "<link" not in page, "opens without a network"
    assert "src=" not in page


def test_labelled_pairs_by_group_with_attacks(people: Path, run: Run, tmp_path: Path) -> None:
    pairs = manifest(
        tmp_path,
        "pairs.csv",
        "img_a,img_b,same,age",
        "Barack_Obama_0001.jpg,Barack_Obama_0002.jpg,1,under 60",
        "Barack_Obama_0001.jpg,Joe_Biden_0001.jpg,0,under 60",
        "Barack_Obama_0003.jpg,Joe_Biden_0001.jpg,0,<b>60 & over</b>",
    )
    shown = manifest(
        tmp_path,
        "shown.csv",
        "img,label,attack_type,subject",
        "Barack_Obama_0001.jpg,live,camera,obama",
        "Barack_Obama_0002.jpg,live,camera,obama",
        "Barack_Obama_0003.jpg,attack,print,obama",
        "Joe_Biden_0001.jpg,spoof,print,obama",
        "Eileen_Collins_0001.png,attack,mask,",
    )
    made = run(pairs, "--root", str(people), "--attacks", str(shown))
    assert [one.name for one in made.sets] == [
        "labelled pairs, photo against photo",
        "labelled pairs, one frame",
        "labelled pairs of good quality, photo against photo",
        "labelled pairs of good quality, one frame",
        "age <b>60 & over</b>",
        "age under 60",
    ]
    assert [one.equal_error_rate for one in made.sets if one.group] == [None, 0]
    live, mask, print_ = made.presentations
    assert (live.photos, live.matched.count, live.matched.total) == (2, 1, 1)
    assert (mask.matched.value, mask.passed_quality.value) == (None, 1)
    assert (print_.matched.count, print_.matched.total) == (1, 2)
    page = (tmp_path / "out/report.html").read_text(encoding="utf-8")
    assert "Challenge not assessed on stills" in page
    assert "<b>60" not in page
    assert "age &lt;b&gt;60 &amp; over" in page
    too_small = re.search(r"<p class=warning>Too small[^<]*", page)
    assert too_small is not None
    assert "age under 60" in too_small[0]
    heads = set(re.findall(r"<th>([^<]+)", page))
    assert set(re.findall(r'<td data-of="([^"]+)"', page)) <= heads, "each cell says what it is on a phone"


def test_the_fingerprint_follows_bytes_and_labels_not_places(people: Path, run: Run, tmp_path: Path) -> None:
    def fingerprint(same: str) -> str:
        lines = ("img_a,img_b,same", f"Barack_Obama_0001.jpg,Barack_Obama_0002.jpg,{same}")
        return run(manifest(tmp_path, "p.csv", *lines), "--root", str(people)).data.fingerprint

    first = fingerprint("1")
    assert fingerprint("1") == first
    assert fingerprint("0") != first


def test_a_faulty_manifest_leaves_nothing_behind(
    people: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    pairs = manifest(tmp_path, "p.csv", "img_a,img_b,same", "Barack_Obama_0001.jpg,gone.jpg,1")
    out, cache = tmp_path / "out", tmp_path / "cache.sqlite"
    asked = [str(pairs), str(out), "--date", "2026-11-24", "--root", str(people), "--cache", str(cache)]
    assert main(asked) == 2
    assert "line 2: no file 'gone.jpg'" in capsys.readouterr().err
    assert not out.exists()
    assert not cache.exists()


def test_a_file_that_is_no_cache_is_named(people: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    cache = tmp_path / "cache.sqlite"
    cache.write_text("not a database, but long enough to be looked at as one. " * 20, encoding="utf-8")
    asked = [str(people), str(tmp_path / "out"), "--date", "2026-11-24", "--cache", str(cache)]
    assert main(asked) == 2
    assert "not a database; delete it" in capsys.readouterr().err


def test_cross_pairs_of_people_not_known_are_refused(
    people: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    pairs = manifest(tmp_path, "p.csv", "img_a,img_b,same", "Barack_Obama_0001.jpg,Joe_Biden_0001.jpg,1")
    asked = [str(pairs), str(tmp_path / "out"), "--date", "2026-11-24", "--root", str(people), "--cross"]
    assert main(asked) == 2
    assert "disagree" in capsys.readouterr().err


@pytest.mark.parametrize("change", [{"format": "lifecert-measurement/1"}, {"accept": 1.5}, {"surprise": 1}])
def test_the_file_is_strict(change: dict[str, object], people: Path, run: Run, tmp_path: Path) -> None:
    run(people)
    path = tmp_path / "out/measurement.json"
    path.write_text(json.dumps({**json.loads(path.read_text(encoding="utf-8")), **change}), encoding="utf-8")
    with pytest.raises(ConfigError, match=next(iter(change))):
        measurement.load(path)


def test_the_policy_loads_what_the_tool_wrote(people: Path, run: Run, tmp_path: Path) -> None:
    # Rates so high that seven pairs of strangers can tell them.
    policy = json.loads(POLICY_FILE.read_text(encoding="utf-8"))
    policy["match"].update(
        calibration="office-1", accept_fmr=0.45, review_fmr=0.45, same_person_fmr=0.45, min_steps=0.2
    )
    asked = tmp_path / "policy.json"
    asked.write_text(json.dumps(policy), encoding="utf-8")
    measured = run(people, "--name", "office-1", "--policy", str(asked), ended=0)
    (tmp_path / "out/calibration.json").rename(tmp_path / "office-1.json")
    match = load_policy(asked, tmp_path).match
    assert (match.calibration_version, match.accept, match.review) == ("office-1", measured.accept, measured.review)
    made = load_calibration("office-1", measured.model_version, tmp_path)
    assert {source.kind for source in made.sources} == {"elsewhere", "measured"}
    assert made.models == measured.models


def test_five_photos_make_no_calibration(
    people: Path, run: Run, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "out/calibration.json").write_text("{}", encoding="utf-8")
    measured = run(people)
    assert "no calibration.json: the largest set has 7 pairs of strangers" in capsys.readouterr().err
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == [
        *("det.svg", "measurement.json", "report.html", "roc.svg")
    ]
    assert {one.source for one in measured.thresholds} <= {source.name for source in measured.elsewhere}


@pytest.mark.parametrize(
    ("share", "shown"),
    [
        (0, "0 %"),
        (0.0000034, "0.00034 %"),
        (0.0015, "0.15 %"),
        (0.00164, "0.16 %"),
        (0.0099, "0.99 %"),
        (1, "100.00 %"),
    ],
)
def test_rates_have_one_notation(share: float, shown: str) -> None:
    assert number(share) == shown


def test_without_figures_from_elsewhere_a_few_photos_make_no_calibration(
    people: Path, tmp_path: Path, cache: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "out"
    assert main([str(people), str(out), "--own-only", "--cache", str(cache), "--repeats", "20"]) == 2
    assert "2,000 impostor pairs" in capsys.readouterr().err
    assert not out.exists()
