"""The phone page in Chromium: a camera whose picture a test chooses, and a person who goes from screen to screen."""

import io
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from PIL import Image
from playwright.sync_api import Browser, BrowserContext, Page, Playwright, expect

from lifecert.domain.challenge import Step
from local.demo.phone import Camera
from tests.support.browser import CHROMIUM
from tests.support.patience import PATIENCE_SECONDS

WIDTH, HEIGHT = 720, 960  # px: what the page sends is no larger
PATIENCE_MS = 1000 * PATIENCE_SECONDS
expect.set_options(timeout=PATIENCE_MS)
COLOURS, TALLEST = 96, 1500  # of a picture of a screen; pixels
# The fake camera shows ten pictures a second, and Chromium has some of them in hand.
SHOWN_MS = 500


class FakeCamera:
    """The file that Chromium takes for a camera. It is read again for each picture: what is written is seen next."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self.show(np.full((HEIGHT, WIDTH, 3), 128, np.uint8))

    @property
    def flags(self) -> list[str]:
        """What makes Chromium use it."""
        return ["--use-fake-device-for-media-stream", f"--use-file-for-fake-video-capture={self._path}"]

    def show(self, picture: bytes | np.ndarray[Any, Any]) -> None:
        """Hold a photo before the camera."""
        image = (
            cv2.imdecode(np.frombuffer(picture, np.uint8), cv2.IMREAD_COLOR) if isinstance(picture, bytes) else picture
        )
        frame = cv2.cvtColor(cv2.resize(np.asarray(image), (WIDTH, HEIGHT)), cv2.COLOR_BGR2YUV_I420)
        header = f"YUV4MPEG2 W{WIDTH} H{HEIGHT} F10:1 Ip A1:1 C420mpeg2\nFRAME\n".encode()
        mode = "r+b" if self._path.exists() else "wb"
        with self._path.open(mode) as file:
            file.write(header + frame.tobytes())


@contextmanager
def chromium(playwright: Playwright, camera: FakeCamera | None) -> Iterator[Browser]:
    """Chromium as Debian has it, with this camera or with none."""
    flags = camera.flags if camera else ["--use-fake-device-for-media-stream=device-count=0"]
    browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", *flags])
    try:
        yield browser
    finally:
        browser.close()


class Watched:
    """What a page asked for and complained about. A page that asks somebody else, or is refused something by its own
    policy, has failed whatever else it does."""

    def __init__(self, page: Page, origin: str) -> None:
        self.requests: list[str] = []
        self.faults: list[str] = []
        self._origin = origin
        page.on("request", lambda request: self.requests.append(request.url))
        page.on("pageerror", lambda error: self.faults.append(f"error: {error}"))
        page.on("console", lambda message: self._note(message.type, message.text))

    def _note(self, kind: str, text: str) -> None:
        # What the network refuses is said here too, and is looked at where a test makes it so.
        if kind == "error" and not text.startswith("Failed to load resource"):
            self.faults.append(text)

    @property
    def foreign(self) -> list[str]:
        """Requests to anybody but the stack."""
        return [url for url in self.requests if not url.startswith((self._origin + "/", f"blob:{self._origin}/"))]


class Visitor:
    """Somebody with the page open, and a camera before a face."""

    def __init__(self, page: Page, address: str, camera: FakeCamera | None, language: str) -> None:
        self.page = page
        self.address = address
        self.language = language
        self._camera = camera
        self.watched = Watched(page, re.match(r"https?://[^/]+", address)[0])  # type: ignore[index]
        page.set_default_timeout(PATIENCE_MS)

    @property
    def screen(self) -> str:
        """The name of the screen that is shown."""
        return str(self.page.locator("[data-screen]").get_attribute("data-screen"))

    def sees(self, screen: str) -> None:
        """Waits until a screen is shown."""
        expect(self.page.locator(f"[data-screen={screen}]")).to_be_visible()

    def press(self, identifier: str) -> None:
        """Press what has this id."""
        self.page.click(f"#{identifier}")

    def open(self, code: str = "") -> None:
        """Scan the letter."""
        self.page.goto(self.address + (f"#{code}" if code else ""))
        self.sees("language")

    def to_person(self, code: str) -> None:
        """As far as the masked name."""
        self.open(code)
        self.press(f"language-{self.language}")
        self.sees("invited")

    def to_consent(self, code: str, *, on_behalf: bool = False) -> None:
        """As far as the consent, as whoever the letter is for, or with their help."""
        self.to_person(code)
        self.press("others" if on_behalf else "mine")
        if on_behalf:
            self.page.fill("#helper-name", "王芳")
            self.press("next")
        self.sees("consent")

    def to_primer(self, code: str, *, on_behalf: bool = False, cannot: tuple[str, ...] = ()) -> None:
        """As far as the camera."""
        self.to_consent(code, on_behalf=on_behalf)
        self.from_consent(cannot)

    def from_consent(self, cannot: tuple[str, ...] = ()) -> None:
        """Agree, and go on to the camera."""
        self.press("agree")
        for ability in cannot:
            self.press(f"cannot-{ability}")
        self.press("next")
        self.sees("primer")

    def stage(self) -> Step:
        """The step that is asked for, once the camera shows a picture."""
        place = self.page.locator(".stage[data-ready]:not(.taken)")
        place.wait_for(timeout=PATIENCE_MS)
        return Step(str(place.get_attribute("data-step")))

    def at_once(self) -> None:
        """No countdown: whoever tests has no time to take up a pose."""
        self.page.check("#countdown-0", force=True)

    def answer(self, shoot: Camera, until: str = "review") -> list[Step]:
        """Answer each step with its frame, until a screen is reached: the steps."""
        self.sees("capture")
        steps: list[Step] = []
        while self.screen == "capture":
            steps.append(self.answer_one(shoot))
        self.sees(until)
        return steps

    def answer_one(self, shoot: Camera) -> Step:
        """Answer the step that is shown, until the next screen comes."""
        step = self.stage()
        number = self.page.locator(".stage").get_attribute("data-number")
        self.hold(shoot(step))
        self.at_once()
        self.press("shoot")
        self.page.locator(f"[data-screen]:not(:has(.stage[data-number='{number}']))").wait_for(timeout=PATIENCE_MS)
        return step

    def hold(self, photo: bytes) -> None:
        """Hold a photo before the camera until the page must have seen it."""
        assert self._camera
        self._camera.show(photo)
        self.page.wait_for_timeout(SHOWN_MS)

    def choose(self, content: bytes) -> None:
        """What the phone's own camera app gives the page."""
        self.page.set_input_files("#file", {"name": "photo.jpg", "mimeType": "image/jpeg", "buffer": content})

    def answer_by_file(self, shoot: Camera, until: str = "review") -> list[Step]:
        """The same with the phone's own camera app."""
        self.sees("file")
        steps: list[Step] = []
        while self.screen == "file":
            still = self.page.locator(".still")
            step, number = Step(str(still.get_attribute("data-step"))), still.get_attribute("data-number")
            self.choose(shoot(step))
            steps.append(step)
            self.page.locator(f"[data-screen]:not(:has(.still[data-number='{number}']))").wait_for(timeout=PATIENCE_MS)
        self.sees(until)
        return steps


def visitor(
    browser: Browser,
    address: str,
    camera: FakeCamera | None,
    language: str = "zh-CN",
    *,
    width: int = 360,
    allowed: bool = True,
    **options: Any,
) -> tuple[BrowserContext, Visitor]:
    """A new visitor on a phone of `width` pixels, whose camera is allowed or not."""
    size = {"width": width, "height": 740}
    context = browser.new_context(viewport=size, locale=language, has_touch=width < 600, **options)  # type: ignore[arg-type]
    if allowed:
        context.grant_permissions(["camera"])
    return context, Visitor(context.new_page(), address, camera, language)


def photograph(somebody: Visitor, folder: Path, name: str) -> None:
    """The screen as a small file, in both languages."""
    folder.mkdir(parents=True, exist_ok=True)
    page = somebody.page
    for _ in range(2):
        if page.locator(".stage").count():
            page.locator(".stage[data-ready]").wait_for()
            page.wait_for_timeout(SHOWN_MS)
        # What the API says is asked for anew in the other language.
        page.locator("#asking").wait_for(state="detached")
        page.evaluate("document.activeElement.blur()")
        language = page.evaluate("document.documentElement.lang")
        whole = Image.open(io.BytesIO(page.screenshot(full_page=True, animations="disabled")))
        # Of a long text the beginning.
        image = whole.crop((0, 0, whole.width, min(whole.height, TALLEST)))
        image.quantize(COLOURS, dither=Image.Dither.NONE).save(folder / f"{name}.{language}.png", optimize=True)
        page.locator(".tool[lang]").click()


Visit = Callable[..., Visitor]
