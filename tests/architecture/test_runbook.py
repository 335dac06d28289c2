"""Whoever is woken by an alarm, or reads a line of the log, finds it in docs/operations.md; pages lead somewhere."""

import re
from pathlib import Path

import pytest

from lifecert.entry.log import LogCode
from tests.support.templates import ALARMS, ROOT

TEXT = (ROOT / "docs/operations.md").read_text(encoding="utf-8")
ROWS = [line for line in TEXT.splitlines() if line.startswith("| `")]


@pytest.mark.parametrize("alarm", sorted(ALARMS))
def test_every_alarm_has_its_line_with_a_meaning_and_something_to_do(alarm: str) -> None:
    (row,) = [row for row in ROWS if f"`{alarm}`" in row.split("|")[1]]
    meaning, do = row.split("|")[2:4]
    assert len(meaning.split()) > 3
    assert len(do.split()) > 3


@pytest.mark.parametrize("code", sorted(LogCode))
def test_every_log_code_has_its_line(code: LogCode) -> None:
    assert [row for row in ROWS if f"`{code}`" in row.split("|")[1]]


@pytest.mark.parametrize("page", sorted((ROOT / "docs").glob("*.md")), ids=lambda page: page.name)
def test_what_a_page_names_is_there(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    links = set(re.findall(r"\]\(([^)#:]+)[^)]*\)", text))
    tests = set(re.findall(r"`(tests/[^`: ]+)`", text))
    assert not [link for link in links if not (page.parent / link).exists()]
    assert not [named for named in tests if not list(ROOT.glob(named))]


def test_every_attack_has_a_test() -> None:
    text = (ROOT / "docs/attacks.md").read_text(encoding="utf-8")
    rows = [line.split("|") for line in text.splitlines() if line.startswith("| ") and not line.startswith("| attack")]
    assert len(rows) > 20
    assert all("tests/" in test or "the same" in test for _, _, _, test, _ in rows)
