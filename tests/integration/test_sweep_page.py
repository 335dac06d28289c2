"""The sweep's report in headless Chromium: nothing overflows a small phone, and one language shows at a time."""

import re
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from html import escape
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from lifecert.adapters.files.district_names import load_district_names
from lifecert.adapters.s3.sweep_page import page
from lifecert.domain.category import Category
from lifecert.domain.sweep import JobKind, RunState, SweepRun, Tally
from lifecert.domain.sweep_report import SweepReport, tallied
from tests.support.browser import CHROMIUM, browse
from tests.support.builders import an_id

pytestmark = pytest.mark.skipif(not CHROMIUM, reason="Chromium is not installed: nothing here can show the page")
DAY = date(2026, 9, 30)
NIGHT = datetime(2026, 9, 29, 18, tzinfo=UTC)
RUN = SweepRun("2026-09-30.12", DAY, DAY - timedelta(days=9), NIGHT, RunState.LEFT_UNDONE, failed=1200)
BEFORE = tuple(
    replace(RUN, run_id=f"{DAY - timedelta(days=ago)}.1", run_date=DAY - timedelta(days=ago), totals={"lapse": 812_345})
    for ago in range(1, 15)
)
# The longest names there are, and numbers of a whole country.
TALLY = Tally({f"{category}/{district}": 1_234_567 for category in Category for district in ("632802", "533103")}, 9)
REPORT = SweepReport(
    RUN,
    tallied([(kind, TALLY) for kind in JobKind]),
    failed={f"propose#{DAY}#0": tuple(an_id() for _ in range(1200))},
    before=BEFORE,
)
# Chromium has no window of 360 pixels without a screen: the page stands in a frame of that width.
OUTSIDE = """<!doctype html><title></title>
<iframe srcdoc="{page}" width="360" height="800" style="border: 0"></iframe>
<script>
  const frame = document.querySelector("iframe");
  frame.onload = () => {{
    const inside = frame.contentDocument;
    const seen = [...inside.querySelectorAll("article")].filter((one) => one.offsetHeight);
    const over = inside.documentElement.scrollWidth - inside.documentElement.clientWidth;
    document.title = `${{seen.map((one) => one.lang)}} over by ${{over}} of ${{frame.contentWindow.innerWidth}}`;
  }};
</script>"""


@pytest.mark.parametrize("language", ["zh-CN", "en"])
def test_it_fits_a_small_phone_in_the_language_that_was_chosen(tmp_path: Path, language: str) -> None:
    html = page(REPORT, load_district_names(), ZoneInfo("Asia/Shanghai"))
    if language == "en":
        html = html.replace(' checked><label for="zh"', '><label for="zh"').replace('id="en"', 'id="en" checked')
    (tmp_path / "outside.html").write_text(OUTSIDE.format(page=escape(html)), "utf-8")
    dom = browse(tmp_path, "--dump-dom", (tmp_path / "outside.html").as_uri())
    assert re.findall(r"<title>([^<]*)</title>", dom)[0] == f"{language} over by 0 of 360"
