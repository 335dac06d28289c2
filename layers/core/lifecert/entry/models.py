"""What all models of requests, messages and answers are."""

from pydantic import BaseModel, ConfigDict


class Incoming(BaseModel):
    """What is sent to us: nothing that is unknown, and never repeated in an error."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)


class Response(BaseModel):
    """What every answer is: unchangeable."""

    # Built when first used: a function answers with one or two of these models.
    model_config = ConfigDict(frozen=True, defer_build=True)
