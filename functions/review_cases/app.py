"""GET the queue of reviews, GET one case with its photos, POST a decision on it."""

from typing import Any

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.logging import correlation_paths
from aws_lambda_powertools.utilities.typing import LambdaContext

from lifecert.bootstrap import office as bootstrap_office
from lifecert.bootstrap import phone as bootstrap
from lifecert.domain.errors import ReviewNotFound
from lifecert.entry.http.api import Api, an_id
from lifecert.entry.http.bodies.staff_requests import DecideReviewBody, ReviewsQuery
from lifecert.entry.http.bodies.staff_responses import CaseShown, ReviewShown, ReviewsShown
from lifecert.entry.log import LogCode, done, logger, metrics, traced

api = Api()
bootstrap.at_start(bootstrap_office.list_reviews, bootstrap_office.get_review, bootstrap_office.decide_review)


@api.get("/staff/reviews")
def listed() -> Response[str]:
    asked = api.query(ReviewsQuery)
    page = bootstrap_office.list_reviews()(asked.wanted(), asked.limit, asked.after)
    done(LogCode.REVIEWS_LISTED, "ReviewsListed", found=len(page.items))
    return api.answer(ReviewsShown.of(page))


@api.get("/staff/reviews/<review_id>")
def case(review_id: str) -> Response[str]:
    view = bootstrap_office.get_review()(an_id(review_id, ReviewNotFound))
    # Who looked at whose photos can be told from this line.
    done(LogCode.REVIEW_READ, "ReviewsRead", review_id=review_id, actor_id=api.user.user_id)
    return api.answer(CaseShown.of(view))


@api.post("/staff/reviews/<review_id>/decision")
def decision(review_id: str) -> Response[str]:
    body = api.body(DecideReviewBody)
    review = bootstrap_office.decide_review()(an_id(review_id, ReviewNotFound), body.outcome, body.ground, api.user)
    dimensions = {"kind": review.kind.value, "outcome": body.outcome.value}
    done(LogCode.REVIEW_DECIDED, "ReviewsDecided", dimensions, review_id=review_id)
    return api.answer(ReviewShown.of(review))


@logger.inject_lambda_context(correlation_id_path=correlation_paths.API_GATEWAY_REST)
@traced
@metrics.log_metrics
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    return api.resolve(event, context)
