"""Cases in memory."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from lifecert.domain.page import Page, Position
from lifecert.domain.review import AtLeast, Review, ReviewFilter, ReviewState

if TYPE_CHECKING:
    from tests.support.fakes.store import MemoryStore


COUNTED = 1000


@dataclass(frozen=True, slots=True)
class MemoryReviews:
    store: "MemoryStore"

    def get(self, review_id: str) -> Review | None:
        return self.store.reviews.get(review_id)

    def count_open(self) -> AtLeast:
        number = sum(one.state is ReviewState.OPEN for one in self.store.reviews.values())
        return AtLeast(min(number, COUNTED), more=number > COUNTED)

    def listed(self, wanted: ReviewFilter, limit: int, after: Position | None = None) -> Page[Review, Position]:
        found = [
            one
            for one in sorted(self.store.reviews.values(), key=lambda one: one.position)
            if one.state is wanted.state
            and (after is None or one.position > after)
            and wanted.kind in (None, one.kind)
            and wanted.reason in (None, one.reason)
        ]
        page = tuple(found[:limit])
        return Page(page, page[-1].position if len(found) > limit else None)
