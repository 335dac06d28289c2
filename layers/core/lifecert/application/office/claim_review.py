"""Take a case from the queue, so that no two clerks work on one, or give it back."""

from dataclasses import dataclass

from lifecert.application.shared.scoping import case_within
from lifecert.domain.actor import User
from lifecert.domain.errors import ActedInCase, ReviewNotFound
from lifecert.domain.review import CLAIM_LASTS, Claim, Review
from lifecert.ports.clock import Clock
from lifecert.ports.register import Register
from lifecert.ports.reviews import Reviews


@dataclass(frozen=True, slots=True)
class ClaimReview:
    """The use case. A claim changes no entitlement and stands in no ledger, and whoever has none may decide all the
    same: nobody holds a case up by claiming it."""

    register: Register
    reviews: Reviews
    clock: Clock

    def __call__(self, review_id: str, user: User, *, take: bool) -> Review:
        """Take an open case, or one's own once more, for `CLAIM_LASTS`; or give one's own back.

        Raises ReviewNotFound, of one outside the clerk's districts too, ActedInCase (who opened it cannot decide it and
        keeps it from nobody), ReviewDecidedBefore and ReviewClaimed.
        """
        review = self.reviews.get(review_id)
        if review is None or not case_within(user.changes, review, self.register.get(review.beneficiary_id)):
            raise ReviewNotFound
        if take:
            if review.opened_by.actor_id == user.user_id:
                raise ActedInCase
            now = self.clock.now()
            return self.reviews.claim(review_id, Claim(user.user_id, now + CLAIM_LASTS), now)
        self.reviews.give_back(review_id, user.user_id)
        return self.reviews.get(review_id) or review
