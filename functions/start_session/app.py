"""POST /sessions: open a session and hand out its upload slots."""

from aws_lambda_powertools.event_handler import Response

from lifecert.bootstrap import phone
from lifecert.entry.http.access import SIGNED_IN
from lifecert.entry.http.api import Api
from lifecert.entry.http.bodies.sessions import SessionStarted, StartSessionBody
from lifecert.entry.http.device_proof import held, proof_in
from lifecert.entry.log import LogCode, done

api = Api(phone.start_session)


@api.on("POST /sessions", SIGNED_IN)
def start() -> Response[str]:
    user = api.user
    request = api.body(StartSessionBody).to_domain(api.idempotency_key)
    proof = proof_in(api, phone.device_proofs)
    started = phone.start_session()(request, user, proof)
    session = started.session
    held(proof, session)
    done(LogCode.SESSION_STARTED, "SessionsStarted", session_id=session.session_id, on_behalf=session.on_behalf)
    return api.answer(SessionStarted.of(started, api.language), 201)


handler = api.handler
