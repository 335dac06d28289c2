"""POST /sessions/{session_id}/verify: look at the frames and decide."""

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.metrics import MetricUnit

from lifecert.bootstrap import phone
from lifecert.domain.errors import SessionNotFound
from lifecert.entry.http.access import SIGNED_IN
from lifecert.entry.http.api import Api, an_id
from lifecert.entry.http.bodies.sessions import SessionView
from lifecert.entry.log import LogCode, apart, done

api = Api(phone.verify_face)


@api.on("POST /sessions/{session_id}/verify", SIGNED_IN)
def verify(session_id: str) -> Response[str]:
    began = phone.clock().now()
    session = phone.verify_face()(an_id(session_id, SessionNotFound), api.user)
    result = session.result
    if result and result.decided_at >= began:  # and not the repeat of an answer
        apart("SessionsDecided", MetricUnit.Count, 1, outcome=result.decision.outcome)
        apart("DecisionSeconds", MetricUnit.Seconds, (result.decided_at - session.opened_at).total_seconds())
    view = SessionView.of(session, phone.clock().now(), api.language)
    dimensions = {"outcome": str(view.outcome), "reason": view.reason.code if view.reason else "none"}
    done(LogCode.SESSION_VERIFIED, "SessionsVerified", dimensions, session_id=session_id)
    return api.answer(view)


handler = api.handler
