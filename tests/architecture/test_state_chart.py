"""The state chart in README and docs/design.md is that of the status table."""

import re

import pytest

from lab import state_chart
from lab.state_chart import BEGIN, END, PAGES, ROOT, WORDS, Place, arrows, chart, with_chart
from lifecert.domain.actor import Role
from lifecert.domain.status import (
    TABLE,
    CertificateRevoked,
    Certified,
    EndCorrected,
    EntitlementEnded,
    HoldApproved,
    Status,
    YearEnded,
)


@pytest.mark.parametrize(("name", "language"), PAGES.items())
def test_the_page_shows_the_newest_chart(name: str, language: str) -> None:
    page = (ROOT / name).read_text(encoding="utf-8")
    assert with_chart(page, language) == page, "make state-chart draws it anew"


def test_every_row_of_the_table_is_drawn() -> None:
    places = {Place.HELD: Status.LAPSED}
    drawn = {(places.get(arrow.start, arrow.start), arrow.event) for arrow in arrows() if arrow.start}
    assert {(str(start), event) for start, event in drawn} == {(str(status), event) for status, event in TABLE}


def test_arrows_lead_where_the_rules_say() -> None:
    """design.md §3 rule 4, by hand."""
    led = {(arrow.start, arrow.event, arrow.end) for arrow in arrows()}
    assert (Place.ACTIVE, YearEnded, Place.LAPSED) in led
    assert (Place.HELD, Certified, Place.ACTIVE) in led
    assert (Place.LAPSED, HoldApproved, Place.HELD) in led
    # A correction and a revocation bring back what was in force: a hold too, or another end.
    assert {end for start, event, end in led if start is Place.TERMINATED and event is EndCorrected} == set(Place)
    moved = {(event, end) for start, event, end in led if start is Place.TERMINATED and event is not EndCorrected}
    assert moved == {(EntitlementEnded, Place.TERMINATED)}
    causes = {(start, event) for start, event, end in led if end is Place.HELD}
    assert causes == {
        (Place.LAPSED, HoldApproved),
        (Place.TERMINATED, EndCorrected),
        *((place, CertificateRevoked) for place in (Place.ACTIVE, Place.LAPSED, Place.HELD)),
    }
    assert not [start for start, _, end in led if end is Place.TERMINATED and start is None]


@pytest.mark.parametrize("language", WORDS)
def test_a_row_less_or_a_role_more_is_another_chart(language: str, monkeypatch: pytest.MonkeyPatch) -> None:
    before = chart(language)
    without = {row: effect for row, effect in TABLE.items() if row != (Status.TERMINATED, EndCorrected)}
    roles, effect = TABLE[Status.ACTIVE, YearEnded]
    for changed in (without, {**TABLE, (Status.ACTIVE, YearEnded): (roles | {Role.CLERK}, effect)}):
        with monkeypatch.context() as patched:
            patched.setattr(state_chart, "TABLE", changed)
            patched.setattr("lifecert.domain.status.TABLE", changed)
            assert chart(language) != before


def test_a_row_that_cannot_be_drawn_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """A new event, or one under new conditions, must not fall out of the chart without a word."""
    monkeypatch.setattr(state_chart, "EVENTS", tuple(e for e in state_chart.EVENTS if type(e) is not YearEnded))
    with pytest.raises(ValueError, match="YearEnded"):
        arrows()


def test_the_chinese_chart_is_chinese() -> None:
    labels = re.findall(r'"([^"]+)"|: (.+)$|^\| (.+) \|$', chart("zh-CN"), re.MULTILINE)
    text = "".join("".join(parts) for parts in labels).replace("<br/>", "")
    assert len(labels) > 20
    assert not re.findall(r"[A-Za-z]+", text)


@pytest.mark.parametrize("page", ["", BEGIN, END, END + BEGIN, BEGIN + END + BEGIN + END, BEGIN + BEGIN + END])
def test_a_page_without_one_pair_of_markers_is_refused(page: str) -> None:
    with pytest.raises(ValueError, match="one pair"):
        with_chart(page, "en")


def test_what_stands_around_the_chart_stays() -> None:
    page = with_chart(f"before\n{BEGIN}\nold\n{END}\nafter\n", "en")
    assert page.startswith(f"before\n{BEGIN}\n```mermaid\n")
    assert page.endswith(f"|\n{END}\nafter\n")
    assert "old" not in page
