"""Meet a refusal of every class, and what a client reads of it: each is a typed `Problem`, the gateway's own included.

`python refusals.py SESSION` meets 410 too, with a session of user@example.org that was opened ten minutes ago or more.
"""

import sys
from uuid import UUID

from office import invented, register
from stack import ENGLISH, STACK, expected, signed_in, upload

from lifecert_client import AuthenticatedClient
from lifecert_client.api.certify import start_session, verify_session
from lifecert_client.api.clients import list_my_sessions
from lifecert_client.api.staff import get_statistics
from lifecert_client.models import Consent, Person, Problem, ProblemCode, SessionStarted, StartSession

CONSENT = Consent(STACK["consent_version"])


def met(answer: object, code: ProblemCode) -> Problem:
    """The refusal. Its `code` is what a client goes by; `detail` is for people."""
    assert isinstance(answer, Problem), answer
    assert answer.code is code, answer
    print(answer.status, answer.code, "-", answer.detail)
    return answer


def start(client: AuthenticatedClient, person: Person, consent: Consent = CONSENT) -> SessionStarted | Problem | None:
    """Open a session on behalf of somebody."""
    return start_session.sync(client=client, body=StartSession(person, on_behalf=True, consent=consent))


def main(expired: UUID | None) -> None:
    """Each refusal once."""
    user, person = signed_in("user@example.org"), invented()
    request = StartSession(person, on_behalf=True, consent=CONSENT)
    met(start_session.sync(client=user, body=request, idempotency_key="short"), ProblemCode.IDEMPOTENCY_KEY_INVALID)
    signed_out = AuthenticatedClient(base_url=STACK["api"], token="of yesterday", prefix="", headers=ENGLISH)
    met(list_my_sessions.sync(client=signed_out), ProblemCode.SIGNED_OUT)
    met(get_statistics.sync(client=user), ProblemCode.NOT_ALLOWED)
    problem = met(start(user, person), ProblemCode.BENEFICIARY_NOT_FOUND)
    print("    call", problem.help_line)
    problem = met(start(user, person, Consent("2020-1")), ProblemCode.CONSENT_MISSING)
    print("    agree to", problem.consent_version)
    problem = met(start(user, Person(person.name, "330106195108043718")), ProblemCode.INVALID_REQUEST)
    print("    mend", *(fault.field for fault in problem.errors or ()))
    if expired:
        met(verify_session.sync(expired, client=user), ProblemCode.SESSION_EXPIRED)
    register(signed_in("clerk@example.org"), person)
    session = expected(start(user, person), SessionStarted)
    problem = met(verify_session.sync(session.session_id, client=user), ProblemCode.FRAMES_MISSING)
    print("    send", *problem.missing or ())
    for _ in range(5):  # failed tries, after which the camera pauses for this person
        session = expected(start(user, person), SessionStarted)
        for slot in session.slots:
            upload(slot, b"no photo")
        verify_session.sync(session.session_id, client=user)
    problem = met(start(user, person), ProblemCode.CAMERA_PAUSED)
    print("    come again after", problem.paused_until)


if __name__ == "__main__":
    main(UUID(sys.argv[1]) if len(sys.argv) > 1 else None)
