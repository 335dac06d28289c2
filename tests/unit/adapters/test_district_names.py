"""The file of district names: what is in it, where it comes from, and that the script writes it so."""

import json
from pathlib import Path
from typing import Any

import pytest

from lifecert.adapters.files.district_names import DISTRICT_NAMES_FILE, load_district_names
from lifecert.adapters.files.strict import ConfigError
from ops.district_names import MANIFEST, main, names_of

DIVISIONS: dict[str, Any] = {
    "meta": {"fetched_at": "2026-09-11 23:22:44"},
    "provinces": {
        "浙江省": {
            "code": "330000000000",
            "cities": {"杭州市": {"code": "330100000000", "counties": {"西湖区": "330106000000"}}},
        },
        "北京市": {"code": "110000000000", "cities": {"": {"code": None, "counties": {"东城区": "110101000000"}}}},
        "台湾省": {"code": "710000000000", "cities": {}},
    },
}


def test_the_shipped_file_names_every_part_of_the_country() -> None:
    names = load_district_names()
    assert names.of("330106") == "浙江省杭州市西湖区"
    assert names.of("310115") == "上海市浦东新区"
    assert names.of("540121") == "西藏自治区拉萨市林周县"
    of_length = [sum(len(code) == digits for code in names.names) for digits in (2, 4, 6)]
    assert of_length[0] == 34
    assert 330 <= of_length[1] <= 345
    assert 2800 <= of_length[2] <= 2900
    # Nothing hangs in the air: whatever has a name is in a province that has one.
    assert {code[:2] for code in names.names} == {code for code in names.names if len(code) == 2}


def test_the_shipped_file_is_small_and_says_where_it_comes_from() -> None:
    assert DISTRICT_NAMES_FILE.stat().st_size < 200_000
    told = json.loads(DISTRICT_NAMES_FILE.read_text("utf-8"))
    [package] = json.loads(MANIFEST.read_text("utf-8"))["packages"]
    [file] = package["files"]
    assert (told["package"], told["sha256"]) == (package["requirement"], file["sha256"])
    assert (told["source"], told["licence"]) == (file["source"], file["licence"])


def test_the_script_takes_names_by_code_and_leaves_out_levels_without_one() -> None:
    assert names_of(DIVISIONS) == {
        "11": "北京市",
        "110101": "东城区",
        "33": "浙江省",
        "3301": "杭州市",
        "330106": "西湖区",
        "71": "台湾省",
    }


def test_the_script_writes_what_is_shipped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    manifest = json.loads(MANIFEST.read_text("utf-8"))
    manifest["packages"][0]["into"] = str(tmp_path)
    (tmp_path / "divisions.json").write_text(json.dumps(DIVISIONS), "utf-8")
    (tmp_path / "manifest.json").write_text(json.dumps(manifest), "utf-8")
    monkeypatch.setattr("ops.district_names.MANIFEST", tmp_path / "manifest.json")
    out = tmp_path / "district_names.json"
    assert main(["--out", str(out)]) == 0
    assert load_district_names(out).of("330106") == "浙江省杭州市西湖区"
    told, shipped = (json.loads(path.read_text("utf-8")) for path in (out, DISTRICT_NAMES_FILE))
    assert {**told, "names": {}} == {**shipped, "names": {}}
    # As the shipped one: a name a line.
    assert out.read_text("utf-8").count("\n") == 9 + len(names_of(DIVISIONS))
    assert DISTRICT_NAMES_FILE.read_text("utf-8").count("\n") == 9 + len(shipped["names"])


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"names": {"3301060": "西湖区"}}, "pattern"),
        ({"names": {"330106": ""}}, "at least 1"),
        ({"sha256": "x"}, "sha256"),
        ({"more": 1}, "more"),
    ],
)
def test_a_wrong_file_is_refused(tmp_path: Path, change: dict[str, Any], said: str) -> None:
    told = {**json.loads(DISTRICT_NAMES_FILE.read_text("utf-8")), "names": {"33": "浙江省"}, **change}
    path = tmp_path / "district_names.json"
    path.write_text(json.dumps(told), "utf-8")
    with pytest.raises(ConfigError, match=said):
        load_district_names(path)
