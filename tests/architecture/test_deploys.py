"""What `make deploy` and `make deploy-prod` hand to CloudFormation goes through SAM's own translator: every template,
with the parameters of samconfig.toml and a release named as the Makefile names it. And whoever deploys in another way
later reaches the callers too."""

import copy
import re
import shutil
import subprocess
import tomllib
from pathlib import Path
from typing import Any

import pytest

from lab.costs.inputs import load
from lab.costs.model import Costs
from lab.costs.year import campaign, nights, worker_rate
from ops.release import release
from tests.support.templates import CHILDREN, ROOT, child, expanded, of_type, parent, translated, unrolled

STAGES = ("dev", "prod", "national", "campaign")


def profile(stage: str) -> dict[str, str]:
    """The parameters of one profile of samconfig.toml, as the Makefile reads them."""
    given = tomllib.loads((ROOT / "samconfig.toml").read_text("utf-8"))[stage]["deploy"]["parameters"]
    return dict(parameter.split("=", 1) for parameter in given["parameter_overrides"])


def built(folder: Path) -> Path:
    """A folder with all that a release is named by."""
    for part in ("CoreLayer", "VisionLayer", "VerifyFace"):
        (folder / part).mkdir()
        (folder / part / "file").write_text(part)
    (folder / "template.yaml").write_bytes((ROOT / "template.yaml").read_bytes())
    return folder


@pytest.mark.parametrize("authorizer", ["SignedIn", "OtherIssuer"])
@pytest.mark.parametrize("stage", STAGES)
def test_sam_translates_what_make_deploy_hands_over(stage: str, authorizer: str, tmp_path: Path) -> None:
    given = profile(stage)
    name = release(built(tmp_path), [f"{key}={value}" for key, value in given.items()])
    parameter = parent()["Parameters"]["Release"]
    assert re.fullmatch(parameter["AllowedPattern"], name)
    template = expanded(authorizer, **given, PythonRuntime="python3.13", Release=name)
    assert len(of_type(template, "AWS::Lambda::Version")) == 1
    assert set(given) <= set(parent()["Parameters"])
    assert {name for name in template["Resources"] if not name.isalnum()} == set()


@pytest.mark.parametrize("stage", STAGES)
@pytest.mark.parametrize("name", CHILDREN)
def test_the_nested_templates_pass_too(name: str, stage: str) -> None:
    template = translated(unrolled(name, **profile(stage)), {"Payers": "fund,second", **profile(stage)})
    assert template["Resources"]
    assert {name for name in template["Resources"] if not name.isalnum()} == set()


def test_the_worst_night_of_300_million_is_over_within_an_hour() -> None:
    given = {name: int(value) for name, value in profile("national").items() if value.isdecimal()}
    night, rate = nights(load(), 300_000_000), worker_rate(load())
    assert night.looks_most / (given["SweepWorkers"] * rate) <= 3600
    assert night.due_most / (given["DueShards"] * rate) <= 3600, "a shard of a day is one worker's"
    assert given["WarmWrites"] >= given["SweepWorkers"] * rate * load().measured.swept_writes
    limits = parent()["Parameters"]
    for name in ("DueShards", "SweepWorkers", "WarmWrites"):
        assert limits[name]["MinValue"] <= given[name] <= limits[name]["MaxValue"]
        assert given[name] > limits[name]["Default"]
    # Otherwise as prod: one is the other, for more people.
    assert profile("prod").items() <= profile("national").items()


def said_for_clerks(stage: str) -> subprocess.CompletedProcess[str]:
    """What `make deploy` asks before it builds anything."""
    make = shutil.which("make") or "make"
    return subprocess.run(
        [make, "-s", "said-for-clerks", f"STAGE={stage}"], cwd=ROOT, capture_output=True, text=True, check=False
    )


def test_a_production_says_where_clerks_without_a_district_work_before_it_is_deployed() -> None:
    refused = said_for_clerks("prod")
    assert refused.returncode != 0
    assert "ClerksWithoutDistrict=Everywhere or =Nowhere" in refused.stdout
    assert profile("national")["ClerksWithoutDistrict"] == "Nowhere"
    # What is there keeps its value in a campaign, and a stack to try things out has the default.
    for stage in ("national", "campaign", "dev"):
        assert said_for_clerks(stage).returncode == 0, stage
    assert parent()["Parameters"]["ClerksWithoutDistrict"]["Default"] == "Everywhere"


def test_a_campaign_takes_what_it_is_made_for_and_changes_what_can_be_taken_back_alone() -> None:
    given, needed = profile("campaign"), campaign(Costs(load()))
    assert needed.certified == 100
    assert int(given["ThrottleRate"]) >= needed.busiest_route
    assert int(given["VisionConcurrency"]) >= needed.executions
    assert int(given["ThrottleBurst"]) >= int(given["ThrottleRate"])
    assert set(given) <= set(profile("prod")), "deploy-prod takes back what it sets itself"
    assert given["Stage"] == profile("prod")["Stage"]


def test_the_tables_that_a_night_fills_are_warmed_by_one_parameter_and_otherwise_as_aws_makes_them() -> None:
    resources = child("data")["Resources"]
    warmed = {"Fn::If": ["Warmed", {"WriteUnitsPerSecond": {"Ref": "WarmWrites"}}, {"Ref": "AWS::NoValue"}]}
    found = {
        name: {
            index["IndexName"]
            for index in body["Properties"].get("GlobalSecondaryIndexes", [])
            if "WarmThroughput" in index
        }
        for name, body in of_type(child("data"), "AWS::DynamoDB::Table").items()
        if body["Properties"].get("WarmThroughput") == warmed
    }
    # Of the register's indexes those into which a change of the night writes: by_person holds whole items.
    assert found == {
        "Beneficiaries": {"by_person", "by_due"},
        "Ledger": set(),
        "Changes": {"by_waiting"},
        "Heads": set(),
        "WorkLists": set(),
    }
    for name, indexes in found.items():
        for index in resources[name]["Properties"].get("GlobalSecondaryIndexes", []):
            assert index["IndexName"] not in indexes or index["WarmThroughput"] == warmed
    assert child("data")["Conditions"]["Warmed"] == {"Fn::Not": [{"Fn::Equals": [{"Ref": "WarmWrites"}, "0"]}]}


def _version(change: Any = None) -> str:
    """Logical id of verify_face's version after a change of the template, under the release that was there before."""
    template = copy.deepcopy(parent())
    if change:
        change(template["Resources"])
    [name] = of_type(translated(template, {"Release": "abc"}), "AWS::Lambda::Version")
    return name


def _other(resource: str, attribute: str, value: Any) -> Any:
    """A change of one property."""

    def change(resources: dict[str, Any]) -> None:
        resources[resource]["Properties"][attribute] = value

    return change


def _resolved(resources: dict[str, Any]) -> None:
    """As CloudFormation's own loops leave it: the value in the place of a reference to a parameter."""
    resources["VerifyFace"]["Properties"]["Environment"]["Variables"]["SHADOW_POLICY"] = "2027-1"


@pytest.mark.parametrize(
    "change",
    [
        _other("VerifyFace", "CodeUri", "s3://bucket/other"),
        _other("VerifyFace", "MemorySize", 3008),
        _other("VisionLayer", "ContentUri", "s3://bucket/other"),
        _other("CoreLayer", "ContentUri", "s3://bucket/other"),
        _resolved,
    ],
    ids=["code", "memory", "vision layer", "core layer", "setting"],
)
def test_a_plain_sam_deploy_moves_the_alias_though_the_release_keeps_its_name(change: Any) -> None:
    """`sam deploy` leaves a parameter that it is not given as it was, so Release says nothing then."""
    assert _version(change) != _version()


def test_what_is_deployed_again_unchanged_moves_nothing() -> None:
    assert _version() == _version()
    assert _version(_other("WebLayer", "ContentUri", "s3://bucket/other")) == _version()


def test_a_new_release_replaces_the_version_whatever_the_templates_say() -> None:
    """CloudFormation replaces a version whose description changes; the function has the same one, since Lambda
    publishes nothing that is not new."""
    from cfnlint.schema.manager import PROVIDER_SCHEMA_MANAGER  # type: ignore[import-untyped]

    schema = PROVIDER_SCHEMA_MANAGER.get_resource_schema("us-east-1", "AWS::Lambda::Version").schema
    assert "/properties/Description" in schema["createOnlyProperties"]
    resources = expanded(Release="abc")["Resources"]
    [version] = of_type({"Resources": resources}, "AWS::Lambda::Version").values()
    described = {"Fn::Sub": "${Release} ${CertificateKeys}"}
    assert version["Properties"]["Description"] == described
    assert version["DeletionPolicy"] == "Retain"
    assert resources["VerifyFace"]["Properties"]["Description"] == described
