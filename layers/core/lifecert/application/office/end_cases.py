"""End the cases that nobody can judge any more, each night, and tell how many wait and for how long."""

from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field, replace

from lifecert.application.office.decide_review import attempts_of
from lifecert.application.shared.changing import change_newest
from lifecert.application.shared.reviewing import recorded
from lifecert.domain.actor import PURGE_ACTOR
from lifecert.domain.beneficiary import Beneficiary
from lifecert.domain.change import Change
from lifecert.domain.errors import LifeCertError, ReviewDecidedBefore
from lifecert.domain.ledger import LedgerEvent
from lifecert.domain.page import Position
from lifecert.domain.review import (
    FRAMES_LAST,
    PROPOSAL_LASTS,
    AtLeast,
    Ground,
    Review,
    ReviewDecision,
    ReviewFilter,
    ReviewKind,
    ReviewOutcome,
    too_late,
)
from lifecert.domain.status import Status
from lifecert.ports.clock import Clock
from lifecert.ports.photos import ReviewPhotos
from lifecert.ports.register import ChangingRegister, Ledger
from lifecert.ports.reviews import OpenReviews, Reviews

PAGE = 100
# Younger cases can all be judged.
LOOKED_AT = min(FRAMES_LAST, PROPOSAL_LASTS)


@dataclass(slots=True)
class CasesReport:
    """How many cases a run ended, whose were left undone, how many are open after it and for how many whole days the
    oldest of them has been."""

    ended: int = 0
    failed: list[str] = field(default_factory=list)
    out_of_time: bool = False
    open: AtLeast = field(default_factory=lambda: AtLeast(0))
    oldest_days: int = 0

    @property
    def unfinished(self) -> bool:
        """Whether anything is left that should have been ended."""
        return bool(self.failed) or self.out_of_time


@dataclass(frozen=True, slots=True)
class EndCases:
    """The use case. What is open for long is all it reads: the list is by age. It keeps no progress."""

    register: ChangingRegister
    reviews: Reviews
    open_reviews: OpenReviews
    ledger: Ledger
    photos: ReviewPhotos
    clock: Clock

    def __call__(self, out_of_time: Callable[[], bool] = lambda: False) -> CasesReport:
        """End what can no longer be judged: certify again, or propose again. Whoever tried is told by a notice, unless
        they have certified since."""
        report, oldest = CasesReport(), None
        for review in self._open():
            if out_of_time():
                report.out_of_time = True
                break
            if not too_late(review, self.clock.now()):
                oldest = oldest or review
                if self.clock.now() - review.opened_at < LOOKED_AT:
                    break
                continue
            try:
                self._end(review)
                report.ended += 1
            except LifeCertError:
                # One case's trouble must not keep the others; the run still ends loudly.
                report.failed.append(review.review_id)
        report.open = self.open_reviews.count_open()
        report.oldest_days = (self.clock.now() - oldest.opened_at).days if oldest else 0
        return report

    def _open(self) -> Iterator[Review]:
        after: Position | None = None
        while True:
            page = self.reviews.listed(ReviewFilter(), PAGE, after)
            yield from page.items
            after = page.after
            if after is None:
                return

    def _end(self, review: Review) -> None:
        now = self.clock.now()
        decision = ReviewDecision(ReviewOutcome.NEEDS_MORE, Ground.NOT_IN_TIME, PURGE_ACTOR.actor_id, now)

        def make(newest: Beneficiary) -> Change:
            if self._must_be_told(newest, review):
                event, channel = LedgerEvent.CERTIFY_AGAIN_DUE, newest.contact_channel
                change = recorded(newest, review, decision, PURGE_ACTOR.role, event, channel=channel)
            else:
                change = recorded(newest, review, decision, PURGE_ACTOR.role)
            return replace(change, review=replace(review, decision=decision))

        # Frames first: whoever dies in between finds the case open again the next night.
        for session_id in attempts_of(review, self.ledger):
            self.photos.delete_review_frames(review.beneficiary_id, session_id)
        with suppress(ReviewDecidedBefore):  # by a clerk, this very moment
            change_newest(self.register, review.beneficiary_id, make)

    def _must_be_told(self, newest: Beneficiary, review: Review) -> bool:
        if review.kind not in (ReviewKind.VERIFICATION, ReviewKind.PRESENCE) or newest.status is Status.TERMINATED:
            return False
        return not newest.certified_on or newest.certified_on < self.clock.day_of(review.opened_at)
