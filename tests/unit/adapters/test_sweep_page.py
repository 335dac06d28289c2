"""The sweep's report for people: its words, its bars, what it says of an empty night, and what it lets in."""

import json
import re
from dataclasses import replace
from datetime import UTC, date, datetime
from html import unescape
from html.parser import HTMLParser
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from lifecert.adapters.s3 import sweep_page
from lifecert.adapters.s3.sweep_page import LANGUAGES, SHOWN_IDS, page, texts
from lifecert.domain.category import Category
from lifecert.domain.districts import DistrictNames
from lifecert.domain.sweep import JobKind, RunState, SweepRun, Tally
from lifecert.domain.sweep_report import SweepReport, tallied
from tests.support.builders import an_id

DAY = date(2026, 3, 1)
ZONE = ZoneInfo("Asia/Shanghai")
NAMES = DistrictNames({"11": "北京市", "110101": "东城区"})
NIGHT = datetime(2026, 2, 28, 18, 5, tzinfo=UTC)
RUN = SweepRun("2026-03-01.1", DAY, date(2026, 2, 28), NIGHT, RunState.FINISHED)
BEFORE = tuple(
    replace(RUN, run_id=f"2026-02-{day}.1", run_date=date(2026, 2, day), totals={"lapse": day * 10}) for day in (28, 27)
)
TALLY = Tally({"resident_pension/110101": 1200, "injury_care/310000": 34}, 5)
REPORT = SweepReport(RUN, tallied([(JobKind.LAPSE, TALLY)]), jobs=7, before=BEFORE)
ENTRY = Path(sweep_page.__file__).parents[2] / "entry/http"


def article(report: SweepReport, language: str = "zh-CN") -> str:
    [found] = re.findall(rf'<article lang="{language}">(.*?)</article>', page(report, NAMES, ZONE), re.DOTALL)
    return str(found)


def told(html: str) -> str:
    """What a reader sees, cells parted by bars."""
    return unescape(re.sub(r"\s+", " ", re.sub(r"(<[^>]*>)+", "|", html)))


class _Tags(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))


def tags(report: SweepReport) -> list[tuple[str, dict[str, str | None]]]:
    parser = _Tags()
    parser.feed(page(report, NAMES, ZONE))
    return parser.found


def test_every_bar_is_dated_and_this_run_is_the_last_and_set_off() -> None:
    text = article(REPORT)
    bars = re.findall(r'<tr( class=now)?><th scope=row>([^<]*)<td><svg[^>]*><rect width="([\d.]+)%"', text)
    assert [bar[:2] for bar in bars] == [("", "2月27日"), ("", "2月28日"), (" class=now", "3月1日")]
    widths = [float(bar[2]) for bar in bars]
    assert widths[2] == 100
    assert widths[0] == pytest.approx(100 * 270 / 1234, abs=0.1)
    assert "|2月27日|270|2月28日|280|3月1日|1,234|" in told(text)
    assert "|27 Feb|270|28 Feb|280|1 March|1,234|" in told(article(REPORT, "en"))


def test_a_second_run_of_a_day_is_told_from_the_first() -> None:
    second = replace(REPORT, run=replace(RUN, run_id="2026-03-01.2"), before=(RUN,))
    assert "|3月1日|0|3月1日第2次|1,234|" in told(article(second))


def test_categories_and_districts_have_their_names_and_an_unknown_district_its_code() -> None:
    shown = told(article(REPORT))
    assert "|工伤生活护理费|34|310000|34|" in shown
    assert "|城乡居民基本养老保险|1,200|北京市东城区|1,200|" in shown
    whole = page(REPORT, NAMES, ZONE)
    assert not [code for code in ("resident_pension", "injury_care", "110101", "lapse#") if code in whole]


def test_a_night_with_nobody_due_is_a_sentence_and_draws_nothing() -> None:
    empty = SweepReport(RUN, tallied([(JobKind.REMIND, Tally({}, 3))]), before=(replace(BEFORE[0], totals={}),))
    for language, sentence in (("zh-CN", "本次没有人需要处理。"), ("en", "Nobody was due for anything in this run.")):
        text = article(empty, language)
        assert sentence in text
        assert "<svg" not in text
        assert sentence not in article(REPORT, language)
    # Where others were due on the nights before, their bars say that tonight is not as usual.
    assert article(replace(empty, before=BEFORE)).count("<svg") == 3
    assert "本次没有人失效。" in article(replace(empty, before=BEFORE))


def test_those_left_undone_are_told_in_words() -> None:
    ids = tuple(sorted(an_id() for _ in range(SHOWN_IDS + 1)))
    failed = {"lapse#2026-02-28#0": ids, f"hold#2026-02-27#2#{an_id()}": ids[:1]}
    run = replace(RUN, state=RunState.LEFT_UNDONE, failed=len(ids))
    report = SweepReport(run, tallied([]), failed)
    text = told(article(report))
    assert "|有人员未处理完|" in text
    assert "认证失效（2026年2月28日，第1组）：101人" in text
    assert "暂停发放（2026年2月27日，第3组）：1人" in text
    assert "failed-0001.json" in text
    assert ids[SHOWN_IDS - 1] in text
    assert ids[SHOWN_IDS] not in text
    assert "没有人需要处理" not in text
    assert "Payment held (27 February 2026, group 3): 1 person|" in told(article(report, "en"))


def test_the_time_is_the_offices_and_days_made_good_are_named() -> None:
    assert "2026年3月1日 02:05（Asia/Shanghai）" in told(article(REPORT))
    assert "补做" not in article(REPORT)
    assert "并补做了2026年2月28日应做的处理" in article(replace(REPORT, run=replace(RUN, first_day=date(2026, 2, 27))))
    later = replace(REPORT, run=replace(RUN, first_day=date(2026, 2, 25)))
    assert "on 26 February 2026 to 28 February 2026." in article(later, "en")


def test_it_is_one_file_that_asks_nobody_for_anything() -> None:
    found = tags(REPORT)
    assert not {"script", "link", "a", "img", "iframe", "form"} & {tag for tag, _ in found}
    assert not {"src", "href", "style", "onload"} & {name for _, attributes in found for name in attributes}
    assert not re.search(r"@import|url\(|https?:", page(REPORT, NAMES, ZONE))
    assert {"name": "viewport", "content": "width=device-width, initial-scale=1"} in [one for _, one in found]


def test_the_reader_chooses_the_language_without_a_script() -> None:
    chosen = [attributes for tag, attributes in tags(REPORT) if tag == "input"]
    assert [one["id"] for one in chosen] == list(LANGUAGES)
    assert ["checked" in one for one in chosen] == [True, False]
    style = page(REPORT, NAMES, ZONE).split("<style>")[1].split("</style>")[0]
    assert "#zh:checked ~ article[lang=en], #en:checked ~ article[lang=zh-CN] { display: none; }" in style


def test_nothing_of_a_report_can_become_markup() -> None:
    evil = SweepReport(
        replace(RUN, run_id="<u>.1"),
        {JobKind.LAPSE: Tally({"<script>/<b>": 1})},
        failed={"lapse#2026-02-28#0": ("<i>",)},
        before=(replace(BEFORE[0], run_id="x.<em>"),),
    )
    assert not {"script", "b", "i", "u", "em"} & {tag for tag, _ in tags(evil)}


@pytest.mark.parametrize("language", LANGUAGES.values())
def test_no_word_is_missing_and_categories_are_called_as_on_the_certificate(language: str) -> None:
    words, other = texts(language), texts("en")
    assert set(words) == set(other)
    assert all(set(words[name]) == set(other[name]) for name in words if isinstance(words[name], dict))
    assert set(words["kinds"]) == {kind.value for kind in JobKind}
    assert all(set(kind) == {"name", "meaning", "none"} for kind in words["kinds"].values())
    assert set(words["states"]) == set(words["meanings"]) == {state.value for state in RunState}
    assert len(words["months"]) == len(words["short_months"]) == 12
    certificate = json.loads((ENTRY / f"certificate_page.{language}.json").read_text("utf-8"))
    assert words["category"] == certificate["category"]
    assert set(words["category"]) == {category.value for category in Category}
