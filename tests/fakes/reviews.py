"""Cases in memory."""

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from lifecert.domain.review import AtLeast, Review, ReviewFilter, ReviewPage, ReviewPosition, ReviewState

if TYPE_CHECKING:
    from tests.fakes.store import MemoryStore


COUNTED = 1000


@dataclass(frozen=True, slots=True)
class MemoryReviews:
    store: "MemoryStore"

    def get(self, review_id: str) -> Review | None:
        return self.store.reviews.get(review_id)

    def count_open(self) -> AtLeast:
        number = sum(one.state is ReviewState.OPEN for one in self.store.reviews.values())
        return AtLeast(min(number, COUNTED), more=number > COUNTED)

    def listed(self, wanted: ReviewFilter, limit: int, after: ReviewPosition | None = None) -> ReviewPage:
        def place(review: Review) -> tuple[datetime, str]:
            return review.opened_at, review.review_id

        found = [
            one
            for one in sorted(self.store.reviews.values(), key=place)
            if one.state is wanted.state
            and (after is None or place(one) > (after.opened_at, after.review_id))
            and wanted.kind in (None, one.kind)
            and wanted.reason in (None, one.reason)
        ]
        page = tuple(found[:limit])
        return ReviewPage(page, ReviewPosition.of(page[-1]) if len(found) > limit else None)
