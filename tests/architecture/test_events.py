"""Every event file goes through its handler, on fakes, and is answered as the tables here say."""

import json
import re
from gzip import BadGzipFile
from typing import Any

import pytest
from pydantic import ValidationError

from lifecert.domain.errors import ImportNotFound, SweepUnfinished
from lifecert.entry.http.authorising import Unauthorized
from tests.support.wiring.factories import world_on_fakes
from tests.support.wiring.functions import ROOT, cases, run

# Calls over HTTP: status, and the problem's code or the member that says what came of it.
ANSWERS: dict[str, tuple[int, str]] = {
    "change_consent/give_invalid": (422, "invalid_request"),
    "change_consent/give_not_a_clerk": (403, "not_allowed"),
    "change_consent/give_not_json": (400, "invalid_json"),
    "change_consent/give_old_text": (422, "consent_missing"),
    "change_consent/give_unknown": (404, "beneficiary_not_found"),
    "change_consent/given": (200, ""),
    "change_consent/given_before": (200, ""),
    "change_consent/withdraw_by_stranger": (404, "beneficiary_not_found"),
    "change_consent/withdraw_not_an_id": (404, "beneficiary_not_found"),
    "change_consent/withdraw_signed_out": (401, "signed_out"),
    "change_consent/withdrawn": (200, ""),
    "change_consent/withdrawn_before": (200, ""),
    "change_consent/withdrawn_by_clerk": (200, ""),
    "decide_holds/approved": (200, "decided"),
    "decide_holds/approved_again": (200, "decided"),
    "decide_holds/approved_in_part": (200, "decided"),
    "decide_holds/batch": (200, ""),
    "decide_holds/batch_first_page": (200, ""),
    "decide_holds/batch_next_page": (200, ""),
    "decide_holds/batch_not_an_id": (404, "hold_batch_not_found"),
    "decide_holds/batch_too_many": (422, "invalid_request"),
    "decide_holds/batch_unknown": (404, "hold_batch_not_found"),
    "decide_holds/decide_not_a_clerk": (403, "not_allowed"),
    "decide_holds/decide_not_an_id": (404, "hold_batch_not_found"),
    "decide_holds/decide_unknown": (404, "hold_batch_not_found"),
    "decide_holds/decided_by_another": (409, "hold_batch_decided"),
    "decide_holds/ground_unsuitable": (422, "ground_unsuitable"),
    "decide_holds/listed": (200, ""),
    "decide_holds/listed_by_auditor": (200, ""),
    "decide_holds/listed_decided": (200, ""),
    "decide_holds/listed_not_staff": (403, "not_allowed"),
    "decide_holds/listed_unknown_state": (422, "invalid_request"),
    "decide_holds/listed_wrong_place": (422, "invalid_request"),
    "decide_holds/named_for_nothing": (422, "invalid_request"),
    "decide_holds/nobody_named": (422, "invalid_request"),
    "decide_holds/not_json": (400, "invalid_json"),
    "decide_holds/rejected": (200, "decided"),
    "decide_holds/rejected_after": (409, "hold_batch_decided"),
    "decide_holds/stranger_named": (422, "hold_candidates_unknown"),
    "enrol_reference/begin_consent_withdrawn": (409, "consent_withdrawn"),
    "enrol_reference/begin_entitlement_ended": (409, "entitlement_ended"),
    "certify_in_person/certified": (201, ""),
    "certify_in_person/day_in_future": (422, "day_in_future"),
    "certify_in_person/entitlement_ended": (409, "entitlement_ended"),
    "certify_in_person/invalid": (422, "invalid_request"),
    "certify_in_person/key_missing": (400, "idempotency_key_invalid"),
    "certify_in_person/key_reused": (422, "idempotency_key_reused"),
    "certify_in_person/lapsed": (201, ""),
    "certify_in_person/long_ago": (409, "transition_refused"),
    "certify_in_person/not_a_clerk": (403, "not_allowed"),
    "certify_in_person/repeated": (201, ""),
    "certify_in_person/unknown": (404, "beneficiary_not_found"),
    "change_entitlement/confirm_not_a_clerk": (403, "not_allowed"),
    "change_entitlement/confirm_signed_out": (401, "signed_out"),
    "change_entitlement/confirmed_too_late": (410, "proposal_expired"),
    "change_entitlement/correction_confirmed": (200, "decided"),
    "change_entitlement/correction_of_active": (409, "transition_refused"),
    "change_entitlement/correction_proposed": (201, "open"),
    "change_entitlement/day_in_future": (422, "day_in_future"),
    "change_entitlement/end_confirmed": (200, "decided"),
    "change_entitlement/end_confirmed_again": (200, "decided"),
    "change_entitlement/end_invalid": (422, "invalid_request"),
    "change_entitlement/end_proposed": (201, "open"),
    "change_entitlement/end_proposed_again": (201, "open"),
    "change_entitlement/end_rejected": (200, "decided"),
    "change_entitlement/end_unknown": (404, "beneficiary_not_found"),
    "change_entitlement/ended_already": (409, "transition_refused"),
    "change_entitlement/key_missing": (400, "idempotency_key_invalid"),
    "change_entitlement/key_reused": (422, "idempotency_key_reused"),
    "change_entitlement/not_a_proposal": (404, "proposal_not_found"),
    "change_entitlement/own_confirmed": (403, "second_clerk_needed"),
    "change_entitlement/own_withdrawn": (200, "decided"),
    "change_entitlement/rejected_after": (409, "review_decided"),
    "change_entitlement/rejected_late": (200, "decided"),
    "change_entitlement/revocation_confirmed": (200, "decided"),
    "change_entitlement/revocation_invalid": (422, "invalid_request"),
    "change_entitlement/revocation_proposed": (201, "open"),
    "change_entitlement/revocation_unknown": (404, "certificate_not_found"),
    "enrol_reference/begin_invalid": (422, "invalid_request"),
    "enrol_reference/begin_no_body": (400, "invalid_json"),
    "enrol_reference/begin_not_a_clerk": (403, "not_allowed"),
    "enrol_reference/begin_signed_out": (401, "signed_out"),
    "enrol_reference/begin_unknown_person": (404, "beneficiary_not_found"),
    "enrol_reference/begin_reason_unknown": (422, "invalid_request"),
    "enrol_reference/begun": (201, ""),
    "enrol_reference/begun_by_default": (201, ""),
    "enrol_reference/begun_to_replace": (201, ""),
    "enrol_reference/enrol_mismatch": (409, "reference_mismatch"),
    "enrol_reference/enrol_no_photo": (409, "photo_missing"),
    "enrol_reference/enrol_not_a_clerk": (403, "not_allowed"),
    "enrol_reference/enrol_not_an_id": (404, "reference_not_found"),
    "enrol_reference/enrol_too_late": (404, "reference_not_found"),
    "enrol_reference/enrol_unknown": (404, "reference_not_found"),
    "enrol_reference/enrol_unsuitable_photo": (422, "photo_unsuitable"),
    "enrol_reference/enrolled": (200, ""),
    "enrol_reference/enrolled_replacing": (200, ""),
    "get_certificate/expired": (200, "expired"),
    "get_certificate/keys": (200, ""),
    "get_certificate/not_an_id": (404, "certificate_not_found"),
    "get_certificate/page": (200, "valid"),
    "get_certificate/page_unknown": (404, "problem"),
    "get_certificate/revoked": (200, "revoked"),
    "get_certificate/superseded": (200, "superseded"),
    "get_certificate/unknown": (404, "certificate_not_found"),
    "get_certificate/valid": (200, "valid"),
    "get_statistics/by_auditor": (200, ""),
    "get_statistics/not_staff": (403, "not_allowed"),
    "get_statistics/told": (200, ""),
    "get_statistics/too_many_runs": (422, "invalid_request"),
    "get_config/told": (200, ""),
    "get_config/unchanged": (304, ""),
    "get_status/beneficiary_by_auditor": (200, "active"),
    "get_status/beneficiary_by_clerk": (200, "active"),
    "get_status/beneficiary_by_helper": (200, "active"),
    "get_status/beneficiary_by_payer": (404, "beneficiary_not_found"),
    "get_status/beneficiary_by_stranger": (404, "beneficiary_not_found"),
    "get_status/beneficiary_lapsed": (200, "lapsed"),
    "get_status/beneficiary_not_an_id": (404, "beneficiary_not_found"),
    "get_status/beneficiary_unknown": (404, "beneficiary_not_found"),
    "get_status/my_people": (200, ""),
    "get_status/my_people_first_page": (200, ""),
    "get_status/my_people_of_nobody": (200, ""),
    "get_status/my_people_signed_out": (401, "signed_out"),
    "get_status/my_people_wrong_place": (422, "invalid_request"),
    "get_status/my_sessions": (200, ""),
    "get_status/my_sessions_last_two": (200, ""),
    "get_status/my_sessions_signed_out": (401, "signed_out"),
    "get_status/my_sessions_too_many": (422, "invalid_request"),
    "get_status/session_accepted": (200, "accepted"),
    "get_status/session_deciding": (200, "deciding"),
    "get_status/session_expired": (200, "expired"),
    "get_status/session_foreign": (404, "session_not_found"),
    "get_status/session_open": (200, "open"),
    "get_status/session_retry": (200, "retry"),
    "get_status/session_reviewed": (200, "review"),
    "get_status/session_signed_out": (401, "signed_out"),
    "get_status/session_unknown": (404, "session_not_found"),
    "register_beneficiary/already_registered": (409, "already_registered"),
    "register_beneficiary/contact_ended": (409, "entitlement_ended"),
    "register_beneficiary/contact_invalid": (422, "invalid_request"),
    "register_beneficiary/contact_not_a_clerk": (403, "not_allowed"),
    "register_beneficiary/contact_not_an_id": (404, "beneficiary_not_found"),
    "register_beneficiary/contact_not_json": (400, "invalid_json"),
    "register_beneficiary/contact_other_channel": (422, "invalid_request"),
    "register_beneficiary/contact_push": (200, ""),
    "register_beneficiary/contact_set": (200, ""),
    "register_beneficiary/contact_unknown": (404, "beneficiary_not_found"),
    "register_beneficiary/registered_with_contact": (201, "active"),
    "register_beneficiary/invalid": (422, "invalid_request"),
    "register_beneficiary/key_missing": (400, "idempotency_key_invalid"),
    "register_beneficiary/key_reused": (422, "idempotency_key_reused"),
    "register_beneficiary/no_group": (403, "not_allowed"),
    "register_beneficiary/not_a_clerk": (403, "not_allowed"),
    "register_beneficiary/not_a_clerk_invalid": (403, "not_allowed"),
    "register_beneficiary/not_json": (400, "invalid_json"),
    "register_beneficiary/registered": (201, "active"),
    "register_beneficiary/repeated": (201, "active"),
    "register_beneficiary/signed_out": (401, "signed_out"),
    "register_beneficiary/start_checked": (201, "active"),
    "register_beneficiary/start_impossible": (422, "day_impossible"),
    "register_beneficiary/start_out_of_range": (422, "invalid_request"),
    "register_beneficiary/start_unlikely": (422, "start_unlikely"),
    "report_death/day_in_future": (422, "day_in_future"),
    "report_death/entitlement_ended": (409, "entitlement_ended"),
    "report_death/invalid": (422, "invalid_request"),
    "report_death/known": (201, ""),
    "report_death/known_by_stranger": (404, "beneficiary_not_found"),
    "report_death/known_without_a_day": (201, ""),
    "report_death/named": (201, ""),
    "report_death/named_by_stranger": (201, ""),
    "report_death/not_an_id": (404, "beneficiary_not_found"),
    "report_death/signed_out": (401, "signed_out"),
    "report_death/unknown_person": (404, "beneficiary_not_found"),
    "report_death/wrong_name": (404, "beneficiary_not_found"),
    "review_cases/a_proposal": (404, "review_not_found"),
    "review_cases/accepted": (200, "decided"),
    "review_cases/accepted_again": (200, "decided"),
    "review_cases/case": (200, ""),
    "review_cases/case_not_an_id": (404, "review_not_found"),
    "review_cases/case_unknown": (404, "review_not_found"),
    "review_cases/decide_not_a_clerk": (403, "not_allowed"),
    "review_cases/decided_by_another": (409, "review_decided"),
    "review_cases/entitlement_ended": (409, "entitlement_ended"),
    "review_cases/ground_unsuitable": (422, "ground_unsuitable"),
    "review_cases/invalid": (422, "invalid_request"),
    "review_cases/listed": (200, ""),
    "review_cases/listed_by_kind": (200, ""),
    "review_cases/listed_not_a_clerk": (403, "not_allowed"),
    "review_cases/listed_unknown_filter": (422, "invalid_request"),
    "review_cases/listed_wrong_place": (422, "invalid_request"),
    "review_cases/own_case": (403, "acted_in_case"),
    "review_cases/refused": (200, "decided"),
    "review_cases/refused_after": (409, "review_decided"),
    "review_cases/report_confirmed": (200, "decided"),
    "start_session/a_list": (422, "invalid_request"),
    "start_session/base64_body": (201, ""),
    "start_session/cannot_repeated": (422, "invalid_request"),
    "start_session/camera_paused": (429, "camera_paused"),
    "start_session/child_with_guardian": (201, ""),
    "start_session/child_without_guardian": (422, "consent_missing"),
    "start_session/consent_withdrawn": (409, "consent_withdrawn"),
    "start_session/entitlement_ended": (409, "entitlement_ended"),
    "start_session/half_a_character": (400, "invalid_json"),
    "start_session/key_malformed": (400, "idempotency_key_invalid"),
    "start_session/key_reused": (422, "idempotency_key_reused"),
    "start_session/lapsed": (201, ""),
    "start_session/limit_reached": (429, "limit_reached"),
    "start_session/missing_members": (422, "invalid_request"),
    "start_session/name_of_dots": (422, "invalid_request"),
    "start_session/name_too_long": (422, "invalid_request"),
    "start_session/no_body": (400, "invalid_json"),
    "start_session/no_consent": (422, "consent_missing"),
    "start_session/no_reference": (409, "reference_missing"),
    "start_session/not_json": (400, "invalid_json"),
    "start_session/old_consent": (422, "consent_missing"),
    "start_session/on_behalf": (201, ""),
    "start_session/self": (201, ""),
    "start_session/signed_out": (401, "signed_out"),
    "start_session/strange_member": (422, "invalid_request"),
    "start_session/transliterated_name": (201, ""),
    "start_session/unknown_channel": (422, "invalid_request"),
    "start_session/unknown_member": (422, "invalid_request"),
    "start_session/unknown_person": (404, "beneficiary_not_found"),
    "start_session/unknown_route": (404, "route_not_found"),
    "start_session/with_key": (201, ""),
    "start_session/wrong_id_number": (422, "invalid_request"),
    "start_session/wrong_name": (404, "beneficiary_not_found"),
    "verify_face/accepted": (200, "accepted"),
    "verify_face/another_face": (200, "retry"),
    "verify_face/busy": (409, "session_busy"),
    "verify_face/camera_paused": (429, "camera_paused"),
    "verify_face/consent_withdrawn": (409, "consent_withdrawn"),
    "verify_face/decided_before": (200, "accepted"),
    "verify_face/entitlement_ended": (409, "entitlement_ended"),
    "verify_face/expired": (410, "session_expired"),
    "verify_face/foreign": (404, "session_not_found"),
    "verify_face/frames_missing": (409, "frames_missing"),
    "verify_face/not_an_id": (404, "session_not_found"),
    "verify_face/one_photo_twice": (200, "retry"),
    "verify_face/signed_out": (401, "signed_out"),
    "verify_face/too_dark": (200, "retry"),
    "verify_face/uncertain": (200, "review"),
    "verify_face/unknown": (404, "session_not_found"),
}
# Others: what the answer has among its members, or what is raised.
REPORTS: dict[str, dict[str, Any] | type[Exception]] = {
    "authorise/taken": {"principalId": "0a1b2c3d-0000-4000-8000-00000000000a"},
    "authorise/refused": Unauthorized,
    "authorise/no_token": Unauthorized,
    "expiry_sweep/by_hand": {"run_id": "2026-03-01.1", "state": "running"},
    "expiry_sweep/dry_run": {"run_id": "dry-run", "dry_run": True, "jobs": 1, "failed_total": 0},
    "expiry_sweep/misspelt": ValidationError,
    "expiry_sweep/not_a_date": ValidationError,
    "expiry_sweep/schedule": {"state": "running", "first_day": "2026-01-29"},
    "expiry_sweep/since": {"state": "running", "first_day": "2025-12-31"},
    "expiry_sweep/watch": SweepUnfinished,
    "write_change_file/schedule": {"files": 1, "changes": 0, "last_number": 1, "last_sequence": 0},
    "purge_faces/schedule": {"people": 2, "people_with_faces": 6},
    "import_data_match/a_path": ValidationError,
    "import_data_match/csv": {"lines": 3, "taken": {"certified": 1}, "rejected": {"columns": 1, "id_number": 1}},
    "import_data_match/json_lines": {"taken": {"case_opened": 1}, "rejected": {}, "finished": True},
    "import_data_match/misspelt": ValidationError,
    "import_data_match/not_there": ImportNotFound,
    "notice_receipt/arrived": {"arrived": 1, "noted": 1, "failed": 0},
    "notice_receipt/control": {"arrived": 0},
    "notice_receipt/not_zipped": BadGzipFile,
    "notice_receipt/twice_failed_foreign_and_unreadable": {"arrived": 3, "noted": 1, "failed": 1},
    "find_duplicates/nobodys_face": {"added": 0, "forgotten": 0, "reviews": 0},
    "find_duplicates/one_face": {"added": 1, "reviews": 0},
    "find_duplicates/same_face_twice": {"added": 2, "reviews": 2},
    "find_duplicates/unreadable": ValueError,
    "publish_events/bus_refuses_one": {"batchItemFailures": ["10600000000000000000001", "10800000000000000000001"]},
    "publish_events/registered": {"batchItemFailures": []},
    "publish_events/removed_by_hand": {"batchItemFailures": []},
    "publish_events/unreadable": {"batchItemFailures": ["10900000000000000000001"]},
    "publish_events/whole_year": {"batchItemFailures": []},
    "send_notice/reminder": {"batchItemFailures": []},
    "send_notice/twice_late_and_unknown": {"batchItemFailures": []},
    "send_notice/unreadable": {
        "batchItemFailures": ["19dd0b57-b21e-4ac1-bd88-01bbb068cb78", "2e1424d4-f796-459a-8184-9c92662be6da"]
    },
    "sweep_worker/both_shards": {"batchItemFailures": []},
    "sweep_worker/the_same_twice": {"batchItemFailures": []},
    "sweep_worker/unknown_run": {"batchItemFailures": []},
    "sweep_worker/unreadable": {
        "batchItemFailures": ["19dd0b57-b21e-4ac1-bd88-01bbb068cb78", "2e1424d4-f796-459a-8184-9c92662be6da"]
    },
}
# A batch with a bad message is answered too, and a call without an event knows no bad one.
ANSWERED_WHATEVER_COMES = ("publish_events", "purge_faces", "sweep_worker", "send_notice")
# What must have happened before.
FIRST = {
    "certify_in_person/key_reused": "certify_in_person/certified",
    "certify_in_person/repeated": "certify_in_person/certified",
    "change_entitlement/end_confirmed_again": "change_entitlement/end_confirmed",
    "change_entitlement/end_proposed_again": "change_entitlement/end_proposed",
    "change_entitlement/key_reused": "change_entitlement/end_proposed",
    "change_entitlement/rejected_after": "change_entitlement/end_confirmed",
    "decide_holds/approved_again": "decide_holds/approved",
    "decide_holds/rejected_after": "decide_holds/approved",
    "review_cases/accepted_again": "review_cases/accepted",
    "review_cases/refused_after": "review_cases/accepted",
    "register_beneficiary/already_registered": "register_beneficiary/registered",
    "register_beneficiary/key_reused": "register_beneficiary/registered",
    "register_beneficiary/repeated": "register_beneficiary/registered",
    "sweep_worker/both_shards": "expiry_sweep/by_hand",
    "sweep_worker/the_same_twice": "expiry_sweep/by_hand",
    "start_session/key_reused": "start_session/with_key",
}


@pytest.mark.parametrize("case", [case for case in cases() if case not in REPORTS])
def test_a_call_is_answered(case: str) -> None:
    assert case in ANSWERS, "an event file without an expectation"
    with world_on_fakes():
        if case in FIRST:
            run(FIRST[case])
        answer = run(case)
    assert (answer["statusCode"], _said(answer["body"])) == ANSWERS[case]


def _said(text: str) -> str:
    if page := re.search(r'<body data-state="(\w+)">', text):
        return page[1]
    body = json.loads(text or "{}")
    return body.get("code") or body.get("outcome") or body.get("state") or body.get("status") or ""


@pytest.mark.parametrize("case", sorted(REPORTS))
def test_an_invocation_reports(case: str) -> None:
    expected = REPORTS[case]
    with world_on_fakes():
        if case in FIRST:
            run(FIRST[case])
        if isinstance(expected, type):
            with pytest.raises(expected):
                run(case)
            return
        report = run(case)
    if "batchItemFailures" in report:
        report = {"batchItemFailures": [failure["itemIdentifier"] for failure in report["batchItemFailures"]]}
    assert {name: report[name] for name in expected} == expected


def test_every_expectation_has_its_event_and_every_function_has_good_and_bad_ones() -> None:
    assert {*ANSWERS, *REPORTS, *FIRST} <= set(cases())
    for function in sorted(path.parent.name for path in ROOT.glob("functions/*/app.py")):
        mine = [case for case in cases() if case.startswith(f"{function}/")]
        good = [case for case in mine if ANSWERS.get(case, (500,))[0] < 300 or isinstance(REPORTS.get(case), dict)]
        assert good, function
        assert len(good) < len(mine) or function in (
            "publish_events",
            "purge_faces",
            "sweep_worker",
            "send_notice",
            "write_change_file",
        ), function


def test_every_event_belongs_to_a_function() -> None:
    assert {case.split("/")[0] for case in cases()} == {path.parent.name for path in ROOT.glob("functions/*/app.py")}
