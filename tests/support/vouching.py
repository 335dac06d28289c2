"""That a second clerk says of somebody whom one registered by hand that they exist and draw their benefit."""

from dataclasses import replace

from lifecert.application.shared.changing import change_newest
from lifecert.application.shared.reviewing import recorded
from lifecert.domain.beneficiary import Beneficiary
from lifecert.domain.change import Change
from lifecert.domain.review import Ground, ReviewDecision, ReviewKind, ReviewOutcome
from lifecert.ports.clock import Clock
from lifecert.ports.register import ChangingRegister
from lifecert.ports.reviews import Reviews


def vouched(register: ChangingRegister, reviews: Reviews, clock: Clock, beneficiary_id: str) -> str:
    """The case is decided, as by the second clerk; the person's id."""

    def make(newest: Beneficiary) -> Change:
        case = newest.open_case(ReviewKind.REGISTRATION)
        review = case and reviews.get(case.review_id)
        assert review
        decision = ReviewDecision(ReviewOutcome.ACCEPT, Ground.CONFIRMED, "vouching-clerk", clock.now())
        return replace(recorded(newest, review, decision), review=replace(review, decision=decision))

    change_newest(register, beneficiary_id, make)
    return beneficiary_id
