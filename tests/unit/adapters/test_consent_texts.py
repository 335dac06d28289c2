"""The consent texts: the shipped ones whole in both languages, and a spoilt file refused by name."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from lifecert.adapters.files.consent_texts import CONSENT_FILE, load_consent_texts
from lifecert.adapters.files.strict import ConfigError
from lifecert.entry.http.texts import Language

FILE: dict[str, Any] = json.loads(CONSENT_FILE.read_text(encoding="utf-8"))


def test_the_shipped_texts_say_in_each_language_what_the_law_wants_told() -> None:
    texts = load_consent_texts()
    assert texts.in_force == "2026-1"
    told = {one.language: one for one in texts.texts if one.version == texts.in_force}
    assert set(told) == set(Language)
    # Who, why, what, how, how long, to whom; that one may say no, withdraw, and ask; guardians.
    assert [len(one.sections) for one in told.values()] == [10, 10]
    whole = {language: "".join(part.text for part in one.sections) for language, one in told.items()}
    for words in ("两天", "31天", "90天", "400天", "35天", "撤回", "未满14周岁", "社会保险经办机构"):
        assert words in whole[Language.CHINESE], words
    for words in ("two days", "31 days", "90 days", "400 days", "35 days", "Under 14", "social-insurance office"):
        assert words.lower() in (whole[Language.ENGLISH] + told[Language.ENGLISH].sections[-1].heading).lower(), words


def without_english(file: dict[str, Any]) -> None:
    del file["versions"]["2026-1"]["en"]


def one_section_less(file: dict[str, Any]) -> None:
    file["versions"]["2026-1"]["en"]["sections"].pop()


def another_in_force(file: dict[str, Any]) -> None:
    file["in_force"] = "2027-1"


def misspelt(file: dict[str, Any]) -> None:
    file["versions"]["2026-1"]["en"]["titel"] = "x"


def empty_text(file: dict[str, Any]) -> None:
    file["versions"]["2026-1"]["zh-CN"]["sections"][0]["text"] = ""


@pytest.mark.parametrize(
    ("spoil", "named"),
    [
        (without_english, r"versions\.2026-1\.en"),
        (one_section_less, "as many sections"),
        (another_in_force, "no version 2027-1"),
        (misspelt, "titel"),
        (empty_text, r"sections\.0\.text"),
    ],
)
def test_a_spoilt_file_is_refused_by_name(tmp_path: Path, spoil: Callable[[dict[str, Any]], None], named: str) -> None:
    spoilt = json.loads(json.dumps(FILE))
    spoil(spoilt)
    path = tmp_path / "consent.json"
    path.write_text(json.dumps(spoilt), encoding="utf-8")
    with pytest.raises(ConfigError, match=named):
        load_consent_texts(path)


def test_a_new_version_leaves_the_old_one_to_be_read(tmp_path: Path) -> None:
    newer = json.loads(json.dumps(FILE)) | {"in_force": "2027-1"}
    newer["versions"]["2027-1"] = FILE["versions"]["2026-1"]
    path = tmp_path / "consent.json"
    path.write_text(json.dumps(newer), encoding="utf-8")
    texts = load_consent_texts(path)
    assert texts.in_force == "2027-1"
    assert {one.version for one in texts.texts} == {"2026-1", "2027-1"}
