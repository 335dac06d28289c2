"""A clerk who says to have seen unusually many people in a day is looked at, and never stopped (adr/0066)."""

from dataclasses import dataclass

from lifecert.application.shared.reviewing import OpenReview
from lifecert.domain.actor import Actor, Role
from lifecert.domain.limits import seen_day
from lifecert.domain.review import ReviewKind
from lifecert.ports.clock import Clock
from lifecert.ports.sessions import Limits


@dataclass(frozen=True, slots=True)
class ClerkVolume:
    """Counts by the day on which it is written down, whatever day is said: an account that was stolen has minutes."""

    limits: Limits
    open_review: OpenReview
    clock: Clock

    def __call__(self, beneficiary_id: str, clerk: str) -> None:
        """Count a person whom this clerk certified by their own word. Every further `MOST_SEEN_DAY` of a day open a
        review, of the newest one, which another clerk decides."""
        count = seen_day(clerk, self.clock.local())
        number = self.limits.count(count)
        if number % count.limit == 0:
            self.open_review(
                beneficiary_id,
                ReviewKind.UNUSUAL_VOLUME,
                Actor(clerk, Role.CLERK),
                related_id=clerk,
                only_once=f"{count.name}#{number}",
            )
