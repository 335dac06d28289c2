"""The office over HTTP on the deployed template: reviews, in person, ends by two clerks, reports, data, consent."""

import json
import uuid
from collections.abc import Callable
from typing import Any

import pytest
import requests

from local.demo.cast import DISTRICT, JIANGUO, Person
from local.demo.phone import Phone, Refused
from local.deploy import Deployment
from tests.support.deployed import Known, another_id_number, entitlement, history, standing, today
from tests.support.patience import PATIENCE_SECONDS

TOO_LITTLE = ["turn_head", "close_eyes", "open_mouth"]  # for a machine to decide


def key() -> dict[str, str]:
    return {"Idempotency_Key": str(uuid.uuid4())}


def on_paper(clerk: Phone, days_left: int = 100, second: Phone | None = None) -> tuple[Known, str]:
    """Somebody without a photo, registered by a clerk and, if named, confirmed by a second, and the path of what clerks
    do about them."""
    person = Person("周桂英", another_id_number(), "resident_pension", "", "", days_left)
    start = person.benefit_start(today()).isoformat()
    beneficiary_id = clerk.register(person.name, person.id_number, person.category, DISTRICT, start)
    if second:
        second.vouch(beneficiary_id)
    return Known(person, beneficiary_id, lambda _step: b""), f"/staff/beneficiaries/{beneficiary_id}"


def invoke(stack: Deployment, function: str, **event: Any) -> dict[str, Any]:
    answer = stack.aws.functions().invoke(FunctionName=stack.outputs[function], Payload=json.dumps(event).encode())
    said: dict[str, Any] = json.loads(answer["Payload"].read())
    assert not answer.get("FunctionError"), said
    return said


def cases(clerk: Phone, known: Known, kind: str) -> list[dict[str, Any]]:
    """The open cases of a kind about one person, from the whole queue."""
    found, path = [], f"/staff/reviews?kind={kind}"
    while True:
        page = clerk.expect(200, "GET", path)
        found += [one for one in page["reviews"] if one["beneficiary_id"] == known.beneficiary_id]
        if page["after"] is None:
            return found
        path = f"/staff/reviews?kind={kind}&after={page['after']}"


def test_what_the_machine_could_not_decide_a_clerk_accepts_once(
    clerk: Phone, other_clerk: Phone, phone: Phone, jianguo: Known
) -> None:
    sent = phone.certify(jianguo.name, jianguo.id_number, jianguo.camera, on_behalf=True, cannot=TOO_LITTLE)
    assert sent["outcome"] == "review"
    [case] = cases(clerk, jianguo, "verification")
    [attempt] = (shown := clerk.expect(200, "GET", f"/staff/reviews/{case['review_id']}"))["attempts"]
    assert attempt["session_id"] == sent["session_id"]
    for link in (*attempt["frames"], shown["references"][0]["link"]):
        assert requests.get(link, timeout=PATIENCE_SECONDS).content.startswith(b"\xff\xd8"), "a clerk sees every photo"
    decision = {"outcome": "accept", "ground": "same_person", "session_id": sent["session_id"]}
    path = f"/staff/reviews/{case['review_id']}/decision"
    decided = clerk.expect(200, "POST", path, decision)
    assert clerk.expect(200, "POST", path, decision) == decided, "a repeat gets the same answer"
    again = other_clerk.call("POST", path, {"outcome": "refuse", "ground": "not_live"})
    assert (again.status, again.body["code"]) == (409, "review_decided")
    certificate = clerk.expect(200, "GET", f"/certificates/{decided['decision']['certificate_id']}")
    assert (certificate["state"], certificate["valid_until"]) == ("valid", standing(clerk, jianguo)["valid_until"])
    assert [entry["event"] for entry in standing(clerk, jianguo)["history"]].count("certified") == 1
    # The photos go with the decision, unless it is one of the five that another clerk looks at again.
    kept = 200 if cases(clerk, jianguo, "audit") else 404
    assert requests.get(attempt["frames"][0], timeout=PATIENCE_SECONDS).status_code == kept


def test_an_accepted_face_that_is_unlike_the_person_is_looked_at_again_by_another_clerk(
    clerk: Phone, other_clerk: Phone, phone: Phone, jianguo: Known, xiulan: Known
) -> None:
    name, number = jianguo.name, jianguo.id_number
    *others, sent = [phone.certify(name, number, xiulan.camera, on_behalf=True) for _ in range(3)]
    assert {(one["outcome"], one["reason"]["code"]) for one in others} == {("retry", "not_matching")}
    assert (sent["outcome"], sent["reason"]["code"]) == ("review", "retries_used_up")
    [case] = cases(clerk, jianguo, "verification")
    decision = {"outcome": "accept", "ground": "same_person", "session_id": sent["session_id"]}
    decided = clerk.expect(200, "POST", f"/staff/reviews/{case['review_id']}/decision", decision)
    assert clerk.expect(200, "GET", f"/certificates/{decided['decision']['certificate_id']}")["state"] == "valid"
    [audit] = cases(clerk, jianguo, "audit")
    path = f"/staff/reviews/{audit['review_id']}"
    [attempt] = other_clerk.expect(200, "GET", path)["attempts"]
    assert requests.get(attempt["frames"][0], timeout=PATIENCE_SECONDS).content.startswith(b"\xff\xd8")
    own = clerk.call("POST", f"{path}/decision", {"outcome": "accept", "ground": "same_person"})
    assert (own.status, own.body["code"]) == (403, "acted_in_case")
    other_clerk.expect(200, "POST", f"{path}/decision", {"outcome": "refuse", "ground": "other_person"})
    assert requests.get(attempt["frames"][0], timeout=PATIENCE_SECONDS).status_code == 404
    again = phone.certify(name, number, jianguo.camera, on_behalf=True)
    assert (again["outcome"], again["reason"]["code"]) == ("review", "office_decides")


def test_a_clerk_certifies_whom_they_saw(clerk: Phone, other_clerk: Phone) -> None:
    known, path = on_paper(clerk, days_left=10, second=other_clerk)
    body, once = {"seen_on": today().isoformat(), "document": "id_card"}, key()
    certified = clerk.expect(201, "POST", f"{path}/certifications", body, **once)
    assert clerk.expect(201, "POST", f"{path}/certifications", body, **once) == certified
    assert standing(clerk, known)["valid_until"] == certified["valid_until"]
    assert [entry["event"] for entry in history(clerk, known)] == ["registered", "review_decided", "certified"]
    assert clerk.expect(200, "GET", f"/certificates/{certified['certificate_id']}")["state"] == "valid"


def test_an_end_and_its_correction_take_two_clerks(clerk: Phone, other_clerk: Phone, phone: Phone) -> None:
    known, path = on_paper(clerk)
    before = entitlement(clerk, known)

    def proposed(by: Phone, what: str, body: object = None) -> str:
        found = by.expect(201, "POST", f"{path}/{what}", body, **key())["proposal_id"]
        return f"/staff/proposals/{found}/confirmation"

    end = {"ended_on": today().isoformat(), "cause": "moved"}
    unwanted = proposed(clerk, "end", end)
    own = clerk.call("POST", unwanted, {"confirm": True})
    assert (own.status, own.body["code"]) == (403, "second_clerk_needed")
    other_clerk.expect(200, "POST", unwanted, {"confirm": False})
    assert entitlement(clerk, known) == before
    wanted = proposed(clerk, "end", end)
    assert entitlement(clerk, known) == before
    other_clerk.expect(200, "POST", wanted, {"confirm": True})
    assert standing(clerk, known)["status"] == "terminated"
    person = {"beneficiary": {"name": known.name, "id_number": known.id_number}}
    # As of anybody: how they stand is not for a stranger to hear. And it is kept, for whoever would add a benefit.
    told = phone.expect(201, "POST", "/reports", person)["report_id"]
    assert clerk.expect(201, "POST", "/reports", person)["report_id"] == told
    clerk.expect(200, "POST", proposed(other_clerk, "correction"), {"confirm": True})
    assert entitlement(clerk, known) == before


def test_a_report_of_death_opens_a_case_and_changes_nothing_else(
    clerk: Phone, other_clerk: Phone, phone: Phone
) -> None:
    known, _ = on_paper(clerk, second=other_clerk)
    before = entitlement(clerk, known)
    body = {"beneficiary": {"name": known.name, "id_number": known.id_number}, "died_on": today().isoformat()}
    first, second = (phone.expect(201, "POST", "/reports", body)["report_id"] for _ in range(2))
    assert first == second
    assert [case["review_id"] for case in cases(clerk, known, "death_report")] == [first]
    assert entitlement(clerk, known) == before
    unfounded = {"outcome": "refuse", "ground": "unfounded"}
    assert clerk.expect(200, "POST", f"/staff/reviews/{first}/decision", unfounded)["state"] == "decided"
    assert entitlement(clerk, known) == before


def test_a_file_of_another_register_certifies_and_never_ends(stack: Deployment, clerk: Phone) -> None:
    (alive, _), (dead, _) = on_paper(clerk, days_left=10), on_paper(clerk)
    before, day, name = entitlement(clerk, dead), today().isoformat(), f"{uuid.uuid4()}.csv"
    lines = ["id_number,said,on,source"]
    lines += [f"{alive.id_number},alive,{day},hospital", f"{dead.id_number},dead,{day},civil_affairs"]
    lines += [f"{another_id_number()},alive,{day},hospital"]
    stack.aws.s3().put_object(
        Bucket=stack.outputs["ImportsBucket"], Key=f"incoming/{name}", Body="\n".join(lines).encode()
    )
    assert invoke(stack, "ImportDataMatchFunction", name=name) == {
        "lines": 3,
        "taken": {"case_opened": 1, "certified": 1},
        "rejected": {"unknown_person": 1},
        "finished": True,
    }
    assert history(clerk, alive)[-1]["details"]["method"] == "data_match"
    assert entitlement(clerk, dead) == before
    assert len(cases(clerk, dead, "data_signal")) == 1
    left = stack.aws.s3().list_objects_v2(Bucket=stack.outputs["ImportsBucket"], Prefix=f"incoming/{name}")
    assert left["KeyCount"] == 0


def test_the_purge_deletes_the_face_of_whoever_withdrew(
    stack: Deployment, clerk: Phone, phone: Phone, registered: Callable[..., Known]
) -> None:
    known, kept = registered(JIANGUO), registered(JIANGUO)
    withdrawn = clerk.expect(200, "POST", f"/beneficiaries/{known.beneficiary_id}/consent-withdrawal")
    assert withdrawn["faces_stored"] is True
    invoke(stack, "PurgeFacesFunction")
    assert (faces(stack, known), faces(stack, kept)) == ((1, 1), (1, 1)), "it can be undone"
    path = f"/beneficiaries/{known.beneficiary_id}/consent-withdrawal"
    assert clerk.expect(200, "POST", f"{path}/undo", {"ground": "mistake"})["withdrawn_on"] is None
    assert clerk.expect(200, "POST", path)["faces_go_on"]
    later = stack.update(clock_shift_days=7)
    try:
        report = invoke(later, "PurgeFacesFunction")
    finally:
        later.update(clock_shift_days=0)
    assert report["faces"] >= 1
    assert (faces(stack, known), faces(stack, kept)) == ((0, 0), (1, 1))
    entry = history(clerk, known)[-1]
    assert (entry["event"], entry["actor"]["role"], entry["details"]["references"]) == ("faces_deleted", "purge", 1)
    with pytest.raises(Refused) as refused:
        phone.start(known.name, known.id_number)
    assert (refused.value.answer.status, refused.value.answer.body["code"]) == (409, "camera_unavailable")


def faces(stack: Deployment, known: Known) -> tuple[int, int]:
    """How many templates and photos are stored of somebody."""
    stored = stack.aws.dynamodb().query(
        TableName=stack.outputs["ReferencesTable"],
        KeyConditionExpression="beneficiary_id = :id",
        ExpressionAttributeValues={":id": {"S": known.beneficiary_id}},
    )
    photos = stack.aws.s3().list_objects_v2(
        Bucket=stack.outputs["ReferencesBucket"], Prefix=f"references/{known.beneficiary_id}/"
    )
    return stored["Count"], photos["KeyCount"]
