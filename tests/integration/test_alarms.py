"""The loops of the templates as the local AWS ran them: every alarm stands, and watches what it is named after."""

from typing import Any

import pytest

from local.deploy import STACK_NAME, Deployment
from tests.support.templates import ALARMS, parent


@pytest.fixture(scope="module")
def standing(stack: Deployment) -> dict[str, Any]:
    """The alarms of the deployment, by their logical names."""
    cloudformation = stack.aws.cloudformation()
    names = {
        resource["PhysicalResourceId"]: resource["LogicalResourceId"]
        for one in cloudformation.describe_stacks()["Stacks"]
        if one["StackName"].startswith(STACK_NAME)
        for resource in cloudformation.describe_stack_resources(StackName=one["StackName"])["StackResources"]
        if resource["ResourceType"] == "AWS::CloudWatch::Alarm"
    }
    watch = stack.aws.session().client("cloudwatch", endpoint_url=stack.aws.endpoint)
    pages = watch.get_paginator("describe_alarms").paginate()
    return {names[alarm["AlarmName"]]: alarm for page in pages for alarm in page["MetricAlarms"]}


def test_every_alarm_of_the_templates_stands(standing: dict[str, Any]) -> None:
    local = {name for name, alarm in ALARMS.items() if alarm.get("Condition") != "NotLocal"}
    assert set(standing) == local | {"VerifyFaceRollBackAlarm"}
    for name in local:
        assert standing[name]["AlarmDescription"] == ALARMS[name]["Properties"]["AlarmDescription"]
        assert standing[name]["AlarmActions"], name


def test_the_alarm_of_a_function_watches_that_function(stack: Deployment, standing: dict[str, Any]) -> None:
    for function in parent()["Mappings"]["Functions"]["All"]["Names"]:
        (dimension,) = standing[f"{function}ErrorsAlarm"]["Dimensions"]
        assert dimension == {"Name": "FunctionName", "Value": stack.outputs[f"{function}Function"]}


def test_the_alarm_of_a_queue_watches_that_queue(stack: Deployment, standing: dict[str, Any]) -> None:
    queues = [name for name in stack.outputs if f"{name.removesuffix('Url')}Alarm" in standing]
    assert len(queues) == 9
    for queue in queues:
        (dimension,) = standing[f"{queue.removesuffix('Url')}Alarm"]["Dimensions"]
        assert dimension == {"Name": "QueueName", "Value": stack.outputs[queue].rsplit("/", 1)[-1]}
