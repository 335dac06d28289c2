"""What a browser hears from the gateway, before and beside the functions: one origin may call, and no other."""

from typing import Any

from lifecert.entry.access import RULES
from tests.architecture.templates import expanded, parent

ORIGIN = {"Fn::If": ["CallsFromBrowsers", {"Fn::Sub": "'${WebOrigin}'"}, "'https://none.invalid'"]}


def body() -> dict[str, Any]:
    """The API's description as it is deployed."""
    found: dict[str, Any] = expanded()["Resources"]["Api"]["Properties"]["Body"]
    return found


def test_a_browser_may_ask_for_every_route_from_one_origin() -> None:
    used = {route.split(" ")[0] for route in RULES}
    for path, item in body()["paths"].items():
        preflight = item["options"]
        assert "security" not in preflight, path
        [answer] = preflight["x-amazon-apigateway-integration"]["responses"].values()
        told = {name.split(".")[-1]: value for name, value in answer["responseParameters"].items()}
        assert told["Access-Control-Allow-Origin"] == ORIGIN
        assert set(told["Access-Control-Allow-Methods"].strip("'").split(",")) == used
        headers = set(told["Access-Control-Allow-Headers"].strip("'").split(","))
        assert headers == {"Authorization", "Content-Type", "Accept-Language", "Idempotency-Key"}


def test_the_gateways_own_refusals_can_be_read_too() -> None:
    answers = body()["x-amazon-apigateway-gateway-responses"]
    assert set(answers) == {"DEFAULT_4XX", "DEFAULT_5XX"}
    for answer in answers.values():
        assert answer["responseParameters"] == {"gatewayresponse.header.Access-Control-Allow-Origin": ORIGIN}


def test_functions_know_the_same_origin() -> None:
    assert parent()["Globals"]["Function"]["Environment"]["Variables"]["WEB_ORIGIN"] == {"Ref": "WebOrigin"}
    assert parent()["Conditions"]["CallsFromBrowsers"] == {"Fn::Not": [{"Fn::Equals": [{"Ref": "WebOrigin"}, ""]}]}
