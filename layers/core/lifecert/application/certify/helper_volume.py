"""A user who certifies unusually many people is looked at, and never stopped (design.md §3 rule 3)."""

from dataclasses import dataclass

from lifecert.application.shared.reviewing import OpenReview
from lifecert.application.shared.volume import count_one_more
from lifecert.domain.actor import Actor, Role
from lifecert.domain.limits import helper_day, mandated_day, people_of
from lifecert.domain.review import ReviewKind
from lifecert.domain.session import Session
from lifecert.ports.clock import Clock
from lifecert.ports.sessions import Limits


@dataclass(frozen=True, slots=True)
class HelperVolume:
    """`usual` is how many people one user may certify for the first time without a look at them, and how many
    certifications of others in a day. What they say of whose face it is makes no difference: it is their word alone."""

    limits: Limits
    open_review: OpenReview
    clock: Clock
    usual: int

    def __call__(self, session: Session, *, new_person: bool = False, mandated: bool = False) -> None:
        """Count an accepted session, once: as one of a person whom its user never certified before, or as one of its
        day. Every further `usual` of either open a review of the newest one, or of the next. Whoever is `mandated` by
        the office to act for an institution has a larger day, and whom they certify first is no news."""
        user_id = session.user_id
        count = people_of(user_id, self.clock.now(), self.usual)
        if not new_person:
            count = helper_day(user_id, self.clock.local(), self.usual)
        if mandated:
            count = mandated_day(user_id, self.clock.local(), self.usual)

        def open_case(only_once: str) -> None:
            self.open_review(
                session.beneficiary_id,
                ReviewKind.UNUSUAL_VOLUME,
                Actor(user_id, Role.USER),
                session_id=session.session_id,
                related_id=user_id,
                only_once=only_once,
            )

        count_one_more(self.limits, count, open_case)
