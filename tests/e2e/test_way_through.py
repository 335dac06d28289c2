"""The main way through on the deployed template, over HTTP, with real faces."""

import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from lifecert.adapters.dynamodb.ledger import DynamoLedger
from lifecert.domain.ledger import verify_chain
from local.demo.cast import XIULAN, portrait
from local.demo.phone import Phone, camera_before
from local.demo.sweeping import lapsed, plan
from local.deploy import Deployment
from tests.support.deployed import Known, entitlement, history, standing, swept, today
from tests.support.patience import wait_for


def test_a_real_face_is_certified_and_every_trace_is_there(
    stack: Deployment, clerk: Phone, phone: Phone, ming: Known
) -> None:
    decided = phone.certify(ming.name, ming.id_number, ming.camera)
    assert decided["outcome"] == "accepted", decided["reason"]
    assert decided["state"] == "decided"
    after = standing(clerk, ming)
    assert after["status"] == "active"
    assert after["valid_until"] == decided["certificate"]["valid_until"]
    events = [entry["event"] for entry in history(clerk, ming)]
    assert events == ["registered", "review_decided", "consent_given", "reference_enrolled", "certified"]
    ledger = DynamoLedger(stack.aws.dynamodb(), stack.outputs["LedgerTable"])
    entries = list(ledger.entries(ming.beneficiary_id))
    assert verify_chain(entries) == len(entries) >= len(events)
    assert phone.expect(200, "GET", f"/sessions/{decided['session_id']}") == decided


def test_no_answer_tells_a_score(phone: Phone, ming: Known) -> None:
    text = json.dumps(phone.certify(ming.name, ming.id_number, ming.camera))
    assert "similarity" not in text
    assert "score" not in text


def test_another_persons_face_is_refused_and_the_entitlement_untouched(
    clerk: Phone, phone: Phone, jianguo: Known
) -> None:
    before = entitlement(clerk, jianguo)
    refused = phone.certify(jianguo.name, jianguo.id_number, camera_before(portrait(XIULAN.face)))
    assert (refused["outcome"], refused["reason"]["code"]) == ("retry", "not_matching")
    assert refused["reason"]["instruction"]
    assert refused["help_line"] == "12333"
    assert refused["certificate"] is None
    assert entitlement(clerk, jianguo) == before


def test_on_behalf_of_another(clerk: Phone, phone: Phone, jianguo: Known) -> None:
    decided = phone.certify(jianguo.name, jianguo.id_number, jianguo.camera, on_behalf=True)
    assert decided["outcome"] == "accepted", decided["reason"]
    entry = history(clerk, jianguo)[-1]
    assert entry["details"]["method"] == "face_on_behalf"
    assert entry["details"]["on_behalf"] is True
    assert entry["actor"] == {"role": "user", "actor_id": entry["actor"]["actor_id"]}
    assert entry["actor"]["actor_id"]
    # The helper may look from now on, without seeing who else acted.
    mine = phone.expect(200, "GET", f"/beneficiaries/{jianguo.beneficiary_id}")
    assert all(entry["actor"]["actor_id"] is None for entry in mine["history"])


def test_the_same_request_again_and_many_at_once_make_one_certification(
    stack: Deployment, clerk: Phone, phone: Phone, ming: Known
) -> None:
    session = phone.start(ming.name, ming.id_number)
    phone.show(session, ming.camera)
    path = f"/sessions/{session['session_id']}/verify"
    with ThreadPoolExecutor(6) as threads:
        answers = list(threads.map(lambda _: phone.call("POST", path), range(6)))
    assert {answer.status for answer in answers} <= {200, 409}
    assert all(answer.body["code"] == "session_busy" for answer in answers if answer.status == 409)
    certificates = {answer.body["certificate"]["certificate_id"] for answer in answers if answer.status == 200}
    certificates.add(phone.expect(200, "POST", path)["certificate"]["certificate_id"])
    assert len(certificates) == 1
    assert [entry["event"] for entry in standing(clerk, ming)["history"]].count("certified") == 1
    stored = stack.aws.dynamodb().query(
        TableName=stack.outputs["CertificatesTable"],
        IndexName="by_beneficiary",
        KeyConditionExpression="beneficiary_id = :id",
        ExpressionAttributeValues={":id": {"S": ming.beneficiary_id}},
    )
    assert stored["Count"] == 1


def test_abilities_choose_the_challenge(phone: Phone, ming: Known) -> None:
    session = phone.start(ming.name, ming.id_number, cannot=["turn_head", "close_eyes"])
    assert set(session["challenge"]) == {"neutral", "open_mouth", "smile"}


def test_who_can_do_too_little_is_seen_by_a_human(phone: Phone, ming: Known) -> None:
    cannot = ["turn_head", "close_eyes", "open_mouth"]
    decided = phone.certify(ming.name, ming.id_number, ming.camera, cannot=cannot)
    assert (decided["outcome"], decided["reason"]["code"]) == ("review", "challenge_not_possible")


def test_frames_for_a_review_are_kept_and_others_are_not(stack: Deployment, phone: Phone, ming: Known) -> None:
    decided = phone.certify(ming.name, ming.id_number, ming.camera, cannot=["turn_head", "close_eyes", "open_mouth"])
    listed = stack.aws.s3().list_objects_v2(
        Bucket=stack.outputs["FramesBucket"], Prefix=f"review/{ming.beneficiary_id}/{decided['session_id']}/"
    )
    assert listed["KeyCount"] == 2


def test_the_year_ends_the_sweep_lapses_exactly_that_one_and_certifying_restores(
    stack: Deployment, clerk: Phone, phone: Phone, registered: Callable[..., Known]
) -> None:
    due, running = registered(XIULAN, days_left=10), registered(XIULAN, days_left=40)
    assert lapsed(swept(stack)) == 0
    later = stack.update(clock_shift_days=20)
    try:
        assert lapsed(plan(later, dry_run=True, since=today().isoformat())) == 1
        assert standing(clerk, due)["status"] == "active"
        report = swept(later)
        assert report["kinds"]["lapse"]["by_category_and_district"] == {"survivor_allowance/330106": 1}
        assert (report["state"], report["failed"]) == ("finished", [])
        assert plan(later, watch=True)["state"] == "finished"
        assert standing(clerk, due)["status"] == "lapsed"
        assert standing(clerk, due)["payment_held"] is False
        assert standing(clerk, running)["status"] == "active"
        assert lapsed(swept(later)) == 0
        decided = phone.certify(due.name, due.id_number, due.camera)
        assert decided["outcome"] == "accepted", decided["reason"]
        after = standing(clerk, due)
        assert after["status"] == "active"
        # Nothing was held: whoever lapsed has been paid all the time, and is owed nothing.
        (said,) = history(clerk, due)[-1]["benefits"]
        assert (said["status_before"], said["status"], said["payment_was_held"]) == ("lapsed", "active", False)
        assert (said["arrears_first_day"], said["arrears_last_day"]) == (None, None)
    finally:
        later.update(clock_shift_days=0)
    assert published(stack, due) == ["BeneficiaryCertified", "BeneficiaryLapsed", "BeneficiaryRegistered"]


def test_a_session_past_its_deadline_is_gone(stack: Deployment, phone: Phone, ming: Known) -> None:
    session = phone.start(ming.name, ming.id_number)
    phone.show(session, ming.camera)
    tomorrow = stack.update(clock_shift_days=1)
    try:
        answer = phone.call("POST", f"/sessions/{session['session_id']}/verify")
        assert (answer.status, answer.body["code"]) == (410, "session_expired")
        assert phone.expect(200, "GET", f"/sessions/{session['session_id']}")["state"] == "expired"
    finally:
        tomorrow.update(clock_shift_days=0)


def published(stack: Deployment, known: Known, wanted: int = 3) -> list[str]:
    """Types of the events that reached the payer's queue, each once, whatever the number of deliveries."""
    queue, url = stack.aws.sqs(), stack.outputs["PayerfundQueueUrl"]
    seen: dict[str, str] = {}

    def received() -> bool:
        for message in queue.receive_message(QueueUrl=url, MaxNumberOfMessages=10, WaitTimeSeconds=1).get(
            "Messages", []
        ):
            event = json.loads(message["Body"])
            if event["detail"]["beneficiary_id"] == known.beneficiary_id:
                seen[event["detail"]["event_id"]] = event["detail-type"]
            queue.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
        return len(seen) >= wanted

    wait_for(received, f"{wanted} events in the payer's queue")
    return sorted(seen.values())
