"""What reads the API's description (linters, page, clients): pinned as tightly as all else; the page calls nobody."""

import json
import re

import pytest

from tests.support.templates import ROOT

FOLDER = ROOT / "requirements" / "openapi"


@pytest.mark.parametrize(
    ("folder", "packages", "at_least"),
    [
        ("requirements/openapi", {"@redocly/cli", "@stoplight/spectral-cli"}, 100),
        ("clients/typescript", {"jose", "openapi-fetch", "openapi-typescript", "typescript", "@types/node"}, 30),
    ],
)
def test_every_package_is_pinned_by_hash_and_by_no_address(folder: str, packages: set[str], at_least: int) -> None:
    package = json.loads((ROOT / folder / "package.json").read_text(encoding="utf-8"))
    wanted = package["dependencies"] | package.get("devDependencies", {})
    assert set(wanted) == packages
    assert all(re.fullmatch(r"\d+\.\d+\.\d+", version) for version in wanted.values())
    locked = json.loads((ROOT / folder / "package-lock.json").read_text(encoding="utf-8"))["packages"]
    root = locked.pop("")
    assert root["dependencies"] | root.get("devDependencies", {}) == wanted
    assert len(locked) > at_least
    for name, package in locked.items():
        assert package["integrity"].startswith("sha512-"), name
        assert "resolved" not in package, name


def test_no_package_may_run_anything_when_it_is_installed_and_a_change_is_linted() -> None:
    make = (ROOT / "Makefile").read_text(encoding="utf-8")
    installs = re.findall(r"npm ci .*", make)
    assert len(installs) == 2
    assert all("--ignore-scripts" in install for install in installs)
    (checks,) = re.findall(r"^quick-check: (.*?) ##", make, re.M)
    assert "openapi-lint" in checks.split()


def test_the_page_may_call_nobody() -> None:
    """Of itself the tool's page fetches a logo and reports to its maker."""
    page = (FOLDER / "page.hbs").read_text(encoding="utf-8")
    (policy,) = re.findall(r'content="(default-src[^"]+)"', page)
    rules = dict(rule.strip().split(" ", 1) for rule in policy.split(";"))
    assert rules["default-src"] == "'none'"
    assert set(rules) == {"default-src", "script-src", "style-src", "img-src", "font-src", "worker-src"}
    assert not re.search(r"https?:|\*|'self'", policy)
