"""What a client is told on the deployed stack: before sign-in, by the gateway itself, and of what is its user's own."""

import base64
import json
from collections.abc import Callable, Mapping

import pytest
import requests

from lifecert.entry.http.texts import Language, text
from local.demo.phone import Phone
from local.deploy import Deployment
from tests.support.deployed import Known
from tests.support.openapi import STATUS, api, strict

TIMEOUT_SECONDS = 60


def ask(stack: Deployment, method: str, path: str, headers: Mapping[str, str] | None = None) -> requests.Response:
    with requests.Session() as http:
        http.trust_env = False
        return http.request(method, stack.api_url + path, headers=headers, timeout=TIMEOUT_SECONDS)


def test_whoever_follows_the_config_can_sign_in(stack: Deployment) -> None:
    answer = ask(stack, "GET", "/config")
    assert answer.status_code == 200
    told = answer.json()["sign_in"]
    discovered = requests.get(told["discovery"], timeout=TIMEOUT_SECONDS).json()
    assert discovered["issuer"] == told["issuer"]
    assert told["client_id"] == stack.outputs["UserPoolClientId"]
    stack.people.sign_up("config@example.org", "Only-for-these-tests-2026")
    called = requests.post(
        told["endpoint"],
        data=json.dumps(
            {
                "ClientId": told["client_id"],
                "AuthFlow": "USER_PASSWORD_AUTH",
                "AuthParameters": {"USERNAME": "config@example.org", "PASSWORD": "Only-for-these-tests-2026"},
            }
        ),
        headers={
            "Content-Type": "application/x-amz-json-1.1",
            "X-Amz-Target": "AWSCognitoIdentityProviderService.InitiateAuth",
        },
        timeout=TIMEOUT_SECONDS,
    ).json()["AuthenticationResult"]
    signed_in = {"Authorization": called["IdToken"]}
    mine = ask(stack, "GET", "/me/people", signed_in).json()
    assert (mine["people"], mine["after"]) == ([], None)
    assert mine["account"] == json.loads(base64.urlsafe_b64decode(called["IdToken"].split(".")[1] + "=="))["sub"]


def test_who_has_the_config_is_told_that_nothing_changed(stack: Deployment) -> None:
    first = ask(stack, "GET", "/config")
    assert first.headers["Cache-Control"] == "public, max-age=300"
    again = ask(stack, "GET", "/config", {"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.content, again.headers["ETag"]) == (304, b"", first.headers["ETag"])


@pytest.mark.parametrize(
    ("path", "headers", "code"),
    [
        ("/me/people", {}, "signed_out"),
        ("/me/people", {"Authorization": "not a token"}, "signed_out"),
        ("/nowhere", {}, "route_not_found"),
        ("/config/nowhere", {"Authorization": "a.b.c"}, "route_not_found"),
    ],
)
def test_the_gateway_refuses_with_a_problem_document_in_both_languages(
    stack: Deployment, path: str, headers: dict[str, str], code: str
) -> None:
    answer = ask(stack, "GET", path, {**headers, "Accept-Language": "en"})
    assert (answer.status_code, answer.headers["Content-Type"]) == (STATUS[code], "application/problem+json")  # type: ignore[index]
    assert answer.headers["Content-Language"] == "zh-CN, en"
    assert answer.headers["Access-Control-Allow-Origin"] == "https://none.invalid"
    body = answer.json()
    assert body["code"] == code
    assert body["detail"] == " ".join(text(language, "problems", code) for language in Language)
    assert set(body) == set(strict(api()["components"]["schemas"]["Problem"])["required"])


def test_a_browser_that_asks_first_is_answered(stack: Deployment) -> None:
    answer = ask(stack, "OPTIONS", "/sessions", {"Access-Control-Request-Method": "POST"})
    assert answer.status_code == 200
    assert answer.headers["Access-Control-Allow-Origin"] == "https://none.invalid"
    assert "Idempotency-Key" in answer.headers["Access-Control-Allow-Headers"]


def test_a_user_finds_their_sessions_and_whom_they_certified(
    phone_of: Callable[[str], Phone], ming: Known, jianguo: Known
) -> None:
    helper, stranger = phone_of("grandson@example.org"), phone_of("granddaughter@example.org")
    decided = helper.certify(ming.name, ming.id_number, ming.camera)
    assert decided["outcome"] == "accepted", decided["reason"]
    opened = helper.start(jianguo.name, jianguo.id_number)
    shown = helper.expect(200, "GET", "/me/sessions")["sessions"]
    assert [one["session_id"] for one in shown] == [opened["session_id"], decided["session_id"]]
    assert [one["state"] for one in shown] == ["open", "decided"]
    (mine,) = helper.expect(200, "GET", "/me/people")["people"]
    standing = helper.standing(ming.beneficiary_id)
    assert mine == {name: standing[name] for name in mine}
    assert set(mine) == {"beneficiary_id", "masked_name", "status", "valid_until", "days_left", "payment_held"}
    assert stranger.expect(200, "GET", "/me/people")["people"] == []
    assert stranger.expect(200, "GET", "/me/sessions")["sessions"] == []


def test_a_refused_consent_names_the_version_to_agree_to(stack: Deployment, phone: Phone, ming: Known) -> None:
    body = {
        "beneficiary": {"name": ming.name, "id_number": ming.id_number},
        "consent": {"version": "2020-1"},
        "on_behalf": False,
    }
    refused = phone.call("POST", "/sessions", body)
    assert (refused.status, refused.body["code"]) == (422, "consent_missing")
    assert refused.body["consent_version"] == ask(stack, "GET", "/config").json()["consent"]["version"]
