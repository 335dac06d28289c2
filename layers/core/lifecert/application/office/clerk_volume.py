"""A clerk who does unusually much in a day is looked at, and never stopped (adr/0066)."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from lifecert.application.shared.reviewing import OpenReview
from lifecert.application.shared.volume import count_one_more
from lifecert.domain.actor import Actor, Role
from lifecert.domain.limits import Count
from lifecert.domain.review import ReviewKind
from lifecert.ports.clock import Clock
from lifecert.ports.sessions import Limits


@dataclass(frozen=True, slots=True)
class ClerkVolume:
    """`counted` is what is counted of a clerk: by the day on which it is written down, whatever day is said, since an
    account that was stolen has minutes."""

    limits: Limits
    open_review: OpenReview
    clock: Clock
    counted: Callable[[str, datetime], Count]

    def __call__(self, beneficiary_id: str, clerk: str) -> None:
        """Count one more, done for this person. Every further so many of a day open a review of the newest, which
        another clerk decides; where it cannot be opened, the next act does (adr/0068)."""

        def open_case(only_once: str) -> None:
            kind, actor = ReviewKind.UNUSUAL_VOLUME, Actor(clerk, Role.CLERK)
            self.open_review(beneficiary_id, kind, actor, related_id=clerk, only_once=only_once)

        count_one_more(self.limits, self.counted(clerk, self.clock.local()), open_case)
