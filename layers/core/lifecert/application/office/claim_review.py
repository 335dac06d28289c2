"""Take a case from the queue, so that no two clerks work on one, or give it back."""

from dataclasses import dataclass

from lifecert.application.office.decide_review import attempts_of
from lifecert.application.office.involved import involved_in
from lifecert.application.shared.scoping import case_within
from lifecert.domain.actor import User
from lifecert.domain.beneficiary import Beneficiary
from lifecert.domain.errors import ActedInCase, ReviewNotFound
from lifecert.domain.review import CLAIM_LASTS, PROPOSALS, Claim, Review
from lifecert.ports.clock import Clock
from lifecert.ports.register import Ledger, Register
from lifecert.ports.reviews import Reviews


@dataclass(frozen=True, slots=True)
class ClaimReview:
    """The use case. A claim changes no entitlement and stands in no ledger, and whoever has none may decide all the
    same: nobody holds a case up by claiming it."""

    register: Register
    reviews: Reviews
    ledger: Ledger
    clock: Clock

    def __call__(self, review_id: str, user: User, *, take: bool) -> Review:
        """Take an open case, or one's own once more, for `CLAIM_LASTS`; or give one's own back.

        Raises ReviewNotFound, of one outside the clerk's districts too, ActedInCase (who had a hand in it cannot decide
        it, is told so before they look, and keeps it from nobody), ReviewDecidedBefore and ReviewClaimed.
        """
        review = self.reviews.get(review_id)
        person = self.register.get(review.beneficiary_id) if review else None
        if review is None or not case_within(user.changes, review, person):
            raise ReviewNotFound
        if take:
            # Of a proposal only who made it is known to be no second clerk.
            judged = person if review.decision is None and review.kind not in PROPOSALS else None
            if review.opened_by.actor_id == user.user_id or (judged and self._involved(review, judged, user)):
                raise ActedInCase
            now = self.clock.now()
            return self.reviews.claim(review_id, Claim(user.user_id, now + CLAIM_LASTS), now)
        self.reviews.give_back(review_id, user.user_id)
        return self.reviews.get(review_id) or review

    def _involved(self, review: Review, person: Beneficiary, user: User) -> bool:
        actors = attempts_of(review, self.ledger).values()
        return user.user_id in involved_in(review, person, actors, self.ledger, self.clock)
