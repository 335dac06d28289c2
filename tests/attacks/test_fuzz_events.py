"""Whatever a caller sends, the handlers answer as the API's description says, and never by an error of ours."""

import base64
import json
import string
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support.event_answers import ANSWERS
from tests.support.mutations import JSON, spoilt_bytes, spoilt_json
from tests.support.openapi import resolved
from tests.support.wiring.factories import world_on_fakes
from tests.support.wiring.functions import event, run
from tests.unit.http.test_openapi import operation_of, validator

GIVEN = settings(max_examples=25, deadline=None, derandomize=True, database=None)
# The good call of each route: with a body, and with ids in the path.
GOOD = {
    str((event(case)["httpMethod"], event(case)["resource"])): case
    for case, (status, _) in sorted(ANSWERS.items())
    if status < 300
}
WITH_BODY = {route: case for route, case in GOOD.items() if event(case)["body"] and not event(case)["isBase64Encoded"]}
WITH_PATH = {route: case for route, case in GOOD.items() if event(case)["pathParameters"]}
HEADER_TEXT = st.text(st.characters(min_codepoint=32, max_codepoint=255), max_size=60)


def check(case: str, **changes: Any) -> None:
    """Run a changed call; the answer is one that the description has, and no 500."""
    with world_on_fakes():
        answer = run(case, **changes)
    status = int(answer["statusCode"])
    assert status != 500, answer["body"]
    [content_type] = answer["multiValueHeaders"]["Content-Type"]
    if not content_type.endswith("json"):
        return
    if content_type == "application/problem+json" and json.loads(answer["body"])["code"] == "route_not_found":
        return
    described = resolved(operation_of(case)["responses"][str(status)])
    validator(described["content"][content_type]["schema"]).validate(json.loads(answer["body"]))


@pytest.mark.parametrize("route", WITH_BODY)
def test_spoilt_bodies(route: str) -> None:
    case = WITH_BODY[route]
    body = event(case)["body"]

    @GIVEN
    @given(st.one_of(spoilt_json(json.loads(body)).map(json.dumps), JSON.map(json.dumps)))
    def documents(changed: str) -> None:
        check(case, body=changed)

    @GIVEN
    @given(spoilt_bytes(body.encode()), st.booleans())
    def texts(changed: bytes, encoded: bool) -> None:
        sent = base64.b64encode(changed).decode() if encoded else changed.decode("utf-8", "replace")
        check(case, body=sent, isBase64Encoded=encoded)

    documents()
    texts()
    for changed in ("[" * 100_000, "9" * 5000, '{"a":' * 5000, '{"consent": 1e999}', "\ufeff{}", '"\\ud800"'):
        check(case, body=changed)
    for changed in ("no base64", "/w==", "A"):
        check(case, body=changed, isBase64Encoded=True)


@pytest.mark.parametrize("route", WITH_PATH)
def test_spoilt_paths(route: str) -> None:
    case = WITH_PATH[route]
    asked = event(case)

    @GIVEN
    @given(
        st.text(st.sampled_from(string.printable + "王%\0"), min_size=1, max_size=60)
        | st.sampled_from(["..", "%2e%2e", "00000000-0000-4000-8000-00000000010a", "x" * 4000, "11010519491231002X"])
    )
    def ids(one: str) -> None:
        path = asked["path"]
        for known in asked["pathParameters"].values():
            path = path.replace(known, one)
        check(case, path=path, pathParameters=dict.fromkeys(asked["pathParameters"], one))

    ids()


@pytest.mark.parametrize("route", GOOD)
def test_spoilt_headers(route: str) -> None:
    case = GOOD[route]

    @GIVEN
    @given(st.dictionaries(st.sampled_from(["Accept-Language", "Accept", "Idempotency-Key", "Origin"]), HEADER_TEXT))
    def headers(spoilt: dict[str, str]) -> None:
        given_headers = {**event(case)["headers"], **spoilt}
        check(case, headers=given_headers, multiValueHeaders={k: [v] for k, v in given_headers.items()})

    headers()


@GIVEN
@given(spoilt_json(event("publish_events/registered")["Records"][0]["dynamodb"]["NewImage"]))
def test_a_spoilt_ledger_entry_is_reported_and_never_swallowed(image: Any) -> None:
    """What cannot be read fails by its place in the stream; what is read was whole."""
    asked = event("publish_events/registered")
    record = asked["Records"][0]
    record["dynamodb"]["NewImage"] = image
    with world_on_fakes() as world:
        answer = run("publish_events/registered", Records=[record])
        assert len(answer["batchItemFailures"]) + len(world.bus.events) <= 1
