"""POST /reports and /beneficiaries/{beneficiary_id}/reports: a family reports a death. It opens a case, no more."""

from aws_lambda_powertools.event_handler import Response

from lifecert.bootstrap import office
from lifecert.domain.errors import BeneficiaryNotFound
from lifecert.entry.http.access import SIGNED_IN
from lifecert.entry.http.api import Api, an_id
from lifecert.entry.http.bodies.reports import DeathReportBody, DeathReported, NamedDeathReportBody
from lifecert.entry.log import LogCode, done

api = Api(office.report_death)


@api.on("POST /reports", SIGNED_IN)
def named() -> Response[str]:
    body = api.body(NamedDeathReportBody)
    return reported(office.report_death().of_person(body.to_domain(), body.died_on, api.user))


@api.on("POST /beneficiaries/{beneficiary_id}/reports", SIGNED_IN)
def known(beneficiary_id: str) -> Response[str]:
    body = api.body(DeathReportBody)
    an_id(beneficiary_id, BeneficiaryNotFound)
    return reported(office.report_death().of_known(beneficiary_id, body.died_on, api.user))


def reported(report_id: str) -> Response[str]:
    done(LogCode.DEATH_REPORTED, "DeathsReported", review_id=report_id)
    return api.answer(DeathReported.of(report_id, api.language), 201)


handler = api.handler
