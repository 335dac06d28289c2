"""A person whom the camera was not sure of, and the office that decides."""

from dataclasses import replace
from typing import Any

from lifecert.application.office.get_reviews import GetReview
from lifecert.domain.actor import User
from lifecert.domain.beneficiary import Beneficiary
from lifecert.domain.ledger import LedgerEvent
from lifecert.domain.policy import Outcome
from lifecert.domain.review import Review, ReviewKind, ReviewOutcome
from lifecert.domain.session import Session
from tests.support.builders import (
    CLERK,
    HELPER,
    a_change,
    a_policy,
    a_review,
    a_session,
    an_id,
    good_evidence,
    registration,
)
from tests.support.fakes.access import noting
from tests.support.fakes.analysers import ScriptedAnalyser
from tests.support.fakes.clock import FixedClock
from tests.support.fakes.notices import FakeSeal
from tests.support.fakes.photos import MemoryPhotos
from tests.support.fakes.store import MemoryStore
from tests.support.verifying import review_decider, verifier

ACCEPT, REFUSE, MORE = ReviewOutcome.ACCEPT, ReviewOutcome.REFUSE, ReviewOutcome.NEEDS_MORE
# Of one user within the window: what is unlike is tried again until no try is left.
TRIES = (*[Outcome.RETRY] * (a_policy().attempts.before_review - 1), Outcome.REVIEW)
OTHER = replace(CLERK, user_id="clerk-2")


class Office:
    """A person whom the camera was not sure of, and the office that decides."""

    def __init__(self, **person: Any) -> None:
        self.store, self.clock, self.photos = MemoryStore(), FixedClock(), MemoryPhotos()
        self.analyser = ScriptedAnalyser(evidence=good_evidence(0.4))
        # No stored photo is looked at here; what was compared with it is (`good_evidence`).
        self.store.register.commit(change := registration(**{"reference_ids": ("reference-1",), **person}))
        self.id = change.after.beneficiary_id
        store = self.store
        self.verify = verifier(store, self.photos, self.analyser, self.clock)
        self.decide = review_decider(store, self.photos, self.clock)
        self.look = GetReview(
            store.register,
            store.reviews_port,
            store.sessions,
            store.references,
            store.ledger,
            self.photos,
            FakeSeal(),
            noting(store, self.clock),
        )

    @property
    def person(self) -> Beneficiary:
        return self.store.beneficiaries[self.id]

    def attempt(self, user: User = HELPER, outcome: Outcome = Outcome.REVIEW, **fields: Any) -> Session:
        session = a_session(
            beneficiary_id=self.id,
            user_id=user.user_id,
            opened_at=self.clock.now(),
            deadline=self.clock.now().replace(minute=59),
            **fields,
        )
        self.store.sessions.open(session)
        for number in range(1, len(session.challenge) + 1):
            self.photos.upload(session.frame_key(number), an_id().encode(), session.opened_at)
        decided = self.verify(session.session_id, user)
        assert decided.result
        assert decided.result.decision.outcome is outcome
        return decided

    def opened(self, kind: ReviewKind, **fields: Any) -> Review:
        review = a_review(self.person, kind=kind, **{"session_id": None, "reason": None, **fields})
        self.store.register.commit(a_change(self.person, LedgerEvent.REVIEW_OPENED, review=review))
        return review

    def review(self, session: Session) -> Review:
        assert session.result
        return self.store.reviews[str(session.result.review_id)]
