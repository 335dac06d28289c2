"""End an entitlement, correct a wrong end, revoke a certificate: one clerk proposes here, and another confirms."""

from typing import Any

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.logging import correlation_paths
from aws_lambda_powertools.utilities.typing import LambdaContext

from lifecert.bootstrap import office as bootstrap_office
from lifecert.bootstrap import phone as bootstrap
from lifecert.domain.errors import BeneficiaryNotFound, CertificateNotFound, ProposalNotFound
from lifecert.domain.review import Proposal, Review, ReviewKind
from lifecert.entry.http.api import Api, an_id
from lifecert.entry.http.bodies.staff_requests import ConfirmationBody, ProposeEndBody
from lifecert.entry.http.bodies.staff_responses import ProposalShown
from lifecert.entry.log import LogCode, done, logger, metrics, traced

api = Api()
bootstrap.at_start(bootstrap_office.propose, bootstrap_office.confirm_proposal)


@api.post("/staff/beneficiaries/<beneficiary_id>/end")
def end(beneficiary_id: str) -> Response[str]:
    key, body = api.required_idempotency_key, api.body(ProposeEndBody)
    an_id(beneficiary_id, BeneficiaryNotFound)
    return proposed(bootstrap_office.propose()(beneficiary_id, body.to_domain(), key, api.user))


@api.post("/staff/beneficiaries/<beneficiary_id>/correction")
def correction(beneficiary_id: str) -> Response[str]:
    key, proposal = api.required_idempotency_key, Proposal(ReviewKind.CORRECTION)
    return proposed(bootstrap_office.propose()(an_id(beneficiary_id, BeneficiaryNotFound), proposal, key, api.user))


@api.post("/staff/certificates/<certificate_id>/revocation")
def revocation(certificate_id: str) -> Response[str]:
    key = api.required_idempotency_key
    return proposed(bootstrap_office.propose().revocation(an_id(certificate_id, CertificateNotFound), key, api.user))


@api.post("/staff/proposals/<proposal_id>/confirmation")
def confirmation(proposal_id: str) -> Response[str]:
    body = api.body(ConfirmationBody)
    proposal = bootstrap_office.confirm_proposal()(an_id(proposal_id, ProposalNotFound), api.user, confirm=body.confirm)
    dimensions = {"kind": proposal.kind.value, "confirmed": str(body.confirm).lower()}
    done(LogCode.PROPOSAL_DECIDED, "ProposalsDecided", dimensions, proposal_id=proposal_id)
    return api.answer(ProposalShown.of(proposal))


def proposed(proposal: Review) -> Response[str]:
    ids = {"proposal_id": proposal.review_id, "beneficiary_id": proposal.beneficiary_id}
    done(LogCode.CHANGE_PROPOSED, "ChangesProposed", {"kind": proposal.kind.value}, **ids)
    return api.answer(ProposalShown.of(proposal), 201)


@logger.inject_lambda_context(correlation_id_path=correlation_paths.API_GATEWAY_REST)
@traced
@metrics.log_metrics
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    return api.resolve(event, context)
