"""POST .../references gives an upload slot for a reference photo, POST .../enrol looks at the photo and keeps it."""

from typing import Any

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.logging import correlation_paths
from aws_lambda_powertools.utilities.typing import LambdaContext

from lifecert.bootstrap import office as bootstrap_office
from lifecert.bootstrap import phone as bootstrap
from lifecert.domain.errors import BeneficiaryNotFound, ReferenceNotFound
from lifecert.entry.http.api import Api, an_id
from lifecert.entry.http.bodies.register_responses import Enrolled, EnrolmentBegun
from lifecert.entry.http.bodies.requests import BeginEnrolmentBody
from lifecert.entry.log import LogCode, done, logger, metrics, traced

api = Api()
bootstrap.at_start(bootstrap_office.begin_enrolment, bootstrap_office.finish_enrolment)


@api.post("/staff/beneficiaries/<beneficiary_id>/references")
def begin(beneficiary_id: str) -> Response[str]:
    clerk, body = api.user, api.body(BeginEnrolmentBody)
    an_id(beneficiary_id, BeneficiaryNotFound)
    begun = bootstrap_office.begin_enrolment()(
        beneficiary_id, body.source, body.captured_on, body.image_type, clerk, body.replacement
    )
    reference_id = begun.enrolment.reference_id
    done(LogCode.ENROLMENT_BEGUN, "EnrolmentsBegun", beneficiary_id=beneficiary_id, reference_id=reference_id)
    return api.answer(EnrolmentBegun.of(begun), 201)


@api.post("/staff/beneficiaries/<beneficiary_id>/references/<reference_id>/enrol")
def enrol(beneficiary_id: str, reference_id: str) -> Response[str]:
    clerk = api.user
    an_id(beneficiary_id, BeneficiaryNotFound)
    an_id(reference_id, ReferenceNotFound)
    reference = bootstrap_office.finish_enrolment()(beneficiary_id, reference_id, clerk)
    done(LogCode.REFERENCE_ENROLLED, "ReferencesEnrolled", beneficiary_id=beneficiary_id, reference_id=reference_id)
    return api.answer(Enrolled.of(reference))


@logger.inject_lambda_context(correlation_id_path=correlation_paths.API_GATEWAY_REST)
@traced
@metrics.log_metrics
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    return api.resolve(event, context)
