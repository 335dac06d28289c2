"""POST /staff/beneficiaries: register a person. A repeat with the same Idempotency-Key gets the same answer."""

from typing import Any

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.logging import correlation_paths
from aws_lambda_powertools.utilities.typing import LambdaContext

from lifecert import bootstrap
from lifecert.entry.http import Api
from lifecert.entry.log import LogCode, done, logger, metrics, traced
from lifecert.entry.requests import RegisterBody
from lifecert.entry.responses import Registered

api = Api()
bootstrap.at_start(bootstrap.register_beneficiary, bootstrap.register_once)


@api.post("/staff/beneficiaries")
def register() -> Response[str]:
    clerk, key = api.user, api.required_idempotency_key
    body, use_case = api.body(RegisterBody), bootstrap.register_beneficiary()

    def act() -> dict[str, Any]:
        return Registered.of(use_case(body.to_domain(), clerk)).model_dump(mode="json")

    kept = bootstrap.register_once()(clerk, key, body.fingerprint(use_case.person_keys), api.lambda_context, act)
    registered = Registered.model_validate(kept)
    done(LogCode.BENEFICIARY_REGISTERED, "BeneficiariesRegistered", beneficiary_id=registered.beneficiary_id)
    return api.answer(registered, 201)


@logger.inject_lambda_context(correlation_id_path=correlation_paths.API_GATEWAY_REST)
@traced
@metrics.log_metrics
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    return api.resolve(event, context)
