"""Whoever is woken by an alarm, or reads a line of the log, finds it in docs/operations.md; pages lead somewhere."""

import re
from pathlib import Path

import pytest

from tests.support.templates import ROOT

TEXT = (ROOT / "docs/operations.md").read_text(encoding="utf-8")
PAGES = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")])
# Alarm: what it means, what to do first, where to read on.
LINES = {
    name: (meaning, first, then)
    for name, meaning, first, then in re.findall(r"^\| `(\w+Alarm)` \| (.+) \| (.+) \| (.+) \|$", TEXT, re.MULTILINE)
}


def test_who_looks_for_an_alarm_finds_it_by_the_alphabet() -> None:
    """That every alarm has its line, and no other, is in test_docs.py. A line without one of the four would be none."""
    assert list(LINES) == sorted(LINES)
    assert list(LINES) == re.findall(r"^\| `(\w+Alarm)` \|", TEXT, re.MULTILINE)


@pytest.mark.parametrize("alarm", LINES)
def test_an_alarm_says_what_it_means_what_to_do_first_and_where_to_read_on(alarm: str) -> None:
    meaning, first, then = LINES[alarm]
    assert len(meaning.split()) > 3
    assert len(first.split()) > 3
    assert re.search(r"\]\([^)]+\)", then)


def test_the_index_leads_to_every_section() -> None:
    index = TEXT.split("## ", 1)[0]
    sections = {anchor for anchor in headings(TEXT) if anchor != "operations"}
    assert sections - set(re.findall(r"\(#([^)]+)\)", index)) == {"not-there-yet"}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_what_a_page_names_is_there(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    tests = set(re.findall(r"`(tests/[^`: ]+)`", text))
    assert not broken(text, page)
    assert not [named for named in tests if not list(ROOT.glob(named))]


def broken(text: str, page: Path) -> list[str]:
    """Links of a page to a file, or to a heading of one, that is not there. Addresses of the web are not asked for."""
    wrong = []
    for target in re.findall(r"\]\(([^)\s]+)\)", text):
        name, _, anchor = target.partition("#")
        there = page.parent / name if name else page
        if ":" in name:
            continue
        if not there.exists() or (anchor and anchor not in headings(there.read_text(encoding="utf-8"))):
            wrong.append(target)
    return wrong


DECISION = re.compile(r"\[(?:docs/)?(?:adr/|ADR )0*(\d+)\]\([^)]*adr/0*(\d+)-")


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_a_link_to_a_decision_says_which(page: Path) -> None:
    assert not [found for found in DECISION.findall(page.read_text(encoding="utf-8")) if found[0] != found[1]]


def test_links_to_decisions_are_found() -> None:
    for page in ("docs/design.md", "docs/privacy.md", "CHANGELOG.md"):
        assert DECISION.search((ROOT / page).read_text(encoding="utf-8"))
    assert DECISION.findall("[adr/0020](adr/0022-one.md)") == [("20", "22")]


def headings(text: str) -> set[str]:
    """The anchors that GitHub gives the headings of a page: small letters, no punctuation, dashes for spaces."""
    without_code = re.sub(r"^```.*?^```", "", text, flags=re.MULTILINE | re.DOTALL)
    found = re.findall(r"^#+ (.+)$", without_code, re.MULTILINE)
    plain = [re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", heading).lower() for heading in found]
    return {re.sub(r"[^\w\- ]", "", heading).replace(" ", "-") for heading in plain}


@pytest.mark.parametrize("link", ["nowhere.md", "#nothing-of-the-kind", "docs/operations.md#no-such-heading"])
def test_a_link_that_leads_nowhere_is_found(link: str) -> None:
    readme = ROOT / "README.md"
    assert broken(f"see [this]({link})", readme) == [link]
    assert not broken("see [this](docs/operations.md#dead-letter-queues), [that](https://example.org)", readme)


def test_every_attack_has_a_test() -> None:
    text = (ROOT / "docs/attacks.md").read_text(encoding="utf-8")
    rows = [line.split("|") for line in text.splitlines() if line.startswith("| ") and not line.startswith("| attack")]
    assert len(rows) > 20
    assert all("tests/" in test or "the same" in test for _, _, _, test, _ in rows)
