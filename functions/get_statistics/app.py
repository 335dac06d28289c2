"""GET what the last sweeps did, and what waits now."""

from typing import Any

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.logging import correlation_paths
from aws_lambda_powertools.utilities.typing import LambdaContext

from lifecert.bootstrap import office as bootstrap_office
from lifecert.bootstrap import phone as bootstrap
from lifecert.entry.http.api import Api
from lifecert.entry.http.bodies.statistics import StatisticsQuery, StatisticsShown
from lifecert.entry.log import LogCode, done, logger, metrics, traced

api = Api()
bootstrap.at_start(bootstrap_office.get_statistics)


@api.get("/staff/statistics")
def statistics() -> Response[str]:
    asked = api.query(StatisticsQuery)
    found = bootstrap_office.get_statistics()(asked.runs)
    done(LogCode.STATISTICS_READ, "StatisticsRead", runs=len(found.runs))
    return api.answer(StatisticsShown.of(found))


@logger.inject_lambda_context(correlation_id_path=correlation_paths.API_GATEWAY_REST)
@traced
@metrics.log_metrics
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    return api.resolve(event, context)
