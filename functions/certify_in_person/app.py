"""POST .../certifications: a clerk saw the person. A repeat with the same Idempotency-Key gets the same answer."""

from typing import Any

from aws_lambda_powertools.event_handler import Response

from lifecert.bootstrap import office
from lifecert.domain.errors import BeneficiaryNotFound
from lifecert.entry.http.access import CLERKS
from lifecert.entry.http.api import Api, an_id
from lifecert.entry.http.bodies.entitlement import CertifiedInPerson, CertifyInPersonBody
from lifecert.entry.log import LogCode, done

api = Api(office.certify_in_person, office.certify_once)


@api.on("POST /staff/beneficiaries/{beneficiary_id}/certifications", CLERKS)
def certify(beneficiary_id: str) -> Response[str]:
    clerk, key, body = api.user, api.required_idempotency_key, api.body(CertifyInPersonBody)
    an_id(beneficiary_id, BeneficiaryNotFound)

    def act() -> dict[str, Any]:
        certificate = office.certify_in_person()(beneficiary_id, body.seen_on, body.document, clerk, key)
        return CertifiedInPerson.of(certificate).model_dump(mode="json")

    kept = office.certify_once()(clerk, key, body.fingerprint(beneficiary_id), api.lambda_context, act)
    certified = CertifiedInPerson.model_validate(kept)
    certificate_id = certified.certificate_id
    done(LogCode.CERTIFIED_IN_PERSON, "CertifiedInPerson", beneficiary_id=beneficiary_id, certificate_id=certificate_id)
    return api.answer(certified, 201)


handler = api.handler
