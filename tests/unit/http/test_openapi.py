"""The API's description, held against the template, the code and what the functions really answer."""

import importlib
import inspect
import json
import pkgutil
import re
from collections.abc import Iterable
from datetime import datetime, timedelta, timezone
from typing import Any, get_args

import pytest
from jsonschema import Draft202012Validator  # type: ignore[import-untyped]
from openapi_spec_validator import validate
from pydantic import BaseModel

from lifecert.application.faces.consent import UndoGround
from lifecert.application.office.confirm_proposal import Missing
from lifecert.application.office.take_visit_list import LineResult, VisitOutcome
from lifecert.domain.access import AccessAction, AccessRole
from lifecert.domain.actor import Role
from lifecert.domain.amendment import Amended, AmendGround
from lifecert.domain.category import Category, Scheme
from lifecert.domain.certificate import CertificateState, RevocationCause
from lifecert.domain.challenge import Ability, Step
from lifecert.domain.client_config import SignInKind
from lifecert.domain.device import DeviceState
from lifecert.domain.evidence import Verdict
from lifecert.domain.hold import HoldChoice, HoldGround, HoldOutcome, HoldState
from lifecert.domain.intake import Encoding, FileFault, FileFormat, ImportKind, ImportState
from lifecert.domain.ledger import LedgerEvent
from lifecert.domain.letter import LISTS
from lifecert.domain.mandate import MandateGround, MandateKind, MandateRight
from lifecert.domain.notice import NoticeChannel
from lifecert.domain.number_schemes import Checksum
from lifecert.domain.office_notice import NoticeResult, NoticeWay
from lifecert.domain.policy import Outcome
from lifecert.domain.proof_channel import BY_DEVICE, ProofChannel
from lifecert.domain.reasons import Reason
from lifecert.domain.reference import Replacement
from lifecert.domain.review import PROPOSALS, Ground, ReviewKind, ReviewOutcome, ReviewState
from lifecert.domain.session import Channel, ImageType, SessionState
from lifecert.domain.sighting import BY_CLERKS, Attester, Document, PresenceGround, VideoCheck, VisitPlace, Witness
from lifecert.domain.status import EndCause, Status
from lifecert.domain.sweep import JobKind, RunState
from lifecert.domain.telling import Telling
from lifecert.domain.work_list import WorkList
from lifecert.entry.http import bodies
from lifecert.entry.http.bodies.invitations import InvitedPersonShown
from lifecert.entry.http.bodies.notices import RecordNoticeBody, VoidNoticeBody
from lifecert.entry.http.bodies.registry import AckError, AckWithFaults
from lifecert.entry.http.bodies.sessions import LookShown, Observations
from lifecert.entry.http.bodies.visits import VisitListBody
from lifecert.entry.http.problems import Code
from lifecert.entry.http.texts import Language, texts
from lifecert.entry.models import Response, utc_text
from tests.support.event_answers import ANSWERS, FIRST
from tests.support.openapi import LATER, STATUS, api, codes_of, described_codes, operations, resolved, strict
from tests.support.templates import of_type, parent
from tests.support.wiring.functions import event, rules, run
from tests.support.wiring.world import World

# Well formed, but refused by rules that no schema can say.
BY_RULE = {
    "start_session/wrong_id_number",
    "certify_in_person/not_of_its_method",
    "prepare_import/prepare_letters_of_no_list",
    "start_session/name_of_dots",
    "register_beneficiary/benefit_ends_before_its_start",
    "register_beneficiary/benefit_grade_of_no_injury",
    "register_beneficiary/start_out_of_range",
    "use_invitation/start_helper_of_nobody",
    "find_beneficiaries/both_ways",
    "find_beneficiaries/name_alone",
    "find_beneficiaries/nothing",
    "find_beneficiaries/reference_without_payer",
    "amend_record/benefit_unnamed",
    "amend_record/nothing",
    "amend_record/number_invalid",
    "record_notice/proof_id_number",
    "record_notice/result_of_another_way",
    "decide_holds/named_for_nothing",
    "decide_holds/nobody_named",
}
# A key of another kind is not for whoever knows this one.
FIXED = {"JsonWebKey"}
# Not a route of the function, which answers it all the same when it is asked.
NO_OPERATION = {"start_session/unknown_route"}


def validator(schema: dict[str, Any]) -> Draft202012Validator:
    return Draft202012Validator(
        {**schema, "components": api()["components"]}, format_checker=Draft202012Validator.FORMAT_CHECKER
    )


def exactly(schema: dict[str, Any]) -> Draft202012Validator:
    """For answers: the file leaves them room to grow, and today they have what it names and no more."""
    return Draft202012Validator(
        strict({**schema, "components": api()["components"]}), format_checker=Draft202012Validator.FORMAT_CHECKER
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


@pytest.mark.parametrize("case", sorted(set(ANSWERS) - NO_OPERATION))
def test_the_real_answer_is_as_described(world: World, case: str) -> None:
    if case in FIRST:
        run(FIRST[case])
    answer = run(case)
    described = resolved(operation_of(case)["responses"][str(answer["statusCode"])])
    headers = {name: values for name, values in answer["multiValueHeaders"].items() if values}
    assert set(described.get("headers", {})) >= {"Content-Language", "Retry-After", "ETag"} & set(headers)
    if not answer["body"]:
        assert "content" not in described
        return
    [content_type] = headers["Content-Type"]
    media_type = content_type.split(";")[0]
    body = answer["body"] if media_type.startswith("text/") else json.loads(answer["body"])
    exactly(described["content"][media_type]["schema"]).validate(body)


@pytest.mark.parametrize("case", [case for case in ANSWERS if "requestBody" in operation_of(case)])
def test_the_description_takes_what_the_functions_take(case: str) -> None:
    asked = event(case)
    code = ANSWERS[case][1]
    if asked["body"] is None:
        assert not operation_of(case)["requestBody"].get("required") or code == "invalid_json"
        return
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

    assert look(api()["paths"]) + look(api()["components"]["responses"]) >= 15


def _literals(model: type[BaseModel], field: str) -> set[str]:
    """The texts that a field may be."""

    def inside(annotation: Any) -> set[str]:
        return {text for one in get_args(annotation) for text in ({one} if isinstance(one, str) else inside(one))}

    return inside(model.model_fields[field].annotation)


def test_enumerations_are_those_of_the_code() -> None:
    schemas = api()["components"]["schemas"]
    coded: dict[str, Iterable[str]] = {
        "Ability": Ability,
        "AckErrorCode": AckError,
        "AckStatus": _literals(AckWithFaults, "ack_status"),
        "AccessAction": AccessAction,
        "AccessRole": AccessRole,
        "Amended": Amended,
        "AmendGround": AmendGround,
        "Category": Category,
        "NoticeFailure": _literals(VoidNoticeBody, "result"),
        "NoticeGiven": _literals(RecordNoticeBody, "result"),
        "NoticeResult": NoticeResult,
        "NoticeWay": NoticeWay,
        "Telling": Telling,
        "CertificateState": CertificateState,
        "Channel": Channel,
        "CameraClass": _literals(Observations, "camera"),
        "CameraFacing": _literals(Observations, "facing_got"),
        "CaptureLayer": _literals(Observations, "layer"),
        "Checksum": Checksum,
        "ContactChannel": NoticeChannel,
        "DeviceChannel": BY_DEVICE,
        "DeviceState": DeviceState,
        "Document": Document,
        "PresenceGround": PresenceGround,
        "ClerksMethod": BY_CLERKS,
        "VisitPlace": VisitPlace,
        "VideoCheck": VideoCheck,
        "Attester": Attester,
        "Witness": Witness,
        "ListPlace": _literals(VisitListBody, "place"),
        "VisitOutcome": VisitOutcome,
        "LineResult": LineResult,
        "MandateKind": MandateKind,
        "MandateRight": MandateRight,
        "MandateGround": MandateGround,
        "EndCause": EndCause,
        "Ground": Ground,
        "HistoryEvent": LedgerEvent,
        "HoldChoice": HoldChoice,
        "HoldGround": HoldGround,
        "HoldOutcome": HoldOutcome,
        "HoldState": HoldState,
        "ImageType": ImageType,
        "ImportEncoding": Encoding,
        "ImportFault": FileFault,
        "ImportFormat": FileFormat,
        "ImportKind": ImportKind,
        "ImportState": ImportState,
        "Language": Language,
        "LetterList": LISTS,
        "Missing": Missing,
        "Outcome": Outcome,
        "ProblemCode": Code,
        "ProofChannel": ProofChannel,
        "ProposalKind": PROPOSALS,
        "ProposedEndCause": set(EndCause) - {EndCause.PLANNED},
        "ProposedRevocationCause": set(RevocationCause) - {RevocationCause.ENTITLEMENT_ENDED},
        "Quality": _literals(LookShown, "quality"),
        "ReasonCode": Reason,
        "References": _literals(InvitedPersonShown, "references"),
        "Replacement": Replacement,
        "ReviewKind": ReviewKind,
        "ReviewOpenedBy": set(Role) - {Role.PURGE},
        "ReviewOutcome": ReviewOutcome,
        "ReviewState": ReviewState,
        "RevocationCause": RevocationCause,
        "Role": Role,
        "Scheme": Scheme,
        "SessionState": {*SessionState, "expired"},
        "SignInKind": SignInKind,
        "Status": Status,
        "Step": Step,
        "SweepKind": JobKind,
        "SweepRunState": {RunState.FINISHED, RunState.LEFT_UNDONE},
        "UndoGround": UndoGround,
        "Verdict": Verdict,
        "WorkList": WorkList,
    }
    assert {name for name, schema in schemas.items() if "enum" in schema} == set(coded)
    for name, members in coded.items():
        assert set(schemas[name]["enum"]) == {str(member) for member in members}, name


@pytest.mark.parametrize("route", sorted(rules()))
def test_an_operation_names_exactly_the_codes_that_the_code_gives_it(route: str) -> None:
    method, _, path = route.partition(" ")
    assert described_codes(api()["paths"][path][method.lower()]) == codes_of(route)


@pytest.mark.parametrize("case", sorted(set(ANSWERS) - NO_OPERATION))
def test_what_a_function_refuses_is_among_the_codes_of_its_operation(case: str) -> None:
    status, code = ANSWERS[case]
    if status >= 400 and code != "problem":  # a page
        assert code in described_codes(operation_of(case))[str(status)]


def test_every_refusal_is_a_problem_document_and_nothing_else() -> None:
    for path, method, operation in operations():
        for status, answer in operation["responses"].items():
            if status >= "400":
                content = dict(resolved(answer)["content"])
                problem = content.pop("application/problem+json")
                assert problem["schema"] == {"$ref": "#/components/schemas/Problem"}, (path, method, status)
                # Where people go with a browser they may have a page instead.
                assert set(content) <= ({"text/html"} if path == "/certificates/{certificate_id}" else set())


def test_every_code_stands_in_the_table_with_its_status_and_words() -> None:
    told = texts(Language.ENGLISH)["problems"]
    rows = re.findall(
        r"^\| `(\w+)` \| (\d+) \| (.+) \|$", api()["components"]["schemas"]["ProblemCode"]["description"], re.M
    )
    assert rows == [(code, str(STATUS[Code(code)]), told[code]) for code in sorted(Code)]


def asked_for() -> set[str]:
    """Names of the schemas that requests are made of."""
    schemas = api()["components"]["schemas"]
    asked: set[str] = set()

    def reach(node: Any) -> None:
        if isinstance(node, dict):
            name = str(node.get("$ref", "")).rpartition("/")[2]
            if name in schemas and name not in asked:
                asked.add(name)
                reach(schemas[name])
            for value in node.values():
                reach(value)
        elif isinstance(node, list):
            for value in node:
                reach(value)

    for _, _, operation in operations():
        reach(operation.get("requestBody", {}))
    return asked


def test_answers_may_grow_and_requests_are_read_strictly() -> None:
    asked = asked_for()
    assert {"StartSession", "Person", "Consent"} <= asked
    for name, schema in api()["components"]["schemas"].items():
        if "properties" in schema:
            assert (schema.get("additionalProperties") is False) is (name in asked), name


def test_an_enumeration_in_an_answer_may_get_a_later_value_and_one_in_a_request_may_not() -> None:
    """Generated clients refuse a value that the file does not let by: one such would break every app in use."""
    schemas, asked = api()["components"]["schemas"], asked_for()
    opened = 0

    def look(node: Any, where: str, beside: list[Any]) -> None:
        nonlocal opened
        if isinstance(node, dict):
            name = str(node.get("$ref", "")).rpartition("/")[2]
            if "enum" in schemas.get(name, {}) or ("const" in node and where not in FIXED):
                opened += LATER in beside
                assert (LATER in beside) is (where not in asked), f"{where}: {name}"
            for value in node.values():
                look(value, where, [])
        elif isinstance(node, list):
            for value in node:
                look(value, where, node)

    for name, schema in schemas.items():
        look(schema, name, [])
    assert opened >= 40


def test_whatever_has_members_or_values_has_a_name() -> None:
    """Or generators make one up. A map of texts may do without."""

    def look(node: Any, where: tuple[str, ...]) -> None:
        if isinstance(node, dict):
            inside = len(where) > 2
            assert not (inside and "properties" in node and "type" in node), where
            assert not (inside and "enum" in node), where
            for name, value in node.items():
                look(value, (*where, name))
        elif isinstance(node, list):
            for number, value in enumerate(node):
                look(value, (*where, str(number)))

    look({"schemas": api()["components"]["schemas"]}, ())


def test_no_header_has_a_default_that_would_take_the_place_of_the_clients_own() -> None:
    components = api()["components"]["parameters"].values()
    inline = [one for _, _, operation in operations() for one in operation.get("parameters", []) if "in" in one]
    headers = [one for one in [*components, *inline] if one["in"] == "header"]
    assert len(headers) >= 4
    assert not [one["name"] for one in headers if "default" in resolved(one["schema"])]


def test_every_tag_is_declared_and_used() -> None:
    declared = {tag["name"] for tag in api()["tags"]}
    assert declared == {tag for _, _, operation in operations() for tag in operation["tags"]}


def test_the_servers_are_right_in_both_partitions() -> None:
    for server in api()["servers"][:2]:
        url, region = server["url"], server["variables"]["region"]
        named = [region["default"], *region.get("enum", [])]
        assert all(name.startswith("cn-") is url.endswith(".amazonaws.com.cn/{stage}") for name in named)


def test_every_time_in_an_answer_is_in_utc() -> None:
    """By the type of the field, whatever offset a time has when it comes there."""
    noon = datetime(2026, 3, 1, 20, 0, tzinfo=timezone(timedelta(hours=8)))
    assert utc_text(noon) == "2026-03-01T12:00:00Z"
    shown = 0
    for module in pkgutil.iter_modules(bodies.__path__):
        loaded = importlib.import_module(f"{bodies.__name__}.{module.name}")
        for name, model in inspect.getmembers(loaded, inspect.isclass):
            if issubclass(model, Response) and model is not Response:
                for field, about in model.model_fields.items():
                    if about.annotation in (datetime, datetime | None):
                        shown += 1
                        told = model.model_construct(None, **{field: noon}).model_dump_json(include={field})
                        assert json.loads(told)[field] == "2026-03-01T12:00:00Z", (name, field)
    assert shown >= 15


def test_whom_a_route_is_for_is_what_the_table_of_rules_says() -> None:
    assert api()["security"] == [{"signedIn": []}]
    described = {f"{method.upper()} {path}": operation for path, method, operation in operations()}
    assert set(described) == set(rules())
    for route, operation in described.items():
        rule = rules()[route]
        program = "registersProgram" if rule.registers else "payersProgram"
        scheme: list[Any] | None = [{program: []}] if rule.programs else None if rule.signed_in else []
        assert operation.get("security") == scheme, route
        assert ("401" in operation["responses"]) is rule.signed_in, route
        refused = described_codes(operation)["403"]
        changes = rule.signed_in and not route.startswith("GET ")  # which no auditor does
        assert ("not_allowed" in refused) is bool(rule.groups or rule.programs or changes), route
