"""POST /invitations/person and /invitations/sessions: whose a letter's code is, and a session for them. For anyone."""

from aws_lambda_powertools.event_handler import Response

from lifecert.bootstrap import phone
from lifecert.entry.http.access import ANYONE
from lifecert.entry.http.api import Api
from lifecert.entry.http.bodies.invitations import (
    InvitedPersonBody,
    InvitedPersonShown,
    InvitedSessionStarted,
    StartInvitedBody,
)
from lifecert.entry.http.device_proof import held, proof_in
from lifecert.entry.log import LogCode, done

api = Api(phone.show_invited, phone.start_invited)


@api.on("POST /invitations/person", ANYONE)
def person() -> Response[str]:
    invited = phone.show_invited()(api.body(InvitedPersonBody).code)
    done(LogCode.INVITED_PERSON_SHOWN, "InvitedPeopleShown", invitation_id=invited.invitation.invitation_id)
    return api.answer(InvitedPersonShown.of(invited))


@api.on("POST /invitations/sessions", ANYONE)
def start() -> Response[str]:
    request = api.body(StartInvitedBody).to_domain(api.idempotency_key)
    proof = proof_in(api, phone.device_proofs)
    invited = phone.start_invited()(request, proof)
    session = invited.started.session
    held(proof, session)
    done(LogCode.INVITED_SESSION_STARTED, "SessionsStarted", session_id=session.session_id, on_behalf=session.on_behalf)
    return api.answer(InvitedSessionStarted.by(invited, api.language), 201)


handler = api.handler
