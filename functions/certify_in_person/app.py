"""POST .../certifications: a clerk saw the person. A repeat with the same Idempotency-Key gets the same answer."""

from typing import Any

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.logging import correlation_paths
from aws_lambda_powertools.utilities.typing import LambdaContext

from lifecert.bootstrap import office as bootstrap_office
from lifecert.bootstrap import phone as bootstrap
from lifecert.domain.errors import BeneficiaryNotFound
from lifecert.entry.http.api import Api, an_id
from lifecert.entry.http.bodies.staff_requests import CertifyInPersonBody
from lifecert.entry.http.bodies.staff_responses import CertifiedInPerson
from lifecert.entry.log import LogCode, done, logger, metrics, traced

api = Api()
bootstrap.at_start(bootstrap_office.certify_in_person, bootstrap_office.certify_once)


@api.post("/staff/beneficiaries/<beneficiary_id>/certifications")
def certify(beneficiary_id: str) -> Response[str]:
    clerk, key, body = api.user, api.required_idempotency_key, api.body(CertifyInPersonBody)
    an_id(beneficiary_id, BeneficiaryNotFound)

    def act() -> dict[str, Any]:
        certificate = bootstrap_office.certify_in_person()(beneficiary_id, body.seen_on, body.document, clerk)
        return CertifiedInPerson.of(certificate).model_dump(mode="json")

    kept = bootstrap_office.certify_once()(clerk, key, body.fingerprint(beneficiary_id), api.lambda_context, act)
    certified = CertifiedInPerson.model_validate(kept)
    certificate_id = certified.certificate_id
    done(LogCode.CERTIFIED_IN_PERSON, "CertifiedInPerson", beneficiary_id=beneficiary_id, certificate_id=certificate_id)
    return api.answer(certified, 201)


@logger.inject_lambda_context(correlation_id_path=correlation_paths.API_GATEWAY_REST)
@traced
@metrics.log_metrics
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    return api.resolve(event, context)
