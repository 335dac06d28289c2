"""How a new verify_face comes in: by an alias, a tenth first, and back by itself when its alarm goes off."""

import copy
import tomllib
from typing import Any

import pytest

from local.deploy import without_alias
from tests.support.templates import ROOT, expanded, parent, text

ALIAS = "VerifyFaceAliaslive"


@pytest.fixture(scope="module")
def gradual() -> dict[str, Any]:
    found: dict[str, Any] = expanded(GradualDeployment="true")["Resources"]
    return found


def test_a_tenth_of_the_calls_for_ten_minutes_and_back_on_the_alarm(gradual: dict[str, Any]) -> None:
    group = gradual["VerifyFaceDeploymentGroup"]["Properties"]
    kind = ["CodeDeployDefault.Lambda${ConfigName}", {"ConfigName": "Canary10Percent10Minutes"}]
    assert group["DeploymentConfigName"] == {"Fn::Sub": kind}
    assert group["AlarmConfiguration"] == {"Enabled": True, "Alarms": [{"Name": {"Ref": "VerifyFaceRollBackAlarm"}}]}
    assert set(group["AutoRollbackConfiguration"]["Events"]) >= {"DEPLOYMENT_FAILURE", "DEPLOYMENT_STOP_ON_ALARM"}
    update = gradual[ALIAS]["UpdatePolicy"]["CodeDeployLambdaAliasUpdate"]
    assert update["DeploymentGroupName"] == {"Ref": "VerifyFaceDeploymentGroup"}


def test_the_alarm_watches_what_the_alias_answers_and_tells_within_two_minutes(gradual: dict[str, Any]) -> None:
    alarm = gradual["VerifyFaceRollBackAlarm"]["Properties"]
    watched = {dimension["Name"]: text(dimension["Value"]) for dimension in alarm["Dimensions"]}
    assert watched == {"FunctionName": "Ref VerifyFace", "Resource": "VerifyFace:live"}
    assert (alarm["MetricName"], alarm["Threshold"]) == ("Errors", 0)
    assert alarm["Period"] * alarm["EvaluationPeriods"] <= 120
    assert alarm["TreatMissingData"] == "notBreaching"


def test_whoever_verifies_goes_by_the_alias(gradual: dict[str, Any]) -> None:
    paths = gradual["Api"]["Properties"]["Body"]["paths"]
    routes = [f"{way}/sessions/{{session_id}}/{what}" for way in ("", "/invitations") for what in ("verify", "look")]
    for route in routes:
        assert ALIAS in str(paths[route]["post"]["x-amazon-apigateway-integration"]["uri"])
    invokers = [
        resource["Properties"]["FunctionName"]
        for name, resource in gradual.items()
        if resource["Type"] == "AWS::Lambda::Permission" and name.startswith("VerifyFace")
    ]
    assert invokers == [{"Ref": ALIAS}] * len(routes)


def test_the_local_aws_gets_the_function_without_its_alias() -> None:
    template: dict[str, Any] = copy.deepcopy(parent())
    before = len(template["Resources"]["VerifyFace"]["Properties"])
    without_alias(template)
    assert len(template["Resources"]["VerifyFace"]["Properties"]) == before - 4


def test_without_the_parameter_there_is_no_code_deploy() -> None:
    resources = expanded()["Resources"]
    assert [name for name, resource in resources.items() if resource["Type"].startswith("AWS::CodeDeploy")] == []
    assert "UpdatePolicy" not in resources[ALIAS]
    assert ALIAS in resources


def test_prod_is_deployed_gradually_and_asks_first() -> None:
    profile = tomllib.loads((ROOT / "samconfig.toml").read_text("utf-8"))["prod"]["deploy"]["parameters"]
    assert "GradualDeployment=true" in profile["parameter_overrides"]
    assert "Stage=prod" in profile["parameter_overrides"]
    assert profile["confirm_changeset"] is True


def test_python_311_is_refused_outside_this_machine() -> None:
    [assertion] = expanded()["Rules"]["LambdaLoadsTheLayers"]["Assertions"]
    local, other = assertion["Assert"]["Fn::Or"]
    assert local == {"Fn::Equals": [{"Ref": "Stage"}, "local"]}
    assert other == {"Fn::Not": [{"Fn::Equals": [{"Ref": "PythonRuntime"}, "python3.11"]}]}
