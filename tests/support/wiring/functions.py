"""The handlers and the event files, and one run through the other."""

import importlib.util
import json
import sys
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Any, ClassVar

from lifecert.entry.http.access import Rule
from lifecert.entry.log import metrics

ROOT = Path(__file__).resolve().parents[3]


@dataclass(slots=True)
class Context:
    """What Lambda hands to a handler."""

    function_name: str = "function"
    function_version: str = "$LATEST"
    memory_limit_in_mb: int = 512
    invoked_function_arn: str = "arn:aws:lambda:us-east-1:123456789012:function:function"
    aws_request_id: str = "52fdfc07-2182-454f-963f-5f0f9a621d72"
    remaining_ms: int = 300_000

    def get_remaining_time_in_millis(self) -> int:
        return self.remaining_ms


@cache
def function(name: str) -> ModuleType:
    """The module functions/<name>/app.py."""
    spec = importlib.util.spec_from_file_location(f"functions.{name}.app", ROOT / "functions" / name / "app.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


def event(case: str) -> dict[str, Any]:
    """The event file events/<function>/<name>.json, by `<function>/<name>`."""
    loaded: dict[str, Any] = json.loads((ROOT / "events" / f"{case}.json").read_text(encoding="utf-8"))
    return loaded


def cases() -> list[str]:
    """Every event file."""
    return sorted(str(path.relative_to(ROOT / "events").with_suffix("")) for path in ROOT.glob("events/*/*.json"))


def run(case: str, **changes: Any) -> Any:
    """Run an event file, with members replaced by `changes`, through its handler."""
    metrics.clear_metrics()
    return function(case.split("/", maxsplit=1)[0]).handler({**event(case), **changes}, Context())


def rules() -> dict[str, Rule]:
    """Every route of the API, such as `GET /sessions/{session_id}`, and whom it is for."""
    return {route: function(name).api.rules[route] for route, name in answered_by().items()}


@cache
def answered_by() -> dict[str, str]:
    """Every route of the API, and the folder of the function that answers it."""
    found: dict[str, str] = {}
    for path in sorted((ROOT / "functions").glob("*/app.py")):
        for route in getattr(function(path.parent.name), "api", Routeless).rules:
            assert route not in found, route
            found[route] = path.parent.name
    return found


class Routeless:
    """A function that no route leads to."""

    rules: ClassVar[dict[str, Rule]] = {}
