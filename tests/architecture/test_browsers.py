"""What the gateway says by itself: to browsers that ask first, and to callers whom no function hears."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from lifecert.domain.errors import LimitReached, NotAllowed, StoreUnavailable
from lifecert.entry.http.problems import RouteNotFound, SignedOut, answer_to
from lifecert.entry.http.texts import Language
from tests.support.templates import expanded, parent
from tests.support.wiring.functions import rules

ORIGIN = {"Fn::If": ["CallsFromBrowsers", {"Fn::Sub": "'${WebOrigin}'"}, "'https://none.invalid'"]}

# What the gateway may have to say before or instead of a function.
TOLD: dict[str, Exception] = {
    "UNAUTHORIZED": SignedOut(),
    "ACCESS_DENIED": NotAllowed(),
    "MISSING_AUTHENTICATION_TOKEN": RouteNotFound(),
    "THROTTLED": LimitReached(datetime(2026, 3, 1, tzinfo=UTC)),
    "INTEGRATION_TIMEOUT": StoreUnavailable(),
    "DEFAULT_5XX": RuntimeError(),
}
OWN_STATUS = {"UNAUTHORIZED": "401", "ACCESS_DENIED": "403", "THROTTLED": "429"}


def body() -> dict[str, Any]:
    """The API's description as it is deployed."""
    found: dict[str, Any] = expanded()["Resources"]["Api"]["Properties"]["Body"]
    return found


def test_a_browser_may_ask_for_every_route_from_one_origin() -> None:
    used = {route.split(" ")[0] for route in rules()}
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
    assert set(answers) == {"DEFAULT_4XX", *TOLD}
    for answer in answers.values():
        assert answer["responseParameters"] == {"gatewayresponse.header.Access-Control-Allow-Origin": ORIGIN}


@pytest.mark.parametrize("kind", TOLD)
def test_the_gateway_refuses_in_the_words_of_the_functions(kind: str) -> None:
    told = body()["x-amazon-apigateway-gateway-responses"][kind]
    wanted = answer_to(TOLD[kind], Language.CHINESE, "$context.requestId")
    assert json.loads(told["responseTemplates"]["application/json"]) == wanted.body
    assert told.get("statusCode", OWN_STATUS.get(kind)) == str(wanted.status.value)


def test_functions_know_the_same_origin() -> None:
    assert parent()["Globals"]["Function"]["Environment"]["Variables"]["WEB_ORIGIN"] == {"Ref": "WebOrigin"}
    assert parent()["Conditions"]["CallsFromBrowsers"] == {"Fn::Not": [{"Fn::Equals": [{"Ref": "WebOrigin"}, ""]}]}
