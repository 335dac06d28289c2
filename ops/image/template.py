"""A built template whose functions that look at photos are container images, and nothing else is another.

What kind of package a function is cannot hang on a condition, and a second function beside each would need every
permission twice: so template.yaml has the layers, and this makes the other template of it.
"""

import copy
from typing import Any

Template = dict[str, Any]
_FUNCTION = "AWS::Serverless::Function"
_VISION = {"Ref": "VisionLayer"}
# What all functions share and an image may not have.
_OF_ARCHIVES = ("Runtime", "Handler", "Layers")


def looking_at_photos(template: Template) -> list[str]:
    """The functions that have the vision layer, by logical name, under which a build has their code too."""
    resources = template["Resources"].items()
    return [name for name, one in resources if _is_function(one) and _VISION in one["Properties"].get("Layers", [])]


def with_image(template: Template, image: str) -> Template:
    """A built template with `image` (name and tag on this machine, or an address in ECR) for these functions."""
    derived = copy.deepcopy(template)
    chosen = looking_at_photos(template)
    shared = derived["Globals"]["Function"]
    moved = {name: shared.pop(name) for name in _OF_ARCHIVES}
    for name, resource in derived["Resources"].items():
        if name in chosen:
            own = resource["Properties"]
            for property_ in ("CodeUri", "Layers", "SnapStart"):
                own.pop(property_, None)
            command = {"Command": [f"{name}.app.handler"]}
            # Lambda never changes a function's package: another name makes CloudFormation put a new one in its place.
            called = {"Fn::Sub": f"${{AWS::StackName}}-{name}-image"}
            own.update(PackageType="Image", ImageUri=image, ImageConfig=command, FunctionName=called)
        elif _is_function(resource):
            own = resource["Properties"]
            layers = {"Layers": [*moved["Layers"], *own.get("Layers", [])]}
            resource["Properties"] = {**moved, **own, **layers}
    # There is none for images: who has it on is told so, and not left to think that it is.
    del derived["Conditions"]["UseSnapStart"]
    derived["Rules"]["AnImageHasNoSnapStart"] = {
        "Assertions": [
            {
                "Assert": {"Fn::Equals": [{"Ref": "SnapStart"}, "off"]},
                "AssertDescription": "Lambda has no SnapStart for container images: deploy with SnapStart=off.",
            }
        ]
    }
    return derived


def _is_function(resource: Any) -> bool:
    """A loop (`Fn::ForEach`) is a list; none of them makes functions."""
    return isinstance(resource, dict) and resource["Type"] == _FUNCTION
