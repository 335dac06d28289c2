"""What a stage may change, and what holds for the whole template."""

import json
import re

from tests.support.templates import ALARMS, CHILDREN, FUNCTIONS, ROOT, child, of_type, parent


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
        "storage.GalleryPolicy",
        "storage.ReportsPolicy",
        "storage.ImportsPolicy",
        "storage.ChangeFilesPolicy",
        "storage.AnchorsPolicy",
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


def _lines(path: str) -> int:
    return len((ROOT / path).read_text(encoding="utf-8").splitlines())


def test_the_templates_stay_short_enough_to_read() -> None:
    """All lines of template.yaml for each function; for each alarm all lines of infra/monitoring.yaml, and what the
    parent says of alarms on errors: their table and their loop."""
    assert _lines("template.yaml") <= 75 * len(FUNCTIONS)
    written = (ROOT / "template.yaml").read_text(encoding="utf-8")
    (table,) = re.findall(r"^Mappings:\n(?:(?: .*)?\n)+", written, re.M)
    (loop,) = re.findall(r"^      \$\{Function\}ErrorsAlarm:\n(?: {8}.*\n)+", written, re.M)
    in_parent = len((table.rstrip() + "\n" + loop).splitlines())
    assert in_parent > len(FUNCTIONS)
    assert _lines("infra/monitoring.yaml") + in_parent <= 11 * len(ALARMS)


def test_every_loop_over_functions_goes_over_the_same_list() -> None:
    """One that is forgotten in the list would have no log group, and no alarm."""
    named = parent()["Mappings"]["Functions"]["All"]["Names"]
    assert sorted(named) == sorted(set(FUNCTIONS) - {"Authorise", "ExpirySweep"})
    assert {f"{name}Function" for name in FUNCTIONS} <= set(parent()["Outputs"])
    assert set(parent()["Mappings"]["Functions"]) - {"All"} <= set(named)
