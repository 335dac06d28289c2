"""A helper who certifies unusually many in one day is looked at, and never stopped (design.md §3 rule 3)."""

from dataclasses import dataclass

from lifecert.application.shared.reviewing import OpenReview
from lifecert.domain.actor import Actor, Role
from lifecert.domain.limits import helper_day
from lifecert.domain.review import ReviewKind
from lifecert.domain.session import Session
from lifecert.ports.clock import Clock
from lifecert.ports.sessions import Limits


@dataclass(frozen=True, slots=True)
class HelperVolume:
    """`usual` is how many certifications on behalf of others one user may make in a day without a look at them."""

    limits: Limits
    open_review: OpenReview
    clock: Clock
    usual: int

    def __call__(self, session: Session) -> None:
        """Count an accepted session on behalf; every further `usual` of the day open a review of the newest one."""
        count = helper_day(session.user_id, self.clock.local(), self.usual)
        if self.limits.count(count) % self.usual == 0:
            self.open_review(
                session.beneficiary_id,
                ReviewKind.UNUSUAL_VOLUME,
                Actor(session.user_id, Role.USER),
                session_id=session.session_id,
                related_id=session.user_id,
                only_once=count.name,
            )
