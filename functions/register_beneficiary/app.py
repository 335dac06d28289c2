"""POST /staff/beneficiaries: register a person, once for each Idempotency-Key. PUT .../contact: how to reach them."""

from typing import Any

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.logging import correlation_paths
from aws_lambda_powertools.utilities.typing import LambdaContext

from lifecert.bootstrap import notices as bootstrap_notices
from lifecert.bootstrap import office as bootstrap_office
from lifecert.bootstrap import phone as bootstrap
from lifecert.domain.errors import BeneficiaryNotFound
from lifecert.entry.http.api import Api, an_id
from lifecert.entry.http.bodies.register_responses import ContactSet, Registered
from lifecert.entry.http.bodies.requests import RegisterBody, SetContactBody
from lifecert.entry.log import LogCode, done, logger, metrics, traced

api = Api()
bootstrap.at_start(bootstrap_office.register_beneficiary, bootstrap_office.register_once)


@api.post("/staff/beneficiaries")
def register() -> Response[str]:
    clerk, key = api.user, api.required_idempotency_key
    body, use_case = api.body(RegisterBody), bootstrap_office.register_beneficiary()

    def act() -> dict[str, Any]:
        return Registered.of(use_case(body.to_domain(), clerk)).model_dump(mode="json")

    kept = bootstrap_office.register_once()(clerk, key, body.fingerprint(use_case.person_keys), api.lambda_context, act)
    registered = Registered.model_validate(kept)
    done(LogCode.BENEFICIARY_REGISTERED, "BeneficiariesRegistered", beneficiary_id=registered.beneficiary_id)
    return api.answer(registered, 201)


@api.put("/staff/beneficiaries/<beneficiary_id>/contact")
def set_contact(beneficiary_id: str) -> Response[str]:
    contact = api.body(SetContactBody).to_domain()
    an_id(beneficiary_id, BeneficiaryNotFound)
    bootstrap_notices.set_contact()(beneficiary_id, contact, api.user)
    done(LogCode.CONTACT_SET, "ContactsSet", beneficiary_id=beneficiary_id)
    return api.answer(ContactSet(beneficiary_id=beneficiary_id, channel=contact.channel))


@logger.inject_lambda_context(correlation_id_path=correlation_paths.API_GATEWAY_REST)
@traced
@metrics.log_metrics
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    return api.resolve(event, context)
