"""End an entitlement, correct a wrong end or the start of a benefit, revoke a certificate: one clerk proposes here, and
another confirms."""

from functools import partial

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
    ProposeStartBody,
)
from lifecert.entry.log import LogCode, done

a_person = partial(an_id, otherwise=BeneficiaryNotFound)
api = Api(office.propose, office.propose_start, office.confirm_proposal)


@api.on("POST /staff/beneficiaries/{beneficiary_id}/end", CLERKS)
def end(beneficiary_id: str) -> Response[str]:
    key, body = api.required_idempotency_key, api.body(ProposeEndBody)
    return proposed(office.propose()(a_person(beneficiary_id), body.to_domain(), key, api.user))


@api.on("POST /staff/beneficiaries/{beneficiary_id}/correction", CLERKS)
def correction(beneficiary_id: str) -> Response[str]:
    key, body = api.required_idempotency_key, api.optional_body(ProposeCorrectionBody)
    return proposed(office.propose()(a_person(beneficiary_id), body.to_domain(), key, api.user))


@api.on("POST /staff/beneficiaries/{beneficiary_id}/benefit-start", CLERKS)
def start(beneficiary_id: str) -> Response[str]:
    key, body = api.required_idempotency_key, api.body(ProposeStartBody)
    return proposed(office.propose_start()(a_person(beneficiary_id), body.to_domain(), key, api.user))


@api.on("POST /staff/certificates/{certificate_id}/revocation", CLERKS)
def revocation(certificate_id: str) -> Response[str]:
    key, body = api.required_idempotency_key, api.body(ProposeRevocationBody)
    an_id(certificate_id, CertificateNotFound)
    return proposed(office.propose().revocation(certificate_id, body.cause, key, api.user))


@api.on("POST /staff/proposals/{proposal_id}/confirmation", CLERKS)
def confirmation(proposal_id: str) -> Response[str]:
    body = api.body(ConfirmationBody)
    confirming, an_own_id = office.confirm_proposal(), an_id(proposal_id, ProposalNotFound)
    proposal = confirming(an_own_id, api.user, confirm=body.confirm, copies=body.beside())
    dimensions = {"kind": proposal.kind.value, "confirmed": str(body.confirm).lower()}
    done(LogCode.PROPOSAL_DECIDED, "ProposalsDecided", dimensions, proposal_id=proposal_id)
    return api.answer(ProposalShown.of(proposal, office.confirm_proposal().missing(proposal)))


def proposed(proposal: Review) -> Response[str]:
    ids = {"proposal_id": proposal.review_id, "beneficiary_id": proposal.beneficiary_id}
    done(LogCode.CHANGE_PROPOSED, "ChangesProposed", {"kind": proposal.kind.value}, **ids)
    return api.answer(ProposalShown.of(proposal), 201)


handler = api.handler
