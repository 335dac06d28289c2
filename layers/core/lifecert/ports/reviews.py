"""Cases."""

from datetime import datetime
from typing import Protocol

from lifecert.domain.page import Page, Position
from lifecert.domain.review import AtLeast, Claim, Review, ReviewFilter
from lifecert.domain.scope import EVERYWHERE, Scope


class Reviews(Protocol):
    """Reviews, to read; one is opened and decided with a change of its beneficiary."""

    def get(self, review_id: str) -> Review | None:
        """The newest state."""
        ...

    def listed(
        self, wanted: ReviewFilter, limit: int, after: Position | None = None, scope: Scope = EVERYWHERE
    ) -> Page[Review, Position]:
        """At most `limit` reviews, oldest first, after a position; fewer does not mean the end. Where not everywhere is
        meant, by district, and oldest first in each, reading no other district's."""
        ...

    def claim(self, review_id: str, claim: Claim, now: datetime) -> Review:
        """Note that somebody works on an open review, unless another's claim runs still. Raises ReviewNotFound,
        ReviewDecidedBefore and ReviewClaimed."""
        ...

    def give_back(self, review_id: str, by: str) -> None:
        """Take somebody's claim back, if it is theirs."""
        ...


class OpenReviews(Protocol):
    """How many reviews wait."""

    def count_open(self, scope: Scope = EVERYWHERE) -> AtLeast:
        """How many are open, as far as one request for each district tells. May lag behind by a moment."""
        ...
