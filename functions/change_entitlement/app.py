"""End an entitlement, correct a wrong end, revoke a certificate: one clerk proposes here, and another confirms."""

from aws_lambda_powertools.event_handler import Response

from lifecert.bootstrap import office
from lifecert.domain.errors import BeneficiaryNotFound, CertificateNotFound, ProposalNotFound
from lifecert.domain.review import Review
from lifecert.entry.http.access import CLERKS
from lifecert.entry.http.api import Api, an_id
from lifecert.entry.http.bodies.entitlement import (
    ConfirmationBody,
    ProposalShown,
    ProposeCorrectionBody,
    ProposeEndBody,
    ProposeRevocationBody,
)
from lifecert.entry.log import LogCode, done

api = Api(office.propose, office.confirm_proposal)


@api.on("POST /staff/beneficiaries/{beneficiary_id}/end", CLERKS)
def end(beneficiary_id: str) -> Response[str]:
    key, body = api.required_idempotency_key, api.body(ProposeEndBody)
    an_id(beneficiary_id, BeneficiaryNotFound)
    return proposed(office.propose()(beneficiary_id, body.to_domain(), key, api.user))


@api.on("POST /staff/beneficiaries/{beneficiary_id}/correction", CLERKS)
def correction(beneficiary_id: str) -> Response[str]:
    key, body = api.required_idempotency_key, api.optional_body(ProposeCorrectionBody)
    an_id(beneficiary_id, BeneficiaryNotFound)
    return proposed(office.propose()(beneficiary_id, body.to_domain(), key, api.user))


@api.on("POST /staff/certificates/{certificate_id}/revocation", CLERKS)
def revocation(certificate_id: str) -> Response[str]:
    key, body = api.required_idempotency_key, api.body(ProposeRevocationBody)
    an_id(certificate_id, CertificateNotFound)
    return proposed(office.propose().revocation(certificate_id, body.cause, key, api.user))


@api.on("POST /staff/proposals/{proposal_id}/confirmation", CLERKS)
def confirmation(proposal_id: str) -> Response[str]:
    body = api.body(ConfirmationBody)
    proposal = office.confirm_proposal()(an_id(proposal_id, ProposalNotFound), api.user, confirm=body.confirm)
    dimensions = {"kind": proposal.kind.value, "confirmed": str(body.confirm).lower()}
    done(LogCode.PROPOSAL_DECIDED, "ProposalsDecided", dimensions, proposal_id=proposal_id)
    return api.answer(ProposalShown.of(proposal, office.confirm_proposal().missing(proposal)))


def proposed(proposal: Review) -> Response[str]:
    ids = {"proposal_id": proposal.review_id, "beneficiary_id": proposal.beneficiary_id}
    done(LogCode.CHANGE_PROPOSED, "ChangesProposed", {"kind": proposal.kind.value}, **ids)
    return api.answer(ProposalShown.of(proposal), 201)


handler = api.handler
