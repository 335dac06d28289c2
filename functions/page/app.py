"""GET /phone: the page by which people certify. GET /desk: the page at which the staff works, which shows nothing
before they sign in. GET /phone/{asset}: the files of both, and a certificate's. For anyone."""

from aws_lambda_powertools.event_handler import Response

from lifecert.bootstrap import pages
from lifecert.entry.http.access import ANYONE
from lifecert.entry.http.api import Api
from lifecert.entry.http.problems import RouteNotFound
from lifecert.entry.http.web_headers import HTML, asset_headers
from lifecert.entry.log import LogCode, done

api = Api(pages.site, pages.desk, pages.assets, pages.page_headers, pages.desk_headers)


@api.on("GET /phone", ANYONE)
def document() -> Response[str]:
    done(LogCode.PAGE_SHOWN, "PagesShown")
    return Response(200, HTML, pages.site().html, pages.page_headers())


@api.on("GET /desk", ANYONE)
def desk() -> Response[str]:
    done(LogCode.PAGE_SHOWN, "PagesShown")
    return Response(200, HTML, pages.desk().html, pages.desk_headers())


@api.on("GET /phone/{asset}", ANYONE)
def file(asset: str) -> Response[str]:
    found = pages.assets().get(asset)
    if found is None:
        raise RouteNotFound
    done(LogCode.PAGE_FILE_SHOWN, "PageFilesShown")
    return Response(200, found.content_type, found.body.decode(), asset_headers())


handler = api.handler
