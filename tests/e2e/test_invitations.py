"""By invitation on the deployed template, over HTTP, with real faces: a letter is all that a person needs."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
import requests

from lifecert.bootstrap.parts import consent_texts
from lifecert.domain.challenge import Step
from local.demo.phone import Answer, Phone
from local.deploy import Deployment
from tests.support.deployed import Known, history


@pytest.fixture(scope="module")
def anyone(stack: Deployment) -> Phone:
    return Phone(stack.api_url, None)


def invited(clerk: Phone, person: Known) -> dict[str, Any]:
    return clerk.expect(201, "POST", f"/staff/beneficiaries/{person.beneficiary_id}/invitations", {})


def started(phone: Phone, code: str, **more: Any) -> dict[str, Any]:
    body = {"code": code, "on_behalf": False, "cannot": [], "consent": {"version": consent_texts().in_force}, **more}
    return phone.expect(201, "POST", "/invitations/sessions", body)


def of(session: dict[str, Any]) -> str:
    return f"/invitations/sessions/{session['session_id']}"


def decided(phone: Phone, session: dict[str, Any], person: Known) -> dict[str, Any]:
    phone.show(session, person.camera)
    secret = session["session_secret"]
    return phone.expect(200, "POST", of(session) + "/verify", {}, Session_Secret=secret)


def person(phone: Phone, code: str) -> Answer:
    return phone.call("POST", "/invitations/person", {"code": code})


def test_a_letter_is_enough_for_a_certificate(stack: Deployment, clerk: Phone, anyone: Phone, ming: Known) -> None:
    letter = invited(clerk, ming)
    url, code = letter["url"].split("#")
    assert url == stack.page_url, "whoever scans it here comes to the page"
    shown = person(anyone, letter["digits"])
    assert (shown.status, shown.body["references"]) == (200, "present")
    assert person(anyone, code) == shown
    assert ming.id_number not in str(shown.body)
    assert ming.name not in str(shown.body)
    session = started(anyone, code)
    secret = {"Session-Secret": session["session_secret"]}
    (first, *_) = session["slots"]
    assert anyone.call("POST", of(session) + "/look", headers=secret).body["code"] == "frames_missing"
    anyone.upload(first, ming.camera(Step.NEUTRAL))
    assert anyone.call("POST", of(session) + "/look", {}, secret).body["quality"] == "good"
    accepted = decided(anyone, session, ming)
    assert accepted["outcome"] == "accepted"
    assert anyone.call("GET", of(session), headers=secret).body == accepted
    *_, issued, certified = history(clerk, ming)
    assert (issued["event"], certified["event"]) == ("invitation_issued", "certified")
    # The invitation is the user, and the letter is good for the next year too.
    assert certified["actor"]["actor_id"] == f"invitation-{letter['invitation_id']}"
    assert person(anyone, code).status == 200


def test_look_tells_what_to_mend_and_is_no_attempt(clerk: Phone, anyone: Phone, ming: Known) -> None:
    session = started(anyone, invited(clerk, ming)["digits"])
    secret = {"Session-Secret": session["session_secret"]}
    anyone.upload(session["slots"][0], b"no photo at all")
    looks = [anyone.call("POST", of(session) + "/look", {}, secret) for _ in range(6)]
    assert [one.status for one in looks] == [200] * 5 + [429]
    assert {one.body["reason"] for one in looks[:5]} == {"file_type_unsupported"}
    assert looks[0].body["detail"]
    # Slot 1 may be sent again, and no attempt was counted.
    assert decided(anyone, session, ming)["outcome"] == "accepted"


def test_nobody_else_comes_near_the_session(
    clerk: Phone, anyone: Phone, phone: Phone, ming: Known, jianguo: Known
) -> None:
    mine, other = (started(anyone, invited(clerk, one)["digits"]) for one in (ming, jianguo))
    for headers in ({}, {"Session-Secret": other["session_secret"]}, {"Session-Secret": "x"}):
        for method, part in (("GET", ""), ("POST", "/look"), ("POST", "/verify")):
            refused = anyone.call(method, of(mine) + part, None if method == "GET" else {}, headers)
            assert (refused.status, refused.body["code"]) == (404, "session_not_found")
    assert phone.call("GET", f"/sessions/{mine['session_id']}").status == 404
    own = phone.start(ming.name, ming.id_number)
    stolen = {"Session-Secret": mine["session_secret"]}
    assert anyone.call("GET", f"/invitations/sessions/{own['session_id']}", headers=stolen).status == 404


def test_of_no_use_any_more_and_never_issued_are_the_same_answer(clerk: Phone, anyone: Phone, ming: Known) -> None:
    first, second = invited(clerk, ming), invited(clerk, ming)
    assert person(anyone, second["digits"]).status == 200
    path = f"/staff/beneficiaries/{ming.beneficiary_id}/invitations"
    clerk.expect(200, "DELETE", f"{path}/{second['invitation_id']}")
    clerk.expect(404, "DELETE", f"{path}/{first['invitation_id']}")
    answers = [person(anyone, code) for code in (first["digits"], second["digits"], "0" * 18 + "98", "0" * 21)]
    told = [{**one.body, "request_id": ""} for one in answers]
    assert {one.status for one in answers} == {404}
    assert all(one == told[0] for one in told)
    assert told[0]["code"] == "invitation_unknown"


def test_ten_phones_at_once_certify_once_each_and_harm_nothing(clerk: Phone, stack: Deployment, ming: Known) -> None:
    code = invited(clerk, ming)["digits"]
    with ThreadPoolExecutor(10) as phones:
        sessions = list(phones.map(lambda _: started(Phone(stack.api_url, None), code), range(10)))
    assert len({one["session_id"] for one in sessions}) == len({one["session_secret"] for one in sessions}) == 10
    phone = Phone(stack.api_url, None)
    first, second = (decided(phone, one, ming) for one in sessions[:2])
    assert (first["outcome"], second["outcome"]) == ("accepted", "accepted")


def test_a_helper_says_a_name_and_the_ledger_does_not_know_it(
    clerk: Phone, anyone: Phone, stack: Deployment, jianguo: Known
) -> None:
    code = invited(clerk, jianguo)["digits"]
    session = started(anyone, code, on_behalf=True, helper_name="小芳的手机")
    assert decided(anyone, session, jianguo)["outcome"] == "accepted"
    assert "小芳" not in str(history(clerk, jianguo))
    key = {"session_id": {"S": session["session_id"]}}
    item = stack.aws.dynamodb().get_item(TableName=stack.outputs["SessionsTable"], Key=key)["Item"]
    assert "小芳" not in str(item)
    assert item["helper_name"]["B"]
    assert session["session_secret"] not in str(item)


def test_the_page_is_served_with_what_it_may_do(stack: Deployment) -> None:
    page = requests.get(f"{stack.api_url}/phone", timeout=60)
    assert page.status_code == 200
    assert page.headers["Cache-Control"] == "no-store"
    policy = page.headers["Content-Security-Policy"]
    assert "unsafe" not in policy
    assert f"connect-src 'self' {stack.aws.endpoint};" in policy
