"""Start what was built as Lambda does, under AWS's own runtime interface client, and have it answer one event."""

import json
import subprocess
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from lab.speed.sizes import ROOT
from tests.support.patience import PATIENCE_SECONDS
from tests.support.runtime_api import Answer, serve

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


@dataclass(frozen=True, slots=True)
class Started:
    """What is started: an interpreter, the folder of the code, where packages are found, and what is called."""

    interpreter: Path
    folder: Path
    path: str
    handler: str = "app.handler"

    def invoke(self, event: dict[str, Any], variables: Mapping[str, str]) -> tuple[Answer, str]:
        """Start the function, let it answer one event, and end it. Its log comes with the answer."""
        with serve() as api, tempfile.TemporaryFile("w+") as log:
            process = subprocess.Popen(
                [self.interpreter, "-m", "awslambdaric", self.handler],
                cwd=self.folder,
                env={
                    **VARIABLES,
                    **variables,
                    "AWS_LAMBDA_RUNTIME_API": api.address,
                    "LAMBDA_TASK_ROOT": str(self.folder),
                    "_HANDLER": self.handler,
                    "PYTHONPATH": self.path,
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


def assert_it_answered(answer: Answer, log: str) -> None:
    """It started, and every import and setting was there: whatever it says came from inside the handler."""
    if answer.error:
        kind = answer.error["errorType"]
        assert kind not in DID_NOT_START, log
        assert not kind.startswith("Runtime."), log
    elif isinstance(answer.result, dict) and "statusCode" in answer.result:
        assert answer.result["statusCode"] in {200, 400, 401, 403, 404, 409, 422, 503}, log
        assert json.loads(answer.result["body"]).get("code") != "internal_error", log
