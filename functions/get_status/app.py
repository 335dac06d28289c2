"""GET a session or a beneficiary."""

from typing import Any

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.logging import correlation_paths
from aws_lambda_powertools.utilities.typing import LambdaContext

from lifecert.bootstrap import phone as bootstrap
from lifecert.domain.errors import BeneficiaryNotFound, SessionNotFound
from lifecert.entry.http.api import Api, an_id
from lifecert.entry.http.bodies.responses import BeneficiaryStanding, SessionView
from lifecert.entry.log import LogCode, done, logger, metrics, traced

api = Api()
bootstrap.at_start(bootstrap.get_session, bootstrap.get_beneficiary)


@api.get("/sessions/<session_id>")
def session(session_id: str) -> Response[str]:
    found = bootstrap.get_session()(an_id(session_id, SessionNotFound), api.user)
    done(LogCode.SESSION_READ, "SessionsRead", session_id=session_id)
    return api.answer(SessionView.of(found.session, bootstrap.clock().now(), api.language, found.reviewed))


@api.get("/beneficiaries/<beneficiary_id>")
def beneficiary(beneficiary_id: str) -> Response[str]:
    user = api.user
    view = bootstrap.get_beneficiary()(an_id(beneficiary_id, BeneficiaryNotFound), user)
    done(LogCode.BENEFICIARY_READ, "BeneficiariesRead", beneficiary_id=beneficiary_id)
    today = bootstrap.clock().today()
    lines, staff = bootstrap.help_lines(), user.is_staff
    return api.answer(BeneficiaryStanding.of(view, today, lines, api.language, for_staff=staff))


@logger.inject_lambda_context(correlation_id_path=correlation_paths.API_GATEWAY_REST)
@traced
@metrics.log_metrics
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    return api.resolve(event, context)
