"""GET where a payer's feed stands: its own program asks without saying whose, an auditor says whose."""

from aws_lambda_powertools.event_handler import Response

from lifecert.bootstrap import streams
from lifecert.entry.http.access import AUDITORS, PAYERS
from lifecert.entry.http.api import Api
from lifecert.entry.http.bodies.feed import FeedShown
from lifecert.entry.log import LogCode, done

api = Api(streams.get_feed)


@api.on("GET /feed", PAYERS)
def own() -> Response[str]:
    feed = streams.get_feed()(api.payer)
    done(LogCode.FEED_READ, "FeedsRead", payer=feed.payer, by="program")
    return api.answer(FeedShown.of(feed))


@api.on("GET /staff/feeds/{payer}", AUDITORS)
def of_payer(payer: str) -> Response[str]:
    feed = streams.get_feed()(payer)
    done(LogCode.FEED_READ, "FeedsRead", payer=feed.payer, by="auditor")
    return api.answer(FeedShown.of(feed))


handler = api.handler
