"""What one clerk proposes and another confirms: one proposal for each idempotency key of a clerk."""

import uuid
from datetime import date, datetime

from lifecert.domain.actor import Actor, Role, User
from lifecert.domain.errors import IdempotencyKeyReused
from lifecert.domain.review import PROPOSAL_LASTS, Cause, Review, ReviewKind

# What these are about (`related_id`: which end, which start before) follows from when they were proposed.
_ABOUT_WHAT_WAS = frozenset({ReviewKind.CORRECTION, ReviewKind.BENEFIT_START})


def proposal_by(
    user: User,
    idempotency_key: str,
    now: datetime,
    beneficiary_id: str,
    kind: ReviewKind,
    *,
    related_id: str | None = None,
    day: date | None = None,
    cause: Cause | None = None,
    benefit_id: str | None = None,
) -> Review:
    """A clerk's proposal, which nothing has written yet. Of the same clerk and key it has the same id."""
    return Review(
        review_id=str(uuid.uuid5(uuid.NAMESPACE_OID, f"{user.user_id}\n{idempotency_key}")),
        beneficiary_id=beneficiary_id,
        kind=kind,
        opened_at=now,
        opened_by=Actor(user.user_id, Role.CLERK),
        related_id=related_id,
        day=day,
        cause=cause,
        benefit_id=benefit_id,
        expires_at=now + PROPOSAL_LASTS,
    )


def same_proposal(stored: Review, review: Review) -> Review:
    """What was stored under a key, for whoever proposes it again. Raises IdempotencyKeyReused for anything else."""
    if _content(stored) != _content(review):
        raise IdempotencyKeyReused
    return stored


def _content(review: Review) -> tuple[object, ...]:
    related_id = None if review.kind in _ABOUT_WHAT_WAS else review.related_id
    return review.beneficiary_id, review.kind, review.day, review.cause, related_id, review.benefit_id
