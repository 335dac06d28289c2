"""What a stage may change, and what holds for the whole template."""

import json

from tests.support.templates import CHILDREN, FUNCTIONS, child, of_type, parent


def test_every_log_group_has_an_end() -> None:
    groups = of_type(parent(), "AWS::Logs::LogGroup")
    assert set(groups) == {f"{name}Logs" for name in FUNCTIONS} | {"ApiLogs"}
    assert all(group["Properties"]["RetentionInDays"] == {"Ref": "LogRetentionDays"} for group in groups.values())


def test_only_a_local_deployment_can_move_its_clock() -> None:
    (assertion,) = parent()["Rules"]["OnlyLocalTimeMoves"]["Assertions"]
    assert assertion["Assert"] == {
        "Fn::Or": [
            {"Fn::Equals": [{"Ref": "Stage"}, "local"]},
            {"Fn::Equals": [{"Ref": "ClockShiftDays"}, "0"]},
        ]
    }
    assert parent()["Parameters"]["ClockShiftDays"]["Default"] == 0


def test_nothing_else_differs_locally_than_what_the_local_aws_cannot_do() -> None:
    only_in_the_cloud = {
        f"{name}.{resource}"
        for name in CHILDREN
        for resource, body in child(name)["Resources"].items()
        if body.get("Condition") == "NotLocal"
    }
    assert only_in_the_cloud == {
        "events.Archive",
        "monitoring.FewAcceptedAlarm",
        "storage.FramesPolicy",
        "storage.ReferencesPolicy",
        "storage.ReportsPolicy",
        "storage.ImportsPolicy",
        "storage.ChangeFilesPolicy",
    }
    for name in CHILDREN:
        for condition, body in child(name).get("Conditions", {}).items():
            assert condition == "NotLocal" or "local" not in json.dumps(body), name
        # Never inside a resource.
        assert '["NotLocal"' not in json.dumps(child(name)["Resources"])
    assert "local" not in json.dumps(parent()["Conditions"])


def test_every_child_knows_the_stage_it_needs() -> None:
    for name in CHILDREN:
        stack = parent()["Resources"][name.capitalize()]
        assert stack["Type"] == "AWS::CloudFormation::Stack"
        assert stack["Properties"]["TemplateURL"] == f"infra/{name}.yaml"
        given = stack["Properties"]["Parameters"]
        declared = child(name)["Parameters"]
        assert set(given) <= set(declared)
        assert {key for key, parameter in declared.items() if "Default" not in parameter} <= set(given)
        if "Stage" in declared:
            assert given["Stage"] == {"Ref": "Stage"}


def test_runtime_is_a_choice_of_three() -> None:
    runtime = parent()["Parameters"]["PythonRuntime"]
    assert runtime["AllowedValues"] == ["python3.11", "python3.12", "python3.13"]
    assert runtime["Default"] == "python3.13"


def test_every_parameter_is_explained() -> None:
    for template in [parent(), *map(child, CHILDREN)]:
        assert template["Description"]
        for name, parameter in template.get("Parameters", {}).items():
            assert parameter.get("Description"), name
