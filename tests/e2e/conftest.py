"""An office and a phone on the deployed stack, and people registered for one test at a time."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import timedelta
from time import monotonic
from typing import Any

import numpy as np
import pytest
from playwright.sync_api import Browser, BrowserContext, Playwright, sync_playwright

from local.demo.cast import JIANGUO, MING, XIULAN, Person, portrait, register
from local.demo.phone import Camera, Phone, camera_before
from local.deploy import Deployment
from tests.support.browser import CHROMIUM
from tests.support.deployed import Known, another_id_number, today
from tests.support.desk import Clerk, SignedIn, at_desk
from tests.support.missing import missing
from tests.support.phone_page import FakeCamera, Visit, Visitor, chromium, visitor
from tests.support.secrets import SECRETS, WatchedPhone

PASSWORD = "Only-for-these-tests-2026"
STAFF = {"clerk": "clerk@example.org", "other": "second-clerk@example.org", "auditor": "auditor@example.org"}
# Of the tests of the desk alone: its queues have nobody else's cases.
DESK_COUNTY = "542621"
# Staff's tokens live for ten minutes, and the tests may take longer.
SIGN_IN_AGAIN_SECONDS = 300


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Logs are read when everything else has written its own."""
    items.sort(key=lambda item: item.path.name == "test_logs.py")


@pytest.fixture(scope="session")
def token_of(stack: Deployment) -> Callable[[str], str]:
    """ID tokens by e-mail address; `clerk@`, `second-clerk@` and `auditor@` are staff, in the group of that name."""
    tokens: dict[str, tuple[str, float]] = {}

    def token(email: str) -> str:
        name = email.partition("@")[0].rpartition("-")[2]
        group = name if name in {"clerk", "auditor"} else None
        known, since = tokens.get(email, ("", 0.0))
        if not known:
            known = stack.new_user(email, PASSWORD, group)
        elif monotonic() - since > SIGN_IN_AGAIN_SECONDS:
            known = (stack.staff if group else stack.people).sign_in(email, PASSWORD)
        else:
            return known
        tokens[email] = known, monotonic()
        SECRETS.update({known, known.split(".")[2]})
        return known

    return token


@pytest.fixture(scope="session")
def phone_of(stack: Deployment, token_of: Callable[[str], str]) -> Callable[[str], Phone]:
    """A phone signed in as somebody, whose secrets test_logs looks for at the end."""
    return lambda email: WatchedPhone(stack.api_url, lambda: token_of(email))


@pytest.fixture(scope="session")
def clerk(phone_of: Callable[[str], Phone]) -> Phone:
    return phone_of("clerk@example.org")


@pytest.fixture(scope="session")
def other_clerk(phone_of: Callable[[str], Phone]) -> Phone:
    return phone_of("second-clerk@example.org")


@pytest.fixture
def phone(phone_of: Callable[[str], Phone]) -> Phone:
    return phone_of("daughter@example.org")


def _camera(known: Person) -> Camera:
    """A camera whose chance hangs on the person alone: a test sees the same frames whenever it runs."""
    return camera_before(portrait(known.face), np.random.default_rng(int(known.id_number[:-1])))


@pytest.fixture(scope="session")
def registered(clerk: Phone, other_clerk: Phone) -> Callable[..., Known]:
    """Register a member of the cast under an ID number of their own, so that no test meets another's failures."""

    def one(person: Person = MING, **fields: object) -> Known:
        known = replace(person, id_number=another_id_number(), **fields)  # type: ignore[arg-type]
        return Known(known, register(clerk, known, today(), other_clerk), _camera(known))

    return one


@pytest.fixture
def ming(registered: Callable[..., Known]) -> Known:
    return registered(MING)


@pytest.fixture
def jianguo(registered: Callable[..., Known]) -> Known:
    return registered(JIANGUO)


@pytest.fixture
def xiulan(registered: Callable[..., Known]) -> Known:
    return registered(XIULAN)


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


def _all_closed(opened: Sequence[tuple[BrowserContext, Visitor | Clerk]]) -> None:
    for context, somebody in opened:
        context.close()
        assert not somebody.watched.faults
        assert not somebody.watched.foreign


@pytest.fixture
def visit(stack: Deployment, browser: Browser, camera: FakeCamera) -> Iterator[Visit]:
    """Visitors of a test. Whatever they did, their pages complained of nothing and asked nobody else."""
    opened = []

    def new(language: str = "zh-CN", **options: Any) -> Visitor:
        context, somebody = visitor(browser, stack.page_url, camera, language, **options)
        opened.append((context, somebody))
        return somebody

    yield new
    _all_closed(opened)


@pytest.fixture
def letter_of(clerk: Phone) -> Callable[[Known], dict[str, Any]]:
    """The letter that the office prints for somebody: its code, and its digits."""

    def letter(known: Known) -> dict[str, Any]:
        path = f"/staff/beneficiaries/{known.beneficiary_id}/invitations"
        issued = clerk.expect(201, "POST", path, {})
        return {**issued, "code": issued["url"].split("#")[1]}

    return letter


@pytest.fixture
def at(stack: Deployment, browser: Browser, token_of: Callable[[str], str]) -> Iterator[SignedIn]:
    """Staff at their desks. Whatever they did, their pages complained of nothing and asked nobody else."""
    opened = []

    def new(who: str = "clerk", language: str = "en") -> Any:
        token_of(STAFF[who])  # so that there is such an account
        context, somebody = at_desk(browser, stack.desk_url, language)
        opened.append((context, somebody))
        somebody.sign_in(STAFF[who], PASSWORD)
        return somebody

    yield new
    _all_closed(opened)


@pytest.fixture
def in_county(clerk: Phone, other_clerk: Phone) -> Callable[..., Known]:
    """Register a member of the cast in a county, with a photo and a second clerk's word."""

    def one(person: Person, county: str = DESK_COUNTY) -> Known:
        number = another_id_number()
        start = (today() - timedelta(days=300)).isoformat()
        beneficiary_id = clerk.register(person.name, number, person.category, county, start)
        other_clerk.vouch(beneficiary_id)
        kind = "image/png" if person.reference.endswith(".png") else "image/jpeg"
        clerk.enrol(beneficiary_id, portrait(person.reference), kind)
        known = Person(person.name, number, person.category, person.reference, person.face, 0)
        return Known(known, beneficiary_id, _camera(known))

    return one
