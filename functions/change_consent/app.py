"""POST .../consent-withdrawal stops the use of a face, POST .../consent records that it is allowed again."""

from typing import Any

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.logging import correlation_paths
from aws_lambda_powertools.utilities.typing import LambdaContext

from lifecert.bootstrap import office as bootstrap_office
from lifecert.bootstrap import phone as bootstrap
from lifecert.domain.errors import BeneficiaryNotFound
from lifecert.entry.http.api import Api, an_id
from lifecert.entry.http.bodies.register_responses import ConsentState
from lifecert.entry.http.bodies.requests import GiveConsentBody
from lifecert.entry.log import LogCode, done, logger, metrics, traced

api = Api()
bootstrap.at_start(bootstrap_office.withdraw_consent, bootstrap_office.give_consent)


@api.post("/beneficiaries/<beneficiary_id>/consent-withdrawal")
def withdraw(beneficiary_id: str) -> Response[str]:
    user = api.user
    changed = bootstrap_office.withdraw_consent()(an_id(beneficiary_id, BeneficiaryNotFound), user)
    done(LogCode.CONSENT_WITHDRAWN, "ConsentsWithdrawn", beneficiary_id=beneficiary_id)
    return api.answer(ConsentState.of(changed))


@api.post("/staff/beneficiaries/<beneficiary_id>/consent")
def give(beneficiary_id: str) -> Response[str]:
    clerk, consent = api.user, api.body(GiveConsentBody).consent
    an_id(beneficiary_id, BeneficiaryNotFound)
    changed = bootstrap_office.give_consent()(beneficiary_id, consent.version, consent.guardian, clerk)
    done(LogCode.CONSENT_GIVEN, "ConsentsGiven", beneficiary_id=beneficiary_id)
    return api.answer(ConsentState.of(changed))


@logger.inject_lambda_context(correlation_id_path=correlation_paths.API_GATEWAY_REST)
@traced
@metrics.log_metrics
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    return api.resolve(event, context)
