"""POST /staff/beneficiaries/{beneficiary_id}/notices: write down a letter, a visit or a public notice, once for each
key. POST .../notices/{notice_id}/failure: it told nobody."""

from typing import Any

from aws_lambda_powertools.event_handler import Response

from lifecert.bootstrap import notices
from lifecert.domain.errors import BeneficiaryNotFound, OfficeNoticeNotFound
from lifecert.entry.http.access import CLERKS
from lifecert.entry.http.api import Api, an_id
from lifecert.entry.http.bodies.notices import NoticeShown, RecordNoticeBody, VoidNoticeBody
from lifecert.entry.log import LogCode, done

api = Api(notices.record_notice, notices.record_notice_once)


@api.on("POST /staff/beneficiaries/{beneficiary_id}/notices", CLERKS)
def record(beneficiary_id: str) -> Response[str]:
    clerk, key, body = api.user, api.required_idempotency_key, api.body(RecordNoticeBody)
    known = an_id(beneficiary_id, BeneficiaryNotFound)

    def act() -> dict[str, Any]:
        notice = notices.record_notice()(known, body.to_domain(), clerk, key)
        return NoticeShown.of(known, notice).model_dump(mode="json")

    kept = notices.record_notice_once()(clerk, key, body.fingerprint(known), api.lambda_context, act)
    done(LogCode.OFFICE_NOTICE_RECORDED, "OfficeNoticesRecorded", {"way": body.way.value}, beneficiary_id=known)
    return api.answer(NoticeShown.model_validate(kept), 201)


@api.on("POST /staff/beneficiaries/{beneficiary_id}/notices/{notice_id}/failure", CLERKS)
def void(beneficiary_id: str, notice_id: str) -> Response[str]:
    clerk, key, body = api.user, api.required_idempotency_key, api.body(VoidNoticeBody)
    known, named = an_id(beneficiary_id, BeneficiaryNotFound), an_id(notice_id, OfficeNoticeNotFound)

    def act() -> dict[str, Any]:
        notice = notices.record_notice().void(known, named, body.to_domain(), clerk, key)
        return NoticeShown.of(known, notice).model_dump(mode="json")

    kept = notices.record_notice_once()(clerk, key, body.fingerprint(known, named), api.lambda_context, act)
    done(LogCode.OFFICE_NOTICE_VOIDED, "OfficeNoticesVoided", {"result": body.result.value}, beneficiary_id=known)
    return api.answer(NoticeShown.model_validate(kept))


handler = api.handler
