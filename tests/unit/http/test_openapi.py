"""The API's description, held against the template, the code and what the functions really answer."""

import json
from functools import cache
from typing import Any

import pytest
import yaml
from jsonschema import Draft202012Validator  # type: ignore[import-untyped]
from openapi_spec_validator import validate

from lifecert.domain.actor import Role
from lifecert.domain.category import Category
from lifecert.domain.certificate import CertificateState
from lifecert.domain.challenge import Ability, Step
from lifecert.domain.ledger import LedgerEvent
from lifecert.domain.reasons import Reason
from lifecert.domain.session import Channel, ImageType
from lifecert.domain.status import Status
from lifecert.entry.http.problems import INTERNAL, TABLE, Code
from tests.architecture.test_events import ANSWERS, FIRST
from tests.support.templates import of_type, parent
from tests.support.wiring.functions import ROOT, event, rules, run
from tests.support.wiring.world import World

METHODS = ("get", "post", "put", "patch", "delete")
# Well formed, but refused by rules that no schema can say.
BY_RULE = {"start_session/wrong_id_number", "start_session/name_of_dots", "register_beneficiary/start_out_of_range"}


@cache
def api() -> dict[str, Any]:
    loaded: dict[str, Any] = yaml.safe_load((ROOT / "infra" / "openapi.yaml").read_text(encoding="utf-8"))
    return loaded


def operations() -> list[tuple[str, str, dict[str, Any]]]:
    return [
        (path, method, item[method]) for path, item in api()["paths"].items() for method in METHODS if method in item
    ]


def resolved(node: dict[str, Any]) -> dict[str, Any]:
    while "$ref" in node:
        *_, kind, name = node["$ref"].split("/")
        node = api()["components"][kind][name]
    return node


def validator(schema: dict[str, Any]) -> Draft202012Validator:
    return Draft202012Validator(
        {**schema, "components": api()["components"]}, format_checker=Draft202012Validator.FORMAT_CHECKER
    )


def operation_of(case: str) -> dict[str, Any]:
    asked = event(case)
    found: dict[str, Any] = api()["paths"][asked["resource"]][asked["httpMethod"].lower()]
    return found


def test_it_is_valid() -> None:
    validate(api())


def test_routes_are_those_of_the_template() -> None:
    events = [
        route["Properties"]
        for function in of_type(parent(), "AWS::Serverless::Function").values()
        for route in function["Properties"].get("Events", {}).values()
        if route["Type"] == "Api"
    ]
    deployed = sorted((route["Path"], route["Method"].lower()) for route in events)
    assert deployed == sorted((path, method) for path, method, _ in operations())


@pytest.mark.parametrize("case", [case for case in ANSWERS if case != "start_session/unknown_route"])
def test_the_real_answer_is_as_described(world: World, case: str) -> None:
    if case in FIRST:
        run(FIRST[case])
    answer = run(case)
    described = resolved(operation_of(case)["responses"][str(answer["statusCode"])])
    [content_type] = answer["multiValueHeaders"]["Content-Type"]
    media_type = content_type.split(";")[0]
    body = answer["body"] if media_type == "text/html" else json.loads(answer["body"])
    validator(described["content"][media_type]["schema"]).validate(body)


@pytest.mark.parametrize("case", [case for case in ANSWERS if "requestBody" in operation_of(case)])
def test_the_description_takes_what_the_functions_take(case: str) -> None:
    asked = event(case)
    code = ANSWERS[case][1]
    if asked["isBase64Encoded"] or code in ("invalid_json", "not_allowed") or case in BY_RULE:
        return
    [schema] = [content["schema"] for content in operation_of(case)["requestBody"]["content"].values()]
    assert validator(schema).is_valid(json.loads(asked["body"])) is (code != "invalid_request")


def test_examples_fit_their_schemas() -> None:
    def look(node: Any) -> int:
        if isinstance(node, list):
            return sum(look(one) for one in node)
        if not isinstance(node, dict):
            return 0
        for example in node.get("examples", {}).values() if "schema" in node else ():
            validator(node["schema"]).validate(example["value"])
        return len(node.get("examples", {})) + sum(look(one) for one in node.values())

    assert look(api()["paths"]) + look(api()["components"]["responses"]) >= 7


def test_enumerations_are_those_of_the_code() -> None:
    schemas = api()["components"]["schemas"]
    start, history = schemas["StartSession"]["properties"], schemas["Beneficiary"]["properties"]["history"]["items"]
    for described, coded in (
        (schemas["Problem"]["properties"]["code"], Code),
        (schemas["Reason"]["properties"]["code"], Reason),
        (schemas["Step"], Step),
        (schemas["Status"], Status),
        (schemas["Certificate"]["properties"]["state"], CertificateState),
        (schemas["Category"], Category),
        (schemas["ImageType"], ImageType),
        (start["channel"], Channel),
        (start["cannot"]["items"], Ability),
        (history["properties"]["event"], LedgerEvent),
        (history["properties"]["actor"]["properties"]["role"], Role),
    ):
        assert set(described["enum"]) == {member.value for member in coded}


def test_every_code_is_described_under_its_status() -> None:
    responses = {str(response["description"]) for response in api()["components"]["responses"].values()}
    for problem in [*TABLE.values(), INTERNAL]:
        assert any(f"`{problem.code}`" in description for description in responses), problem.code


def test_whom_a_route_is_for_is_what_the_table_of_rules_says() -> None:
    assert api()["security"] == [{"signedIn": []}]
    described = {f"{method.upper()} {path}": operation for path, method, operation in operations()}
    assert set(described) == set(rules())
    for route, operation in described.items():
        rule = rules()[route]
        assert operation.get("security") == (None if rule.signed_in else []), route
        assert ("401" in operation["responses"]) is rule.signed_in, route
        assert ("403" in operation["responses"]) is bool(rule.groups), route
