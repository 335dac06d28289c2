"""What the built template tells a function: its variables, with what only a deployment knows made up."""

from pathlib import Path

import yaml


def variables(build: Path) -> dict[str, dict[str, str]]:
    """The functions of a build by name, with their variables: parameters have their defaults."""
    template = yaml.safe_load((build / "template.yaml").read_text("utf-8"))
    defaults = {name: str(one.get("Default", name)) for name, one in template["Parameters"].items()}
    shared = template["Globals"]["Function"]["Environment"]["Variables"]
    found = {}
    for name, resource in template["Resources"].items():
        if resource["Type"] == "AWS::Serverless::Function":
            own = resource["Properties"].get("Environment", {}).get("Variables", {})
            found[name] = {key: _plain(key, value, defaults) for key, value in {**shared, **own}.items()}
    return found


def _plain(name: str, value: object, defaults: dict[str, str]) -> str:
    if isinstance(value, dict):
        return defaults.get(str(value.get("Ref")), name.lower().replace("_", "-"))
    return str(value)
