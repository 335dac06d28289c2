"""Take a deployment down and keep its data, unless it is named to go: `python -m ops.teardown --help`.

Stage prod keeps its tables, keys, buckets and user pool by its own template. Stage dev would delete them with the
stack: without --delete-data this stops there. Whoever runs it types the stack's name.
"""

import argparse
import sys
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from botocore.exceptions import WaiterError

from ops.deployment import UNREACHABLE, UnknownStack, add_arguments, client, parse, why
from ops.words import counted

_PATIENCE: Any = {"Delay": 5, "MaxAttempts": 720}


class NotTakenDown(RuntimeError):
    """Nothing was deleted. The message says why and what to do."""


def plan(stack: Mapping[str, Any], *, delete_data: bool) -> str:
    """What would happen to the data, for the person to read. Raises NotTakenDown and UnknownStack."""
    parameters = {one["ParameterKey"]: one["ParameterValue"] for one in stack.get("Parameters", [])}
    if "Stage" not in parameters:
        raise UnknownStack("the stack has no parameter Stage: it is not LifeCert's")
    if parameters["Stage"] == "prod":
        if delete_data:
            raise NotTakenDown("Stage is prod: its data is deleted by hand, each table and key for itself.")
        return "Tables, keys, buckets and the user pool stay. API, functions, schedules and alarms go."
    if not delete_data:
        raise NotTakenDown(
            f"Stage is {parameters['Stage']}: its tables and keys go with the stack, and nothing was deleted.\n"
            "To delete the data too: --delete-data (make teardown DATA=delete). To keep it: leave the stack, or export "
            "the tables first (docs/operations.md)."
        )
    return "EVERYTHING goes: register, ledger, certificates, photos. The keys can be rescued for 30 days."


def take_down(
    name: str, endpoint_url: str | None, *, delete_data: bool, ask: Callable[[str], str], say: Callable[[str], None]
) -> None:
    """Ask, empty the buckets if the data goes, delete the stack. Raises NotTakenDown, UnknownStack and AWS's errors."""
    cloudformation = client("cloudformation", endpoint_url)
    stack = cloudformation.describe_stacks(StackName=name)["Stacks"][0]
    say(f"{name}: {plan(stack, delete_data=delete_data)}")
    if ask(f"Type {name} to go on: ").strip() != name:
        raise NotTakenDown("That is not its name. Nothing was deleted.")
    if delete_data:
        found = {one["OutputKey"]: one["OutputValue"] for one in stack.get("Outputs", [])}
        for bucket in (value for key, value in sorted(found.items()) if key.endswith("Bucket")):
            deleted = empty(client("s3", endpoint_url), bucket)
            say(f"{counted(deleted, 'version', 'versions')} deleted from {bucket}")
    cloudformation.delete_stack(StackName=name)
    cloudformation.get_waiter("stack_delete_complete").wait(StackName=stack["StackId"], WaiterConfig=_PATIENCE)
    say(f"{name} is down.")


def empty(s3: Any, bucket: str) -> int:
    """Delete every version of every object; how many there were."""
    count = 0
    for page in s3.get_paginator("list_object_versions").paginate(Bucket=bucket):
        versions = [*page.get("Versions", []), *page.get("DeleteMarkers", [])]
        if versions:
            objects = [{"Key": one["Key"], "VersionId": one["VersionId"]} for one in versions]
            s3.delete_objects(Bucket=bucket, Delete={"Objects": objects, "Quiet": True})
            count += len(objects)
    return count


def main(arguments: Sequence[str] | None = None) -> int:
    """Exit status: 0 taken down, 1 not, for a reason that is told, 2 AWS could not be asked or failed."""
    parser = argparse.ArgumentParser(prog="python -m ops.teardown", description=(__doc__ or "").split("\n")[0])
    add_arguments(parser)
    parser.add_argument("--delete-data", action="store_true", help="delete register, ledger and photos too (not prod)")
    asked = parse(parser, arguments)
    try:
        take_down(asked.stack, asked.endpoint_url, delete_data=asked.delete_data, ask=input, say=print)
    except NotTakenDown as reason:
        print(f"teardown: {reason}", file=sys.stderr)
        return 1
    except (*UNREACHABLE, WaiterError) as error:
        print(f"teardown: {why(error)}", file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
