"""POST /staff/beneficiaries/{beneficiary_id}/amendments: put right what a record says, once for each key."""

from typing import Any

from aws_lambda_powertools.event_handler import Response

from lifecert.bootstrap import office
from lifecert.domain.errors import BeneficiaryNotFound
from lifecert.entry.http.access import CLERKS
from lifecert.entry.http.api import Api, an_id
from lifecert.entry.http.bodies.amendments import AmendBody, RecordAmended
from lifecert.entry.log import LogCode, done

api = Api(office.amend_record, office.amend_once)


@api.on("POST /staff/beneficiaries/{beneficiary_id}/amendments", CLERKS)
def amend(beneficiary_id: str) -> Response[str]:
    clerk, key, body = api.user, api.required_idempotency_key, api.body(AmendBody)
    use_case, known = office.amend_record(), an_id(beneficiary_id, BeneficiaryNotFound)

    def act() -> dict[str, Any]:
        return RecordAmended.of(use_case(known, body.to_domain(), body.ground, clerk, key)).model_dump(mode="json")

    asked = body.fingerprint(known, use_case.person_keys)
    kept = office.amend_once()(clerk, key, asked, api.lambda_context, act)
    done(LogCode.RECORD_AMENDED, "RecordsAmended", beneficiary_id=known)
    return api.answer(RecordAmended.model_validate(kept))


handler = api.handler
