"""POST .../certifications: a clerk saw the person; against an open case that is a proposal for another clerk.

A repeat with the same Idempotency-Key gets the same answer.
"""

from typing import Any

from aws_lambda_powertools.event_handler import Response

from lifecert.bootstrap import office
from lifecert.domain.errors import BeneficiaryNotFound
from lifecert.domain.review import Review
from lifecert.entry.http.access import CLERKS
from lifecert.entry.http.api import Api, an_id
from lifecert.entry.http.bodies.entitlement import CertifiedInPerson, CertifyInPersonBody, ProposalShown
from lifecert.entry.log import LogCode, done

api = Api(office.certify_in_person, office.certify_once)


@api.on("POST /staff/beneficiaries/{beneficiary_id}/certifications", CLERKS)
def certify(beneficiary_id: str) -> Response[str]:
    clerk, key, body = api.user, api.required_idempotency_key, api.body(CertifyInPersonBody)
    an_id(beneficiary_id, BeneficiaryNotFound)

    def act() -> dict[str, Any]:
        seen = office.certify_in_person()(beneficiary_id, body.seen_on, body.document, clerk, key, body.ground)
        shown = ProposalShown.of(seen) if isinstance(seen, Review) else CertifiedInPerson.of(seen)
        return shown.model_dump(mode="json")

    kept = office.certify_once()(clerk, key, body.fingerprint(beneficiary_id), api.lambda_context, act)
    if "proposal_id" in kept:
        proposal = ProposalShown.model_validate(kept)
        ids = {"proposal_id": proposal.proposal_id, "beneficiary_id": beneficiary_id}
        done(LogCode.CHANGE_PROPOSED, "ChangesProposed", {"kind": proposal.kind.value}, **ids)
        return api.answer(proposal, 202)
    certified = CertifiedInPerson.model_validate(kept)
    certificate_id = certified.certificate_id
    done(LogCode.CERTIFIED_IN_PERSON, "CertifiedInPerson", beneficiary_id=beneficiary_id, certificate_id=certificate_id)
    return api.answer(certified, 201)


handler = api.handler
