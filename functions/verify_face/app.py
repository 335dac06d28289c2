"""POST /sessions/{session_id}/verify: look at the frames and decide."""

from typing import Any

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.logging import correlation_paths
from aws_lambda_powertools.metrics import MetricUnit
from aws_lambda_powertools.utilities.typing import LambdaContext

from lifecert.bootstrap import phone as bootstrap
from lifecert.domain.errors import SessionNotFound
from lifecert.entry.http.api import Api, an_id
from lifecert.entry.http.bodies.responses import SessionView
from lifecert.entry.log import LogCode, apart, done, logger, metrics, traced

api = Api()
bootstrap.at_start(bootstrap.verify_face)


@api.post("/sessions/<session_id>/verify")
def verify(session_id: str) -> Response[str]:
    began = bootstrap.clock().now()
    session = bootstrap.verify_face()(an_id(session_id, SessionNotFound), api.user)
    told = session.result
    if told and told.decided_at >= began:  # and not the repeat of an answer
        apart("SessionsDecided", MetricUnit.Count, 1, outcome=told.decision.outcome)
        apart("DecisionSeconds", MetricUnit.Seconds, (told.decided_at - session.opened_at).total_seconds())
    view = SessionView.of(session, bootstrap.clock().now(), api.language)
    dimensions = {"outcome": str(view.outcome), "reason": view.reason.code if view.reason else "none"}
    done(LogCode.SESSION_VERIFIED, "SessionsVerified", dimensions, session_id=session_id)
    return api.answer(view)


@logger.inject_lambda_context(correlation_id_path=correlation_paths.API_GATEWAY_REST)
@traced
@metrics.log_metrics
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    return api.resolve(event, context)
