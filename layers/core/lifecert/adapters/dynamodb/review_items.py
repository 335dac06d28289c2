"""Reviews to stored items and back."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from lifecert.adapters.dynamodb.values import as_day, as_moment, moment, optional_day, optional_moment
from lifecert.domain.actor import Actor, Role
from lifecert.domain.reasons import Reason
from lifecert.domain.review import Ground, Review, ReviewDecision, ReviewKind, ReviewOutcome
from lifecert.domain.status import EndCause


def review_item(review: Review) -> dict[str, Any]:
    """Item of the reviews table. `state` is the key of the index by state and age."""
    return {
        "review_id": review.review_id,
        "beneficiary_id": review.beneficiary_id,
        "kind": str(review.kind),
        "opened_at": moment(review.opened_at),
        "opened_by": review.opened_by.actor_id,
        "opened_by_role": str(review.opened_by.role),
        "session_id": review.session_id,
        "reason": review.reason and str(review.reason),
        "related_id": review.related_id,
        "day": optional_day(review.day),
        "cause": review.cause and str(review.cause),
        "expires_at": optional_moment(review.expires_at),
        "state": str(review.state),
        "decision": review.decision and decision_map(review.decision),
    }


def review_of(item: Mapping[str, Any]) -> Review:
    """What `review_item` wrote."""
    reason, decision = item.get("reason"), item.get("decision")
    return Review(
        review_id=item["review_id"],
        beneficiary_id=item["beneficiary_id"],
        kind=ReviewKind(item["kind"]),
        opened_at=datetime.fromisoformat(item["opened_at"]),
        opened_by=Actor(item["opened_by"], Role(item["opened_by_role"])),
        session_id=item.get("session_id"),
        reason=Reason(reason) if reason else None,
        related_id=item.get("related_id"),
        day=as_day(item.get("day")),
        cause=EndCause(item["cause"]) if item.get("cause") else None,
        expires_at=as_moment(item.get("expires_at")),
        decision=_decision_of(decision) if decision else None,
    )


def decision_map(decision: ReviewDecision) -> dict[str, Any]:
    """A decision as it stands in its review's item."""
    return {
        "outcome": str(decision.outcome),
        "ground": str(decision.ground),
        "decided_by": decision.decided_by,
        "decided_at": moment(decision.decided_at),
        "certificate_id": decision.certificate_id,
    }


def _decision_of(stored: Mapping[str, Any]) -> ReviewDecision:
    return ReviewDecision(
        outcome=ReviewOutcome(stored["outcome"]),
        ground=Ground(stored["ground"]),
        decided_by=stored["decided_by"],
        decided_at=datetime.fromisoformat(stored["decided_at"]),
        certificate_id=stored["certificate_id"],
    )
