"""POST /sessions/{session_id}/verify: look at the frames and decide."""

from typing import Any

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.logging import correlation_paths
from aws_lambda_powertools.utilities.typing import LambdaContext

from lifecert import bootstrap
from lifecert.domain.errors import SessionNotFound
from lifecert.entry.http import Api, an_id
from lifecert.entry.log import LogCode, done, logger, metrics, traced
from lifecert.entry.responses import SessionView

api = Api()
bootstrap.at_start(bootstrap.verify_face)


@api.post("/sessions/<session_id>/verify")
def verify(session_id: str) -> Response[str]:
    session = bootstrap.verify_face()(an_id(session_id, SessionNotFound), api.user)
    view = SessionView.of(session, bootstrap.clock().now(), api.language)
    dimensions = {"outcome": str(view.outcome), "reason": view.reason.code if view.reason else "none"}
    done(LogCode.SESSION_VERIFIED, "SessionsVerified", dimensions, session_id=session_id)
    return api.answer(view)


@logger.inject_lambda_context(correlation_id_path=correlation_paths.API_GATEWAY_REST)
@traced
@metrics.log_metrics
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    return api.resolve(event, context)
