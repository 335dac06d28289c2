"""Read the templates as data: `!Ref x` becomes `{"Ref": "x"}`, `!Sub x` becomes `{"Fn::Sub": "x"}` and so on, and a
loop becomes what it makes."""

import os
from functools import cache
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import yaml
from ministack.services.cloudformation import language_extensions

ROOT = Path(__file__).resolve().parents[2]
CHILDREN = ("data", "storage", "identity", "events", "monitoring", "receipts", "waf", "web")
Template = dict[str, Any]


class _CloudFormation(yaml.SafeLoader):
    """YAML with CloudFormation's short forms."""


def _short_form(loader: yaml.SafeLoader, suffix: str, node: yaml.Node) -> dict[str, Any]:
    value: Any
    if isinstance(node, yaml.ScalarNode):
        value = loader.construct_scalar(node)
    elif isinstance(node, yaml.SequenceNode):
        value = loader.construct_sequence(node, deep=True)
    else:
        assert isinstance(node, yaml.MappingNode)
        value = loader.construct_mapping(node, deep=True)
    return {suffix if suffix in ("Ref", "Condition") else f"Fn::{suffix}": value}


_CloudFormation.add_multi_constructor("!", _short_form)


def _load(path: Path, **parameters: str) -> Template:
    loaded: Template = yaml.load(path.read_text(encoding="utf-8"), _CloudFormation)
    if language_extensions.TRANSFORM not in as_list(loaded.get("Transform", [])):
        return loaded
    # As the local AWS does it, which keeps to what CloudFormation was seen to do. SAM CLI puts defaults in the place of
    # parameters, and cfn-lint makes items up where it cannot know them.
    defaults = {name: str(body["Default"]) for name, body in loaded["Parameters"].items() if "Default" in body}
    unrolled: Template = language_extensions.apply(loaded, {**defaults, **parameters})
    return unrolled


@cache
def parent() -> Template:
    """template.yaml with what its loops make."""
    return _load(ROOT / "template.yaml")


@cache
def child(name: str) -> Template:
    """infra/<name>.yaml with what its loops make."""
    return _load(ROOT / "infra" / f"{name}.yaml")


def unrolled(name: str, **parameters: str) -> Template:
    """infra/<name>.yaml with what its loops make for these parameters."""
    return _load(ROOT / "infra" / f"{name}.yaml", **parameters)


@cache
def expanded(authorizer: str = "SignedIn", **parameters: str) -> Template:
    """template.yaml as CloudFormation gets it: after SAM's own transform, with the roles that SAM adds. What
    `parameters` leave out has its default."""
    return translated(_load(ROOT / "template.yaml"), {"Authorizer": authorizer, **parameters})


def translated(source: Template, parameters: dict[str, str]) -> Template:
    """A template after SAM's own transform, with code and layers in a bucket. Changes `source`."""
    from samtranslator.translator.transform import transform  # type: ignore[import-untyped]

    for resource in source["Resources"].values():
        for attribute in ("CodeUri", "ContentUri"):
            if not str(resource.get("Properties", {}).get(attribute, "s3://")).startswith("s3://"):
                resource["Properties"][attribute] = "s3://bucket/key"
    region = os.environ.get("AWS_DEFAULT_REGION")
    os.environ["AWS_DEFAULT_REGION"] = "us-east-1"
    try:
        result: Template = transform(source, parameters, SimpleNamespace(load=dict))
    finally:
        if region is None:
            del os.environ["AWS_DEFAULT_REGION"]
        else:
            os.environ["AWS_DEFAULT_REGION"] = region
    return result


def of_type(template: Template, kind: str) -> dict[str, Any]:
    """Resources of one type, by logical name."""
    return {name: resource for name, resource in template["Resources"].items() if resource["Type"] == kind}


def holds(condition: Any, **parameters: str) -> bool:
    """Whether a condition holds for these parameters."""
    [(function, arguments)] = condition.items()
    if function == "Fn::Equals":
        left, right = (parameters[side["Ref"]] if isinstance(side, dict) else side for side in arguments)
        return bool(left == right)
    several = [holds(one, **parameters) for one in arguments]
    return {"Fn::Not": not several[0], "Fn::Or": any(several), "Fn::And": all(several)}[function]


def taken(value: Any, conditions: dict[str, bool]) -> Any:
    """What a value comes to, once `Fn::If` has chosen."""
    while isinstance(value, dict) and "Fn::If" in value:
        condition, then, otherwise = value["Fn::If"]
        value = then if conditions[condition] else otherwise
    return value


def as_list(value: Any) -> list[Any]:
    """A list as it is, anything else as the only member of one."""
    return value if isinstance(value, list) else [value]


def text(value: Any) -> str:
    """A reference as short text: `Data.Outputs.LedgerArn` of either form of GetAtt, `${X}/index/y` of a Sub."""
    if isinstance(value, str):
        return value
    (function, argument), *_ = value.items()
    if function == "Fn::GetAtt":
        return ".".join(argument) if isinstance(argument, list) else str(argument)
    if function == "Fn::Sub":
        return str(argument).replace("${", "").replace("}", "")
    return f"{function} {argument}"


FUNCTIONS = of_type(parent(), "AWS::Serverless::Function")
# Those that tell somebody: VerifyFaceRollBackAlarm tells CodeDeploy alone (test_rollout.py).
ALARMS = of_type(child("monitoring"), "AWS::CloudWatch::Alarm") | {
    name: alarm
    for name, alarm in of_type(parent(), "AWS::CloudWatch::Alarm").items()
    if name != "VerifyFaceRollBackAlarm"
}
