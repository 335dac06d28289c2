"""What every screen of the phone page must be, and its picture."""

import os
from pathlib import Path

from tests.support.page_tools import installed
from tests.support.phone_page import Visitor, photograph

# Where pictures of the screens go; without it none are taken (make screenshots).
SHOTS = os.environ.get("LIFECERT_SCREENSHOTS")
# Widths, and sizes of the text in pixels: a small phone, the same at twice the size, and a desk.
LOOKS = ((360, ""), (360, "200%"), (1280, ""))
# Fields that do not show all that was typed into them.
CUT_FIELDS = """() => Array.from(document.querySelectorAll('input:not(.hidden), textarea'))
  .filter((one) => one.scrollWidth > one.clientWidth || one.scrollHeight > one.clientHeight).map((one) => one.id)"""
# Controls that are less than 60 pixels in either direction, as MIIT's rules for the old have it.
SMALL_CONTROLS = """() => Array.from(document.querySelectorAll('button, a, input, textarea, label.button, .option'))
  .filter((one) => !one.matches('.hidden, .option input'))
  .map((one) => ({box: one.getBoundingClientRect(), text: one.outerHTML.slice(0, 100)}))
  .filter(({box}) => box.height < 60 || box.width < 60).map(({box, text}) => [box.width, box.height, text])"""


def look_at(somebody: Visitor, name: str, *, picture: bool = True) -> None:
    """What every screen must be: no violation that axe knows, nothing beyond the edge, help on it; and its picture."""
    page = somebody.page
    # Half a megabyte, once for each document.
    if not page.evaluate("Boolean(window.axe)"):
        page.evaluate((installed() / "axe-core" / "axe.min.js").read_text(encoding="utf-8"))
    tags = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
    found = page.evaluate("tags => axe.run({runOnly: tags}).then((result) => result.violations)", tags)
    faults = [f"{one['id']}: {[node['html'][:120] for node in one['nodes']]}" for one in found]
    for width, size in LOOKS:
        page.set_viewport_size({"width": width, "height": 740})
        page.evaluate("size => { document.documentElement.style.fontSize = size && '250%' }", size)
        wide = page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
        faults += [f"{wide} px beyond {width} at {size or 'the usual size'}"] if wide > 0 else []
        faults += [f"cut at {width} and {size or 'the usual size'}: {one}" for one in page.evaluate(CUT_FIELDS)]
    page.evaluate("document.documentElement.style.fontSize = ''")
    page.set_viewport_size({"width": 360, "height": 740})
    faults += [f"small: {one}" for one in page.evaluate(SMALL_CONTROLS)]
    for one in ("h1", "[aria-live], [role=status], [role=alert]", "footer a[href^='tel:']"):
        faults += [f"not one {one}"] if page.locator(one).count() != 1 else []
    faults += [] if somebody.screen == "ways" or page.locator("#ways").is_visible() else ["no other way"]
    # Told with whatever else the page does, when the test has ended.
    somebody.watched.faults += [f"{name}: {one}" for one in faults]
    if SHOTS and picture:
        photograph(somebody, Path(SHOTS), name)
