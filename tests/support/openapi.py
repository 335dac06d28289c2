"""The API's description, what the code says that each operation may refuse, and schemas that let nothing else by."""

import ast
import inspect
import re
from collections.abc import Iterator
from functools import cache
from typing import Any

import yaml

from lifecert.domain import errors
from lifecert.entry.http.problems import INTERNAL, TABLE, Code
from lifecert.ports.register import ChangingRegister
from tests.support.wiring.factories import AREAS
from tests.support.wiring.functions import ROOT, rules

BY_NAME = {area.__name__.rpartition(".")[2]: area for area in AREAS}
METHODS = ("get", "post", "put", "patch", "delete")
STATUS = {problem.code: problem.status.value for problem in [*TABLE.values(), INTERNAL]}
# Whatever is asked: the firewall, the throttle, a mistake of ours, a store that does not answer.
EVERYWHERE = {Code.REQUEST_BLOCKED, Code.LIMIT_REACHED, Code.INTERNAL_ERROR, Code.UNAVAILABLE}


@cache
def api() -> dict[str, Any]:
    """infra/openapi.yaml."""
    loaded: dict[str, Any] = yaml.safe_load((ROOT / "infra" / "openapi.yaml").read_text(encoding="utf-8"))
    return loaded


def operations() -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Path, method and operation of each."""
    for path, item in api()["paths"].items():
        for method in METHODS:
            if method in item:
                yield path, method, item[method]


def resolved(node: dict[str, Any]) -> dict[str, Any]:
    """What a reference leads to."""
    while "$ref" in node:
        *_, kind, name = node["$ref"].split("/")
        node = api()["components"][kind][name]
    return node


def described_codes(operation: dict[str, Any]) -> dict[str, set[str]]:
    """The codes that an operation's refusals name, by status."""
    return {
        status: set(re.findall(r"`([a-z_]+)`", resolved(answer)["description"].partition("\n")[0]))
        for status, answer in operation["responses"].items()
        if status >= "400"
    }


def codes_of(route: str) -> dict[str, set[str]]:
    """The same as the code has it: by what the handler reads, what its use case raises, and whom it is for."""
    found = set(EVERYWHERE) | _by_rule(route)
    handler = _handlers()[route]
    reads = {
        r"api\.(optional_)?body\(": {Code.INVALID_JSON, Code.INVALID_REQUEST, Code.REQUEST_TOO_LARGE},
        r"api\.query\(": {Code.INVALID_REQUEST},
        r"idempotency_key\b": {Code.IDEMPOTENCY_KEY_INVALID},
        r"InvitedPersonBody|StartInvitedBody|CertifyInPersonBody|MandateByLetterBody": {Code.CODE_MISTYPED},
        r"raise RouteNotFound": {Code.ROUTE_NOT_FOUND},
        r"_once\(\)": {Code.IDEMPOTENCY_KEY_REUSED, Code.REQUEST_IN_PROGRESS},
    }
    for pattern, codes in reads.items():
        if re.search(pattern, handler):
            found |= codes
    raised = set(re.findall(r"an_id\(\w+, (\w+)\)", handler))
    for area, factory, method in re.findall(rf"\b({'|'.join(BY_NAME)})\.(\w+)\(\)(?:\.(\w+))?", handler):
        raised |= _raised_by(BY_NAME[area], factory, method or "__call__")
    found |= {TABLE[getattr(errors, name)].code for name in raised}
    if not re.search(r"api\.body\(", handler):
        found -= {Code.DAY_IN_FUTURE, Code.DEATH_ENDS_ALL}  # no day, no cause
    if rules()[route].signed_in and "letter_on_paper" not in handler:
        found -= {Code.INVITATION_UNKNOWN}  # what an invitation started is nobody's who signs in
    by_status: dict[str, set[str]] = {}
    for code in found:
        by_status.setdefault(str(STATUS[code]), set()).add(code.value)
    return by_status


def _by_rule(route: str) -> set[Code]:
    rule = rules()[route]
    # Auditors change nothing.
    changes = rule.signed_in and not route.startswith("GET ")
    return ({Code.SIGNED_OUT} if rule.signed_in else set()) | (
        {Code.NOT_ALLOWED} if rule.groups or rule.programs or changes else set()
    )


@cache
def _handlers() -> dict[str, str]:
    """The source of each route's handler."""
    found = {}
    for path in sorted((ROOT / "functions").glob("*/app.py")):
        source = path.read_text(encoding="utf-8")
        for node in ast.parse(source).body:
            for decorator in node.decorator_list if isinstance(node, ast.FunctionDef) else ():
                if isinstance(decorator, ast.Call) and ast.unparse(decorator.func) == "api.on":
                    found[ast.literal_eval(decorator.args[0])] = ast.get_source_segment(source, node) or ""
    return found


def _raised_by(area: Any, factory: str, method: str) -> set[str]:
    """The errors that a use case's docstring says it raises, and the one of whoever changes a beneficiary."""
    made = inspect.signature(inspect.unwrap(getattr(area, factory))).return_annotation
    use_case = _use_case(area, str(made).strip("\"'"))
    if not use_case:
        return set()
    told = (inspect.getdoc(getattr(use_case, method)) or "").partition("Raises")[2]
    raised = {name for name in re.findall(r"\b[A-Z]\w+", told) if hasattr(errors, name)}
    if inspect.get_annotations(use_case).get("register") is ChangingRegister:
        raised.add("VersionConflict")
    return raised


def _use_case(area: Any, name: str) -> Any:
    """The class that a factory makes, where it is a use case; the module that the factory imports it from has it."""
    source = inspect.getsource(area)
    module = re.search(rf"from (lifecert\.application\S+) import [^\n]*\b{name}\b", source)
    return getattr(__import__(module[1], fromlist=[name]), name) if module else None


# What an enumeration in an answer may also be, so that generated clients take a value that comes later.
LATER = {"$ref": "#/components/schemas/LaterValue"}


def strict(node: Any) -> Any:
    """The schemas, with no member or value allowed that they do not name. The file leaves answers room to grow."""
    if isinstance(node, list):
        return [strict(one) for one in node if one != LATER]
    if not isinstance(node, dict):
        return node
    inside = {name: strict(value) for name, value in node.items()}
    if node.get("type") == "object" and "properties" in node:
        inside.setdefault("additionalProperties", False)
    return inside
