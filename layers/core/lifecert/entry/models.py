"""What all models of requests, messages and answers are."""

from datetime import UTC, datetime
from typing import Annotated

from pydantic import BaseModel, ConfigDict, PlainSerializer


def utc_text(at: datetime) -> str:
    """A time as every answer has it: in UTC, with a Z at its end (RFC 3339)."""
    return at.astimezone(UTC).isoformat().replace("+00:00", "Z")


# A time in an answer; a plain datetime would go out with the offset that it happens to have.
Moment = Annotated[datetime, PlainSerializer(utc_text, when_used="json")]


class Incoming(BaseModel):
    """What is sent to us: nothing that is unknown, and never repeated in an error."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)


class Response(BaseModel):
    """What every answer is: unchangeable."""

    # Built when first used: a function answers with one or two of these models.
    model_config = ConfigDict(frozen=True, defer_build=True)
