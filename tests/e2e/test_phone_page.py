"""The phone page in Chromium, on the deployed template, with faces before its camera: from letter to receipt."""

import io
import json
import os
import re
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import expect

from lifecert.domain.challenge import Step
from lifecert.domain.reasons import Reason
from lifecert.entry.http.texts import Language, text
from local.demo.phone import Phone
from local.deploy import Deployment
from tests.e2e.conftest import PASSWORD
from tests.support.deployed import Known, history
from tests.support.page_looks import SHOTS, look_at
from tests.support.phone_page import Visit, Visitor
from tests.support.templates import ROOT

WEB = ROOT / "web"


def test_a_letter_a_phone_and_a_face_are_enough(
    visit: Visit, xiulan: Known, letter_of: Callable[[Known], dict[str, Any]], clerk: Phone, stack: Deployment
) -> None:
    somebody = visit()
    page = somebody.page
    somebody.open(letter_of(xiulan)["code"])
    look_at(somebody, "01-language")
    somebody.press("language-zh-CN")
    somebody.sees("invited")
    expect(page.locator(".person")).to_have_text("陈*兰")
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
    expect(somebody.page.locator("#digits-wrong")).to_contain_text("fewer")
    somebody.page.fill("#digits", digits[:19] + str((int(digits[19]) + 1) % 10))
    somebody.press("next")
    expect(somebody.page.locator("#digits-wrong")).to_contain_text("wrong")
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
        expect(somebody.page.locator("video.mirrored")).to_have_count(0)
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
    expect(somebody.page.locator("#type")).to_be_visible()
    somebody.page.goto("about:blank")
    somebody.open(letter["code"])
    # The same code would be refused again: the one thing to do is to type what the newest letter says.
    somebody.press("language-zh-CN")
    somebody.sees("problem")
    expect(somebody.page.locator("#again")).to_have_count(0)
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
    expect(page.locator("#id-number-wrong")).to_contain_text("every digit")
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
