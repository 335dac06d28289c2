"""POST /reports and /beneficiaries/{beneficiary_id}/reports: a family reports a death. It opens a case, no more."""

from typing import Any

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.logging import correlation_paths
from aws_lambda_powertools.utilities.typing import LambdaContext

from lifecert.bootstrap import office as bootstrap_office
from lifecert.bootstrap import phone as bootstrap
from lifecert.domain.errors import BeneficiaryNotFound
from lifecert.entry.http.api import Api, an_id
from lifecert.entry.http.bodies.office import DeathReportBody, DeathReported, NamedDeathReportBody
from lifecert.entry.log import LogCode, done, logger, metrics, traced

api = Api()
bootstrap.at_start(bootstrap_office.report_death)


@api.post("/reports")
def named() -> Response[str]:
    body = api.body(NamedDeathReportBody)
    return reported(bootstrap_office.report_death().of_person(body.to_domain(), body.died_on, api.user))


@api.post("/beneficiaries/<beneficiary_id>/reports")
def known(beneficiary_id: str) -> Response[str]:
    body = api.body(DeathReportBody)
    an_id(beneficiary_id, BeneficiaryNotFound)
    return reported(bootstrap_office.report_death().of_known(beneficiary_id, body.died_on, api.user))


def reported(report_id: str) -> Response[str]:
    done(LogCode.DEATH_REPORTED, "DeathsReported", review_id=report_id)
    return api.answer(DeathReported.of(report_id, api.language), 201)


@logger.inject_lambda_context(correlation_id_path=correlation_paths.API_GATEWAY_REST)
@traced
@metrics.log_metrics
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    return api.resolve(event, context)
