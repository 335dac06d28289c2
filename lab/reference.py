"""`make reference`: what can be set, out of the templates, as docs/reference.md.

Nothing is described here: a parameter's words are those of its description in the template. Who needs another word
changes it there, and makes the page anew.
"""

from collections.abc import Container, Mapping
from pathlib import Path
from typing import Any

from samcli.yamlhelper import yaml_parse

ROOT = Path(__file__).resolve().parents[1]
PAGE = ROOT / "docs/reference.md"
# The stacks whose outputs the functions are told.
NESTED = {"Data": "data", "Storage": "storage", "Identity": "identity", "Events": "events"}
_INTRODUCTION = """# Reference

What can be set, and what each function is told. Made by `make reference` out of `template.yaml` and `infra/`; how to
change a parameter is in [operations.md](operations.md#deploy), and what dev and prod have is in `samconfig.toml`.
"""
_PARAMETERS = """
## Parameters

Of the stack, for `make deploy`.

| parameter | default | may be | what it is |
|---|---|---|---|
"""
_LIMITS = """
## Limits of alarms

Parameters of `infra/monitoring.yaml` that the stack leaves at their default: change them in the file.

| parameter | default | what it is |
|---|---|---|
"""
_SETTINGS = """
## Settings

The environment variables of the functions. The template sets them: what can be chosen is a parameter. A function that
lacks one, or has one that it does not know, does not start; its log says which (`SettingsError`).

| setting | its value |
|---|---|
"""


def page(root: Path = ROOT) -> str:
    """The whole page."""
    template, monitoring = _template(root / "template.yaml"), _template(root / "infra/monitoring.yaml")
    passed = template["Resources"]["Monitoring"]["Properties"]["Parameters"]
    parts = [
        _INTRODUCTION,
        _PARAMETERS,
        *(_row(name, _default(body), _values(body), _words(body)) for name, body in template["Parameters"].items()),
        _LIMITS,
        *(
            _row(name, _default(body), _words(body))
            for name, body in monitoring["Parameters"].items()
            if name not in passed
        ),
        _SETTINGS,
        *(_row(name, value) for name, value in sorted(settings(template))),
    ]
    return "".join(parts)


def settings(template: Mapping[str, Any]) -> set[tuple[str, str]]:
    """Each environment variable of the functions, and where its value comes from.

    Not which functions have it: the template says that, and a new one would change the page.
    """
    # A loop is a list: none makes a function.
    functions = (one.get("Properties", {}) for one in template["Resources"].values() if isinstance(one, Mapping))
    told = [template["Globals"]["Function"], *functions]
    variables = (one["Environment"]["Variables"] for one in told if "Environment" in one)
    return {(name, _source(value, template["Parameters"])) for some in variables for name, value in some.items()}


def _source(value: Any, parameters: Container[str]) -> str:
    """Where a value comes from, in words. Raises ValueError for a function of CloudFormation without any."""
    if not isinstance(value, Mapping):
        return f"`{value}`" if value != "" else "empty"
    [(function, argument)] = value.items()
    if function == "Ref":
        return f"{'parameter' if argument in parameters else 'resource'} `{argument}`"
    if function == "Fn::If":
        _, then, otherwise = argument
        return f"{_source(then, parameters)}, or {_source(otherwise, parameters)}"
    if function == "Fn::Join":
        return _source(argument[1], parameters)
    if function == "Fn::Sub":
        text, parts = argument if isinstance(argument, list) else (argument, {})
        told = (f" with `{name}` of {_source(part, parameters)}" for name, part in parts.items())
        return f"`{text}`{''.join(told)}"
    if function != "Fn::GetAtt":
        raise ValueError(f"no words for {function}")
    stack, *attribute = argument if isinstance(argument, list) else argument.split(".")
    return f"`{'.'.join(attribute).removeprefix('Outputs.')}` of `infra/{NESTED[stack]}.yaml`"


def _default(body: Mapping[str, Any]) -> str:
    return f"`{body['Default']}`" if str(body.get("Default", "")) else "none"


def _values(body: Mapping[str, Any]) -> str:
    if values := body.get("AllowedValues"):
        return ", ".join(f"`{value}`" for value in values)
    least, most = body.get("MinValue"), body.get("MaxValue")
    if least is not None:
        return f"{least} to {most}" if most is not None else f"{least} or more"
    if pattern := body.get("AllowedPattern"):
        return f"`{pattern}`"
    return "a number" if body["Type"] == "Number" else "any text"


def _words(body: Mapping[str, Any]) -> str:
    return " ".join(str(body["Description"]).split()).replace("<", "&lt;")


def _row(name: str, *cells: str) -> str:
    """One row. A bar would end a cell, also within code."""
    shown = [f"`{name}`", *cells]
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in shown) + " |\n"


def _template(path: Path) -> dict[str, Any]:
    found: dict[str, Any] = yaml_parse(path.read_text(encoding="utf-8"))
    return found


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
