"""What the gateway says by itself: to browsers that ask first, and to callers whom no function hears.

It cannot choose a language: its templates know no conditions. So it speaks both."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from lifecert.domain.errors import LimitReached, NotAllowed, StoreUnavailable
from lifecert.entry.http.problems import (
    CONTENT_TYPE,
    RequestBlocked,
    RequestTooLarge,
    RouteNotFound,
    SignedOut,
    answer_to,
)
from lifecert.entry.http.texts import Language
from tests.support.templates import expanded, parent
from tests.support.wiring.functions import rules

ORIGIN = {"Fn::If": ["CallsFromBrowsers", {"Fn::Sub": "'${WebOrigin}'"}, "'https://none.invalid'"]}

# What the gateway may have to say before or instead of a function. The status of a DEFAULT becomes that of every kind
# which names none of its own, and so each names one.
TOLD: dict[str, Exception] = {
    "DEFAULT_4XX": RouteNotFound(),
    "MISSING_AUTHENTICATION_TOKEN": RouteNotFound(),
    "UNAUTHORIZED": SignedOut(),
    "ACCESS_DENIED": NotAllowed(),
    "WAF_FILTERED": RequestBlocked(),
    "REQUEST_TOO_LARGE": RequestTooLarge(),
    "THROTTLED": LimitReached(datetime(2026, 3, 1, tzinfo=UTC)),
    "INTEGRATION_TIMEOUT": StoreUnavailable(),
    "DEFAULT_5XX": RuntimeError(),
}


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
        assert headers == {
            "Authorization",
            "Content-Type",
            "Accept-Language",
            "Idempotency-Key",
            "Session-Secret",
            "Device-Proof",
        }


def test_the_gateways_own_refusals_can_be_read_too() -> None:
    answers = body()["x-amazon-apigateway-gateway-responses"]
    assert set(answers) == set(TOLD)
    for kind, answer in answers.items():
        headers = {name.split(".")[-1]: value for name, value in answer["responseParameters"].items()}
        assert headers.pop("Access-Control-Allow-Origin") == ORIGIN
        assert headers.pop("Retry-After", None) == ("'2'" if kind in ("THROTTLED", "INTEGRATION_TIMEOUT") else None)
        assert headers == {
            "Access-Control-Expose-Headers": "'Content-Language,Retry-After'",
            "Cache-Control": "'no-store'",
            "Content-Type": f"'{CONTENT_TYPE}'",
            "Content-Language": f"'{', '.join(Language)}'",
        }


@pytest.mark.parametrize("kind", TOLD)
def test_the_gateway_refuses_in_the_words_of_the_functions(kind: str) -> None:
    told = body()["x-amazon-apigateway-gateway-responses"][kind]
    chinese, english = (answer_to(TOLD[kind], language, "$context.requestId") for language in Language)
    both = {
        "title": f"{chinese.body['title']} / {english.body['title']}",
        "detail": f"{chinese.body['detail']} {english.body['detail']}",
    }
    assert json.loads(told["responseTemplates"]["application/json"]) == {**chinese.body, **both}
    assert told["statusCode"] == str(chinese.status.value)


def test_functions_know_the_same_origin() -> None:
    assert parent()["Globals"]["Function"]["Environment"]["Variables"]["WEB_ORIGIN"] == {"Ref": "WebOrigin"}
    assert parent()["Conditions"]["CallsFromBrowsers"] == {"Fn::Not": [{"Fn::Equals": [{"Ref": "WebOrigin"}, ""]}]}
