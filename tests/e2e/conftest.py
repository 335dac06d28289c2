"""An office and a phone on the deployed stack, and people registered for one test at a time."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from local.demo.cast import JIANGUO, MING, XIULAN, Person, portrait, register
from local.demo.phone import Phone, camera_before
from local.deploy import Deployment
from tests.support.deployed import Known, another_id_number, today
from tests.support.secrets import WatchedPhone

PASSWORD = "Only-for-these-tests-2026"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Logs are read when everything else has written its own."""
    items.sort(key=lambda item: item.path.name == "test_logs.py")


@pytest.fixture(scope="session")
def token_of(stack: Deployment) -> Callable[[str], str]:
    """ID tokens by e-mail address; `clerk@`, `second-clerk@`, `auditor@` and `payer@` are in the group of that name."""
    tokens: dict[str, str] = {}

    def token(email: str) -> str:
        if email not in tokens:
            name = email.partition("@")[0].rpartition("-")[2]
            group = name if name in {"clerk", "auditor", "payer"} else None
            tokens[email] = stack.people.new_user(email, PASSWORD, group)
        return tokens[email]

    return token


@pytest.fixture(scope="session")
def phone_of(stack: Deployment, token_of: Callable[[str], str]) -> Callable[[str], Phone]:
    """A phone signed in as somebody, whose secrets test_logs looks for at the end."""
    return lambda email: WatchedPhone(stack.api_url, token_of(email))


@pytest.fixture(scope="session")
def clerk(phone_of: Callable[[str], Phone]) -> Phone:
    return phone_of("clerk@example.org")


@pytest.fixture(scope="session")
def other_clerk(phone_of: Callable[[str], Phone]) -> Phone:
    return phone_of("second-clerk@example.org")


@pytest.fixture
def phone(phone_of: Callable[[str], Phone]) -> Phone:
    return phone_of("daughter@example.org")


@pytest.fixture(scope="session")
def registered(clerk: Phone) -> Callable[..., Known]:
    """Register a member of the cast under an ID number of their own, so that no test meets another's failures."""

    def one(person: Person = MING, **fields: object) -> Known:
        known = replace(person, id_number=another_id_number(), **fields)  # type: ignore[arg-type]
        return Known(known, register(clerk, known, today()), camera_before(portrait(known.face)))

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
