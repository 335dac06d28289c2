"""POST .../consent-withdrawal stops the use of a face, POST .../consent records that it is allowed again."""

from aws_lambda_powertools.event_handler import Response

from lifecert.bootstrap import office
from lifecert.domain.errors import BeneficiaryNotFound
from lifecert.entry.http.access import CLERKS, SIGNED_IN
from lifecert.entry.http.api import Api, an_id
from lifecert.entry.http.bodies.faces import ConsentState, GiveConsentBody
from lifecert.entry.log import LogCode, done

api = Api(office.withdraw_consent, office.give_consent)


@api.on("POST /beneficiaries/{beneficiary_id}/consent-withdrawal", SIGNED_IN)
def withdraw(beneficiary_id: str) -> Response[str]:
    user = api.user
    changed = office.withdraw_consent()(an_id(beneficiary_id, BeneficiaryNotFound), user)
    done(LogCode.CONSENT_WITHDRAWN, "ConsentsWithdrawn", beneficiary_id=beneficiary_id)
    return api.answer(ConsentState.of(changed))


@api.on("POST /staff/beneficiaries/{beneficiary_id}/consent", CLERKS)
def give(beneficiary_id: str) -> Response[str]:
    clerk, consent = api.user, api.body(GiveConsentBody).consent
    an_id(beneficiary_id, BeneficiaryNotFound)
    changed = office.give_consent()(beneficiary_id, consent.version, consent.guardian, clerk)
    done(LogCode.CONSENT_GIVEN, "ConsentsGiven", beneficiary_id=beneficiary_id)
    return api.answer(ConsentState.of(changed))


handler = api.handler
