"""The phone page in Chromium, on the deployed template, with faces before its camera: from the letter to the receipt."""

import json
import os
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from playwright.sync_api import Browser, Playwright, sync_playwright

from lifecert.domain.challenge import Step
from local.demo.phone import Phone
from local.deploy import Deployment
from tests.support.browser import CHROMIUM
from tests.support.deployed import Known, history
from tests.support.missing import missing
from tests.support.page_tools import installed
from tests.support.phone_page import FakeCamera, Visitor, chromium, visitor

# Where pictures of the screens go; without it none are taken (make screenshots).
SHOTS = os.environ.get("LIFECERT_SCREENSHOTS")
# Widths, and sizes of the text in pixels: a small phone, the same at twice the size, and a desk.
LOOKS = ((360, ""), (360, "200%"), (1280, ""))
Visit = Callable[..., Visitor]


@pytest.fixture(scope="module")
def playwright() -> Iterator[Playwright]:
    if not CHROMIUM:
        missing("Chromium is not installed: nothing here can show the page")
    with sync_playwright() as running:
        yield running


@pytest.fixture(scope="module")
def camera(tmp_path_factory: pytest.TempPathFactory) -> FakeCamera:
    return FakeCamera(tmp_path_factory.mktemp("camera") / "camera.y4m")


@pytest.fixture(scope="module")
def browser(playwright: Playwright, camera: FakeCamera) -> Iterator[Browser]:
    with chromium(playwright, camera) as running:
        yield running


@pytest.fixture
def visit(stack: Deployment, browser: Browser, camera: FakeCamera) -> Iterator[Visit]:
    """Visitors of a test. Whatever they did, their pages complained of nothing and asked nobody else."""
    opened = []

    def new(language: str = "zh-CN", **options: Any) -> Visitor:
        context, somebody = visitor(browser, stack.page_url, camera, language, **options)
        opened.append((context, somebody))
        return somebody

    yield new
    for context, somebody in opened:
        context.close()
        assert not somebody.watched.faults
        assert not somebody.watched.foreign


@pytest.fixture
def letter_of(clerk: Phone) -> Callable[[Known], dict[str, Any]]:
    """The letter that the office prints for somebody: its code, and its digits."""

    def letter(known: Known) -> dict[str, Any]:
        path = f"/staff/beneficiaries/{known.beneficiary_id}/invitations"
        issued = clerk.expect(201, "POST", path, {})
        return {**issued, "code": issued["url"].split("#")[1]}

    return letter


def look_at(somebody: Visitor, name: str) -> None:
    """What every screen must be: no violation that axe knows, nothing beyond the edge, help on it; and its picture."""
    page = somebody.page
    page.evaluate((installed() / "axe-core" / "axe.min.js").read_text(encoding="utf-8"))
    tags = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
    found = page.evaluate("tags => axe.run({runOnly: tags}).then((result) => result.violations)", tags)
    faults = [f"{one['id']}: {[node['html'][:120] for node in one['nodes']]}" for one in found]
    for width, size in LOOKS:
        page.set_viewport_size({"width": width, "height": 740})
        page.evaluate("size => { document.documentElement.style.fontSize = size && '250%' }", size)
        wide = page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
        faults += [f"{wide} px beyond {width} at {size or 'the usual size'}"] if wide > 0 else []
    page.evaluate("document.documentElement.style.fontSize = ''")
    page.set_viewport_size({"width": 360, "height": 740})
    faults += [f"small: {one}" for one in page.evaluate(SMALL_CONTROLS)]
    for one in ("h1", "[aria-live], [role=status], [role=alert]", "footer a[href^='tel:']"):
        faults += [f"not one {one}"] if page.locator(one).count() != 1 else []
    faults += [] if somebody.screen == "ways" or page.locator("#ways").is_visible() else ["no other way"]
    # Told with whatever else the page does, when the test has ended.
    somebody.watched.faults += [f"{name}: {one}" for one in faults]
    if SHOTS:
        folder = Path(SHOTS)
        folder.mkdir(parents=True, exist_ok=True)
        page.screenshot(path=folder / f"{name}.{somebody.language}.png", full_page=True)


# Controls that are less than 60 pixels in either direction, as MIIT's rules for the old have it.
SMALL_CONTROLS = """() => Array.from(document.querySelectorAll('button, a, input, label.button, .option'))
  .filter((one) => !one.matches('.hidden, .option input'))
  .map((one) => ({box: one.getBoundingClientRect(), text: one.outerHTML.slice(0, 100)}))
  .filter(({box}) => box.height < 60 || box.width < 60).map(({box, text}) => [box.width, box.height, text])"""


def test_a_letter_a_phone_and_a_face_are_enough(
    visit: Visit, ming: Known, letter_of: Callable[[Known], dict[str, Any]], clerk: Phone, stack: Deployment
) -> None:
    somebody = visit()
    page = somebody.page
    somebody.open(letter_of(ming)["code"])
    look_at(somebody, "01-language")
    somebody.press("language-zh-CN")
    look_at(somebody, "02-whose")
    somebody.press("mine")
    somebody.sees("invited")
    assert page.locator(".person").inner_text() == "李*明"
    look_at(somebody, "03-invited")
    somebody.press("yes")
    look_at(somebody, "04-consent")
    somebody.press("agree")
    look_at(somebody, "05-hard")
    somebody.press("next")
    look_at(somebody, "06-tips")
    somebody.press("next")
    look_at(somebody, "07-primer")
    assert len(somebody.watched.requests) <= 6
    assert page.evaluate("sessionStorage.length + localStorage.length") == 0
    somebody.press("open")
    somebody.stage()
    look_at(somebody, "08-neutral")
    steps = somebody.answer(ming.camera)
    assert steps[0] is Step.NEUTRAL
    look_at(somebody, "10-review")
    somebody.press("send")
    somebody.sees("accepted")
    look_at(somebody, "11-accepted")
    assert page.evaluate("sessionStorage.length + localStorage.length") == 0
    address = str(page.locator("#certificate").get_attribute("href"))
    assert address.startswith(f"{stack.api_url}/certificates/")
    drawn = np.frombuffer(page.locator(".code svg").screenshot(), np.uint8)
    read, *_ = cv2.QRCodeDetectorAruco().detectAndDecode(np.asarray(cv2.imdecode(drawn, cv2.IMREAD_COLOR)))
    assert read == address
    certified = history(clerk, ming)[-1]
    assert (certified["event"], certified["details"]["method"]) == ("certified", "face_self")
    assert page.request.get(address).status == 200
