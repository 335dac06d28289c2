"""POST /reports and /beneficiaries/{beneficiary_id}/reports: a family reports a death. POST /registry/notify: a civil
registry's program does. It opens cases, no more."""

from aws_lambda_powertools.event_handler import Response

from lifecert.bootstrap import office
from lifecert.domain.errors import BeneficiaryNotFound, LimitReached
from lifecert.entry.http.access import REGISTERS, SIGNED_IN
from lifecert.entry.http.api import Api, an_id
from lifecert.entry.http.bodies.registry import REFUSED, Acknowledged
from lifecert.entry.http.bodies.reports import DeathReportBody, DeathReported, NamedDeathReportBody
from lifecert.entry.log import LogCode, correlation_id, deaths_unheard, done

api = Api(office.report_death, office.take_deaths)


@api.on("POST /reports", SIGNED_IN)
def named() -> Response[str]:
    body = api.body(NamedDeathReportBody)
    return reported(office.report_death().of_person(body.to_domain(), body.died_on, api.user))


@api.on("POST /beneficiaries/{beneficiary_id}/reports", SIGNED_IN)
def known(beneficiary_id: str) -> Response[str]:
    body = api.body(DeathReportBody)
    an_id(beneficiary_id, BeneficiaryNotFound)
    return reported(office.report_death().of_known(beneficiary_id, body.died_on, api.user))


@api.on("POST /registry/notify", REGISTERS)
def told_by_a_register() -> Response[str]:
    source, at = api.register, office.clock().now()
    try:
        taken = office.take_deaths()(api.text.encode(), source)
    except LimitReached:
        deaths_unheard(source)
        raise
    if isinstance(taken, REFUSED):
        done(LogCode.DEATHS_TOLD, "DeathMessagesRefused", source=source, cause=taken.code)
        return api.answer(Acknowledged.refusing(taken, correlation_id(), at))
    counts = {"records": taken.records, "rejected": len(taken.rejected), "outcomes": taken.outcomes}
    done(LogCode.DEATHS_TOLD, "DeathMessages", source=source, counts=counts)
    return api.answer(Acknowledged.of(taken, at))


def reported(report_id: str) -> Response[str]:
    done(LogCode.DEATH_REPORTED, "DeathsReported", review_id=report_id)
    return api.answer(DeathReported.of(report_id, api.language), 201)


handler = api.handler
