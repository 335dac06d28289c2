"""Pages name what there is, and nothing that is gone: parameters, settings, routes, targets, codes, alarms, events.

Each kind has a page, and a way to read its names off the page that knows nothing of what there is. So both differences
are seen: what the page leaves out, and what only the page knows.
"""

import ast
import importlib
import pkgutil
import re
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

import pytest

from lab import reference
from lifecert import bootstrap
from lifecert.domain.actor import Actor, Role
from lifecert.domain.ledger import Detail, LedgerEntry, LedgerEvent
from lifecert.domain.published import published_events
from lifecert.domain.sweep import JobKind
from lifecert.entry import settings
from lifecert.entry.log import LogCode
from tests.support.templates import ALARMS, FUNCTIONS, ROOT, child, of_type, parent
from tests.support.wiring.functions import rules

Names = set[str]


# Where a call names its metric.
METRIC_IS = {"count": 0, "apart": 0, "done": 1}


def section(text: str, heading: str) -> str:
    """A page from a heading to the next one of its depth."""
    depth = heading.partition(" ")[0]
    _, found, rest = f"\n{text}".partition(f"\n{heading}\n")
    assert found, f"no section {heading}"
    return re.split(rf"^{depth} ", rest, maxsplit=1, flags=re.MULTILINE)[0]


def table(text: str, first_column: str) -> Names:
    """What stands as code in the first cells of the table whose first column is called so."""
    _, found, rest = text.partition(f"| {first_column} |")
    assert found, f"no table of {first_column}"
    rows = rest.split("\n\n", 1)[0].splitlines()[2:]
    return {name for row in rows for name in re.findall(r"`([^`]+)`", row.split("|")[1])}


def placeholders(routes: set[str]) -> Names:
    """Routes with `{id}` for whatever a place in the path is called."""
    return {re.sub(r"\{\w+\}", "{id}", route) for route in routes}


def settings_there() -> Names:
    """What the template tells the functions, and what their settings are called."""
    shared = parent()["Globals"]["Function"]["Environment"]["Variables"]
    of_one = (function["Properties"].get("Environment", {}).get("Variables", {}) for function in FUNCTIONS.values())
    for module in pkgutil.iter_modules(bootstrap.__path__):
        importlib.import_module(f"{bootstrap.__name__}.{module.name}")
    return {*shared, *(name for variables in of_one for name in variables), *map(str.upper, fields(settings.Common))}


def fields(model: type[settings.Common]) -> Iterator[str]:
    """The fields of a model of settings, and of those that build on it."""
    yield from model.model_fields
    for more in model.__subclasses__():
        yield from fields(more)


def limits_there() -> Names:
    """Parameters of the watch that nobody passes."""
    passed = parent()["Resources"]["Monitoring"]["Properties"]["Parameters"]
    return set(child("monitoring")["Parameters"]) - set(passed)


def described(text: str) -> Names:
    """The routes of an OpenAPI description, by the lines of its paths: to read all of it as YAML takes a second, and it
    is read a hundred times. What is written otherwise is missed, and so seen."""
    paths = re.split(r"^\w", text.partition("\npaths:\n")[2], maxsplit=1, flags=re.MULTILINE)[0]
    found, path = set(), ""
    for line in paths.splitlines():
        if called := re.fullmatch(r"  (/\S*):", line):
            path = called[1]
        elif method := re.match(r"    (get|put|post|patch|delete):", line):
            found.add(f"{method[1].upper()} {path}")
    return found


def events_there() -> Names:
    """The types under which entries of the ledger are published."""
    actor, at = Actor("clerk-1", Role.CLERK), datetime(2026, 8, 1, tzinfo=UTC)
    # Of somebody whom the office can reach: else less is announced.
    benefit = {"benefit": "1", "payer": "fund"}
    whatever: defaultdict[str, Detail] = defaultdict(lambda: None, channel="sms", benefits=[benefit])
    entries = (LedgerEntry("beneficiary-1", 1, event, at, actor, whatever) for event in LedgerEvent)
    return {event.type for entry in entries for event in published_events(entry)}


@cache
def metrics_there() -> Names:
    """What the functions count; of the sweep's kinds each has its own."""
    counted = {f"Sweep{kind.capitalize()}" for kind in JobKind}
    for folder in ("functions", "layers/core/lifecert/entry"):
        for path in (ROOT / folder).rglob("*.py"):
            for called, arguments in calls(path):
                place = METRIC_IS.get(called, len(arguments))
                for node in arguments[place : place + 1]:
                    counted |= {str(one.value) for one in ast.walk(node) if isinstance(one, ast.Constant)} - {"Sweep"}
    return counted


def calls(path: Path) -> Iterator[tuple[str, list[ast.expr]]]:
    """The calls of plain names in a module, with their arguments."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            yield node.func.id, node.args


def targets_there() -> Names:
    """What `make` can be asked for by name: phony targets, and any other of a plain name that has a recipe."""
    text = makefile()
    phony = re.findall(r"^\.PHONY: (.*)$", text.replace("\\\n", " "), re.MULTILINE)
    plain = re.findall(r"^([a-z][a-z-]*): (?!export|\w+ [:?]?=)", text, re.MULTILINE)
    return {*" ".join(phony).split(), *plain} - {"FORCE"}


def helped(text: str) -> Names:
    """What `make help` lists."""
    return set(re.findall(r"^([a-z-]+):.*## \S", text, re.MULTILINE))


def makefile() -> str:
    return (ROOT / "Makefile").read_text(encoding="utf-8")


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of thing: its page, what there is of it, what a page says there is, and how a page writes a name."""

    page: str
    there: Callable[[], Names]
    told: Callable[[str], Names]
    written: Callable[[str], str] = "`{}`".format

    def drift(self, text: str) -> tuple[Names, Names]:
        """What the text leaves out, and what only the text knows."""
        there, told = self.there(), self.told(text)
        return there - told, told - there


KINDS = {
    "parameters": Kind(
        "docs/reference.md",
        lambda: set(parent()["Parameters"]),
        lambda text: table(section(text, "## Parameters"), "parameter"),
    ),
    "limits of alarms": Kind(
        "docs/reference.md", limits_there, lambda text: table(section(text, "## Limits of alarms"), "parameter")
    ),
    "settings": Kind("docs/reference.md", settings_there, lambda text: table(section(text, "## Settings"), "setting")),
    "routes": Kind("infra/openapi.yaml", lambda: set(rules()), described, lambda name: f"\n  {name.split()[1]}:\n"),
    "routes in README": Kind(
        "README.md", lambda: placeholders(set(rules())), lambda text: table(section(text, "## API"), "call")
    ),
    "make targets": Kind("Makefile", targets_there, helped, "\n{}: ".format),
    "log codes": Kind("docs/operations.md", lambda: set(LogCode), lambda text: table(section(text, "## Logs"), "code")),
    "metrics": Kind("docs/operations.md", metrics_there, lambda text: table(section(text, "## Logs"), "metric")),
    "alarms": Kind(
        "docs/operations.md",
        lambda: {*ALARMS, *of_type(parent(), "AWS::CloudWatch::Alarm")},
        lambda text: table(section(text, "## Alarms"), "alarm"),
    ),
    "events": Kind(
        "docs/operations.md",
        events_there,
        lambda text: table(section(text, "## What the payer receives"), "type"),
    ),
    "schemas of events": Kind(
        "docs/operations.md",
        lambda: {path.stem for path in ROOT.glob("infra/schemas/*.json")},
        lambda text: table(section(text, "## What the payer receives"), "type"),
    ),
}


def text_of(kind: Kind) -> str:
    return (ROOT / kind.page).read_text(encoding="utf-8")


@pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS)
def test_the_page_names_what_there_is_and_nothing_else(kind: Kind) -> None:
    assert kind.drift(text_of(kind)) == (set(), set())


@pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS)
def test_a_name_that_is_left_out_and_one_that_is_made_up_are_found(kind: Kind) -> None:
    text = text_of(kind)
    for name in sorted(kind.there()):
        made_up = f"{name}-made-up"
        assert kind.written(name) in text
        changed = text.replace(kind.written(name), kind.written(made_up))
        left_out, unknown = kind.drift(changed)
        assert name in left_out
        assert made_up in unknown


@pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS)
def test_something_new_is_missed(kind: Kind) -> None:
    """What is added to the product and to no page."""
    more = replace(kind, there=lambda: kind.there() | {"GET /made-up"})
    assert more.drift(text_of(kind)) == ({"GET /made-up"}, set())


def test_a_target_that_is_phony_or_has_a_recipe_is_seen() -> None:
    """Also one without its words: what `make help` does not list would otherwise be no target at all."""
    there = targets_there()
    assert {"check", "load", "format-check", "deploy-prod"} <= there
    assert not {".venv/.ready", "FORCE", "STAGE"} & there


def test_the_reference_has_words_for_every_value() -> None:
    """And not what Python makes of a list, or nothing between two signs."""
    assert not re.findall(r"OrderedDict|\[['\"{]|``", reference.PAGE.read_text(encoding="utf-8"))


def test_the_reference_is_what_the_templates_say() -> None:
    assert reference.PAGE.read_text(encoding="utf-8") == reference.page(), "make reference makes it anew"


def test_the_reference_follows_the_templates(tmp_path: Path) -> None:
    """A default that changes, and a variable that is told something else."""
    (tmp_path / "infra").mkdir()
    for name in ("template.yaml", "infra/monitoring.yaml"):
        (tmp_path / name).write_text((ROOT / name).read_text(encoding="utf-8"), encoding="utf-8")
    assert reference.page(tmp_path) == reference.page()
    template = tmp_path / "template.yaml"
    text = template.read_text(encoding="utf-8")
    template.write_text(text.replace("Default: 60,30,7,1", "Default: 60,30"), encoding="utf-8")
    assert "| `ReminderDays` | `60,30` |" in reference.page(tmp_path)
    template.write_text(text.replace("SHADOW_POLICY: !Ref ShadowPolicy", "SHADOW_POLICY: !Ref Stage"), encoding="utf-8")
    assert "| `SHADOW_POLICY` | parameter `Stage` |" in reference.page(tmp_path)
