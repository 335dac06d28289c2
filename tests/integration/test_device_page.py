"""The phone page on a kiosk, in headless Chromium: it makes a key, and signs its start as the API wants it."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Page, Request, Route, sync_playwright

from lifecert.adapters.device_proofs import JwsDeviceProofs
from lifecert.domain.proof_channel import ProofChannel
from lifecert.entry.http.web_files import load
from tests.support.browser import CHROMIUM
from tests.support.fakes.clock import FixedClock
from tests.support.missing import missing
from tests.support.templates import ROOT

# A secure place, as the deployed page's is: no key is made elsewhere. Nobody is asked there.
PAGE = "http://localhost:1/dev/phone"
CODE = "0123456789abcdefghjkm"
CONSENT = {"version": "2026-1", "language": "zh-CN", "title": "同意", "sections": [], "agree": "同意"}
ANSWERS: dict[str, dict[str, Any]] = {
    "config": {
        "consent": {"version": "2026-1", "texts": [CONSENT]},
        "help_lines": {"default": "12333", "districts": []},
        "sessions": {"minutes": 10, "max_frames": 3},
    },
    "invitations/person": {
        "masked_name": "王*明",
        "help_line": "12333",
        "consent": {"version": "2026-1", "guardian": False},
        "references": "present",
    },
    "invitations/sessions": {
        "session_id": "7f9c24e8-3b1a-4c55-9d53-0e7c6a1f2b3d",
        "session_secret": "5" * 64,
        "slots": [{"number": 1, "step": "neutral", "instruction": "请正对镜头", "url": PAGE, "fields": {}}],
        "help_line": "12333",
    },
}


class Kiosk:
    """The page, whose API is answered here; `starts` are the requests by which it opened a session."""

    def __init__(self, context: BrowserContext) -> None:
        self.site, self.starts = load(ROOT / "web", "phone"), list[Request]()
        context.route("**/*", self._answer)
        self.page: Page = context.new_page()

    def _answer(self, route: Route) -> None:
        path = route.request.url.split("/dev/", 1)[-1].split("#")[0]
        if path == "phone":
            return route.fulfill(body=self.site.html, content_type="text/html")
        if asset := self.site.assets.get(path.removeprefix("phone/")):
            return route.fulfill(body=asset.body, content_type=asset.content_type)
        if path == "invitations/sessions":
            self.starts.append(route.request)
        return route.fulfill(json=ANSWERS[path]) if path in ANSWERS else route.abort()

    def make(self, channel: str) -> str:
        """Make a key as a clerk does who sets it up: its number."""
        self.page.goto(f"{PAGE}#device")
        self.page.click(f"#make-{channel}")
        self.page.wait_for_selector("#device-district[aria-invalid=true]")
        self.page.fill("#device-district", "110101")
        self.page.click(f"#make-{channel}")
        self.page.wait_for_selector("#device-done")
        return self.page.locator("#device-number").inner_text()

    def start(self) -> Request:
        """Certify by a letter as far as the session: what was sent."""
        self.page.goto("about:blank")
        self.page.goto(f"{PAGE}#{CODE}")
        for pressed in ("language-zh-CN", "mine", "agree", "next", "files"):
            self.page.click(f"#{pressed}")
        self.page.wait_for_selector("[data-screen=file]")
        self.page.evaluate("sessionStorage.clear()")  # or the next start takes this session up
        return self.starts[-1]


@pytest.fixture
def kiosk(tmp_path: Path) -> Iterator[Kiosk]:
    if not CHROMIUM:
        missing("Chromium is not installed: nothing here can show the page")
    with sync_playwright() as playwright:
        context = playwright.chromium.launch_persistent_context(
            tmp_path, executable_path=CHROMIUM, args=["--no-sandbox", "--use-fake-ui-for-media-stream"]
        )
        context.set_default_timeout(20_000)
        yield Kiosk(context)
        context.close()


def test_a_kiosk_signs_its_start_by_a_key_that_no_script_can_read(kiosk: Kiosk) -> None:
    number = kiosk.make("kiosk")
    sent = kiosk.start()
    proof = JwsDeviceProofs(FixedClock(datetime.now(UTC))).read(
        sent.headers["device-proof"], "/invitations/sessions", sent.post_data or ""
    )
    assert (proof.device_id, proof.channel) == (number, ProofChannel.KIOSK)
    assert number.endswith(".110101")
    assert json.loads(sent.post_data or "")["code"] == CODE
    extractable = kiosk.page.evaluate(
        """() => new Promise((told) => {
          indexedDB.open("lifecert-device").onsuccess = ({target}) => {
            const asked = target.result.transaction("keys").objectStore("keys").get("own");
            asked.onsuccess = () => told([asked.result.privateKey.extractable, asked.result.publicKey.extractable]);
          };
        })"""
    )
    assert extractable == [False, True]
    assert kiosk.make("registered_device") != number, "another key, and not another name for this one"
    proof = JwsDeviceProofs(FixedClock(datetime.now(UTC))).read(
        (sent := kiosk.start()).headers["device-proof"], "/invitations/sessions", sent.post_data or ""
    )
    assert proof.channel is ProofChannel.REGISTERED_DEVICE


def test_a_phone_signs_nothing_and_keeps_nothing(kiosk: Kiosk) -> None:
    assert "device-proof" not in kiosk.start().headers
    assert kiosk.page.evaluate("localStorage.length") == 0
    assert kiosk.page.evaluate("indexedDB.databases().then((all) => all.length)") == 0
