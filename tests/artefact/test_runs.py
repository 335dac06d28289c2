"""Each built function answers an event under AWS's own runtime interface client, from nothing but what was built.

The oldest and the newest Python that was built for are tried; `make build-all` builds for all that are found.
"""

import json
import subprocess
import tempfile
from pathlib import Path
from typing import Any

import pytest

from lab.speed.sizes import ROOT
from tests.support.builds import Build, builds
from tests.support.patience import PATIENCE_SECONDS
from tests.support.runtime_api import Answer, serve

BUILDS = builds()
ENDS = sorted({*list(BUILDS)[:1], *list(BUILDS)[-1:]})
# A port that nothing listens on: every call to AWS fails at once.
NO_AWS = "http://127.0.0.1:9"
DID_NOT_START = {"ImportError", "ModuleNotFoundError", "OSError", "SettingsError", "ConfigError", "ModelMissingError"}
VARIABLES = {
    "PATH": "/usr/local/bin:/usr/bin:/bin",
    "LANG": "en_US.UTF-8",
    "TZ": ":UTC",
    "AWS_LAMBDA_FUNCTION_NAME": "tested",
    "AWS_LAMBDA_FUNCTION_VERSION": "$LATEST",
    "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": "1769",
    "AWS_LAMBDA_INITIALIZATION_TYPE": "on-demand",
    "AWS_REGION": "eu-central-1",
    "AWS_DEFAULT_REGION": "eu-central-1",
    "AWS_ACCESS_KEY_ID": "none",
    "AWS_SECRET_ACCESS_KEY": "none",
    "AWS_ENDPOINT_URL": NO_AWS,
    "POWERTOOLS_TRACE_DISABLED": "true",
}
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


def invoke(build: Build, function: str, event: dict[str, Any]) -> tuple[Answer, str]:
    """Start a function as Lambda does, let it answer one event, and end it. Its log comes with the answer."""
    with serve() as api, tempfile.TemporaryFile("w+") as log:
        process = subprocess.Popen(
            [build.interpreter, "-m", "awslambdaric", "app.handler"],
            cwd=build.folder / function,
            env={
                **VARIABLES,
                **build.functions()[function],
                **CHOSEN.get(function, {}),
                "AWS_LAMBDA_RUNTIME_API": api.address,
                "LAMBDA_TASK_ROOT": str(build.folder / function),
                "_HANDLER": "app.handler",
                "PYTHONPATH": build.path(function),
                "PYTHONDONTWRITEBYTECODE": "1",
            },
            stdout=log,
            stderr=subprocess.STDOUT,
        )
        try:
            api.send(event)
            answer = api.answer(PATIENCE_SECONDS)
        finally:
            process.kill()
            process.wait()
            log.seek(0)
            written = log.read()
    return answer, written


def an_event(function: str) -> dict[str, Any]:
    """An event of the function's own that it refuses by itself, before it asks AWS anything, if it has one."""
    folder = ROOT / "events" / "".join(f"_{c.lower()}" if c.isupper() else c for c in function).lstrip("_")
    names = ("signed_out", "not_an_id", "misspelt", "removed_by_hand", "not_json", "file_unknown", "person_not_json")
    chosen = next((folder / f"{name}.json" for name in names if (folder / f"{name}.json").is_file()), None)
    content: dict[str, Any] = json.loads((chosen or sorted(folder.glob("*.json"))[0]).read_text("utf-8"))
    return content


@pytest.mark.parametrize(("build", "function"), functions())
def test_a_built_function_starts_and_answers(build: Build, function: str) -> None:
    answer, log = invoke(build, function, an_event(function))
    if answer.error:
        # Whatever it says came from inside the handler: it started, and every import and setting was there.
        kind = answer.error["errorType"]
        assert kind not in DID_NOT_START, log
        assert not kind.startswith("Runtime."), log
    elif isinstance(answer.result, dict) and "statusCode" in answer.result:
        assert answer.result["statusCode"] in {200, 400, 401, 403, 404, 409, 422, 503}, log
        assert json.loads(answer.result["body"]).get("code") != "internal_error", log


def test_a_function_without_its_layer_is_noticed(tmp_path: Path) -> None:
    """The check itself sees what it is there for."""
    build = next(iter(BUILDS.values()))
    bare = Build(build.python, tmp_path, build.interpreter)
    (tmp_path / "template.yaml").write_bytes((build.folder / "template.yaml").read_bytes())
    (tmp_path / "GetStatus").symlink_to(build.folder / "GetStatus")
    answer, _ = invoke(bare, "GetStatus", an_event("GetStatus"))
    assert answer.error
    assert answer.error["errorType"] == "Runtime.ImportModuleError"


@pytest.mark.parametrize("python", ["python3.11", "python3.12", "python3.13"])
def test_the_ends_of_what_is_supported_are_tried(python: str) -> None:
    if python not in BUILDS:
        pytest.skip(f"not built for {python}: make build-all, where there is a {python}")
    assert (BUILDS[python].folder / "VisionLayer" / "python" / "cv2").is_dir()
