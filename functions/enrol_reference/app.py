"""POST .../references gives an upload slot for a reference photo, POST .../enrol looks at the photo and keeps it."""

from aws_lambda_powertools.event_handler import Response

from lifecert.bootstrap import office
from lifecert.domain.errors import BeneficiaryNotFound, ReferenceNotFound
from lifecert.entry.http.access import CLERKS
from lifecert.entry.http.api import Api, an_id
from lifecert.entry.http.bodies.faces import BeginEnrolmentBody, Enrolled, EnrolmentBegun
from lifecert.entry.log import LogCode, done

api = Api(office.begin_enrolment, office.finish_enrolment)


@api.on("POST /staff/beneficiaries/{beneficiary_id}/references", CLERKS)
def begin(beneficiary_id: str) -> Response[str]:
    clerk, body = api.user, api.body(BeginEnrolmentBody)
    an_id(beneficiary_id, BeneficiaryNotFound)
    begun = office.begin_enrolment()(
        beneficiary_id, body.source, body.captured_on, body.image_type, clerk, body.shown(), body.replacement
    )
    reference_id = begun.enrolment.reference_id
    done(LogCode.ENROLMENT_BEGUN, "EnrolmentsBegun", beneficiary_id=beneficiary_id, reference_id=reference_id)
    return api.answer(EnrolmentBegun.of(begun), 201)


@api.on("POST /staff/beneficiaries/{beneficiary_id}/references/{reference_id}/enrol", CLERKS)
def enrol(beneficiary_id: str, reference_id: str) -> Response[str]:
    clerk = api.user
    an_id(beneficiary_id, BeneficiaryNotFound)
    an_id(reference_id, ReferenceNotFound)
    reference = office.finish_enrolment()(beneficiary_id, reference_id, clerk)
    done(LogCode.REFERENCE_ENROLLED, "ReferencesEnrolled", beneficiary_id=beneficiary_id, reference_id=reference_id)
    return api.answer(Enrolled.of(reference))


handler = api.handler
