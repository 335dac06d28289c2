"""The HTTP side of the functions, beyond what the event files say."""

import json
from typing import Any

import pytest
from botocore.exceptions import ClientError

from lifecert.bootstrap import phone
from lifecert.domain.actor import Group
from lifecert.domain.certificate import Method
from lifecert.domain.errors import BrokenLedger, StoreUnavailable, VersionConflict
from lifecert.domain.ledger import LedgerEvent
from lifecert.entry.http.callers import with_groups
from tests.support.builders import VALID_UNTIL, a_change
from tests.support.wiring.functions import Context, event, function, run
from tests.support.wiring.people import LAPSED, WANG, world_id
from tests.support.wiring.world import World


def body(answer: dict[str, Any]) -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads(answer["body"])
    return loaded


def header(answer: dict[str, Any], name: str) -> str:
    [value] = answer["multiValueHeaders"][name]
    return str(value)


@pytest.mark.parametrize(
    ("claim", "groups"),
    [
        (None, set()),
        ("", set()),
        ("clerk", {Group.CLERK}),
        ("clerk,auditor", {Group.CLERK, Group.AUDITOR}),
        ("[clerk auditor]", {Group.CLERK, Group.AUDITOR}),
        ("[clerk, auditor]", {Group.CLERK, Group.AUDITOR}),
        # What payers' programs are known by is no group.
        ("payer", set()),
        ("payers/fund/feed", set()),
        (["clerk", "somebody-else"], {Group.CLERK}),
        ("clerks", set()),
        ("not-a-clerk", set()),
        (7, set()),
    ],
)
def test_groups_from_the_claim(claim: object, groups: set[Group]) -> None:
    assert with_groups("somebody", claim).groups == groups


@pytest.mark.parametrize("case", ["start_session/self", "start_session/signed_out", "start_session/unknown_route"])
def test_no_answer_is_kept_on_the_way(world: World, case: str) -> None:
    assert header(run(case), "Cache-Control") == "no-store"


def test_success_is_json_and_failure_a_problem_document(world: World) -> None:
    assert header(run("start_session/self"), "Content-Type") == "application/json"
    assert header(run("start_session/no_body"), "Content-Type") == "application/problem+json"


def test_the_problem_carries_the_request_id_of_the_gateway(world: World) -> None:
    assert body(run("start_session/no_body"))["request_id"] == "c6af9ac6-7b61-11e6-9a41-93e8deadbeef"


def test_the_answer_is_in_the_language_asked_for(world: World) -> None:
    english, chinese = run("verify_face/another_face"), run("verify_face/too_dark")
    assert body(english)["reason"]["instruction"].startswith("Show the pensioner's own face")
    assert header(english, "Content-Language") == "en"
    assert body(chinese)["reason"]["instruction"] == "请面向窗户或灯光"
    assert header(chinese, "Content-Language") == "zh-CN"


def test_header_names_are_taken_in_any_case(world: World) -> None:
    headers = {**event("start_session/with_key")["headers"], "accept-language": "en"}
    headers["idempotency-key"] = headers.pop("Idempotency-Key")
    first, second = run("start_session/with_key", headers=headers), run("start_session/with_key")
    assert body(first)["session_id"] == body(second)["session_id"]
    assert header(first, "Content-Language") == "en"


def test_unknown_person_and_wrong_name_get_the_same_answer(world: World) -> None:
    unknown, wrong = run("start_session/unknown_person"), run("start_session/wrong_name")
    assert unknown == wrong
    assert body(unknown)["help_line"] == "12333"


def test_a_refusal_of_a_known_person_names_their_help_line(world: World) -> None:
    for case in ("camera_paused", "entitlement_ended", "no_reference"):
        assert body(run(f"start_session/{case}"))["help_line"] == "010-12333"
    for case in ("frames_missing", "expired", "busy", "camera_paused", "entitlement_ended"):
        answer = body(run(f"verify_face/{case}"))
        assert answer["help_line"] == "12333"
        assert answer["other_ways"]


def test_missing_frames_are_named(world: World) -> None:
    assert body(run("verify_face/frames_missing"))["missing"] == [1, 2, 3]


def test_faults_name_their_fields_and_never_what_was_sent(world: World) -> None:
    answer = run("register_beneficiary/invalid")
    assert [fault["field"] for fault in body(answer)["errors"]] == [
        "category",
        "district",
        "benefit_start",
        "id_number",
    ]
    for sent in ("1234", "lottery", '"1101"', "1.9.2025"):
        assert sent not in answer["body"]
    assert "13800000000" not in run("start_session/strange_member")["body"]
    assert body(run("start_session/unknown_member"))["errors"][0]["field"] == "phone_number"


@pytest.mark.parametrize("case", ["accepted", "too_dark", "another_face", "uncertain", "one_photo_twice"])
def test_nobody_is_told_a_score(world: World, case: str) -> None:
    answer = run(f"verify_face/{case}")["body"]
    assert not any(word in answer for word in ("0.9", "0.4", "0.1", "similarity", "score", "evidence"))


def test_a_repeat_of_verify_gets_the_same_answer(world: World) -> None:
    before = len(world.store.certificates)
    assert run("verify_face/accepted") == run("verify_face/accepted")
    assert len(world.store.certificates) == before + 1


def test_an_acceptance_tells_the_new_day(world: World) -> None:
    certificate = body(run("verify_face/accepted"))["certificate"]
    assert certificate["valid_until"] == "2027-03-01"
    assert certificate["beneficiary_id"] == WANG.id
    assert certificate["certificate_id"] in world.store.certificates


def test_others_actions_are_shown_without_their_ids_unless_to_staff(world: World) -> None:
    for case, shown in (("beneficiary_by_helper", False), ("beneficiary_by_clerk", True)):
        entry, *_ = body(run(f"get_status/{case}"))["history"]
        assert (entry["actor"]["actor_id"] == "clerk-1") is shown
        [benefit] = entry["benefits"]
        assert ("payer_reference" in benefit) is shown


def test_each_benefit_is_shown_and_its_payers_reference_and_end_to_staff_only(world: World) -> None:
    for case, for_staff in (("beneficiary_with_several", False), ("beneficiary_with_several_by_clerk", True)):
        pension, allowance, injury = body(run(f"get_status/{case}"))["benefits"]
        assert [pension["payer_reference"], allowance["payer_reference"]] == (
            ["P-0031-77", "S-2209"] if for_staff else [None, None]
        )
        assert (allowance["payer"], allowance["planned_end"], allowance["status"]) == ("mine", "2034-07-01", "active")
        assert (injury["status"], injury["ended_on"], injury["injury_grade"]) == ("terminated", "2026-02-01", 4)
        assert injury["end_cause"] == ("moved" if for_staff else None)


def test_one_benefit_ends_and_another_comes_back(world: World) -> None:
    assert body(run("change_entitlement/end_of_one_confirmed"))["benefit"] == "1"
    pension, allowance, _ = body(run("get_status/beneficiary_with_several"))["benefits"]
    assert (pension["status"], pension["ended_on"], allowance["status"]) == ("terminated", "2026-02-20", "active")
    run("change_entitlement/correction_of_one_confirmed")
    shown = body(run("get_status/beneficiary_with_several_by_clerk"))
    assert [one["status"] for one in shown["benefits"]] == ["terminated", "active", "active"]
    [told] = shown["history"][-1]["benefits"]
    assert (told["benefit"], told["arrears_first_day"], told["arrears_last_day"]) == ("3", "2026-02-01", "2026-02-28")


def test_another_benefit_is_added_once_and_moves_no_day(world: World) -> None:
    first = run("register_beneficiary/benefit_added")
    assert body(first) == {"beneficiary_id": WANG.id, "benefit": "2", "payer": "mine"}
    assert run("register_beneficiary/benefit_repeated") == first
    person = world.store.beneficiaries[WANG.id]
    assert [one.benefit_id for one in person.benefits] == ["1", "2"]
    assert person.valid_until == VALID_UNTIL
    assert body(run("register_beneficiary/benefit_by_default"))["payer"] == "fund"


def test_who_moved_house_is_told_another_help_line_and_staff_what_was_before(world: World) -> None:
    before = body(run("get_status/beneficiary_by_helper"))
    moved = body(run("amend_record/moved"))
    assert moved == {"beneficiary_id": WANG.id, "benefit": "1", "changed": ["district", "payer_reference"]}
    after = body(run("get_status/beneficiary_by_helper"))
    assert (before["help_line"], after["help_line"]) == ("010-12333", "12333")
    kept = ("status", "valid_until", "payment_held")
    assert [after[name] for name in kept] == [before[name] for name in kept]
    assert "district_before" not in after["history"][-1]["benefits"][0]
    told = body(run("get_status/beneficiary_by_clerk"))["history"][-1]
    assert (told["event"], told["benefits"][0]["district_before"]) == ("amended", "110101")
    assert body(run("amend_record/renamed"))["changed"] == ["name"]
    assert world.store.beneficiaries[WANG.id].masked_name == "王*明"


def test_a_letter_is_on_record_once_and_staff_see_how_far_the_telling_is(world: World) -> None:
    letter = body(run("record_notice/letter"))
    assert (letter["given_on"], letter["counts_on"], letter["failed_on"]) == ("2026-03-01", "2026-03-08", None)
    assert body(run("record_notice/repeated")) == letter
    shown = body(run("get_status/beneficiary_lapsed"))
    assert shown["history"][-1]["event"] == "notice_recorded"
    assert shown["telling"] is None, "it is for staff, and this is a helper"
    for_staff = event("get_status/beneficiary_by_clerk")
    for_staff["path"] = f"/beneficiaries/{LAPSED.id}"
    told = body(function("get_status").handler(for_staff, Context()))
    assert told["telling"] == "told"
    assert told["history"][-1]["details"]["proof"] == "XA123456789CN"
    assert "XA123456789CN" not in world.log.getvalue()


def test_a_batch_says_whose_it_is_and_which_benefits_it_is_about(world: World) -> None:
    shown = body(run("decide_holds/batch"))
    assert (shown["batch"]["payer"], shown["batch"]["district"]) == ("fund", "110101")
    assert {tuple(one["benefits"]) for one in shown["candidates"]} == {("1",)}


def test_days_left(world: World) -> None:
    active, lapsed = body(run("get_status/beneficiary_by_helper")), body(run("get_status/beneficiary_lapsed"))
    assert (active["days_left"], active["payment_held"]) == (121, False)
    assert (lapsed["days_left"], lapsed["payment_held"]) == (0, True)
    assert lapsed["beneficiary_id"] == LAPSED.id


def test_a_repeated_registration_gets_the_same_answer_and_is_done_once(world: World) -> None:
    first = run("register_beneficiary/registered")
    people = len(world.store.beneficiaries)
    assert run("register_beneficiary/repeated") == first
    assert len(world.store.beneficiaries) == people


def test_what_is_kept_for_repeats_holds_no_personal_data(world: World) -> None:
    run("register_beneficiary/registered")
    [kept] = world.answers.records.values()
    assert set(json.loads(kept.response_data)) == {"beneficiary_id", "status", "valid_until"}
    assert "desk-3" not in kept.idempotency_key


@pytest.mark.parametrize(
    ("first", "again"),
    [
        ("register_beneficiary/registered", "register_beneficiary/repeated"),
        ("certify_in_person/certified", "certify_in_person/repeated"),
        ("change_entitlement/end_proposed", "change_entitlement/end_proposed_again"),
        ("start_session/with_key", "start_session/with_key"),
    ],
)
def test_an_answer_that_was_lost_between_the_write_and_its_keeping_is_given_again(
    world: World, first: str, again: str
) -> None:
    """Every route with a key: the function died after the change, and nobody kept what it would have said."""
    told, entries = body(run(first)), {person: len(of) for person, of in world.store.entries.items()}
    world.answers.records.clear()
    world.clock.move(minutes=1)
    repeated = run(again)
    assert repeated["statusCode"] == 201
    slots = ("slots",)  # each its own upload form
    assert {name: value for name, value in body(repeated).items() if name not in slots} == {
        name: value for name, value in told.items() if name not in slots
    }
    assert {person: len(of) for person, of in world.store.entries.items()} == entries


def test_the_answer_to_a_correction_says_what_is_not_there(world: World) -> None:
    assert body(run("change_entitlement/end_confirmed"))["missing"] == []
    assert body(run("change_entitlement/correction_proposed"))["missing"] == []
    assert body(run("change_entitlement/correction_confirmed"))["missing"] == ["contact"]


def test_the_same_key_of_another_clerk_is_another_request(world: World) -> None:
    run("register_beneficiary/registered")
    context = event("register_beneficiary/repeated")["requestContext"]
    context["authorizer"]["claims"]["sub"] = "another-clerk"
    assert body(run("register_beneficiary/repeated", requestContext=context))["code"] == "already_registered"


@pytest.mark.parametrize(
    ("error", "status", "code"),
    [
        (StoreUnavailable("busy"), 503, "unavailable"),
        (VersionConflict(), 409, "changed_meanwhile"),
        (BrokenLedger("entry 2 does not link"), 500, "internal_error"),
        (RuntimeError("王小明"), 500, "internal_error"),
        (ClientError({"Error": {"Code": "AccessDenied", "Message": "王小明"}}, "PutItem"), 500, "internal_error"),
    ],
)
def test_trouble_is_told_without_its_message(
    world: World, monkeypatch: pytest.MonkeyPatch, error: Exception, status: int, code: str
) -> None:
    def fail(*_: object) -> None:
        raise error

    monkeypatch.setattr(phone, "verify_face", lambda: fail)
    answer = run("verify_face/accepted")
    assert (answer["statusCode"], body(answer)["code"]) == (status, code)
    assert not str(error) or str(error) not in answer["body"]
    log = world.log.getvalue()
    assert "王小明" not in log
    assert (type(error).__name__ in log) is (status == 500)
    assert ("AccessDenied" in log) is isinstance(error, ClientError)


def test_a_session_past_its_deadline_reads_expired_but_not_while_being_decided(world: World) -> None:
    world.clock.move(minutes=10, seconds=1)
    assert body(run("get_status/session_open"))["state"] == "expired"
    assert body(run("get_status/session_accepted"))["state"] == "decided"
    world.add_session(207, deadline=world.clock.now(), claimed_until=world.clock.time)
    world.clock.move(seconds=-1)
    assert body(run("get_status/session_deciding"))["session_id"] == world_id(207)


@pytest.mark.parametrize("case", ["start_session/self", "start_session/signed_out", "start_session/unknown_route"])
def test_pages_of_the_web_client_may_read_every_answer(
    world: World, monkeypatch: pytest.MonkeyPatch, case: str
) -> None:
    monkeypatch.setenv("WEB_ORIGIN", "https://app.example.org")
    answer = run(case)
    assert header(answer, "Access-Control-Allow-Origin") == "https://app.example.org"
    assert header(answer, "Access-Control-Expose-Headers") == "Content-Language, ETag, Retry-After"


def test_without_a_web_client_no_page_may_read_anything(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WEB_ORIGIN", "")
    assert not [name for name in run("start_session/self")["multiValueHeaders"] if name.startswith("Access-Control")]


@pytest.mark.parametrize("sent", ["%%%", "/w=="], ids=["no base64", "no text inside"])
def test_a_body_that_is_said_to_be_base64_and_cannot_be_read_is_no_json(world: World, sent: str) -> None:
    answer = run("start_session/base64_body", body=sent)
    assert (answer["statusCode"], body(answer)["code"]) == (400, "invalid_json")


@pytest.mark.parametrize(
    ("language", "told"),
    [("en", "A local hospital saw you on 20 February 2026"), ("zh-CN", "当地医院于2026年2月20日见到您本人")],
)
def test_whom_another_register_saw_reads_which_and_when_and_by_a_code_alone_nothing(
    world: World, language: str, told: str
) -> None:
    person = world.store.beneficiaries[WANG.id]
    details = {"method": "data_match", "certified_on": "2026-02-20", "source": "hospital", "certificate_id": "c"}
    world.store.register.commit(a_change(person, LedgerEvent.CERTIFIED, details=details))
    shown = body(run("get_status/beneficiary_by_helper", headers={"Accept-Language": language}))
    *_, before, last = shown["history"]
    assert (before["explained"], last["explained"]) == (None, told)
    assert "source" not in last["details"]


def test_a_mandate_is_in_the_standing_and_its_holder_for_the_holder_and_staff_alone(world: World) -> None:
    [shown] = body(run("get_status/beneficiary_by_helper"))["mandates"]
    assert (shown["kind"], shown["end"], shown["by_office"], shown["holder"]) == (
        "institution",
        "2026-12-31",
        True,
        None,
    )
    [told] = body(run("get_status/beneficiary_by_clerk"))["mandates"]
    assert told["holder"] == "holder-1"


def test_a_list_of_visits_answers_each_line_by_its_number(world: World) -> None:
    answer = body(run("certify_in_person/list_taken"))
    assert [(one["line"], one["result"], one["reason"]) for one in answer["lines"]] == [
        (1, "certified", None),
        (2, "noted", None),
        (3, "case_opened", None),
        (4, "refused", "entitlement_ended"),
        (5, "refused", "invalid_request"),
    ]
    assert answer["refused"] == 2
    assert body(run("certify_in_person/list_taken")) == answer, "what was done is the same again"
    assert len([one for one in world.store.certificates.values() if one.method is Method.GROUP_VISIT]) == 1


def test_two_lines_about_one_person_are_both_refused_since_they_may_differ(world: World) -> None:
    asked = json.loads(event("certify_in_person/list_taken")["body"])
    asked["lines"] = [asked["lines"][0], {"beneficiary_id": WANG.id, "outcome": "died"}]
    answer = body(run("certify_in_person/list_taken", body=json.dumps(asked)))
    assert [(one["result"], one["reason"]) for one in answer["lines"]] == [("refused", "invalid_request")] * 2
    assert world.store.beneficiaries[WANG.id].doubts == ()
