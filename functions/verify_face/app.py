"""POST .../verify: look at the frames and decide. POST .../look: the first frame's quality. By whoever started it."""

from datetime import datetime

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.metrics import MetricUnit

from lifecert.bootstrap import phone
from lifecert.domain.errors import SessionNotFound
from lifecert.domain.reasons import Reason
from lifecert.domain.session import Session
from lifecert.entry.http.access import ANYONE, SIGNED_IN
from lifecert.entry.http.api import Api, an_id
from lifecert.entry.http.bodies.sessions import LookShown, Observations, SessionView
from lifecert.entry.log import LogCode, apart, done

api = Api(phone.verify_face, phone.look_at_frame)


@api.on("POST /sessions/{session_id}/verify", SIGNED_IN)
def verify(session_id: str) -> Response[str]:
    an_id(session_id, SessionNotFound)
    return decided(phone.clock().now(), phone.verify_face()(session_id, api.user, Observations.told(api.text)))


@api.on("POST /invitations/sessions/{session_id}/verify", ANYONE)
def verify_invited(session_id: str) -> Response[str]:
    an_id(session_id, SessionNotFound)
    told = Observations.told(api.text)
    return decided(phone.clock().now(), phone.verify_face()(session_id, api.session_secret, told))


@api.on("POST /sessions/{session_id}/look", SIGNED_IN)
def look(session_id: str) -> Response[str]:
    return looked(session_id, phone.look_at_frame()(an_id(session_id, SessionNotFound), api.user))


@api.on("POST /invitations/sessions/{session_id}/look", ANYONE)
def look_invited(session_id: str) -> Response[str]:
    return looked(session_id, phone.look_at_frame()(an_id(session_id, SessionNotFound), api.session_secret))


def decided(began: datetime, session: Session) -> Response[str]:
    if session.result and session.result.decided_at >= began:  # and not the repeat of an answer
        apart("SessionsDecided", MetricUnit.Count, 1, outcome=session.result.decision.outcome)
        took = session.result.decided_at - session.opened_at
        apart("DecisionSeconds", MetricUnit.Seconds, took.total_seconds())
        apart("PassiveCueMissing", MetricUnit.Count, session.passive_cue_missing)
    view = SessionView.of(session, phone.clock().now(), api.language)
    dimensions = {"outcome": str(view.outcome), "reason": view.reason.code if view.reason else "none"}
    done(LogCode.SESSION_VERIFIED, "SessionsVerified", dimensions, session_id=session.session_id)
    return api.answer(view)


def looked(session_id: str, reason: Reason | None) -> Response[str]:
    done(LogCode.FRAME_LOOKED_AT, "FramesLookedAt", {"reason": reason or "none"}, session_id=session_id)
    return api.answer(LookShown.of(reason, api.language))


handler = api.handler
