"""GET the work lists of a district: how long each is, one of them as JSON or CSV, and what a month came to."""

from aws_lambda_powertools.event_handler import Response

from lifecert.bootstrap import records
from lifecert.domain.work_list import is_month
from lifecert.entry.http.access import STAFF
from lifecert.entry.http.api import Api
from lifecert.entry.http.bodies.lists import ListQuery, ListSizes, MonthShown, OfDistrict, PeopleListed, list_named
from lifecert.entry.http.list_file import list_file, prefers_csv
from lifecert.entry.http.problems import RouteNotFound
from lifecert.entry.log import LogCode, done

api = Api(records.size_lists, records.list_people, records.get_month)


@api.on("GET /staff/lists", STAFF)
def sizes() -> Response[str]:
    district = api.query(OfDistrict).district
    told = records.size_lists()(district, api.user)
    done(LogCode.LIST_SIZES_READ, "ListSizesRead", district=district)
    return api.answer(ListSizes.of(district, told))


@api.on("GET /staff/lists/{name}", STAFF)
def people(name: str) -> Response[str]:
    if (wanted := list_named(name)) is None:
        raise RouteNotFound
    query = api.query(ListQuery)
    page = records.list_people()(query.district, wanted, api.user, query.limit, query.after, query.days)
    told = PeopleListed.of(query.district, wanted, page)
    # Whoever reads list after list shows in these lines.
    ids = {"district": query.district, "people": len(told.people), "actor_id": api.user.user_id}
    done(LogCode.LIST_READ, "ListsRead", {"list": wanted.value}, **ids)
    return list_file(api, told, query) if prefers_csv(api) else api.answer(told)


@api.on("GET /staff/statistics/{month}", STAFF)
def month(month: str) -> Response[str]:
    if not is_month(month):
        raise RouteNotFound
    district = api.query(OfDistrict).district
    figures = records.get_month()(district, month, api.user)
    done(LogCode.MONTH_READ, "MonthsRead", district=district)
    return api.answer(MonthShown.of(figures))


handler = api.handler
