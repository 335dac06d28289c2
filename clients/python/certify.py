"""Certify somebody by camera, look how they stand, and check the certificate: what an app does."""

import json
import sys
import uuid
from typing import Any

from joserfc import jws
from joserfc.jwk import KeySet
from stack import ANYBODY, STACK, drawn, expected, signed_in, upload

from lifecert_client import AuthenticatedClient
from lifecert_client.api.certify import get_beneficiary, start_session, verify_session
from lifecert_client.api.check import get_certificate, get_keys
from lifecert_client.api.clients import get_config, list_my_people
from lifecert_client.models import (
    Beneficiary,
    Certificate,
    Config,
    Consent,
    MyPeople,
    Outcome,
    Person,
    Session,
    SessionStarted,
    StartSession,
)


def certify(client: AuthenticatedClient, name: str, id_number: str) -> Session:
    """Open a session, send a frame for each step, and have it decided."""
    version = expected(get_config.sync(client=ANYBODY), Config).consent.version
    request = StartSession(Person(name, id_number), on_behalf=True, consent=Consent(version))
    key = str(uuid.uuid4())  # a repeat with the same key opens no second session
    session = expected(start_session.sync(client=client, body=request, idempotency_key=key), SessionStarted)
    for slot, photo in zip(session.slots, drawn(f"SESSION={session.session_id}"), strict=True):
        upload(slot, photo)
    return expected(verify_session.sync(session.session_id, client=client), Session)


def genuine(certificate: Certificate) -> dict[str, Any]:
    """The claims of a certificate's statement, if one of the published keys signed it; a JOSE library reads them."""
    keys = KeySet.import_key_set(json.loads(get_keys.sync_detailed(client=ANYBODY).content))
    signed = jws.deserialize_compact(certificate.statement, keys, algorithms=["ES256"])
    assert signed.headers()["typ"] == "lifecert+jws"
    claims: dict[str, Any] = json.loads(signed.payload or b"")
    return claims


if __name__ == "__main__":
    user, person = signed_in("user@example.org"), STACK["people"][1]
    session = certify(user, person["name"], person["id_number"])
    print("outcome", session.outcome)
    if session.outcome != Outcome.ACCEPTED or session.certificate is None:
        sys.exit(session.reason.instruction if session.reason else session.other_ways)
    issued = session.certificate
    standing = expected(get_beneficiary.sync(issued.beneficiary_id, client=user), Beneficiary)
    print("status", standing.status, "until", standing.valid_until)
    people = expected(list_my_people.sync(client=user), MyPeople).people
    assert issued.beneficiary_id in [one.beneficiary_id for one in people]
    certificate = expected(get_certificate.sync(issued.certificate_id, client=ANYBODY), Certificate)
    print("certificate", certificate.state, "for", genuine(certificate)["masked_name"])
