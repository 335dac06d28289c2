"""POST .../certifications: a clerk saw the person, or holds a paper, which a second clerk confirms; and the list of an
officer who visited many.

A repeat with the same Idempotency-Key gets the same answer; of a list each line that was done.
"""

from typing import Any

from aws_lambda_powertools.event_handler import Response

from lifecert.bootstrap import proofs
from lifecert.domain.errors import BeneficiaryNotFound
from lifecert.entry.http.access import CLERKS
from lifecert.entry.http.api import Api, an_id
from lifecert.entry.http.bodies.certifying import CertifiedInPerson, CertifyInPersonBody, ids_of, kept_as, shown_of
from lifecert.entry.http.bodies.visits import VisitListBody, VisitListTaken
from lifecert.entry.log import LogCode, done

api = Api(proofs.certify_in_person, proofs.certify_once, proofs.letter_on_paper, proofs.take_visit_list)
# Enough to end the line in hand, and to answer.
RESERVE_MS = 3_000


@api.on("POST /staff/beneficiaries/{beneficiary_id}/certifications", CLERKS)
def certify(beneficiary_id: str) -> Response[str]:
    clerk, key, body = api.user, api.required_idempotency_key, api.body(CertifyInPersonBody)
    an_id(beneficiary_id, BeneficiaryNotFound)

    def act() -> dict[str, Any]:
        sighting = body.sighting(beneficiary_id, proofs.letter_on_paper())
        return shown_of(proofs.certify_in_person()(beneficiary_id, sighting, clerk, key)).model_dump(mode="json")

    kept = proofs.certify_once()(clerk, key, body.fingerprint(beneficiary_id), api.lambda_context, act)
    shown = kept_as(kept)
    ids = {"beneficiary_id": beneficiary_id, **ids_of(kept)}
    if not isinstance(shown, CertifiedInPerson):
        done(LogCode.CHANGE_PROPOSED, "ChangesProposed", {"kind": shown.kind.value}, **ids)
        return api.answer(shown, 202)
    done(LogCode.CERTIFIED_IN_PERSON, "CertifiedInPerson", {"method": shown.method.value}, **ids)
    return api.answer(shown, 201)


@api.on("POST /staff/certifications", CLERKS)
def take_list() -> Response[str]:
    clerk, key, body = api.user, api.required_idempotency_key, api.body(VisitListBody)
    lines, refused = body.read()
    left = api.lambda_context.get_remaining_time_in_millis
    taken = proofs.take_visit_list()(body.visit(), lines, clerk, key, lambda: left() < RESERVE_MS)
    answer = VisitListTaken.of(taken, refused)
    done(LogCode.VISIT_LIST_TAKEN, "VisitListsTaken", lines=len(answer.lines), refused=answer.refused)
    return api.answer(answer)


handler = api.handler
