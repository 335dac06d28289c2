"""Cases in memory."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING, Any

from lifecert.domain.errors import ReviewClaimed, ReviewDecidedBefore, ReviewNotFound
from lifecert.domain.page import Page, Position
from lifecert.domain.review import AtLeast, Claim, Review, ReviewFilter, ReviewState
from lifecert.domain.scope import EVERYWHERE, Scope

if TYPE_CHECKING:
    from tests.support.fakes.store import MemoryStore


COUNTED = 1000


def in_order_of(scope: Scope) -> Callable[[Position], Any]:
    """What a list of these districts is ordered by."""
    return (lambda one: (one.opened_at, one.id)) if scope.is_everywhere else (lambda one: one.by_district)


@dataclass(frozen=True, slots=True)
class MemoryReviews:
    store: "MemoryStore"

    def get(self, review_id: str) -> Review | None:
        return self.store.reviews.get(review_id)

    def count_open(self, scope: Scope = EVERYWHERE) -> AtLeast:
        open_ones = (one for one in self.store.reviews.values() if one.state is ReviewState.OPEN)
        number = sum(scope.covers(one.district) for one in open_ones)
        return AtLeast(min(number, COUNTED), more=number > COUNTED)

    def listed(
        self, wanted: ReviewFilter, limit: int, after: Position | None = None, scope: Scope = EVERYWHERE
    ) -> Page[Review, Position]:
        order = in_order_of(scope)
        found = [
            one
            for one in sorted(self.store.reviews.values(), key=lambda one: order(one.position))
            if one.state is wanted.state
            and scope.covers(one.district)
            and (after is None or order(one.position) > order(after))
            and wanted.kind in (None, one.kind)
            and wanted.reason in (None, one.reason)
        ]
        page = tuple(found[:limit])
        return Page(page, page[-1].position if len(found) > limit else None)

    def claim(self, review_id: str, claim: Claim, now: datetime) -> Review:
        review = self.store.reviews.get(review_id)
        if review is None:
            raise ReviewNotFound
        if review.decision:
            raise ReviewDecidedBefore
        running = review.claimed(now)
        if running and running.by != claim.by:
            raise ReviewClaimed
        self.store.reviews[review_id] = replace(review, claim=claim)
        return self.store.reviews[review_id]

    def give_back(self, review_id: str, by: str) -> None:
        review = self.store.reviews.get(review_id)
        if review and review.claim and review.claim.by == by:
            self.store.reviews[review_id] = replace(review, claim=None)
