"""The desk in Chromium: somebody of the staff, their keys, and what every screen of it must be."""

import io
import os
from collections.abc import Callable
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.support.page_tools import installed
from tests.support.phone_page import PATIENCE_MS, Watched

# Where pictures of the screens go; without it none are taken (make screenshots).
SHOTS = os.environ.get("LIFECERT_DESK_SCREENSHOTS")
WIDTHS = (360, 768, 1280, 1920)
HEIGHT = 800
COLOURS, TALLEST = 96, 1700  # of a picture of a screen; pixels
# Type of less than 16 px, but in drawings.
SMALL_TYPE = """() => Array.from(document.querySelectorAll('body *')).filter((one) => !one.closest('svg'))
  .filter((one) => Array.from(one.childNodes).some((text) => text.nodeType === 3 && text.data.trim()))
  .filter((one) => parseFloat(getComputedStyle(one).fontSize) < 16).map((one) => one.outerHTML.slice(0, 100))"""

# What stands beyond the right edge and holds no other that does: where to look first.
BEYOND = """() => Array.from(document.querySelectorAll('body *'))
  .filter((one) => one.scrollWidth > one.clientWidth + 1 || one.getBoundingClientRect().right > innerWidth + 1)
  .filter((one) => !one.closest('.scrolls') && !one.children.length).map((one) => one.outerHTML.slice(0, 100))"""


class Clerk:
    """Somebody of the staff with the desk open."""

    def __init__(self, page: Page, address: str, language: str) -> None:
        self.page = page
        self.address = address
        self.language = language
        self.watched = Watched(page, "/".join(address.split("/")[:3]))
        page.set_default_timeout(PATIENCE_MS)

    def sees(self, screen: str) -> None:
        """Waits until a screen is shown."""
        expect(self.page.locator(f"[data-screen={screen}]")).to_be_visible()

    def focused(self) -> str:
        """The id of what has the focus."""
        return str(self.page.evaluate("document.activeElement.id"))

    def keys(self, *keys: str) -> None:
        """Press keys, one after another."""
        for key in keys:
            self.page.keyboard.press(key)

    def sign_in(self, email: str, password: str) -> None:
        """Sign in by the hosted page, with keys alone."""
        page = self.page
        page.goto(self.address)
        self.sees("welcome")
        if self.language != page.evaluate("document.documentElement.lang"):
            page.locator("#language").focus()
            self.keys("Enter")
            expect(page.locator(f"html[lang={self.language}]")).to_be_attached()
            page.locator("#sign-in").focus()
        assert self.focused() == "sign-in", "who opens the desk may press Enter"
        self.keys("Enter")
        answer_sign_in(page, email, password)
        self.sees("queue")

    def go(self, *place: str) -> None:
        """Open a screen by its address."""
        self.page.evaluate(
            "hash => { document.querySelector('[data-screen]').dataset.old = ''; location.hash = hash }",
            "#/" + "/".join(place),
        )
        expect(self.page.locator(f"[data-screen={place[0]}]:not([data-old])")).to_be_visible()


def answer_sign_in(page: Page, email: str, password: str) -> None:
    """What somebody types into the hosted page."""
    page.wait_for_selector("#username")
    page.fill("#username", email)
    page.fill("#password", password)
    page.keyboard.press("Enter")


def at_desk(browser: Browser, address: str, language: str) -> tuple[BrowserContext, Clerk]:
    """A new browser at a desk."""
    context = browser.new_context(viewport={"width": 1280, "height": HEIGHT}, locale=language)
    context.grant_permissions(["camera"])
    return context, Clerk(context.new_page(), address, language)


def look_at(somebody: Clerk, name: str, *, narrow: bool = False) -> None:
    """What every screen must be: no violation that axe knows, nothing beyond the edge at any width, no small type, one
    heading, one live region; and its picture, on a phone too where that is asked for."""
    page = somebody.page
    if not page.evaluate("Boolean(window.axe)"):
        page.evaluate((installed() / "axe-core" / "axe.min.js").read_text(encoding="utf-8"))
    tags = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
    found = page.evaluate("tags => axe.run({runOnly: tags}).then((result) => result.violations)", tags)
    faults = [f"{one['id']}: {[node['html'][:160] for node in one['nodes']]}" for one in found]
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": HEIGHT})
        wide = page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
        faults += [f"{wide} px beyond {width}: {page.evaluate(BEYOND)}"] if wide > 0 else []
    # With text twice as large (WCAG 1.4.4), on the narrowest.
    page.set_viewport_size({"width": WIDTHS[0], "height": HEIGHT})
    page.evaluate("document.documentElement.style.fontSize = '200%'")
    wide = page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
    faults += [f"{wide} px beyond {WIDTHS[0]} with large text: {page.evaluate(BEYOND)}"] if wide > 0 else []
    page.evaluate("document.documentElement.style.fontSize = ''")
    faults += [f"small: {one}" for one in page.evaluate(SMALL_TYPE)]
    for one in ("h1", "[aria-live=polite].told"):
        faults += [f"not one {one}"] if page.locator(one).count() != 1 else []
    page.set_viewport_size({"width": 1280, "height": HEIGHT})
    # Told with whatever else the page does, when the test has ended.
    somebody.watched.faults += [f"{name}: {one}" for one in faults]
    if SHOTS:
        for width in (1280, 360) if narrow else (1280,):
            photograph(somebody, Path(SHOTS), name, width)


def photograph(somebody: Clerk, folder: Path, name: str, width: int) -> None:
    """The screen as a small file."""
    folder.mkdir(parents=True, exist_ok=True)
    page = somebody.page
    page.set_viewport_size({"width": width, "height": HEIGHT})
    page.wait_for_load_state("networkidle")
    language = page.evaluate("document.documentElement.lang")
    whole = Image.open(io.BytesIO(page.screenshot(full_page=True, animations="disabled")))
    image = whole.crop((0, 0, whole.width, min(whole.height, TALLEST)))
    image.quantize(COLOURS, dither=Image.Dither.NONE).save(folder / f"{name}.{language}.{width}.png", optimize=True)
    page.set_viewport_size({"width": 1280, "height": HEIGHT})


SignedIn = Callable[..., Clerk]
