"""POST /staff/beneficiaries/{beneficiary_id}/amendments: put right what a record says, once for each key. POST
.../id-number: the ID number, which another clerk confirms by giving it too."""

from typing import Any

from aws_lambda_powertools.event_handler import Response

from lifecert.bootstrap import records
from lifecert.domain.errors import BeneficiaryNotFound, ProposalNotFound
from lifecert.entry.http.access import CLERKS
from lifecert.entry.http.api import Api, an_id
from lifecert.entry.http.bodies.amendments import AmendBody, ConfirmIdNumberBody, ProposeIdNumberBody, RecordAmended
from lifecert.entry.http.bodies.entitlement import ProposalShown
from lifecert.entry.log import LogCode, done

api = Api(records.amend_record, records.amend_once, records.propose_id_number, records.confirm_id_number)


@api.on("POST /staff/beneficiaries/{beneficiary_id}/amendments", CLERKS)
def amend(beneficiary_id: str) -> Response[str]:
    clerk, key, body = api.user, api.required_idempotency_key, api.body(AmendBody)
    use_case, known = records.amend_record(), an_id(beneficiary_id, BeneficiaryNotFound)

    def act() -> dict[str, Any]:
        return RecordAmended.of(use_case(known, body.to_domain(), body.ground, clerk, key)).model_dump(mode="json")

    asked = body.fingerprint(known, use_case.person_keys)
    kept = records.amend_once()(clerk, key, asked, api.lambda_context, act)
    done(LogCode.RECORD_AMENDED, "RecordsAmended", beneficiary_id=known)
    return api.answer(RecordAmended.model_validate(kept))


@api.on("POST /staff/beneficiaries/{beneficiary_id}/id-number", CLERKS)
def propose(beneficiary_id: str) -> Response[str]:
    key, body = api.required_idempotency_key, api.body(ProposeIdNumberBody)
    an_id(beneficiary_id, BeneficiaryNotFound)
    proposal = records.propose_id_number()(beneficiary_id, body.id_number, body.ground, api.user, key)
    ids = {"proposal_id": proposal.review_id, "beneficiary_id": beneficiary_id}
    done(LogCode.CHANGE_PROPOSED, "ChangesProposed", {"kind": proposal.kind.value}, **ids)
    return api.answer(ProposalShown.of(proposal), 201)


@api.on("POST /staff/proposals/{proposal_id}/id-number", CLERKS)
def confirm(proposal_id: str) -> Response[str]:
    number = api.body(ConfirmIdNumberBody).id_number
    proposal = records.confirm_id_number()(an_id(proposal_id, ProposalNotFound), number, api.user)
    dimensions = {"kind": proposal.kind.value, "confirmed": "true"}
    done(LogCode.PROPOSAL_DECIDED, "ProposalsDecided", dimensions, proposal_id=proposal_id)
    return api.answer(ProposalShown.of(proposal))


handler = api.handler
