"""The phone page when something does not work: a picture, the camera, the network, the time, the letter."""

import json
import re
import time
from collections.abc import Callable
from typing import Any

import cv2
import numpy as np
from playwright.sync_api import Playwright, Route, expect

from lifecert.domain.challenge import Step
from lifecert.domain.reasons import Reason
from lifecert.entry.http.texts import Language, text
from local.demo.phone import Phone
from local.deploy import Deployment
from tests.support.deployed import Known, history
from tests.support.page_looks import look_at
from tests.support.patience import PATIENCE_SECONDS
from tests.support.phone_page import Visit, chromium, visitor

# EDGE at a village's edge: milliseconds, and bytes a second.
TWO_G = {"offline": False, "latency": 400, "downloadThroughput": 25_000, "uploadThroughput": 15_000}


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
    expect(somebody.page.locator("[data-reason]")).to_have_attribute("data-reason", "too_dark")
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
    expect(somebody.page.locator("[data-reason]")).to_have_attribute("data-reason", "not_matching")
    expect(somebody.page.locator(".pair .scene")).to_have_count(2)
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
    expect(page.locator("h1")).to_have_text("相机没有打开")
    look_at(somebody, "41-refused")
    somebody.press("files")
    somebody.sees("file")
    expect(page.locator("#file")).to_have_attribute("capture", "user")
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
    expect(page.locator("figure .status", has_text="✓")).to_have_count(1)
    somebody.press("send")
    page.wait_for_timeout(1500)
    context.set_offline(False)
    somebody.sees("accepted")
    assert first is Step.NEUTRAL


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
    expect(page.locator(".hint")).to_have_text("没看到脸，请把脸对着画面中间。")
    somebody.answer_one(ming.camera)
    expect(page.locator(".time")).to_contain_text("10")
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
    expect(page.locator("#countdown-0")).to_be_checked()
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


def test_without_any_camera_the_way_is_told(
    playwright: Playwright, stack: Deployment, ming: Known, letter_of: Callable[[Known], dict[str, Any]]
) -> None:
    with chromium(playwright, None) as browser:
        context, somebody = visitor(browser, stack.page_url, None, reduced_motion="reduce")
        somebody.to_primer(letter_of(ming)["code"])
        somebody.press("open")
        somebody.sees("cameraless")
        expect(somebody.page.locator("h1")).to_have_text("没有找到相机")
        moving = (
            "Array.from(document.querySelectorAll('*')).filter((one) => getComputedStyle(one).animationName !== 'none')"
        )
        somebody.page.evaluate("document.querySelector('#again').classList.add('waiting')")
        assert somebody.page.evaluate(f"{moving}.length") == 0
        context.close()
        assert not somebody.watched.faults
