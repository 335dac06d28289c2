"""What lints the API's description and draws its page: pinned as tightly as all else, and the page calls nobody."""

import json
import re

from tests.support.templates import ROOT

FOLDER = ROOT / "requirements" / "openapi"


def test_every_package_is_pinned_by_hash_and_by_no_address() -> None:
    wanted = json.loads((FOLDER / "package.json").read_text(encoding="utf-8"))["dependencies"]
    assert set(wanted) == {"@redocly/cli", "@stoplight/spectral-cli"}
    assert all(re.fullmatch(r"\d+\.\d+\.\d+", version) for version in wanted.values())
    locked = json.loads((FOLDER / "package-lock.json").read_text(encoding="utf-8"))["packages"]
    assert locked.pop("")["dependencies"] == wanted
    assert len(locked) > 100
    for name, package in locked.items():
        assert package["integrity"].startswith("sha512-"), name
        assert "resolved" not in package, name


def test_no_package_may_run_anything_when_it_is_installed_and_a_change_is_linted() -> None:
    make = (ROOT / "Makefile").read_text(encoding="utf-8")
    (install,) = re.findall(r"npm ci .*", make)
    assert "--ignore-scripts" in install
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
