"""What the built template tells a function: its layers and its variables, with what only a deployment knows made up."""

import re
from pathlib import Path
from typing import Any

import yaml


def variables(build: Path) -> dict[str, dict[str, str]]:
    """The functions of a build by name, with their variables: parameters have their defaults."""
    template = _template(build)
    defaults = {name: str(one.get("Default", name)) for name, one in template["Parameters"].items()}
    shared = template["Globals"]["Function"]["Environment"]["Variables"]
    found = {}
    for name, resource in template["Resources"].items():
        # A loop (`Fn::ForEach`) is a list; none of them makes functions.
        if isinstance(resource, dict) and resource["Type"] == "AWS::Serverless::Function":
            own = resource["Properties"].get("Environment", {}).get("Variables", {})
            found[name] = {key: _plain(key, value, defaults) for key, value in {**shared, **own}.items()}
    return found


def layers(build: Path, function: str) -> list[Path]:
    """The folders of a function's layers, those of all functions first: what Lambda lays over /opt."""
    template = _template(build)
    shared = template["Globals"]["Function"]["Layers"]
    own = template["Resources"][function]["Properties"].get("Layers", [])
    return [build / layer["Ref"] for layer in (*shared, *own)]


def _template(build: Path) -> dict[str, Any]:
    template: dict[str, Any] = yaml.safe_load((build / "template.yaml").read_text("utf-8"))
    return template


def _plain(name: str, value: object, defaults: dict[str, str]) -> str:
    """A value as a deployment might have it: of a choice the first, in a text each name for what it stands for."""
    if not isinstance(value, dict):
        return str(value)
    if "Fn::If" in value:
        return _plain(name, value["Fn::If"][1], defaults)
    if "Fn::Join" in value and isinstance(value["Fn::Join"][1], dict):  # of a parameter that is a list, as it is given
        return _plain(name, value["Fn::Join"][1], defaults)
    if "Fn::Sub" in value:
        if isinstance(value["Fn::Sub"], list):  # a text and what some of its names stand for
            return _plain(name, {"Fn::Sub": value["Fn::Sub"][0]}, defaults)
        return re.sub(r"\${([^}]+)}", lambda part: re.sub(r"\W+", "-", part[1].lower()), value["Fn::Sub"])
    return defaults.get(str(value.get("Ref")), name.lower().replace("_", "-"))
