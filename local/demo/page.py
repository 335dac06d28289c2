"""The phone page in the demo: a letter, and what whoever scans it sees first, in a browser without a window."""

import shutil
import subprocess
import tempfile

import requests

from local.demo.phone import TIMEOUT_SECONDS, Phone
from local.demo.story import Story
from local.deploy import Deployment
from local.stack import BUILD

PICTURE = BUILD / "demo" / "phone-page.png"
# Under which names Chromium is installed.
BROWSERS = ("chromium", "chromium-browser", "google-chrome")
HEADING = "请选择语言"


def show(story: Story, deployed: Deployment, clerk: Phone, beneficiary_id: str) -> None:
    """Have the office issue an invitation, and open the page that its QR code leads to."""
    letter = clerk.expect(201, "POST", f"/staff/beneficiaries/{beneficiary_id}/invitations", {})
    story.tell(f"on the letter: a QR code, and {letter['digits']} to type")
    page = requests.get(deployed.page_url, timeout=TIMEOUT_SECONDS, proxies={"http": "", "https": ""})
    policy = page.headers["Content-Security-Policy"]
    story.check(page.ok and "default-src 'none'" in policy, "the code leads to a page that calls nobody but this API")
    browser = next(filter(None, map(shutil.which, BROWSERS)), None)
    if browser is None:
        story.tell("there is no Chromium here to show it (apt install chromium)")
    else:
        shown = _opened(browser, str(letter["url"]))
        story.check(HEADING in shown, f"somebody scans it: {PICTURE.relative_to(BUILD.parent)}")
    story.tell("`make dev` keeps the page running, to be opened with a camera of your own")


def _opened(browser: str, address: str) -> str:
    """What a browser shows of the page once its script has run, with a picture of it in PICTURE."""
    PICTURE.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as profile:
        command = [
            browser,
            "--headless",
            "--no-sandbox",
            "--disable-gpu",
            "--hide-scrollbars",
            f"--user-data-dir={profile}",
            "--window-size=500,900",
            "--virtual-time-budget=10000",
        ]
        for action in (f"--screenshot={PICTURE}", "--dump-dom"):
            shown = subprocess.run(
                [*command, action, address], capture_output=True, text=True, timeout=TIMEOUT_SECONDS, check=True
            ).stdout
    return shown
