"""POST /staff/beneficiaries: register a person, once for each Idempotency-Key. POST .../benefits: another benefit of
theirs. PUT .../contact: how to reach them."""

from typing import Any

from aws_lambda_powertools.event_handler import Response

from lifecert.bootstrap import records
from lifecert.domain.errors import BeneficiaryNotFound
from lifecert.entry.http.access import CLERKS
from lifecert.entry.http.api import Api, an_id
from lifecert.entry.http.bodies.register import (
    AddBenefitBody,
    BenefitAdded,
    ContactSet,
    RegisterBody,
    Registered,
    SetContactBody,
)
from lifecert.entry.log import LogCode, done

api = Api(records.register_beneficiary, records.register_once)


@api.on("POST /staff/beneficiaries", CLERKS)
def register() -> Response[str]:
    clerk, key, body = api.user, api.required_idempotency_key, api.body(RegisterBody)
    use_case = records.register_beneficiary()

    def act() -> dict[str, Any]:
        return Registered.of(use_case(body.to_domain(), clerk, key)).model_dump(mode="json")

    kept = records.register_once()(clerk, key, body.fingerprint(use_case.person_keys), api.lambda_context, act)
    done(LogCode.BENEFICIARY_REGISTERED, "BeneficiariesRegistered", beneficiary_id=kept["beneficiary_id"])
    return api.answer(Registered.model_validate(kept), 201)


@api.on("POST /staff/beneficiaries/{beneficiary_id}/benefits", CLERKS)
def add_benefit(beneficiary_id: str) -> Response[str]:
    clerk, key, body = api.user, api.required_idempotency_key, api.body(AddBenefitBody)
    use_case, known = records.add_benefit(), an_id(beneficiary_id, BeneficiaryNotFound)

    def act() -> dict[str, Any]:
        return BenefitAdded.of(known, use_case(known, body.benefit(), clerk, key)).model_dump()

    kept = records.register_once()(clerk, key, body.fingerprint(beneficiary_id), api.lambda_context, act)
    done(LogCode.BENEFIT_ADDED, "BenefitsAdded", beneficiary_id=beneficiary_id)
    return api.answer(BenefitAdded.model_validate(kept), 201)


@api.on("PUT /staff/beneficiaries/{beneficiary_id}/contact", CLERKS)
def set_contact(beneficiary_id: str) -> Response[str]:
    contact = api.body(SetContactBody).to_domain()
    records.set_contact()(an_id(beneficiary_id, BeneficiaryNotFound), contact, api.user)
    done(LogCode.CONTACT_SET, "ContactsSet", beneficiary_id=beneficiary_id)
    return api.answer(ContactSet(beneficiary_id=beneficiary_id, channel=contact.channel))


handler = api.handler
