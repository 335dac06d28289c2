"""Whoever is woken by an alarm, or reads a line of the log, finds it in docs/operations.md."""

import pytest

from lifecert.entry.log import LogCode
from tests.architecture.templates import ROOT, child, of_type

TEXT = (ROOT / "docs/operations.md").read_text(encoding="utf-8")
ROWS = [line for line in TEXT.splitlines() if line.startswith("| `")]


@pytest.mark.parametrize("alarm", sorted(of_type(child("monitoring"), "AWS::CloudWatch::Alarm")))
def test_every_alarm_has_its_line_with_a_meaning_and_something_to_do(alarm: str) -> None:
    (row,) = [row for row in ROWS if f"`{alarm}`" in row.split("|")[1]]
    meaning, do = row.split("|")[2:4]
    assert len(meaning.split()) > 3
    assert len(do.split()) > 3


@pytest.mark.parametrize("code", sorted(LogCode))
def test_every_log_code_has_its_line(code: LogCode) -> None:
    assert [row for row in ROWS if f"`{code}`" in row.split("|")[1]]
