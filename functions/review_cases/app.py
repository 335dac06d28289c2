"""GET the queue of reviews, GET one case with its photos, POST who works on it, POST a decision on it."""

from aws_lambda_powertools.event_handler import Response

from lifecert.bootstrap import office
from lifecert.domain.errors import ReviewNotFound
from lifecert.entry.http.access import CLERKS, STAFF
from lifecert.entry.http.api import Api, an_id
from lifecert.entry.http.bodies.reviews import (
    CaseShown,
    ClaimBody,
    DecideReviewBody,
    ReviewShown,
    ReviewsQuery,
    ReviewsShown,
)
from lifecert.entry.log import LogCode, done

api = Api(office.list_reviews, office.get_review, office.claim_review, office.decide_review)


@api.on("GET /staff/reviews", STAFF)
def listed() -> Response[str]:
    query = api.query(ReviewsQuery)
    page = office.list_reviews()(query.wanted(), query.limit, query.after, api.user, query.district)
    done(LogCode.REVIEWS_LISTED, "ReviewsListed", found=len(page.items))
    return api.answer(ReviewsShown.of(page, office.clock().now()))


@api.on("GET /staff/reviews/{review_id}", STAFF)
def case(review_id: str) -> Response[str]:
    view = office.get_review()(an_id(review_id, ReviewNotFound), api.user)
    # Who looked at whose photos can be told from this line too, beside the access log.
    done(LogCode.REVIEW_READ, "ReviewsRead", review_id=review_id, actor_id=api.user.user_id)
    return api.answer(CaseShown.of(view, office.clock().now()))


@api.on("POST /staff/reviews/{review_id}/claim", CLERKS)
def claim(review_id: str) -> Response[str]:
    body = api.optional_body(ClaimBody)
    review = office.claim_review()(an_id(review_id, ReviewNotFound), api.user, take=body.take)
    done(LogCode.REVIEW_CLAIMED, "ReviewsClaimed", review_id=review_id, actor_id=api.user.user_id, taken=body.take)
    return api.answer(ReviewShown.of(review, office.clock().now()))


@api.on("POST /staff/reviews/{review_id}/decision", CLERKS)
def decision(review_id: str) -> Response[str]:
    body = api.body(DecideReviewBody)
    named = str(body.session_id) if body.session_id else None
    review = office.decide_review()(an_id(review_id, ReviewNotFound), body.outcome, body.ground, api.user, named)
    dimensions = {"kind": review.kind.value, "outcome": body.outcome.value}
    done(LogCode.REVIEW_DECIDED, "ReviewsDecided", dimensions, review_id=review_id)
    return api.answer(ReviewShown.of(review, office.clock().now()))


handler = api.handler
