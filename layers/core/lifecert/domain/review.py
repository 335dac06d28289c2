"""Review: a case that a human must decide."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from lifecert.domain.reasons import Reason


class ReviewState(StrEnum):
    """Where a review stands."""

    OPEN = "open"
    DECIDED = "decided"


@dataclass(frozen=True, slots=True)
class Review:
    """One case, opened by a session whose frames and evidence the reviewer looks at."""

    review_id: str
    beneficiary_id: str
    session_id: str
    reason: Reason | None
    opened_at: datetime
    state: ReviewState = ReviewState.OPEN
