"""What `sam local` needs to run the built functions against the local AWS: a template and a file of variables.

Why the built template alone will not do: SAM puts the empty string for every output of a nested stack; a file of
variables (`--env-vars`) can only change those that the template names, and the address of the local AWS is none of
them; and SAM's containers reach this machine by the address of Docker's bridge alone, since `--docker-network host`
changes nothing (SAM CLI 1.167).
"""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from local.aws import REGION, Credentials
from local.deploy import STACK_NAME, Deployment

TEMPLATE, VARIABLES = "sam.yaml", "env.json"
# Of a function, what running it on this machine takes. Roles, alarms and log groups are the cloud's.
_OF_A_FUNCTION = ("Handler", "Runtime", "MemorySize", "Timeout", "Architectures", "Layers", "Environment")


def write(deployment: Deployment, build: Path, folder: Path) -> None:
    """Write both files for a build (`.build/sam`, or one for another Python) and a deployed stack."""
    known = variables(deployment)
    text = yaml.safe_dump(template(build, sorted(known["Parameters"])), sort_keys=False)
    (folder / TEMPLATE).write_text(text, encoding="utf-8")
    (folder / VARIABLES).write_text(json.dumps(known, indent=2) + "\n", encoding="utf-8")


def variables(deployment: Deployment) -> dict[str, dict[str, str]]:
    """The variables of each deployed function by its name in the template; under `Parameters` those for all of them:
    where the local AWS is, and its key."""
    aws, key = deployment.aws, Credentials()
    shared = {
        "AWS_ENDPOINT_URL": aws.endpoint,
        "AWS_REGION": REGION,
        "AWS_DEFAULT_REGION": REGION,
        "AWS_ACCESS_KEY_ID": key.access_key,
        "AWS_SECRET_ACCESS_KEY": key.secret_key,
    }
    found = {"Parameters": shared}
    resources = aws.cloudformation().get_paginator("list_stack_resources").paginate(StackName=STACK_NAME)
    for resource in (one for page in resources for one in page["StackResourceSummaries"]):
        if resource["ResourceType"] == "AWS::Lambda::Function":
            stored = aws.functions().get_function_configuration(FunctionName=resource["PhysicalResourceId"])
            found[resource["LogicalResourceId"]] = stored.get("Environment", {}).get("Variables", {})
    return found


def template(build: Path, shared: list[str]) -> dict[str, Any]:
    """The built functions, layers and routes, with nothing that only a deployment knows; `shared` are the names of
    variables that all functions get."""
    built = yaml.safe_load((build / "template.yaml").read_text(encoding="utf-8"))
    common = dict(built["Globals"]["Function"])
    common["Runtime"] = runtime(build)
    names = common.pop("Environment")["Variables"]
    common["Environment"] = {"Variables": dict.fromkeys([*names, *shared], "")}
    resources: dict[str, Any] = {"Api": {"Type": "AWS::Serverless::Api", "Properties": {"StageName": "local"}}}
    for name, resource in built["Resources"].items():
        # A loop (Fn::ForEach) is a list, and makes no function.
        kind = resource["Type"] if isinstance(resource, dict) else None
        if kind == "AWS::Serverless::Function":
            resources[name] = {"Type": kind, "Properties": _function(resource["Properties"], build)}
        elif kind == "AWS::Serverless::LayerVersion":
            content = str((build / resource["Properties"]["ContentUri"]).resolve())
            resources[name] = {"Type": kind, "Properties": {"ContentUri": content}}
    return {
        "AWSTemplateFormatVersion": "2010-09-09",
        "Transform": "AWS::Serverless-2016-10-31",
        "Globals": {"Function": {key: value for key, value in common.items() if key in _OF_A_FUNCTION}},
        "Resources": resources,
    }


def _function(properties: Mapping[str, Any], build: Path) -> dict[str, Any]:
    kept = {key: value for key, value in properties.items() if key in _OF_A_FUNCTION}
    own = kept.pop("Environment", {}).get("Variables", {})
    # SAM runs no authoriser of ours: without one in the way every route can at least be called.
    routes = {
        name: {"Type": "Api", "Properties": {**_without_sign_in(event["Properties"]), "RestApiId": {"Ref": "Api"}}}
        for name, event in properties.get("Events", {}).items()
        if event["Type"] == "Api"
    }
    return {
        "CodeUri": str((build / properties["CodeUri"]).resolve()),
        **kept,
        "Environment": {"Variables": dict.fromkeys(own, "")},
        **({"Events": routes} if routes else {}),
    }


def _without_sign_in(route: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in route.items() if key != "Auth"}


def runtime(build: Path) -> str:
    """The Python that a build is for, by the byte code or wheels of its layer: `python3.12`."""
    [version] = {path.name.split(".")[1] for path in (build / "CoreLayer").rglob("*.cpython-*-x86_64-linux-gnu.so")}
    digits = version.removeprefix("cpython-").split("-")[0]
    return f"python{digits[0]}.{digits[1:]}"


def command(function: str, event: Path, folder: Path) -> list[str]:
    """What `sam` is told to run a function once."""
    files = ["--template", folder / TEMPLATE, "--env-vars", folder / VARIABLES, "--event", event]
    return ["local", "invoke", function, *map(str, files)]


def fault_in(answer: str) -> str | None:
    """What is wrong with what `sam local invoke` printed, or None: SAM ends with 0 also when a function fails."""
    lines = [line for line in answer.splitlines() if line.strip()]
    if not lines:
        return "the function gave no answer"
    try:
        said = json.loads(lines[-1])
    except ValueError:
        return "what the function answered is not JSON"
    if not isinstance(said, dict):
        return None
    if "errorMessage" in said:
        return f"{said.get('errorType', 'error')}: {said['errorMessage']}"
    if int(said.get("statusCode", 0)) >= 500:
        return f"the function answered {said['statusCode']}"
    return None
