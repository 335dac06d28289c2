"""What `make deploy` and `make deploy-prod` hand to CloudFormation goes through SAM's own translator: every template,
with the parameters of samconfig.toml and a release named as the Makefile names it. And whoever deploys in another way
later reaches the callers too."""

import copy
import re
import tomllib
from pathlib import Path
from typing import Any

import pytest

from ops.release import release
from tests.support.templates import CHILDREN, ROOT, expanded, of_type, parent, translated, unrolled

STAGES = ("dev", "prod")


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
