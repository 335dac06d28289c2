"""Each built function answers an event under AWS's own runtime interface client, from nothing but what was built.

The oldest and the newest Python that was built for are tried; `make build-all` builds for all that are found.
"""

from pathlib import Path
from typing import Any

import pytest

from tests.support.builds import Build, builds
from tests.support.runtime_api import Answer
from tests.support.starting import Started, an_event, assert_it_answered

BUILDS = builds()
ENDS = sorted({*list(BUILDS)[:1], *list(BUILDS)[-1:]})
# Parameters without a default that would do.
CHOSEN = {
    "GetConfig": {"SIGN_IN_ISSUER": "https://127.0.0.1:9"},
    "ImportRegister": {"LETTER_PAGE_URL": "https://127.0.0.1:9/phone"},
    "Authorise": {"OIDC_ISSUER": "https://127.0.0.1:9", "OIDC_AUDIENCE": "nobody", "OIDC_PAYER_CLAIM": "scope"},
}

pytestmark = pytest.mark.skipif(not BUILDS, reason="nothing built: make build")


def functions() -> list[Any]:
    ends = [BUILDS[python] for python in ENDS]
    return [pytest.param(build, name, id=f"{build.python}-{name}") for build in ends for name in build.functions()]


def invoke(build: Build, function: str) -> tuple[Answer, str]:
    """Have a function answer an event of its own, with its variables and layers."""
    started = Started(build.interpreter, build.folder / function, build.path(function))
    return started.invoke(an_event(function), {**build.functions()[function], **CHOSEN.get(function, {})})


@pytest.mark.parametrize(("build", "function"), functions())
def test_a_built_function_starts_and_answers(build: Build, function: str) -> None:
    assert_it_answered(*invoke(build, function))


def test_a_function_without_its_layer_is_noticed(tmp_path: Path) -> None:
    """The check itself sees what it is there for."""
    build = next(iter(BUILDS.values()))
    bare = Build(build.python, tmp_path, build.interpreter)
    (tmp_path / "template.yaml").write_bytes((build.folder / "template.yaml").read_bytes())
    (tmp_path / "GetStatus").symlink_to(build.folder / "GetStatus")
    answer, _ = invoke(bare, "GetStatus")
    assert answer.error
    assert answer.error["errorType"] == "Runtime.ImportModuleError"


@pytest.mark.parametrize("python", ["python3.11", "python3.12", "python3.13"])
def test_the_ends_of_what_is_supported_are_tried(python: str) -> None:
    if python not in BUILDS:
        pytest.skip(f"not built for {python}: make build-all, where there is a {python}")
    assert (BUILDS[python].folder / "VisionLayer" / "python" / "cv2").is_dir()
