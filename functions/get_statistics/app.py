"""GET what the last sweeps did, and what waits now."""

from aws_lambda_powertools.event_handler import Response

from lifecert.bootstrap import office
from lifecert.entry.http.access import STAFF
from lifecert.entry.http.api import Api
from lifecert.entry.http.bodies.statistics import StatisticsQuery, StatisticsShown
from lifecert.entry.log import LogCode, done

api = Api(office.get_statistics)


@api.on("GET /staff/statistics", STAFF)
def statistics() -> Response[str]:
    query = api.query(StatisticsQuery)
    figures = office.get_statistics()(query.runs, api.user, query.district)
    done(LogCode.STATISTICS_READ, "StatisticsRead", runs=len(figures.runs))
    return api.answer(StatisticsShown.of(figures))


handler = api.handler
