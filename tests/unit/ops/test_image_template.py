"""The template with an image differs from ours where it must, and nowhere else."""

import copy
from typing import Any

import pytest

from ops.image.template import looking_at_photos, with_image
from tests.support.templates import of_type, parent, translated

IMAGE = "123456789012.dkr.ecr.eu-central-1.amazonaws.com/lifecert:python3.13"
LOOKING = {"VerifyFace", "EnrolReference", "ImportReferences", "FindDuplicates"}
FUNCTION = "AWS::Serverless::Function"


@pytest.fixture
def derived() -> dict[str, Any]:
    return with_image(parent(), IMAGE)


def whole(template: dict[str, Any], name: str) -> dict[str, Any]:
    """All properties of a function, with those that it shares: lists are joined, as SAM does it."""
    shared, own = template["Globals"]["Function"], template["Resources"][name]["Properties"]
    layers = {"Layers": [*shared.get("Layers", []), *own.get("Layers", [])]}
    return {**shared, **own, **{key: value for key, value in layers.items() if value}}


def test_whoever_looks_at_photos_is_an_image(derived: dict[str, Any]) -> None:
    assert set(looking_at_photos(parent())) == LOOKING
    for name in LOOKING:
        before, now = whole(parent(), name), whole(derived, name)
        for key in ("CodeUri", "Layers", "Runtime", "Handler", "SnapStart"):
            before.pop(key, None)
        assert now.pop("PackageType") == "Image"
        assert now.pop("ImageUri") == IMAGE
        assert now.pop("FunctionName") == {"Fn::Sub": f"${{AWS::StackName}}-{name}-image"}
        assert now.pop("ImageConfig") == {"Command": [f"{name}.app.handler"]}
        assert now == before


def test_nothing_else_differs(derived: dict[str, Any]) -> None:
    ours = copy.deepcopy(parent())
    for name in of_type(ours, FUNCTION).keys() - LOOKING:
        assert whole(derived, name) == whole(ours, name)
    for template in (ours, derived):
        for resource in of_type(template, FUNCTION).values():
            del resource["Properties"]
        del template["Globals"]
    del ours["Conditions"]["UseSnapStart"]
    assert derived["Rules"].pop("AnImageHasNoSnapStart")
    assert derived == ours


def test_ours_stays_as_it_is(derived: dict[str, Any]) -> None:
    assert "PackageType" not in parent()["Resources"]["VerifyFace"]["Properties"]
    assert parent()["Globals"]["Function"]["Handler"] == "app.handler"


def test_only_without_snapstart(derived: dict[str, Any]) -> None:
    [assertion] = derived["Rules"]["AnImageHasNoSnapStart"]["Assertions"]
    assert assertion["Assert"] == {"Fn::Equals": [{"Ref": "SnapStart"}, "off"]}
    assert "off" in derived["Parameters"]["SnapStart"]["AllowedValues"]


def test_sam_translates_it_with_the_same_roles_and_the_same_alias() -> None:
    parameters = {"Authorizer": "SignedIn", "Release": "r1", "PythonRuntime": "python3.13"}
    image, ours = (
        translated(template, dict(parameters)) for template in (with_image(parent(), IMAGE), copy.deepcopy(parent()))
    )
    functions = of_type(image, "AWS::Lambda::Function")
    assert {name for name, one in functions.items() if one["Properties"].get("PackageType") == "Image"} == LOOKING
    for name in LOOKING:
        own = functions[name]["Properties"]
        assert own["Code"] == {"ImageUri": IMAGE}
        assert not {"Runtime", "Handler", "Layers", "SnapStart"} & own.keys()
    for kind in ("AWS::IAM::Role", "AWS::Lambda::Permission", "AWS::Lambda::EventSourceMapping"):
        assert of_type(image, kind) == of_type(ours, kind)
    # Its stage must call the new functions, and would go on with those that are gone.
    assert of_type(image, "AWS::ApiGateway::Deployment").keys().isdisjoint(of_type(ours, "AWS::ApiGateway::Deployment"))
    assert len(of_type(image, "AWS::Lambda::Version")) == len(of_type(image, "AWS::Lambda::Alias")) == 1
