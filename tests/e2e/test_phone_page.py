"""The phone page in Chromium, on the deployed template, with faces before its camera: from letter to receipt."""

import io
import json
import os
import re
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import Browser, Playwright, Route, expect, sync_playwright

from lifecert.domain.challenge import Step
from lifecert.domain.reasons import Reason
from lifecert.entry.http.texts import Language, text
from local.demo.phone import Phone
from local.deploy import Deployment
from tests.e2e.conftest import PASSWORD
from tests.support.browser import CHROMIUM
from tests.support.deployed import Known, history
from tests.support.missing import missing
from tests.support.page_tools import installed
from tests.support.patience import PATIENCE_SECONDS
from tests.support.phone_page import PATIENCE_MS, FakeCamera, Visitor, chromium, photograph, visitor
from tests.support.templates import ROOT

WEB = ROOT / "web"
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


# Fields that do not show all that was typed into them.
CUT_FIELDS = """() => Array.from(document.querySelectorAll('input:not(.hidden), textarea'))
  .filter((one) => one.scrollWidth > one.clientWidth || one.scrollHeight > one.clientHeight).map((one) => one.id)"""

# Controls that are less than 60 pixels in either direction, as MIIT's rules for the old have it.
SMALL_CONTROLS = """() => Array.from(document.querySelectorAll('button, a, input, textarea, label.button, .option'))
  .filter((one) => !one.matches('.hidden, .option input'))
  .map((one) => ({box: one.getBoundingClientRect(), text: one.outerHTML.slice(0, 100)}))
  .filter(({box}) => box.height < 60 || box.width < 60).map(({box, text}) => [box.width, box.height, text])"""


def test_a_letter_a_phone_and_a_face_are_enough(
    visit: Visit, xiulan: Known, letter_of: Callable[[Known], dict[str, Any]], clerk: Phone, stack: Deployment
) -> None:
    somebody = visit()
    page = somebody.page
    somebody.open(letter_of(xiulan)["code"])
    look_at(somebody, "01-language")
    somebody.press("language-zh-CN")
    somebody.sees("invited")
    assert page.locator(".person").inner_text() == "陈*兰"
    look_at(somebody, "03-invited")
    somebody.press("mine")
    look_at(somebody, "04-consent")
    somebody.press("agree")
    look_at(somebody, "05-hard")
    somebody.press("next")
    look_at(somebody, "06-primer")
    assert len(somebody.watched.requests) <= 6
    assert page.evaluate("sessionStorage.length + localStorage.length") == 0
    somebody.press("open")
    somebody.stage()
    somebody.hold(xiulan.camera(Step.NEUTRAL))
    look_at(somebody, "08-neutral")
    assert somebody.answer_one(xiulan.camera) is Step.NEUTRAL
    step = somebody.stage()
    somebody.hold(xiulan.camera(step))
    look_at(somebody, "09-step")
    assert Step.NEUTRAL not in somebody.answer(xiulan.camera)
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
    certified = history(clerk, xiulan)[-1]
    assert (certified["event"], certified["details"]["method"]) == ("certified", "face_self")
    assert page.request.get(address).status == 200


def test_a_helper_certifies_somebody_with_the_back_camera_in_english_at_a_desk(
    visit: Visit, jianguo: Known, letter_of: Callable[[Known], dict[str, Any]], clerk: Phone
) -> None:
    somebody = visit("en", width=1280)
    somebody.open()
    somebody.press("language-en")
    look_at(somebody, "21-entry")
    somebody.press("letter")
    digits = letter_of(jianguo)["digits"].replace(" ", "")
    somebody.page.fill("#digits", digits[:19])
    somebody.press("next")
    assert "fewer" in somebody.page.locator("#digits-wrong").inner_text()
    somebody.page.fill("#digits", digits[:19] + str((int(digits[19]) + 1) % 10))
    somebody.press("next")
    assert "wrong" in somebody.page.locator("#digits-wrong").inner_text()
    look_at(somebody, "22-digits")
    somebody.page.fill("#digits", digits)
    somebody.press("next")
    somebody.sees("invited")
    somebody.press("others")
    look_at(somebody, "23-helper")
    somebody.press("next")
    assert somebody.page.locator("#helper-name-wrong").inner_text()
    somebody.page.fill("#helper-name", "王芳")
    somebody.press("next")
    somebody.from_consent(cannot=("turn_head",))
    with somebody.page.expect_request("**/verify") as asked:
        somebody.press("open")
        somebody.stage()
        assert somebody.page.locator("video.mirrored").count() == 0
        somebody.hold(jianguo.camera(Step.NEUTRAL))
        look_at(somebody, "24-neutral", picture=False)
        steps = somebody.answer(jianguo.camera)
        assert not {Step.TURN_LEFT, Step.TURN_RIGHT} & set(steps)
        somebody.press("send")
        # What is said for the first time that somebody cannot do is looked at by a human.
        somebody.sees("inreview")
    look_at(somebody, "25-in-review", picture=False)
    observed = json.loads(str(asked.value.post_data))["observations"]
    assert observed["facing_asked"] == "environment"
    assert observed["layer"] == "live"
    assert len(observed["step_ms"]) == len(steps) - 1
    last = history(clerk, jianguo)[-1]["details"]
    assert (last["reason"], last["cannot"]) == ("challenge_not_possible", "turn_head")


def test_a_code_that_is_nobodys_is_told_and_changes_nothing(
    visit: Visit, ming: Known, letter_of: Callable[[Known], dict[str, Any]], clerk: Phone
) -> None:
    letter = letter_of(ming)
    path = f"/staff/beneficiaries/{ming.beneficiary_id}/invitations/{letter['invitation_id']}"
    clerk.call("DELETE", path)
    before = history(clerk, ming)
    somebody = visit()
    somebody.open(letter["code"])
    somebody.press("language-zh-CN")
    somebody.sees("problem")
    told = somebody.page.locator("main")
    assert text(Language.CHINESE, "problems", "invitation_unknown") in told.inner_text()
    # What the API said is asked for again in the language that is chosen now.
    somebody.page.locator(".tool[lang=en]").click()
    expect(told).to_contain_text(text(Language.ENGLISH, "problems", "invitation_unknown"))
    assert not re.search(r"[\u4e00-\u9fff]", told.inner_text())
    somebody.page.locator(".tool[lang=zh-CN]").click()
    expect(told).to_contain_text(text(Language.CHINESE, "problems", "invitation_unknown"))
    look_at(somebody, "31-withdrawn")
    somebody.press("ways")
    look_at(somebody, "32-ways")
    # So is one that a scanner spoilt.
    somebody.page.goto("about:blank")
    somebody.open("%")
    somebody.press("language-zh-CN")
    somebody.sees("problem")
    assert somebody.page.locator("#type").is_visible()
    somebody.page.goto("about:blank")
    somebody.open(letter["code"])
    # The same code would be refused again: the one thing to do is to type what the newest letter says.
    somebody.press("language-zh-CN")
    somebody.sees("problem")
    assert somebody.page.locator("#again").count() == 0
    somebody.press("type")
    somebody.sees("digits")
    assert history(clerk, ming) == before


def test_this_is_not_me(visit: Visit, ming: Known, letter_of: Callable[[Known], dict[str, Any]], clerk: Phone) -> None:
    code = letter_of(ming)["code"]
    before = history(clerk, ming)
    somebody = visit()
    somebody.to_person(code)
    somebody.press("no")
    somebody.sees("notme")
    look_at(somebody, "33-not-me")
    assert code not in somebody.page.url
    assert history(clerk, ming) == before


def test_consent_is_taken_back_and_given_again_by_the_letter(
    visit: Visit, ming: Known, letter_of: Callable[[Known], dict[str, Any]], clerk: Phone
) -> None:
    somebody = visit()
    somebody.to_person(letter_of(ming)["code"])
    for answer in ("keep", "withdraw-yes"):
        somebody.press("ways")
        somebody.press("withdraw")
        somebody.sees("withdraw")
        look_at(somebody, "71-withdraw", picture=answer == "keep")
        somebody.press(answer)
        somebody.sees("invited" if answer == "keep" else "withdrawn")
    look_at(somebody, "72-withdrawn")
    assert history(clerk, ming)[-1]["event"] == "consent_withdrawn"
    # Whoever scans the letter then is told so, and how to undo it.
    somebody.page.reload()
    somebody.press("language-zh-CN")
    somebody.sees("problem")
    somebody.press("undo")
    somebody.sees("invited")
    assert history(clerk, ming)[-1]["event"] == "withdrawal_undone"


def darkened(frame: bytes) -> bytes:
    image = cv2.imdecode(np.frombuffer(frame, np.uint8), cv2.IMREAD_COLOR)
    return cv2.imencode(".jpg", (np.asarray(image) * 0.06).astype(np.uint8))[1].tobytes()


def test_the_first_picture_is_looked_at_and_another_face_is_told_to_try_again(
    visit: Visit, ming: Known, xiulan: Known, letter_of: Callable[[Known], dict[str, Any]], clerk: Phone
) -> None:
    before = history(clerk, ming)
    somebody = visit()
    somebody.to_primer(letter_of(ming)["code"])
    somebody.press("open")
    somebody.sees("capture")
    somebody.answer_one(lambda step: darkened(xiulan.camera(step)))
    # The word comes while the next step is read.
    somebody.sees("reason")
    assert somebody.page.locator("[data-reason]").get_attribute("data-reason") == "too_dark"
    heading = somebody.page.locator("h1")
    assert "窗户" in heading.inner_text()
    # The API's sentence follows the language.
    somebody.page.locator(".tool[lang=en]").click()
    expect(heading).to_have_text(text(Language.ENGLISH, "reasons", Reason.TOO_DARK))
    somebody.page.locator(".tool[lang=zh-CN]").click()
    expect(heading).to_have_text(text(Language.CHINESE, "reasons", Reason.TOO_DARK))
    look_at(somebody, "34-look")
    somebody.press("retake")
    somebody.sees("capture")
    somebody.answer(xiulan.camera)
    somebody.press("send")
    somebody.sees("notyet")
    assert somebody.page.locator("[data-reason]").get_attribute("data-reason") == "not_matching"
    assert somebody.page.locator(".pair .scene").count() == 2
    look_at(somebody, "35-not-yet")
    # And so does this one.
    somebody.page.locator(".tool[lang]").click()
    told = somebody.page.locator(".lead", has_text=text(Language.ENGLISH, "reasons", Reason.NOT_MATCHING))
    told.wait_for()
    somebody.page.locator(".tool[lang]").click()
    events = [entry["event"] for entry in history(clerk, ming)[len(before) :]]
    assert "certified" not in events
    # The same letter, the right face: nothing has been lost.
    somebody.press("again")
    somebody.sees("primer")
    somebody.press("open")
    somebody.answer(ming.camera)
    somebody.press("send")
    somebody.sees("accepted")


def sideways(frame: bytes) -> bytes:
    """The photo turned, with an EXIF that says how it is to be turned back (orientation 6)."""
    image = cv2.imdecode(np.frombuffer(frame, np.uint8), cv2.IMREAD_COLOR)
    turned = cv2.imencode(".jpg", cv2.rotate(np.asarray(image), cv2.ROTATE_90_COUNTERCLOCKWISE))[1].tobytes()
    tiff = b"MM\0*\0\0\0\x08" + b"\0\x01" + b"\x01\x12\0\x03\0\0\0\x01\0\x06\0\0" + b"\0\0\0\0"
    exif = b"Exif\0\0" + tiff
    return turned[:2] + b"\xff\xe1" + (len(exif) + 2).to_bytes(2, "big") + exif + turned[2:]


def test_without_permission_the_phones_own_camera_takes_one_picture_after_the_other(
    visit: Visit, ming: Known, letter_of: Callable[[Known], dict[str, Any]], stack: Deployment
) -> None:
    somebody = visit(allowed=False)
    page = somebody.page
    somebody.to_primer(letter_of(ming)["code"])
    somebody.press("open")
    somebody.sees("cameraless")
    assert page.locator("h1").inner_text() == "相机没有打开"
    look_at(somebody, "41-refused")
    somebody.press("files")
    somebody.sees("file")
    assert page.locator("#file").get_attribute("capture") == "user"
    look_at(somebody, "42-file")
    somebody.choose(b"no photo")
    page.wait_for_function("document.getElementById('file-wrong').textContent")
    # Held sideways, as phones keep a photo: 1280 x 960 pixels, and where it was taken.
    somebody.choose(sideways(ming.camera(Step.NEUTRAL)))
    page.locator(".still[data-number='2']").wait_for()
    # Taking a photo may have cost the page: it comes back to where it was, and has kept no more than it needs.
    kept = json.loads(str(page.evaluate("sessionStorage.getItem('lifecert-session')")))
    assert set(kept) == {"onBehalf", "language", "layer", "session"}
    assert set(kept["session"]) == {"id", "secret", "slots", "helpLine", "ends", "sent", "neutralGood"}
    slot = kept["session"]["slots"][0]
    bucket = slot["url"].rstrip("/").rpartition("/")[2]
    stored = stack.aws.s3().get_object(Bucket=bucket, Key=slot["fields"]["key"])["Body"].read()
    assert b"Exif" not in stored
    assert np.asarray(cv2.imdecode(np.frombuffer(stored, np.uint8), cv2.IMREAD_COLOR)).shape == (960, 720, 3)
    page.reload()
    somebody.sees("resume")
    look_at(somebody, "43-resume")
    somebody.press("resume")
    somebody.sees("file")
    steps = somebody.answer_by_file(ming.camera)
    assert Step.NEUTRAL not in steps
    look_at(somebody, "44-review", picture=False)
    somebody.press("send")
    somebody.sees("accepted")


def test_the_network_goes_and_comes_back(
    visit: Visit, ming: Known, letter_of: Callable[[Known], dict[str, Any]]
) -> None:
    somebody = visit()
    page, context = somebody.page, somebody.page.context
    somebody.open(letter_of(ming)["code"])
    context.set_offline(True)
    somebody.press("language-zh-CN")
    somebody.sees("offline")
    look_at(somebody, "52-offline")
    # It goes on by itself.
    context.set_offline(False)
    somebody.sees("invited")
    somebody.press("mine")
    somebody.from_consent()
    somebody.press("open")
    somebody.stage()
    # The last pictures are taken in a tunnel.
    first = somebody.answer_one(ming.camera)
    context.set_offline(True)
    somebody.answer(ming.camera)
    assert page.locator("figure .status", has_text="✓").count() == 1
    somebody.press("send")
    page.wait_for_timeout(1500)
    context.set_offline(False)
    somebody.sees("accepted")
    assert first is Step.NEUTRAL


# EDGE at a village's edge: milliseconds, and bytes a second.
TWO_G = {"offline": False, "latency": 400, "downloadThroughput": 25_000, "uploadThroughput": 15_000}


def test_on_2g_a_picture_is_sent_until_it_arrives_and_when_time_is_up_nothing_is_lost(
    visit: Visit, ming: Known, letter_of: Callable[[Known], dict[str, Any]]
) -> None:
    somebody = visit()
    page = somebody.page
    page.clock.install()
    network = page.context.new_cdp_session(page)
    network.send("Network.enable")
    network.send("Network.emulateNetworkConditions", TWO_G)
    broken: list[float] = []
    breaks = 2

    def upload(route: Route) -> None:
        if route.request.method != "POST" or len(broken) >= breaks:
            route.continue_()
            return
        broken.append(time.monotonic())
        route.abort("connectionreset")

    page.route(re.compile(r"^(?!.*/_aws/)"), upload)
    somebody.to_primer(letter_of(ming)["code"])
    somebody.press("open")
    began = time.monotonic()
    somebody.answer_one(ming.camera)
    # The first two uploads break off. It goes on by itself, and waits longer each time.
    sent = "JSON.parse(sessionStorage.getItem('lifecert-session')).session.sent.length"
    while page.evaluate(sent) < 1:
        assert time.monotonic() - began < PATIENCE_SECONDS
        page.wait_for_timeout(100)
    arrived = time.monotonic()
    first, second = broken
    assert second - first > 0.7
    assert arrived - second > second - first
    assert arrived - began > 3, "the network is slow here"
    # Then no picture gets through any more, until the time is up.
    breaks = 1000
    somebody.answer(ming.camera)
    somebody.press("send")
    page.locator("figure .status", has_text="✓").wait_for()
    page.clock.fast_forward("10:00")
    somebody.sees("timeup")
    # Nothing is asked again that was told before: it goes on with the camera.
    somebody.press("again")
    somebody.sees("primer")
    somebody.press("open")
    assert somebody.stage() is Step.NEUTRAL


def test_a_reload_in_the_middle_goes_on_and_the_deadline_begins_anew(
    visit: Visit, ming: Known, letter_of: Callable[[Known], dict[str, Any]]
) -> None:
    # A phone whose clock stands in 2001 has its ten minutes too.
    somebody = visit()
    page = somebody.page
    page.clock.install(time="2001-02-03T04:05:06Z")
    # A browser with a detector of its own, which sees no face: that is said, and holds nobody up.
    page.add_init_script("window.FaceDetector = class { async detect() { return []; } }")
    somebody.to_primer(letter_of(ming)["code"])
    somebody.press("open")
    expect(page.locator(".hint")).to_have_text("没看到脸，请把脸对着画面中间。", timeout=PATIENCE_MS)
    somebody.answer_one(ming.camera)
    assert "10" in page.locator(".time").inner_text()
    page.reload()
    somebody.sees("resume")
    # Back leads to no screen about somebody whom the reload forgot.
    page.go_back()
    somebody.sees("language")
    page.go_forward()
    somebody.sees("resume")
    somebody.press("resume")
    assert somebody.stage() is not Step.NEUTRAL
    page.clock.fast_forward("10:00")
    somebody.sees("timeup")
    look_at(somebody, "51-time-up")
    assert page.evaluate("sessionStorage.length") == 0
    # The letter's code is in the address still: only whose it is is asked again, in the same language.
    somebody.press("again")
    somebody.sees("invited")


def test_back_and_double_taps_do_nothing_twice_and_a_letter_withdrawn_meanwhile_stops_all(
    visit: Visit, ming: Known, letter_of: Callable[[Known], dict[str, Any]], clerk: Phone
) -> None:
    somebody = visit()
    letter = letter_of(ming)
    page = somebody.page
    started: list[str] = []
    page.on("request", lambda request: started.append(request.url) if request.url.endswith("/sessions") else None)
    somebody.to_consent(letter["code"])
    page.dblclick("#agree")
    assert somebody.screen == "hard"
    page.dblclick("#next")
    assert somebody.screen == "primer"
    page.go_back()
    somebody.sees("hard")
    page.go_forward()
    somebody.sees("primer")
    page.dblclick("#open")
    somebody.stage()
    page.go_back()
    somebody.sees("primer")
    assert page.evaluate("document.querySelector('video')") is None
    somebody.press("open")
    somebody.stage()
    assert len(started) == 1
    # The tap of a spare hand takes the picture while the countdown is running.
    assert page.locator("#countdown-0").is_checked()
    page.check("#countdown-10", force=True)
    somebody.hold(ming.camera(Step.NEUTRAL))
    page.dblclick("#shoot")
    page.locator(".counting").wait_for()
    page.locator(".stage").click()
    page.locator(".stage[data-number='2'][data-ready]").wait_for()
    clerk.call("DELETE", f"/staff/beneficiaries/{ming.beneficiary_id}/invitations/{letter['invitation_id']}")
    somebody.answer(ming.camera)
    somebody.press("send")
    somebody.sees("stopped")
    look_at(somebody, "53-stopped")
    assert page.evaluate("sessionStorage.length") == 0
    assert "certified" not in [entry["event"] for entry in history(clerk, ming)]


def test_a_helper_with_many_people_signs_in(visit: Visit, ming: Known, stack: Deployment, clerk: Phone) -> None:
    stack.people.sign_up("village@example.org", PASSWORD)
    somebody = visit("en")
    page = somebody.page
    somebody.open()
    somebody.press("language-en")
    somebody.press("sign-in")
    page.fill("#username", "village@example.org")
    page.fill("#password", PASSWORD)
    page.click("button[type=submit]")
    somebody.sees("whose")
    assert page.url == stack.page_url
    assert page.evaluate("sessionStorage.length + localStorage.length") == 0
    look_at(somebody, "61-whose")
    somebody.press("others")
    look_at(somebody, "62-identity")
    page.fill("#person-name", ming.name)
    page.fill("#id-number", ming.id_number[:17] + ("1" if ming.id_number[17] != "1" else "2"))
    somebody.press("next")
    assert "every digit" in page.locator("#id-number-wrong").inner_text()
    page.fill("#id-number", ming.id_number)
    somebody.press("next")
    somebody.sees("consent")
    somebody.from_consent()
    somebody.press("open")
    somebody.answer(ming.camera)
    somebody.press("send")
    somebody.sees("accepted")
    assert history(clerk, ming)[-1]["details"]["method"] == "face_on_behalf"
    somebody.press("next-person")
    somebody.sees("identity")


def test_without_any_camera_the_way_is_told(
    playwright: Playwright, stack: Deployment, ming: Known, letter_of: Callable[[Known], dict[str, Any]]
) -> None:
    with chromium(playwright, None) as browser:
        context, somebody = visitor(browser, stack.page_url, None, reduced_motion="reduce")
        somebody.to_primer(letter_of(ming)["code"])
        somebody.press("open")
        somebody.sees("cameraless")
        assert somebody.page.locator("h1").inner_text() == "没有找到相机"
        moving = (
            "Array.from(document.querySelectorAll('*')).filter((one) => getComputedStyle(one).animationName !== 'none')"
        )
        somebody.page.evaluate("document.querySelector('#again').classList.add('waiting')")
        assert somebody.page.evaluate(f"{moving}.length") == 0
        context.close()
        assert not somebody.watched.faults


def test_every_reason_shows_what_went_wrong_and_how_it_is_right(visit: Visit) -> None:
    somebody = visit()
    page = somebody.page
    somebody.open()
    kinds = {".js": "text/javascript", ".css": "text/css"}
    page.route(
        "**/modules/**",
        lambda route: route.fulfill(
            path=(path := WEB / route.request.url.partition("/modules/")[2]), content_type=kinds[path.suffix]
        ),
    )
    gallery = """<!DOCTYPE html><html lang="en"><title>Reasons</title>
      <link rel="stylesheet" href="modules/shared/base.css"><link rel="stylesheet" href="modules/phone/phone.css">
      <main style="max-width: 60rem; display: grid; grid-template-columns: repeat(6, 1fr); font-size: .7rem"></main>"""
    page.route("**/gallery", lambda route: route.fulfill(body=gallery, content_type="text/html; charset=utf-8"))
    page.set_viewport_size({"width": 1200, "height": 800})
    page.goto(stage_of(somebody) + "/gallery")
    drawn = page.evaluate(DRAW, [[reason, text(Language.ENGLISH, "reasons", reason)] for reason in Reason])
    assert all(len(pair) == 2 for pair in drawn.values())
    for_people = [tuple(pair) for pair in drawn.values() if pair != drawn["retries_used_up"]]
    assert len(set(for_people)) == len(for_people) == len(Reason) - 8
    if SHOTS:
        image = Image.open(io.BytesIO(page.locator("main").screenshot()))
        image.quantize(64, dither=Image.Dither.NONE).save(Path(SHOTS) / "reasons.en.png", optimize=True)


def stage_of(somebody: Visitor) -> str:
    return somebody.address.rpartition("/")[0]


DRAW = """async (reasons) => {
  const {reasonPictures} = await import(new URL("modules/phone/pictures.js", location.href).href);
  const drawn = {};
  for (const [code, text] of reasons) {
    const [figure, pair, told] = ["figure", "div", "figcaption"].map((name) => document.createElement(name));
    pair.className = "pair";
    pair.append(...reasonPictures(code));
    told.textContent = text;
    figure.style.margin = ".5rem";
    figure.append(pair, told);
    document.querySelector("main").append(figure);
    drawn[code] = Array.from(pair.children, (one) => one.outerHTML);
  }
  return drawn;
}"""


# Characters a second: old people read Chinese at some 250 a minute. And seconds to find the button and press it.
READS, PRESSES = 4.0, 1.5
# The consent is glanced at here: its thousand characters take minutes, and are read to whoever presses for that.
GLANCE = 10.0
# From the code to the receipt.
MOST_SECONDS = 90.0


@pytest.mark.skipif("LIFECERT_EIGHTY" not in os.environ, reason="waits as a person of eighty does: make phone-time")
def test_how_long_somebody_of_eighty_takes(
    visit: Visit, xiulan: Known, letter_of: Callable[[Known], dict[str, Any]], capsys: pytest.CaptureFixture[str]
) -> None:
    somebody = visit()
    page = somebody.page
    code = letter_of(xiulan)["code"]
    # Verified once before: what counts is the person, and functions that are warm.
    somebody.open(code)
    # Drawn before: a face takes no time to be seen.
    faces = {step: xiulan.camera(step) for step in (Step.NEUTRAL, *Step)}
    began = time.monotonic()
    spent: dict[str, float] = {}
    read: set[str] = set()  # nobody reads the same words twice

    def then(identifier: str) -> None:
        screen = somebody.screen
        texts = page.locator("main h1, main p:not(:has(button)), main button, main li, main legend, main label")
        new = {re.sub("[0-9]", "", one) for one in texts.all_inner_texts()} - read
        read.update(new)
        characters = len(re.findall("[\u4e00-\u9fff]", "".join(new)))
        wait = GLANCE if screen == "consent" else characters / READS + PRESSES
        page.wait_for_timeout(1000 * wait)
        spent[screen] = spent.get(screen, 0) + wait
        somebody.press(identifier)

    then("language-zh-CN")
    somebody.sees("invited")
    for identifier in ("mine", "agree", "next", "open"):
        then(identifier)
    while somebody.screen in ("primer", "capture"):
        somebody.sees("capture")
        step, number = somebody.stage(), page.locator(".stage").get_attribute("data-number")
        somebody.hold(faces[step])
        then("shoot")
        page.locator(f"[data-screen]:not(:has(.stage[data-number='{number}']))").wait_for()
    then("send")
    somebody.sees("accepted")
    whole, own = time.monotonic() - began, sum(spent.values())
    screens = ", ".join(f"{name} {seconds:.0f}" for name, seconds in spent.items())
    with capsys.disabled():
        sys.stdout.write(
            f"\n{whole:.0f} s from the code to the receipt, {own:.0f} of them to read and press: {screens}\n"
        )
    assert whole <= MOST_SECONDS
