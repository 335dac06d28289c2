"""POST /sessions: open a session and hand out its upload slots."""

from typing import Any

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.logging import correlation_paths
from aws_lambda_powertools.utilities.typing import LambdaContext

from lifecert.bootstrap import phone as bootstrap
from lifecert.entry.http.api import Api
from lifecert.entry.http.bodies.requests import StartSessionBody
from lifecert.entry.http.bodies.responses import SessionStarted
from lifecert.entry.log import LogCode, done, logger, metrics, traced

api = Api()
bootstrap.at_start(bootstrap.start_session)


@api.post("/sessions")
def start() -> Response[str]:
    user = api.user
    request = api.body(StartSessionBody).to_domain(api.idempotency_key)
    started = bootstrap.start_session()(request, user)
    session = started.session
    done(LogCode.SESSION_STARTED, "SessionsStarted", session_id=session.session_id, on_behalf=session.on_behalf)
    return api.answer(SessionStarted.of(started, api.language), 201)


@logger.inject_lambda_context(correlation_id_path=correlation_paths.API_GATEWAY_REST)
@traced
@metrics.log_metrics
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    return api.resolve(event, context)
