"""What clerks may send beside registering and enrolling."""

import base64
import binascii
from datetime import date, datetime
from typing import Annotated, Any, Literal

from pydantic import Field, PlainValidator
from pydantic_core import PydanticCustomError

from lifecert.application.office.certify_in_person import Document
from lifecert.domain.page import Position
from lifecert.domain.reasons import Reason
from lifecert.domain.review import (
    Ground,
    Proposal,
    ReviewFilter,
    ReviewKind,
    ReviewOutcome,
    ReviewState,
)
from lifecert.domain.status import EndCause
from lifecert.entry.models import Incoming

PAGE = 50
_PastDay = Annotated[date, Field(ge=date(1949, 10, 1), le=date(2099, 12, 31))]


def _position(value: Any) -> Position:
    try:
        text, one_id = base64.urlsafe_b64decode(str(value)).decode().split(" ")
        opened_at = datetime.fromisoformat(text)
    except (ValueError, binascii.Error):
        opened_at = None
    if opened_at is None or opened_at.utcoffset() is None or len(one_id) > 40:
        raise PydanticCustomError("invalid", "not a place in the list")
    return Position(opened_at, one_id)


# What `cursor_of` made of a place in a list.
InList = Annotated[Position, PlainValidator(_position)]


def cursor_of(position: Position) -> str:
    """A place in a list, as clients get it, and send it back: opaque to them."""
    return base64.urlsafe_b64encode(f"{position.opened_at.isoformat()} {position.id}".encode()).decode()


class ReviewsQuery(Incoming):
    """GET /staff/reviews."""

    state: ReviewState = ReviewState.OPEN
    kind: ReviewKind | None = None
    reason: Reason | None = None
    limit: Annotated[int, Field(ge=1, le=PAGE)] = PAGE
    after: InList | None = None

    def wanted(self) -> ReviewFilter:
        """Which reviews are asked for."""
        return ReviewFilter(self.state, self.kind, self.reason)


class DecideReviewBody(Incoming):
    """POST /staff/reviews/{review_id}/decision."""

    outcome: ReviewOutcome
    ground: Ground


class CertifyInPersonBody(Incoming):
    """POST /staff/beneficiaries/{beneficiary_id}/certifications."""

    method: Literal["in_person"] = "in_person"
    seen_on: _PastDay
    document: Document

    def fingerprint(self, beneficiary_id: str) -> str:
        """Tells this request from another."""
        return f"{beneficiary_id} {self.seen_on.isoformat()} {self.document}"


class ProposeEndBody(Incoming):
    """POST /staff/beneficiaries/{beneficiary_id}/end."""

    ended_on: _PastDay
    cause: EndCause

    def to_domain(self) -> Proposal:
        """What the use case takes."""
        return Proposal(ReviewKind.END, self.ended_on, self.cause)


class ConfirmationBody(Incoming):
    """POST /staff/proposals/{proposal_id}/confirmation."""

    confirm: bool
